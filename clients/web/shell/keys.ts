import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { helpIsOpen } from "./help.tsx";
import { places } from "./places.ts";

/** After `g` the next key says where to go, if it comes in time. */
const GO_MILLIS = 1_500;

/** The keys of every page. Rows are what has `data-row`; in each `data-open` leads on, and `data-select` ticks it. */
export function useKeys(): void {
  const { route } = useLocation();
  useEffect(() => {
    let wentAt = -Infinity;
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      const place = event.timeStamp - wentAt < GO_MILLIS ? places.find(({ key }) => key === event.key) : undefined;
      wentAt = event.key === "g" ? event.timeStamp : -Infinity;
      if (place) route(place.href);
      else if (event.key === "n") route("/submit");
      else if (event.key === "?") helpIsOpen.value = true;
      else if (event.key === "/") goToSearch(route);
      else if (event.key === "j") stepRow(1);
      else if (event.key === "k") stepRow(-1);
      else if (event.key === "x") selectRow();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [route]);
}

/** The search of this page, or else that of the jobs. */
function goToSearch(route: (url: string) => void): void {
  const field = document.querySelector<HTMLElement>("[data-search]");
  if (field) field.focus();
  else route("/jobs?focus=search");
}

/** The focus goes to the next row or the one before; Enter then opens it, being on a link. */
function stepRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll("[data-row]")];
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = at === -1 ? (by === 1 ? 0 : rows.length - 1) : at + by;
  rows[next]?.querySelector<HTMLElement>("[data-open]")?.focus();
}

function selectRow(): void {
  document.activeElement?.closest("[data-row]")?.querySelector<HTMLElement>("[data-select]")?.click();
}

/** Keys that are typed into something are not ours. */
export const isTyping = ({ target }: Event): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches("input, textarea, select, [role=combobox]") ||
    !!target.closest("dialog"));
