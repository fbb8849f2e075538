// Numbers as people say them.

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
];

/** `0.25 s`, `45 s`, `3 h 20 min`: the two largest units, without a zero; `–` for null. */
export function duration(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 59.95) return `${round(seconds, 3)} s`;
  for (let large = 0; ; large++) {
    const [[name, size], [nextName, nextSize]] = [UNITS[large], UNITS[large + 1]];
    const rounded = Math.round(seconds / nextSize);
    const [count, rest] = [Math.floor((rounded * nextSize) / size), rounded % (size / nextSize)];
    if (count > 0) return rest > 0 ? `${count} ${name} ${rest} ${nextName}` : `${count} ${name}`;
  }
}

/** Three significant digits below a hundred, whole above. */
export function round(value, digits) {
  return Number(Math.abs(value) < 100 ? value.toPrecision(digits) : Math.round(value));
}

export const number = (value) =>
  value === null || value === undefined ? "–" : round(value, 3).toLocaleString("en-US", { maximumFractionDigits: 3 });

export const percent = (part) => (part === null || part === undefined ? "–" : `${Math.round(1000 * part) / 10} %`);

export const times = (value) => (value === null || value === undefined ? "–" : `${number(value)}×`);

export const counted = (count, thing) => `${count.toLocaleString("en-US")} ${thing}${count === 1 ? "" : "s"}`;

/** `100K`: for the marks of an axis. */
export const compact = (value) => value.toLocaleString("en-US", { notation: "compact" });
