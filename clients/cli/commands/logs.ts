import type { Command } from "commander";
import type { LogBatch, LogLine, SchedulearnClient } from "../../sdk/index.ts";
import { type Cli, count, examples } from "../cli.ts";
import { findJobId } from "../find-job.ts";
import { followJob } from "../follow-job.ts";
import { LogPrinter } from "../log-printer.ts";
import { silenceWords } from "../narrator.ts";

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
    .addHelpText("after", examples("logs 17 --tail 100", "logs -f resnet50", "logs 17 --attempt 2 --json"))
    .action(
      cli.act(async (session, wanted: string, options: Options) => {
        const { client, terminal, json, signal } = session;
        const id = await findJobId(client, wanted);
        const printer = new LogPrinter(terminal, { json, rank: options.rank });
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
          if (job) terminal.note(silenceWords(job));
        }
      }),
    );
}

/** What is stored now, page by page. */
async function* stored(
  client: SchedulearnClient,
  id: string,
  { tail, attempt }: Options,
  signal: AbortSignal,
): AsyncGenerator<LogBatch, void, undefined> {
  const only = attempt === undefined ? {} : { attempt };
  if (tail !== undefined) {
    const batch = await client.logs(id, { ...only, last: Math.max(1, tail) }, { signal });
    yield tail === 0 ? { ...batch, lines: [] } : batch;
    return;
  }
  for (let after: string | null = null; ; ) {
    const batch: LogBatch = await client.logs(id, { ...only, first: 1000, after }, { signal });
    yield batch;
    if (!batch.hasMore) return;
    after = batch.cursor;
  }
}
