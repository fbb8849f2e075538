import { Bar } from "../design/bar.tsx";
import { JobLink } from "../design/job-link.tsx";
import { Ago } from "../design/now.tsx";
import { StatusPill } from "../design/status.tsx";
import { span } from "../design/time.ts";
import { percentDone, progressWords } from "../design/words.ts";
import type { ListedJob } from "../generated/operations.ts";

interface Props {
  readonly jobs: readonly ListedJob[];
  readonly selected: ReadonlySet<string>;
  /** A batch has one row. */
  readonly isGrouped: boolean;
  onSelect(selected: ReadonlySet<string>): void;
}

/** The list: a table where there is room, a card for each job on a phone. */
export function JobTable({ jobs, selected, isGrouped, onSelect }: Props) {
  const areAll = jobs.every(({ id }) => selected.has(id));
  const withAll = (isIn: boolean): ReadonlySet<string> => {
    const next = new Set(selected);
    for (const { id } of jobs) isIn ? next.add(id) : next.delete(id);
    return next;
  };
  const turned = (id: string): ReadonlySet<string> => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    return next;
  };
  return (
    <table class="job-table">
      <caption class="visually-hidden">Jobs</caption>
      <thead>
        <tr>
          <th class="pick">
            <input
              type="checkbox"
              aria-label="Select all on this page"
              checked={areAll}
              onChange={() => onSelect(withAll(!areAll))}
            />
          </th>
          <th scope="col">Job</th>
          <th scope="col">Status</th>
          <th scope="col">Progress</th>
          <th scope="col">User</th>
          <th scope="col">Type</th>
          <th scope="col">Place</th>
          <th scope="col">Trained</th>
          <th scope="col">Submitted</th>
        </tr>
      </thead>
      <tbody>
        {jobs.map((job) => (
          <tr key={job.id} data-row aria-selected={selected.has(job.id)}>
            <td class="pick">
              <input
                type="checkbox"
                data-select
                aria-label={`Select ${job.id}`}
                checked={selected.has(job.id)}
                onChange={() => onSelect(turned(job.id))}
              />
            </td>
            <td class="job-cell">
              <JobLink job={job} />
              <Batch job={job} isGrouped={isGrouped} />
            </td>
            <td class="status-cell">
              <StatusPill job={job} />
              {job.statusReason && <small title={job.statusReason}>{job.statusReason}</small>}
            </td>
            <td class="progress-cell">
              <Progress job={job} />
            </td>
            <td data-label="User">
              <bdi>{job.user}</bdi>
            </td>
            <td data-label="Type">
              <bdi>{job.type}</bdi>
            </td>
            <td data-label="Place">{placeOf(job)}</td>
            <td data-label="Trained">{trainedOf(job)}</td>
            <td data-label="Submitted">
              <Ago at={job.submittedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Of which batch it is; in a row for the whole of it, how that stands. */
function Batch({ job: { batch }, isGrouped }: { readonly job: ListedJob; readonly isGrouped: boolean }) {
  if (!batch) return null;
  const href = `/jobs?batch=${encodeURIComponent(batch.id)}`;
  if (!isGrouped)
    return (
      <a class="batch" href={href}>
        {batch.id}, {batch.index + 1} of {batch.size}
      </a>
    );
  const counts = Object.entries(batch.whole?.counts ?? {}).filter(([, count]) => count > 0);
  return (
    <a class="batch" href={href}>
      {batch.size} jobs: {counts.map(([what, count]) => `${count} ${what === "queued" ? "waiting" : what}`).join(", ")}
    </a>
  );
}

function Progress({ job: { id, status, progress } }: { readonly job: ListedJob }) {
  if (!progress || progress.fraction === null) return null;
  if (status === "COMPLETED") return null; // its pill says it
  return (
    <div class="listed-progress" title={progressWords(progress).join(" · ")}>
      <Bar fraction={progress.fraction} label={`Progress of ${id}`} />
      <span>{percentDone(progress.fraction)}</span>
    </div>
  );
}

/** Where it is, or was at last; before that, what it wants. */
function placeOf({ server, serverNames, grantedGpus, gpus }: ListedJob): string {
  const names = serverNames.join(", ");
  if (server && grantedGpus.length > 0)
    return serverNames.length > 1
      ? `${names}: ${grantedGpus.length} GPUs`
      : `${names}, GPU ${grantedGpus.map(({ index }) => index).join(", ")}`;
  if (names) return names;
  if (gpus.max === 0) return "";
  const count = gpus.min === gpus.max ? `${gpus.min}` : `${gpus.min} to ${gpus.max}`;
  return `wants ${count} GPU${gpus.max === 1 ? "" : "s"}`;
}

const trainedOf = ({ firstStartedAt, serviceTime }: ListedJob): string =>
  firstStartedAt === null ? "" : span(serviceTime);
