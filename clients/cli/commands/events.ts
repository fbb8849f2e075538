import type { Command } from "commander";
import type { Event } from "../../sdk/index.ts";
import { type Cli, count, examples } from "../cli.ts";
import { findJobId } from "../find-job.ts";
import { formatTime } from "../format.ts";
import { safeWord } from "../safe-text.ts";
import type { Terminal } from "../terminal.ts";

/** Comes with each step of each job. */
const PROGRESS = "RunProgressed";

interface Options {
  readonly follow?: boolean;
  readonly limit: number;
  readonly job?: string;
  readonly type?: string[];
  readonly after?: string;
  readonly progress?: boolean;
}

export function events(program: Command, cli: Cli): void {
  program
    .command("events")
    .summary("print what has happened")
    .description(
      "Prints the last events, the oldest first. With --follow it prints what happens from now on; with --job or --after, from there on.",
    )
    .option("-f, --follow", "print what happens as it happens")
    .option("-n, --limit <count>", "without --follow: only so many, the last ones", count, 1000)
    .option("--job <job>", "only what happened to this job")
    .option("--type <type...>", "only events of these types, such as JobMigrated")
    .option("--after <cursor>", "begin behind the event with this cursor")
    .option("--progress", "also each step that running jobs tell")
    .addHelpText("after", examples("events --job 17", "events -f --type JobMigrated --json"))
    .action(
      cli.act(async ({ client, terminal, json, signal }, { follow, limit, job, type, after, progress }: Options) => {
        const isWanted = (event: Event): boolean => progress || type !== undefined || event.type !== PROGRESS;
        const only = {
          ...(job !== undefined && { job: await findJobId(client, job) }),
          ...(type && { types: type }),
        };
        if (!follow) {
          // The API reads from the beginning on: the last ones are those that are left at the end.
          const all = await client.events({ ...only, after, limit: Number.POSITIVE_INFINITY }, { signal });
          const wanted = all.filter(isWanted);
          const past = wanted.slice(Math.max(0, wanted.length - limit));
          if (json) terminal.printJson({ events: past });
          else for (const event of past) printEvent(terminal, event);
          return;
        }
        const print = (event: Event): void => {
          if (!isWanted(event)) return;
          if (json) terminal.printJson(event, { pretty: false });
          else printEvent(terminal, event);
        };
        const begin = after ?? (await client.cluster({ signal })).eventCursor; // first, so that nothing falls between
        const isStory = job !== undefined && after === undefined; // of a job it has a beginning worth telling
        const past = isStory ? await client.events({ ...only, limit: Number.POSITIVE_INFINITY }, { signal }) : [];
        for (const event of past) print(event);
        for await (const event of client.followEvents({ ...only, after: past.at(-1)?.cursor ?? begin, signal }))
          print(event);
      }),
    );
}

function printEvent(terminal: Terminal, { at, type, summary }: Event): void {
  const dim = terminal.style("dim");
  terminal.print(`${dim(formatTime(at))}  ${type.padEnd(20)}  ${safeWord(summary)}`);
}
