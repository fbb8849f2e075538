import type { ComponentChildren } from "preact";
import { PAGE_SIZE } from "./view.ts";

interface Props {
  readonly page: number;
  readonly total: number;
  readonly children?: ComponentChildren;
  hrefOf(page: number): string;
}

/** `51–100 of 12,345`, and the ways to the pages around. */
export function Pager({ page, total, children, hrefOf }: Props) {
  const last = Math.max(1, Math.ceil(total / PAGE_SIZE));
  const from = Math.min((page - 1) * PAGE_SIZE + 1, total);
  const numbers = [from, Math.min(page * PAGE_SIZE, total), total].map((each) => each.toLocaleString("en"));
  const ways = [
    ["First", 1, page > 1],
    ["Previous", page - 1, page > 1],
    ["Next", page + 1, page < last],
    ["Last", last, page < last],
  ] as const;
  return (
    <nav class="pager" aria-label="Pages of the list">
      <span role="status">{total === 0 ? "0 jobs" : `${numbers[0]}–${numbers[1]} of ${numbers[2]}`}</span>
      {children}
      {last > 1 && (
        <span class="pager-ways">
          {ways.map(([name, to, isThere]) =>
            isThere ? (
              <a key={name} class="button" href={hrefOf(to)}>
                {name}
              </a>
            ) : (
              <span key={name} class="button off" aria-disabled="true">
                {name}
              </span>
            ),
          )}
        </span>
      )}
    </nav>
  );
}
