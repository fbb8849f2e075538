import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "schedulearn-theme";
const order: readonly Theme[] = ["system", "light", "dark"];

export const theme = signal<Theme>("system");

/** Shows the page as it was chosen last time. */
export function rememberedTheme(): void {
  const found = order.find((each) => each === localStorage.getItem(KEY)) ?? "system";
  theme.value = found;
  show(found);
}

export function nextTheme(): void {
  const next = order[(order.indexOf(theme.value) + 1) % order.length] as Theme;
  theme.value = next;
  localStorage.setItem(KEY, next);
  show(next);
}

function show(chosen: Theme): void {
  if (chosen === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
  dispatchEvent(new Event("themechange")); // for what is drawn on a canvas
}
