import type { ComponentChildren } from "preact";

interface Props {
  readonly title: string;
  readonly kind?: "empty" | "problem";
  readonly children?: ComponentChildren;
}

/** In the place of what is not there: what that means and what can be done about it. */
export const Empty = ({ title, kind = "empty", children }: Props) => (
  <div class={`empty ${kind}`} role={kind === "problem" ? "alert" : undefined}>
    <p class="empty-title">{title}</p>
    {children}
  </div>
);
