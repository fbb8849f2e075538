import type { ExplainedChange, JobWhy } from "../../sdk/index.ts";
import { Ago, now } from "../design/now.tsx";
import { Panel } from "../design/panel.tsx";
import { fromNow, span } from "../design/time.ts";
import { counted } from "../design/words.ts";
import type { JobPage } from "../generated/operations.ts";
import { api } from "../live/client.ts";
import { useLive } from "../live/use-live.ts";
import { bytesWords, expectedWords, lower } from "./words.ts";

/** It takes the server a look into the future. */
const EVERY_MILLIS = 2_000;
const CHANGES = 50;

/** Why the job waits and what would start it, why it is where it is, and why it was moved about. */
export function WhyPanel({ job }: { readonly job: JobPage }) {
  const waits = job.status === "PENDING" || (job.status === "PAUSED" && job.pausedBy === "POLICY");
  const { data, problem } = useLive(job.id, (signal) => api().why(job.id, { changes: CHANGES, signal }), {
    affects: ({ jobId, type }) => type !== "RunProgressed" && (waits || jobId === job.id),
    everyMillis: EVERY_MILLIS,
  });
  const why = data?.why;
  if (problem !== null) return <p class="fault">{problem}</p>;
  if (!why) return null;
  const { blockers, smallestChange, placement, changes } = why;
  if (blockers.length === 0 && !placement && changes.length === 0) return null;
  return (
    <>
      {(blockers.length > 0 || placement) && (
        <Panel title={blockers.length > 0 ? "Why it waits" : "Why it is there"} class="why">
          {why.summary !== blockers[0]?.message && (
            <p class="why-summary">
              <bdi>{why.summary}</bdi>
            </p>
          )}
          {blockers.length > 0 && <Blockers why={why} />}
          {smallestChange && (
            <div class="why-change">
              <p>
                <strong>The least that would help</strong> <bdi>{smallestChange.message}</bdi>
              </p>
              {smallestChange.command && <code>{smallestChange.command}</code>}
            </div>
          )}
          {blockers.length > 0 && <Expected why={why} />}
          {placement && blockers.length === 0 && <Place placement={placement} />}
        </Panel>
      )}
      {changes.length > 0 && <Changes changes={changes} />}
    </>
  );
}

const Blockers = ({ why: { blockers } }: { readonly why: JobWhy }) => (
  <ol class="why-blockers">
    {blockers.map(({ kind, message, remedy, jobs, servers, until }) => (
      <li key={`${kind} ${message}`}>
        <span class="why-kind">{lower(kind).replace("gpu", "GPU")}</span>
        <div>
          <p>
            <bdi>{message}</bdi>
            {until && <span class="dim"> ({fromNow(until, now.value)})</span>}
          </p>
          <p class="dim">
            <bdi>{remedy}</bdi> <Links jobs={jobs} servers={servers} />
          </p>
        </div>
      </li>
    ))}
  </ol>
);

const MOST_LINKS = 8;

const Links = ({ jobs, servers }: { readonly jobs: readonly string[]; readonly servers: readonly string[] }) => (
  <>
    {jobs.slice(0, MOST_LINKS).map((id) => (
      <a key={id} href={`/jobs/${id}`}>
        {id}{" "}
      </a>
    ))}
    {jobs.length > MOST_LINKS && `and ${counted(jobs.length - MOST_LINKS, "other")} `}
    {servers.slice(0, MOST_LINKS).map((name) => (
      <a key={name} href={`/servers/${name}`}>
        <bdi>{name}</bdi>{" "}
      </a>
    ))}
  </>
);

function Expected({ why: { forecast } }: { readonly why: JobWhy }) {
  const start = expectedWords(forecast?.startsAt ?? null, now.value);
  const end = expectedWords(forecast?.endsAt ?? null, now.value);
  if (!forecast || (start === null && forecast.reason === null)) return null;
  return (
    <p>
      <strong>Expected to start</strong> {start ?? <bdi>{forecast.reason}</bdi>}
      {start !== null && forecast.serverName !== null && (
        <>
          {" "}
          on <bdi>{forecast.serverName}</bdi>
        </>
      )}
      {end !== null && <>, over {end}</>}
    </p>
  );
}

const Place = ({ placement }: { readonly placement: NonNullable<JobWhy["placement"]> }) => (
  <>
    {placement.alternatives.length > 0 && (
      <ul class="why-alternatives">
        {placement.alternatives.map(({ server, message }) => (
          <li key={server}>
            <a href={`/servers/${server}`}>
              <bdi>{server}</bdi>
            </a>{" "}
            <bdi>{message}</bdi>
          </li>
        ))}
      </ul>
    )}
    <p class="dim">
      {[
        placement.policy && `policy ${placement.policy}`,
        placement.placement && `placement ${placement.placement}`,
        placement.fitting !== null && `${counted(placement.fitting, "server")} would have done`,
        placement.hadImage && "the image was there already",
        placement.hadCheckpoint && "the checkpoint was there already",
      ]
        .filter(Boolean)
        .join(" · ")}
    </p>
  </>
);

const Changes = ({ changes }: { readonly changes: readonly ExplainedChange[] }) => (
  <Panel title="What was changed, and why">
    <div class="table-scroll">
      <table>
        <thead>
          <tr>
            <th>When</th>
            <th>What</th>
            <th>It cost</th>
            <th>It gained</th>
          </tr>
        </thead>
        <tbody>
          {changes.map((change) => (
            <tr key={`${change.at} ${change.kind}`}>
              <td>
                <Ago at={change.at} />
              </td>
              <td>
                <strong>{lower(change.kind)}</strong> <span class="dim">{lower(change.cause)}</span>
                <br />
                <bdi>{change.message}</bdi>
              </td>
              <td>{costWords(change)}</td>
              <td>
                <Gain change={change} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </Panel>
);

const costWords = ({ cost: { lostWork, lostSteps, stopped, checkpointBytes } }: ExplainedChange): string =>
  [
    lostWork !== null && lostWork >= 0.5 && `${span(lostWork)} of work`,
    lostSteps !== null && lostSteps > 0 && counted(lostSteps, "step"),
    stopped !== null && stopped >= 0.5 && `${span(stopped)} at rest`,
    checkpointBytes > 0 && `${bytesWords(checkpointBytes)} carried`,
  ]
    .filter(Boolean)
    .join(", ");

const Gain = ({ change: { gain } }: { readonly change: ExplainedChange }) => (
  <>
    {gain.jobs.length > 0 && (
      <>
        room for <Links jobs={gain.jobs} servers={[]} />
      </>
    )}
    {gain.speedup !== null && gain.speedup !== 1 && `${Number(gain.speedup.toFixed(2))} times as fast`}
  </>
);
