import type { Command } from "commander";
import type { JobDetails, LogBatch } from "../../sdk/index.ts";
import { type Cli, count, examples, type Session } from "../cli.ts";
import { findJobId } from "../find-job.ts";
import { followJob, untilFirstFailure } from "../follow-job.ts";
import { LogPrinter } from "../log-printer.ts";
import { checkWish, filterOf, type LogWish, passes } from "../log-wish.ts";
import { silenceWords } from "../narrator.ts";
import { storedLog } from "../stored-log.ts";
import { moment } from "../when.ts";

interface Options extends LogWish {
  readonly timestamps?: boolean;
}

/** One of the jobs that are wanted. */
interface Read {
  readonly id: string;
  readonly job: JobDetails | null;
  readonly printer: LogPrinter;
}

export function logs(program: Command, cli: Cli): void {
  program
    .command("logs")
    .summary("print what jobs have written")
    .description(
      "Prints what jobs have written, through all their runs. With --follow it goes on until they are over. What is left out by --since, --rank or --grep is left out by the server: of a long log nothing else is sent.",
    )
    .argument("<job...>", "ids, numbers, or names")
    .option("-f, --follow", "go on with what comes")
    .option("-n, --tail <count>", "only so many, the last ones", count)
    .option("--since <time>", "only lines from then on: 10m ago, or 2030-01-31T18:00:00Z", moment)
    .option("--until <time>", "only lines from before then", moment)
    .option("--attempt <number>", "only the output of this run", count)
    .option("--rank <number>", "only what this member of a run over several servers printed, from 0", count)
    .option("--grep <regex>", "only lines in which this regular expression is found")
    .option("-i, --ignore-case", "with --grep: capital letters and small ones are the same")
    .option("-v, --invert-match", "with --grep: only lines in which it is not found")
    .option("-t, --timestamps", "begin each line with the time when it was printed")
    .addHelpText(
      "after",
      examples(
        "logs 17 --tail 100",
        "logs -f resnet50",
        "logs 17 --since 10m --grep 'loss=nan' -i",
        "logs -f 17 18 --grep accuracy",
        "logs 17 --attempt 2 --json",
        "logs 17 --rank 1",
      ),
    )
    .action(
      cli.act(async (session, wanted: string[], options: Options) => {
        checkWish(options);
        const { client, json, signal } = session;
        const ids = new Set<string>();
        for (const each of wanted) ids.add(await findJobId(client, each));
        const reads: Read[] = [];
        for (const id of ids)
          reads.push(newRead(session, id, await client.job(id, { signal }), ids.size, options, reads.length));
        if (options.follow) await follow(session, reads, options);
        else if (json) await printDocuments(session, reads, options);
        else for (const read of reads) await print(session, read, options);
      }),
    );
}

const PREFIX_COLOURS = ["cyan", "yellow", "magenta", "green", "blue"] as const;

function newRead(
  { terminal, json }: Session,
  id: string,
  job: JobDetails | null,
  jobs: number,
  options: Options,
  nth: number,
): Read {
  const style = terminal.style(PREFIX_COLOURS[nth % PREFIX_COLOURS.length] ?? "cyan");
  const printer = new LogPrinter(terminal, {
    json,
    passes: passes(options),
    marksRanks: options.rank === undefined && job !== null && job.servers.max > 1,
    timestamps: options.timestamps === true,
    ...(jobs > 1 && { prefix: `${style(`${id} |`)} `, job: id }),
  });
  return { id, job, printer };
}

async function follow(session: Session, reads: readonly Read[], options: Options): Promise<void> {
  const { client, terminal, signal } = session;
  const followOne = async ({ id, printer }: Read, until: AbortSignal): Promise<void> => {
    let cursor: string | null = null;
    for await (const batch of storedLog(client, id, options, until)) {
      printer.batch(batch);
      await terminal.drained();
      cursor = batch.cursor;
    }
    await followJob({ ...session, signal: until }, id, { printer, after: cursor, attempt: options.attempt });
  };
  try {
    await untilFirstFailure(signal, (until) => reads.map((read) => followOne(read, until)));
  } catch (error) {
    const ids = reads.map(({ id }) => id).join(" ");
    if (signal.aborted)
      terminal.note(
        `${reads.length > 1 ? "the jobs go" : `${ids} goes`} on; follow again with schedulearn logs -f --tail 0 ${ids}`,
      );
    throw error;
  }
}

async function print(
  { client, terminal, signal }: Session,
  { id, job, printer }: Read,
  options: Options,
): Promise<void> {
  if (await printWhole({ client, terminal, signal }, id, options, printer)) return;
  for await (const batch of storedLog(client, id, options, signal)) {
    printer.batch(batch);
    await terminal.drained();
  }
  const { tail, attempt, rank } = options;
  if (printer.hasPrinted || tail === 0 || attempt !== undefined || job === null) return;
  const { rank: _, ...others } = options;
  if (filterOf(others) === null) terminal.note(rankSilence(job, rank) ?? silenceWords(job));
  else terminal.note(`no line of ${id} is like that`);
}

/**
 * All of it as it lies there, for a pipe: in one stream, which is many times faster than page by page.
 * @returns false where lines have to be looked at one by one, or there is nothing; then nothing was printed
 */
async function printWhole(
  { client, terminal, signal }: Pick<Session, "client" | "terminal" | "signal">,
  id: string,
  options: Options,
  { isPlain }: LogPrinter,
): Promise<boolean> {
  const { tail, attempt } = options;
  if (terminal.isTty || !isPlain || tail !== undefined || filterOf(options) !== null) return false;
  const only = attempt === undefined ? {} : { attempt };
  const { lines, gap } = await client.logs(id, { ...only, first: 1 }, { signal });
  if (gap || lines.length === 0) return false; // what was removed is told beside the output
  const reader = (await client.downloadLog(id, { ...only, signal })).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    terminal.io.stdout.write(part.value);
    await terminal.drained();
  }
  return true;
}

/** One document, written as its lines come: of a long log no more than a page is held. */
async function printDocuments(session: Session, reads: readonly Read[], options: Options): Promise<void> {
  const { terminal } = session;
  const { stdout } = terminal.io;
  const [only, ...others] = reads;
  if (only && others.length === 0) {
    await printDocument(session, only, options);
    stdout.write("\n");
    return;
  }
  stdout.write('{"jobs":[');
  for (const [nth, read] of reads.entries()) {
    if (nth > 0) stdout.write(",");
    await printDocument(session, read, options);
  }
  stdout.write("]}\n");
}

async function printDocument({ client, terminal, signal }: Session, { id }: Read, options: Options): Promise<void> {
  const { stdout } = terminal.io;
  const gaps: NonNullable<LogBatch["gap"]>[] = [];
  let cursor: string | null = null;
  let separator = "";
  for await (const batch of storedLog(client, id, options, signal)) {
    if (cursor === null) stdout.write(`{"id":${JSON.stringify(id)},"lines":[`);
    for (const line of batch.lines) {
      stdout.write(`${separator}${JSON.stringify(line)}`);
      separator = ",\n";
    }
    await terminal.drained();
    cursor = batch.cursor;
    if (batch.gap) gaps.push(batch.gap);
  }
  stdout.write(`],"cursor":${JSON.stringify(cursor)}${gaps.length > 0 ? `,"gaps":${JSON.stringify(gaps)}` : ""}}`);
}

/** Why one member of a run over several servers has printed nothing; null when its silence is the job's. */
function rankSilence({ id, runs }: JobDetails, rank: number | undefined): string | null {
  if (rank === undefined || runs.nodes.length === 0) return null;
  const most = Math.max(...runs.nodes.map(({ serverNames }) => serverNames.length)) - 1;
  if (rank <= most) return `rank ${rank} of ${id} has printed nothing`;
  return `${id} has no rank ${rank}: it has had ${most > 0 ? `ranks 0 to ${most}` : "rank 0 only"}`;
}
