/** `2017-10-07 01:23:45`, with a T between, with fractions, with a zone (its name is not looked at); a date alone is its midnight. */
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?(?: ?(Z|[A-Z]{2,4}|[+-]\d\d:?\d\d))?)?$/;

/**
 * Seconds since 1970; null for what is no date. One without an offset is taken as of UTC: only differences are used.
 */
export function dateIn(text: string): number | null {
  const found = DATE.exec(text);
  if (!found) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found
    .slice(1, 7)
    .map((part) => Number(part ?? 0));
  const midnight = new Date(Date.UTC(year, month - 1, day));
  const exists = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second >= 61) return null;
  return midnight.getTime() / 1000 + hour * 3600 + minute * 60 + second - offsetOf(found[7] ?? "");
}

/** Seconds east of UTC. */
function offsetOf(zone: string): number {
  const found = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (!found) return 0;
  const seconds = Number(found[2]) * 3600 + Number(found[3]) * 60;
  return found[1] === "-" ? -seconds : seconds;
}
