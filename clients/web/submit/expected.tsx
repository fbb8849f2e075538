import type { JobForecast } from "../../sdk/index.ts";
import { now } from "../design/now.tsx";
import { fromNow } from "../design/time.ts";

/** What the job would get that is not submitted yet. */
export function Expected({
  forecast: { startsAt, endsAt, serverName, size, reason },
}: {
  readonly forecast: JobForecast;
}) {
  const at = (moment: string | null | undefined): string | null =>
    moment ? (Date.parse(moment) <= now.value ? "now" : fromNow(moment, now.value)) : null;
  const start = at(startsAt?.p50);
  const end = at(endsAt?.p50);
  if (!start && !end) return <span>Nothing can be forecast{reason ? `: ${reason}` : ""}.</span>;
  return (
    <span>
      {start && (
        <>
          Would start <strong>{start}</strong>
          {startsAt?.p90 && startsAt.p90 !== startsAt.p50 && ` (at the latest ${at(startsAt.p90)}, nine times in ten)`}
        </>
      )}
      {serverName && ` on ${serverName}`}
      {size !== null && `, with ${size}`}
      {end && (
        <>
          , and end <strong>{end}</strong>
        </>
      )}
      .{reason ? ` ${reason}` : ""}
    </span>
  );
}
