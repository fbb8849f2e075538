import type { View } from "./view.ts";

/** What of time is shown: it follows the present, or stays. */
export type Range =
  | { readonly kind: "live"; readonly pastMillis: number; readonly futureMillis: number }
  | ({ readonly kind: "fixed" } & View);

/** How much of the past is looked at beside how much of the future. */
const FUTURE = 0.25;
const USUAL_SECONDS = 3_600;

export const liveRange = (pastSeconds = USUAL_SECONDS): Range => ({
  kind: "live",
  pastMillis: 1_000 * pastSeconds,
  futureMillis: 1_000 * pastSeconds * FUTURE,
});

export const viewOf = (range: Range, now: number): View =>
  range.kind === "live" ? { from: now - range.pastMillis, to: now + range.futureMillis } : range;

/** After a change of what is in view: it goes on following as long as the present is where it was. */
export function rangeAfter(range: Range, view: View, now: number): Range {
  if (range.kind === "fixed") return { kind: "fixed", ...view };
  const [past, future] = [now - view.from, view.to - now];
  const isZoom = Math.abs(past * range.futureMillis - future * range.pastMillis) < 1e-6 * past * range.pastMillis;
  return isZoom && past > 0 && future > 0
    ? { kind: "live", pastMillis: past, futureMillis: future }
    : { kind: "fixed", ...view };
}

/** As parameters of the URL. */
export function rangeFrom(query: Readonly<Record<string, string>>): Range {
  const [from, to] = [Date.parse(query.from ?? ""), Date.parse(query.to ?? "")];
  if (to > from) return { kind: "fixed", from, to };
  const seconds = Number(query.span);
  return liveRange(seconds >= 1 ? seconds : undefined);
}

export function parametersOf(range: Range): Readonly<Record<string, string>> {
  if (range.kind === "fixed") return { from: new Date(range.from).toISOString(), to: new Date(range.to).toISOString() };
  const seconds = Math.round(range.pastMillis / 1_000);
  return seconds === USUAL_SECONDS ? {} : { span: String(seconds) };
}
