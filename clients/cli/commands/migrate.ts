import type { Command } from "commander";
import type { Migration, SchedulearnClient } from "../../sdk/index.ts";
import { type Cli, examples } from "../cli.ts";
import { exitCode } from "../exit-code.ts";
import { findJobId } from "../find-job.ts";
import { counted, formatBytes, formatSeconds } from "../format.ts";

interface Options {
  readonly wait?: boolean;
  readonly live?: boolean;
}

export function migrate(program: Command, cli: Cli): void {
  program
    .command("migrate")
    .summary("move a running job to another server")
    .description("Moves a running job with its checkpoint: to the server of this name, or to where it fits best.")
    .argument("<job>", "its id, its number, or its name")
    .argument("[server]", "where to")
    .option("--live", "as it runs, with its memory: CPU containers between Docker hosts with CRIU")
    .option("-w, --wait", "until it runs there; exit code 1 when it does not come to that")
    .addHelpText("after", examples("migrate 17", "migrate resnet50 gpu-box-2 --wait", "migrate 17 box2 --live"))
    .action(
      cli.act(
        async (
          { client, terminal, json, signal },
          wanted: string,
          server: string | undefined,
          { wait, live }: Options,
        ) => {
          const id = await findJobId(client, wanted);
          const { eventCursor } = await client.cluster({ signal });
          const begun = await client.migrate(id, server, { live: live ?? false });
          if (!json) terminal.print(`${id} moves from ${begun.from} to ${begun.to}`);
          if (!wait) {
            if (json) terminal.printJson(begun);
            return exitCode.ok;
          }
          const migration = await ended(client, id, begun, eventCursor, signal);
          const hasArrived = migration.state === "COMPLETED";
          if (json) terminal.printJson(migration);
          else if (hasArrived) terminal.print(`${id} runs on ${migration.to}: ${costWords(migration)}`);
          else terminal.note(`${id} was not migrated: ${migration.reason ?? "the job was deleted"}`);
          return hasArrived ? exitCode.ok : exitCode.failed;
        },
      ),
    );
}

/** The migration once nothing more will come of it. */
async function ended(
  client: SchedulearnClient,
  id: string,
  begun: Migration,
  after: string,
  signal: AbortSignal,
): Promise<Migration> {
  const look = async (): Promise<Migration> =>
    (await client.job(id, { signal }))?.migrations.nodes.find((one) => one.id === begun.id) ?? begun;
  for await (const { event } of client.followJobs({ job: id, after, signal })) {
    if (event.type === "RunProgressed") continue;
    const now = await look();
    if (now.endedAt !== null) return now;
  }
  signal.throwIfAborted();
  return look(); // the job is over
}

function costWords({ downtime, bytes, lostSteps, reason }: Migration): string {
  const lost = lostSteps === null ? [] : [`${counted(lostSteps, "step")} lost`];
  return [
    `${formatSeconds(downtime)} of downtime`,
    `${formatBytes(bytes)} carried`,
    ...lost,
    ...(reason ? [reason] : []),
  ].join(", ");
}
