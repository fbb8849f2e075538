import { now } from "../design/now.tsx";
import { Panel } from "../design/panel.tsx";
import { span } from "../design/time.ts";
import { counted } from "../design/words.ts";
import type { JobPage, MigrationRow, RunRow } from "../generated/operations.ts";
import { bytesWords, clock, lower } from "./words.ts";

/** Every attempt of the job, the newest first. */
export function RunsPanel({ job }: { readonly job: JobPage }) {
  const { nodes, totalCount } = job.runs;
  return (
    <Panel title="Runs" aside={totalCount > 0 ? counted(totalCount, "run") : undefined}>
      {nodes.length === 0 ? (
        <p class="none">None has begun yet.</p>
      ) : (
        <div class="table-scroll">
          <table>
            <thead>
              <tr>
                <th>Run</th>
                <th>Began because</th>
                <th>Where</th>
                <th>Placed</th>
                <th>Trained</th>
                <th>End</th>
                <th>
                  <span class="visually-hidden">Output</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {nodes.toReversed().map((run) => (
                <tr key={run.id}>
                  <td>{run.attempt}</td>
                  <td>{REASONS[run.reason]}</td>
                  <td>
                    <bdi>{placeOf(run)}</bdi>
                  </td>
                  <td>{clock(run.placedAt)}</td>
                  <td>{trainedWords(run)}</td>
                  <td>
                    <End run={run} />
                  </td>
                  <td>
                    <a href={`/jobs/${job.id}?tab=log&attempt=${run.attempt}`}>Output</a>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  );
}

const REASONS: Readonly<Record<RunRow["reason"], string>> = {
  SUBMITTED: "it was submitted",
  PREEMPTED: "it goes on after a preemption",
  MIGRATED: "it goes on after a move",
  RESIZED: "it goes on with another size",
  RETRIED: "it tries again",
  RECOVERED: "it was found after a restart",
};

function placeOf({ serverNames, gpus, cores }: RunRow): string {
  const servers = serverNames.join(", ");
  if (gpus.length === 0) return cores.length === 0 ? servers : `${servers}, ${counted(cores.length, "core")}`;
  const many = serverNames.length > 1;
  return `${servers}, GPU ${gpus.map(({ serverName, index }) => (many ? `${serverName}/${index}` : index)).join(", ")}`;
}

function trainedWords({ startedAt, endedAt }: RunRow): string {
  if (startedAt === null) return "";
  return span(((endedAt === null ? now.value : Date.parse(endedAt)) - Date.parse(startedAt)) / 1000);
}

function End({ run }: { readonly run: RunRow }) {
  const { outcome, failure, exitCode, signal } = run;
  if (outcome === null) return <>{lower(run.status)}</>;
  if (failure)
    return (
      <>
        <strong class="fault">
          <bdi>{failure.message}</bdi>
        </strong>{" "}
        <code>{failure.code}</code>
        <br />
        <small>
          <bdi>{failure.hint}</bdi>
        </small>
      </>
    );
  const how = signal ?? (exitCode === null || exitCode === 0 ? null : `exit code ${exitCode}`);
  return (
    <>
      {outcome === "SUCCEEDED" ? "ended well" : "was stopped"}
      {how && `, ${how}`}
    </>
  );
}

/** Every move of the job, the newest first. */
export function MigrationsPanel({ job }: { readonly job: JobPage }) {
  const { nodes, totalCount } = job.migrations;
  if (totalCount === 0) return null;
  return (
    <Panel title="Migrations" aside={counted(totalCount, "move")}>
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <th>From, to</th>
              <th>Why</th>
              <th>When</th>
              <th>State</th>
              <th>Carried</th>
              <th>Did not train</th>
              <th>Steps lost</th>
            </tr>
          </thead>
          <tbody>
            {nodes.toReversed().map((migration) => (
              <tr key={migration.id}>
                <td>
                  <bdi>{migration.from}</bdi> → <bdi>{migration.to}</bdi>
                </td>
                <td>
                  {CAUSES[migration.cause]}
                  {migration.makesRoomFor !== null && (
                    <>
                      {": "}
                      <a href={`/jobs/${migration.makesRoomFor}`}>{migration.makesRoomFor}</a> can start
                    </>
                  )}
                </td>
                <td>{clock(migration.requestedAt)}</td>
                <td>
                  {lower(migration.state)}
                  {migration.live && ", with its memory"}
                  {migration.reason !== null && (
                    <>
                      <br />
                      <small>
                        <bdi>{migration.reason}</bdi>
                      </small>
                    </>
                  )}
                </td>
                <td>{migration.bytes > 0 && bytesWords(migration.bytes)}</td>
                <td>{migration.downtime !== null && span(migration.downtime)}</td>
                <td>{migration.lostSteps}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

const CAUSES: Readonly<Record<MigrationRow["cause"], string>> = {
  USER: "it was asked for",
  POLICY: "the policy",
  DRAIN: "its server drains",
  DEFRAGMENTATION: "room for a larger job",
  UNHEALTHY_GPU: "a GPU of it does not work well",
};
