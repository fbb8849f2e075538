import type { ComponentChildren } from "preact";
import { Ago, now } from "../design/now.tsx";
import { Panel } from "../design/panel.tsx";
import { span } from "../design/time.ts";
import { counted } from "../design/words.ts";
import type { JobPage } from "../generated/operations.ts";
import { bytesWords, clock, commandLine, expectedWords, lower, rangeWords } from "./words.ts";

/** What the job asked for, what it has had, and what is expected of it. */
export function Facts({ job }: { readonly job: JobPage }) {
  const text = (value: string | null | undefined) => value && <bdi>{value}</bdi>;
  const { estimate, forecast, lostWork } = job;
  const isOver = job.endedAt !== null;
  return (
    <Panel title="Facts" class="job-facts">
      <dl class="facts">
        <Fact name="Command" wide>
          <pre class="job-command">{commandLine(job.command)}</pre>
        </Fact>
        <Fact name="Batch">{job.batch && <BatchPlace batch={job.batch} />}</Fact>
        <Fact name="Image">{text(job.image)}</Fact>
        <Fact name="Working folder">{text(job.workdir)}</Fact>
        <Fact name="Code">{job.code && `${counted(job.code.files, "file")}, ${bytesWords(job.code.bytes)}`}</Fact>
        <Fact name="GPUs">{job.gpus.max > 0 && asked(job.gpus, job.grantedGpus.length, job.gpus.model)}</Fact>
        <Fact name="Cores">{asked(job.cores, job.grantedCores.length, null)}</Fact>
        <Fact name="Memory">{job.memoryMiB !== null && bytesWords(job.memoryMiB * 2 ** 20)}</Fact>
        <Fact name="Servers">
          {job.servers.max > 1 &&
            `${rangeWords(job.servers)}${job.launcher === "NONE" ? "" : `, ${lower(job.launcher)}`}`}
        </Fact>
        <Fact name="Ports">
          {text(
            job.ports.map(({ name, serverName, serverPort }) => `${name} at ${serverName}:${serverPort}`).join(", "),
          )}
        </Fact>
        <Fact name="Submitted">
          <Ago at={job.submittedAt} />
        </Fact>
        <Fact name="Waited">{job.queueingDelay !== null && span(job.queueingDelay)}</Fact>
        <Fact name="Trained">{job.firstStartedAt !== null && span(job.serviceTime)}</Fact>
        <Fact name="Ended">{job.endedAt !== null && <Ago at={job.endedAt} />}</Fact>
        <Fact name="Expected end">{!isOver && expectedWords(forecast?.endsAt ?? null, now.value)}</Fact>
        <Fact name="Restart costs">{!isOver && estimate && `about ${span(estimate.restartSeconds)}`}</Fact>
        <Fact name="Deadline">
          {job.deadline && clock(job.deadline)}
          {forecast?.deadlineProbability != null && ` (${Math.round(forecast.deadlineProbability * 100)} % likely)`}
        </Fact>
        <Fact name="Preempted">{job.preemptions > 0 && `${counted(job.preemptions, "time")}`}</Fact>
        <Fact name="Resized">{job.resizes > 0 && `${counted(job.resizes, "time")}`}</Fact>
        <Fact name="Migrated">{job.migrationCount > 0 && `${counted(job.migrationCount, "time")}`}</Fact>
        <Fact name="Work lost">{lostWork && lostWork.seconds >= 1 && span(lostWork.seconds)}</Fact>
        <Fact name="Type">{text(job.type)}</Fact>
        <Fact name="Priority">{job.priority !== 0 && job.priority}</Fact>
        <Fact name="Waits for">{job.blockedBy.length > 0 && <Jobs ids={job.blockedBy} />}</Fact>
        <Fact name="After">{job.after.length > 0 && <Jobs ids={job.after} />}</Fact>
        <Fact name="Labels">{text(pairs(job.labels))}</Fact>
        <Fact name="Variables">{text(pairs(job.env))}</Fact>
        <Fact name="Secrets">{text(job.secretNames.join(", "))}</Fact>
        <Fact name="Mounts">
          {text(
            job.mounts
              .map(({ source, target, readOnly }) => `${source} at ${target}${readOnly ? "" : ", writable"}`)
              .join("; "),
          )}
        </Fact>
        <Fact name="Runs as">{text(job.runAs)}</Fact>
      </dl>
    </Panel>
  );
}

/** Nothing where there is nothing to say. */
function Fact({
  name,
  wide,
  children,
}: {
  readonly name: string;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}) {
  const said = [children].flat().some((each) => each !== null && each !== undefined && each !== false && each !== "");
  if (!said) return null;
  return (
    <div class={wide ? "wide" : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** `batch-17, 3 of 8: lr=0.1`, with a way to the others. */
const BatchPlace = ({ batch }: { readonly batch: NonNullable<JobPage["batch"]> }) => (
  <>
    <a href={`/jobs?batch=${batch.id}`}>{batch.id}</a>, {batch.index} of {batch.size}{" "}
    <bdi>{pairs(batch.parameters)}</bdi>
  </>
);

const Jobs = ({ ids }: { readonly ids: readonly string[] }) => (
  <>
    {ids.map((id, index) => (
      <span key={id}>
        {index > 0 && ", "}
        <a href={`/jobs/${id}`}>{id}</a>
      </span>
    ))}
  </>
);

const asked = (range: { readonly min: number; readonly max: number }, has: number, model: string | null): string =>
  `${rangeWords(range)}${model === null ? "" : ` ${model}`}${has > 0 && range.min !== range.max ? `, has ${has}` : ""}`;

const pairs = (values: unknown): string =>
  Object.entries((values as Readonly<Record<string, unknown>> | null) ?? {})
    .map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" ");
