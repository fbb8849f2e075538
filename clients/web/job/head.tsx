import { Bar } from "../design/bar.tsx";
import { now } from "../design/now.tsx";
import { StatusPill } from "../design/status.tsx";
import { span } from "../design/time.ts";
import { counted, progressWords } from "../design/words.ts";
import type { JobPage } from "../generated/operations.ts";
import { Actions } from "./actions.tsx";
import { expectedWords } from "./words.ts";

/** What the job is called, how it is with it, how far it is, and what can be done with it. */
export function Head({ job, isHeld }: { readonly job: JobPage; readonly isHeld: boolean }) {
  const reason = job.failure ? null : job.statusReason;
  return (
    <header class="job-head">
      <div class="page-title">
        <h1>
          <bdi>{job.name}</bdi>
        </h1>
        <Actions job={job} isHeld={isHeld} />
      </div>
      <p class="job-line">
        <StatusPill job={job} />
        <span>{job.id}</span>
        <span>
          by <bdi>{job.user}</bdi>
        </span>
        {placeWords(job) && <bdi>{placeWords(job)}</bdi>}
        {job.endedAt !== null && job.jobCompletionTime !== null && <span>took {span(job.jobCompletionTime)}</span>}
      </p>
      {reason && (
        <p class="job-reason">
          <bdi>{reason}</bdi>
        </p>
      )}
      {job.failure && (
        <div class="job-failure" role="alert">
          <p>
            <strong>
              <bdi>{job.failure.message}</bdi>
            </strong>{" "}
            <code>{job.failure.code}</code>
          </p>
          <p>
            <bdi>{job.failure.hint}</bdi>
          </p>
        </div>
      )}
      <ProgressLine job={job} />
    </header>
  );
}

function ProgressLine({ job }: { readonly job: JobPage }) {
  const { progress, estimate } = job;
  const isOver = job.endedAt !== null;
  if (!progress || (isOver && job.status === "COMPLETED" && progress.fraction === null)) return null;
  const left = isOver || estimate?.remainingTime == null ? null : `${span(estimate.remainingTime)} left`;
  const end = isOver ? null : expectedWords(job.forecast?.endsAt ?? null, now.value);
  const figures = [...progressWords(progress), left, !left && end && `ends ${end}`].filter(Boolean);
  return (
    <div class="job-progress">
      <Bar fraction={progress.fraction} label={`Progress of ${job.id}`} />
      <p>{figures.join(" · ")}</p>
    </div>
  );
}

/** `2 GPUs of alpha (0, 1)`, `2 GPUs of alpha, beta (alpha/0, beta/0)`; where it was, once it is over. */
function placeWords(job: JobPage): string {
  const servers = job.serverNames.join(", ");
  if (!job.server) return servers && `last on ${servers}`;
  if (job.grantedGpus.length > 0) {
    const isGang = job.serverNames.length > 1;
    const gpus = job.grantedGpus.map(({ serverName, index }) => (isGang ? `${serverName}/${index}` : index));
    return `${counted(gpus.length, "GPU")} of ${servers} (${gpus.join(", ")})`;
  }
  return job.grantedCores.length > 0 ? `${counted(job.grantedCores.length, "core")} of ${servers}` : `on ${servers}`;
}
