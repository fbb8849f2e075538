import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { helpIsOpen } from "./help.tsx";
import { places } from "./places.ts";

/** After `g` the next key says where to go, if it comes in time. */
const GO_MILLIS = 1_500;

/** The keys of every page: `g` and a letter, `/`, `n`, `?`. A page adds its own with `onKey`. */
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

/** Keys that are typed into something are not ours. */
export const isTyping = ({ target }: Event): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches("input, textarea, select, [role=combobox]") ||
    !!target.closest("dialog"));
