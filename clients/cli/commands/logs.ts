import type { Command } from "commander";
import type { JobDetails, LogBatch, LogLine, SchedulearnClient } from "../../sdk/index.ts";
import { type Cli, count, examples } from "../cli.ts";
import { findJobId } from "../find-job.ts";
import { followJob } from "../follow-job.ts";
import { LogPrinter } from "../log-printer.ts";
import { silenceWords } from "../narrator.ts";

/** The server gives no more at once. */
const MOST_LAST_LINES = 1000;

interface Options {
  readonly follow?: boolean;
  readonly tail?: number;
  readonly attempt?: number;
  readonly rank?: number;
}

export function logs(program: Command, cli: Cli): void {
  program
    .command("logs")
    .summary("print a job's output")
    .description("Prints what a job has written, through all its runs. With --follow it goes on until the job is over.")
    .argument("<job>", "its id, its number, or its name")
    .option("-f, --follow", "go on with what comes")
    .option("-n, --tail <count>", "only so many of the last lines, 1000 at most", count)
    .option("--attempt <number>", "only the output of this run", count)
    .option("--rank <number>", "only what this member of a run over several servers printed, from 0", count)
    .addHelpText(
      "after",
      examples("logs 17 --tail 100", "logs -f resnet50", "logs 17 --attempt 2 --json", "logs 17 --rank 1"),
    )
    .action(
      cli.act(async (session, wanted: string, options: Options) => {
        const { client, terminal, json, signal } = session;
        const id = await findJobId(client, wanted);
        const marksRanks = hasRanks(await client.job(id, { signal }));
        const printer = new LogPrinter(terminal, { json, rank: options.rank, marksRanks });
        const lines: LogLine[] = [];
        const gaps: NonNullable<LogBatch["gap"]>[] = [];
        let cursor: string | null = null;
        for await (const batch of stored(client, id, options, signal)) {
          if (json && !options.follow) {
            lines.push(...batch.lines.filter(({ rank }) => rank === (options.rank ?? rank)));
            if (batch.gap) gaps.push(batch.gap);
          } else printer.batch(batch);
          cursor = batch.cursor;
        }
        if (options.follow) await followJob(session, id, { printer, after: cursor, attempt: options.attempt });
        else if (json) terminal.printJson({ lines, cursor, ...(gaps.length > 0 && { gaps }) });
        else if (!printer.hasPrinted && options.tail !== 0 && options.attempt === undefined) {
          const job = await client.job(id, { signal });
          if (job) terminal.note(rankSilence(job, options.rank) ?? silenceWords(job));
        }
      }),
    );
}

const hasRanks = (job: JobDetails | null): boolean => job !== null && job.servers.max > 1;

/** Why one member of a run over several servers has printed nothing; null when its silence is the job's. */
function rankSilence({ id, runs }: JobDetails, rank: number | undefined): string | null {
  if (rank === undefined || runs.nodes.length === 0) return null;
  const most = Math.max(...runs.nodes.map(({ serverNames }) => serverNames.length)) - 1;
  if (rank <= most) return `rank ${rank} of ${id} has printed nothing`;
  return `${id} has no rank ${rank}: it has had ${most > 0 ? `ranks 0 to ${most}` : "rank 0 only"}`;
}

/** What is stored now, page by page. */
async function* stored(
  client: SchedulearnClient,
  id: string,
  { tail, attempt, rank }: Options,
  signal: AbortSignal,
): AsyncGenerator<LogBatch, void, undefined> {
  const only = attempt === undefined ? {} : { attempt };
  if (tail !== undefined) {
    // The last lines of all members are asked for: too many of them may be the others'.
    const last = rank === undefined ? Math.max(1, tail) : Math.max(MOST_LAST_LINES, tail);
    const batch = await client.logs(id, { ...only, last }, { signal });
    const lines = batch.lines.filter((line) => line.rank === (rank ?? line.rank));
    yield { ...batch, lines: tail === 0 ? [] : lines.slice(-tail) };
    return;
  }
  for (let after: string | null = null; ; ) {
    const batch: LogBatch = await client.logs(id, { ...only, first: 1000, after }, { signal });
    yield batch;
    if (!batch.hasMore) return;
    after = batch.cursor;
  }
}
