import { Bar } from "../design/bar.tsx";
import { Empty } from "../design/empty.tsx";
import { JobLink } from "../design/job-link.tsx";
import { Loading } from "../design/loading.tsx";
import { Panel } from "../design/panel.tsx";
import { StatusPill } from "../design/status.tsx";
import { span } from "../design/time.ts";
import { counted, progressWords } from "../design/words.ts";
import type { RunningJob } from "../generated/operations.ts";

interface Props {
  readonly jobs: readonly RunningJob[] | null;
  readonly total: number;
}

/** What trains, how far it is and how long it will still take. */
export const Running = ({ jobs, total }: Props) => (
  <Panel title="Running" aside={jobs && <a href="/jobs?phase=running">{total === 1 ? "1 job" : `${total} jobs`}</a>}>
    {jobs === null && <Loading what="running jobs" />}
    {jobs?.length === 0 && (
      <Empty title="Nothing runs at present">
        <p>
          <a href="/submit">Submit a job</a>, or by <code>schedulearn submit</code>.
        </p>
      </Empty>
    )}
    <ul class="rows">
      {jobs?.map((job) => (
        <li key={job.id} class="row running-row" data-row>
          <div class="row-main">
            <JobLink job={job} />
            <span class="dim">{placeOf(job)}</span>
          </div>
          <div class="row-progress">
            {job.status === "RUNNING" ? (
              <>
                <Bar fraction={job.progress?.fraction ?? null} label={`Progress of ${job.name}`} />
                <span class="dim">
                  {job.progress ? progressWords(job.progress).join(" · ") : "tells no progress yet"}
                </span>
              </>
            ) : (
              <StatusPill job={job} />
            )}
          </div>
          <span class="row-figure">{remainingOf(job)}</span>
        </li>
      ))}
    </ul>
    {jobs && total > jobs.length && (
      <p class="more">
        <a href="/jobs?phase=running">All {total} running jobs</a>
      </p>
    )}
  </Panel>
);

/** `ann · alpha, 4 GPUs`. */
function placeOf({ user, server, grantedGpus, grantedCores }: RunningJob): string {
  const what = grantedGpus.length > 0 ? counted(grantedGpus.length, "GPU") : counted(grantedCores.length, "core");
  return `${user} · ${server ? `${server.name}, ` : ""}${what}`;
}

function remainingOf({ status, estimate }: RunningJob): string {
  if (status !== "RUNNING" || estimate?.remainingTime == null) return "";
  return `${span(estimate.remainingTime)} left`;
}
