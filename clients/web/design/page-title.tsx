import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

/** The heading of a page, which is the title of its browser tab as well. */
export function PageTitle({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  useEffect(() => {
    document.title = `${title} · Schedulearn`;
  }, [title]);
  return (
    <header class="page-title">
      <h1>{title}</h1>
      {children !== undefined && <div class="page-actions">{children}</div>}
    </header>
  );
}
