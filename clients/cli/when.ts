import { InvalidArgumentError } from "commander";

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;
const SPAN = /^(\d{1,9}(?:\.\d+)?)([smhdw])$/;

/** `90s`, `30m`, `2h`, `1d`, `1w`, in seconds. */
export function span(text: string): number {
  const [, number, unit] = SPAN.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError("It must be a span of time, such as 90s, 30m or 2h.");
  return Number(number) * UNIT_SECONDS[unit as keyof typeof UNIT_SECONDS];
}

/** A time as RFC 3339, given as such (the clock of this machine where no zone is named) or as how long ago: `10m`. */
export function moment(text: string): string {
  const at = SPAN.test(text)
    ? Date.now() - span(text) * 1000
    : /^\d{4}-\d\d-\d\d/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (Number.isNaN(at))
    throw new InvalidArgumentError(
      "It must be how long ago, such as 10m or 2h, or a time such as 2030-01-31T18:00:00Z.",
    );
  return new Date(at).toISOString();
}
