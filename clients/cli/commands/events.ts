import type { Command } from "commander";
import type { Event } from "../../sdk/index.ts";
import { type Cli, count, examples } from "../cli.ts";
import { findJobId } from "../find-job.ts";
import { formatTime } from "../format.ts";
import { safeWord } from "../safe-text.ts";
import type { Terminal } from "../terminal.ts";

interface Options {
  readonly follow?: boolean;
  readonly limit: number;
  readonly job?: string;
  readonly type?: string[];
  readonly after?: string;
}

export function events(program: Command, cli: Cli): void {
  program
    .command("events")
    .summary("print what has happened")
    .description("Prints the events of the cluster, the oldest first. With --follow it goes on with what happens.")
    .option("-f, --follow", "go on with what happens")
    .option("-n, --limit <count>", "at most so many of those that lie behind", count, 1000)
    .option("--job <job>", "only what happened to this job")
    .option("--type <type...>", "only events of these types, such as JobMigrated")
    .option("--after <cursor>", "begin behind this event")
    .addHelpText("after", examples("events --job 17", "events -f --type JobMigrated --json"))
    .action(
      cli.act(async ({ client, terminal, json, signal }, { follow, limit, job, type, after }: Options) => {
        const only = {
          ...(job !== undefined && { job: await findJobId(client, job) }),
          ...(type && { types: type }),
        };
        const past = await client.events({ ...only, after: after ?? null, limit }, { signal });
        if (json && !follow) {
          terminal.printJson({ events: past });
          return;
        }
        const print = json
          ? (event: Event) => terminal.printJson(event, { pretty: false })
          : (event: Event) => printEvent(terminal, event);
        for (const event of past) print(event);
        if (follow)
          for await (const event of client.followEvents({ ...only, after: past.at(-1)?.cursor ?? after, signal }))
            print(event);
      }),
    );
}

function printEvent(terminal: Terminal, { at, type, summary }: Event): void {
  const dim = terminal.style("dim");
  terminal.print(`${dim(formatTime(at))}  ${type.padEnd(20)}  ${safeWord(summary)}`);
}
