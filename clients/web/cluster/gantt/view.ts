/** The part of time that is in view; milliseconds since the epoch. */
export interface View {
  readonly from: number;
  readonly to: number;
}

const LEAST_MILLIS = 1_000;
const MOST_MILLIS = 400 * 86_400_000;

/** @param factor below 1: closer. @param at what stays where it is, 0 (left) to 1 */
export function zoomed({ from, to }: View, factor: number, at: number): View {
  const span = Math.min(MOST_MILLIS, Math.max(LEAST_MILLIS, (to - from) * factor));
  const fixed = from + at * (to - from);
  return { from: fixed - at * span, to: fixed + (1 - at) * span };
}

/** @param part of what is in view, to the right */
export function moved({ from, to }: View, part: number): View {
  const shift = (to - from) * part;
  return { from: from + shift, to: to + shift };
}

const STEPS = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => 1_000 * seconds),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => 60_000 * minutes),
  ...[1, 2, 3, 6, 12].map((hours) => 3_600_000 * hours),
  ...[1, 2, 7, 14, 28, 56].map((days) => 86_400_000 * days),
];

/** Moments that are round on the clock on the wall, at most so many, and how far apart they are. */
export function ticksIn({ from, to }: View, most: number): { readonly step: number; readonly at: readonly number[] } {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? (STEPS.at(-1) as number);
  const offset = new Date(from).getTimezoneOffset() * 60_000;
  const at: number[] = [];
  for (let each = Math.ceil((from - offset) / step) * step + offset; each <= to; each += step) at.push(each);
  return { step, at };
}

const clock = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en", { hourCycle: "h23", ...options });
const seconds = clock({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
const minutes = clock({ hour: "2-digit", minute: "2-digit" });
const days = clock({ month: "short", day: "numeric" });

/** What stands at a tick: the time of day, or the day where it begins. */
export function tickText(at: number, step: number): string {
  const moment = new Date(at);
  if (step >= 86_400_000 || (moment.getHours() === 0 && moment.getMinutes() === 0 && moment.getSeconds() === 0))
    return days.format(at);
  return (step < 60_000 ? seconds : minutes).format(at);
}

export const momentText = (at: number): string => `${days.format(at)}, ${seconds.format(at)}`;
