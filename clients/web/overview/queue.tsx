import type { JobForecast } from "../../sdk/index.ts";
import { Empty } from "../design/empty.tsx";
import { JobLink } from "../design/job-link.tsx";
import { Loading } from "../design/loading.tsx";
import { now } from "../design/now.tsx";
import { Panel } from "../design/panel.tsx";
import { fromNow, span } from "../design/time.ts";
import type { QueuedJob } from "../generated/operations.ts";

interface Props {
  readonly jobs: readonly QueuedJob[] | null;
  readonly total: number;
  /** By the job's id. */
  readonly forecasts: ReadonlyMap<string, JobForecast>;
}

/** Who waits, why, and until when as far as one can tell. */
export const Queue = ({ jobs, total, forecasts }: Props) => (
  <Panel title="Queue" aside={jobs && <a href="/jobs?phase=queued">{total === 1 ? "1 job" : `${total} jobs`}</a>}>
    {jobs === null && <Loading what="the queue" />}
    {jobs?.length === 0 && <Empty title="Nobody waits" />}
    <ul class="rows">
      {jobs?.map((job) => (
        <li key={job.id} class="row queue-row" data-row>
          <div class="row-main">
            <JobLink job={job} />
            <span class="dim">
              {job.user} · {wanted(job)} · waits for {span((now.value - Date.parse(job.submittedAt)) / 1000)}
            </span>
            {job.statusReason && <span class="row-why">{job.statusReason}</span>}
          </div>
          <Start forecast={forecasts.get(job.id) ?? null} />
        </li>
      ))}
    </ul>
    {jobs && total > jobs.length && (
      <p class="more">
        <a href="/jobs?phase=queued">All {total} waiting jobs</a>
      </p>
    )}
  </Panel>
);

/** `4 GPUs`, `1 to 8 GPUs`, `2 cores`. */
function wanted({ gpus, cores }: QueuedJob): string {
  const [{ min, max }, unit] = gpus.max > 0 ? [gpus, "GPU"] : [cores, "core"];
  return `${min === max ? min : `${min} to ${max}`} ${unit}${max === 1 ? "" : "s"}`;
}

function Start({ forecast }: { readonly forecast: JobForecast | null }) {
  if (!forecast?.startsAt?.p50)
    return (
      <span class="row-figure dim" title={forecast?.reason ?? undefined}>
        {forecast ? "no forecast" : ""}
      </span>
    );
  const { p10, p50, p90 } = forecast.startsAt;
  const at = (moment: string | null): string => (moment ? fromNow(moment, now.value) : "later");
  return (
    <span class="row-figure" data-tip={`Starts between ${at(p10)} and ${at(p90)}, as far as estimates go`}>
      starts {Date.parse(p50) <= now.value ? "any moment" : fromNow(p50, now.value)}
    </span>
  );
}
