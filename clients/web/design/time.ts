/** `3 s`, `4 min 10 s`, `2 h 5 min`, `3 d 4 h`: two units at most. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return two(minutes, "min", whole % 60, "s");
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return two(hours, "h", minutes % 60, "min");
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

const two = (large: number, unit: string, small: number, lesser: string): string =>
  small === 0 || large >= 10 ? `${large} ${unit}` : `${large} ${unit} ${small} ${lesser}`;

/** `in 5 min`, `3 h ago`, as seen from `now`. */
export function fromNow(at: string, now: number): string {
  const seconds = (Date.parse(at) - now) / 1000;
  if (Math.abs(seconds) < 1) return "now";
  return seconds > 0 ? `in ${span(seconds)}` : `${span(-seconds)} ago`;
}
