import type { ComponentChildren } from "preact";

interface Props {
  readonly label: string;
  readonly children: ComponentChildren;
}

/** Something that may be wider than the page: it scrolls by itself, by the keyboard too. */
export const Wide = ({ label, children }: Props) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
  <section class="wide" aria-label={label} tabIndex={0}>
    {children}
  </section>
);
