import type { Command } from "commander";
import type { ExplainedChange, ExplainedJob, JobWhy } from "../../sdk/index.ts";
import { type Cli, count, examples, type Session } from "../cli.ts";
import { expectedWords } from "../expectation.ts";
import { findJobId } from "../find-job.ts";
import { counted, formatBytes, formatSeconds, formatTime } from "../format.ts";
import { keepCurrent } from "../kept-current.ts";
import { statusWords } from "../status.ts";
import type { Terminal } from "../terminal.ts";

/** No more often is it asked anew: to answer it the server holds rounds on paper, and plays the future through. */
const REST_MILLIS = 2_000;
/** How often where nothing has happened. */
const TICK_MILLIS = 10_000;

interface Options {
  readonly watch?: boolean;
  readonly changes: number;
}

export function why(program: Command, cli: Cli): void {
  program
    .command("why")
    .summary("tell why a job waits, or is where it is")
    .description(
      "Tells why a job waits, with the smallest change that would start it and when it is expected to start; why it is where it is; and each start, preemption, resize and migration with its cause, what it cost and what it gained. What stands first among the reasons decides.",
    )
    .argument("<job>", "its id, its number, or its name")
    .option("-n, --changes <count>", "at most so many of the last changes", count, 10)
    .option("-w, --watch", "keep it up to date; Ctrl-C ends it")
    .addHelpText("after", examples("why 17", "why resnet50 --watch", "why 17 --json"))
    .action(
      cli.act(async (session, wanted: string, options: Options) => {
        const { client, terminal, json, signal } = session;
        const id = await findJobId(client, wanted);
        if (options.watch) return watch(session, id, options);
        const job = await client.why(id, { changes: options.changes, signal });
        if (json) terminal.printJson(job);
        else print(terminal, job);
        return undefined;
      }),
    );
}

/** Keeps the answer up to date. */
function watch(session: Session, id: string, { changes }: Options): Promise<undefined> {
  const { client, terminal, json } = session;
  const lines = (job: ExplainedJob): readonly string[] => terminal.captured(() => print(terminal, job));
  return keepCurrent(session, {
    ask: (until) => client.why(id, { changes, signal: until }),
    lines,
    text: (job) => (json ? JSON.stringify(job) : lines(job).join("\n")),
    restMillis: REST_MILLIS,
    tickMillis: TICK_MILLIS,
    alwaysTicks: true,
  });
}

function print(terminal: Terminal, { id, name, why, ...job }: ExplainedJob): void {
  const { at, summary, blockers, smallestChange: change, forecast, placement } = why;
  terminal.printFacts([
    ["job", `${id}, ${name}`],
    ["status", statusWords(job)],
    ["why", blockers.length > 0 ? null : summary],
    ["placed", placement?.message ?? null],
    ["since", placement?.decidedAt ? formatTime(placement.decidedAt) : null],
    ...(placement?.alternatives ?? []).map(({ server, message }): [string, string] => [
      "instead of",
      `${server}: ${message}`,
    ]),
  ]);
  if (blockers.length > 0) {
    terminal.print("");
    terminal.print(terminal.style("bold")(`It waits: ${counted(blockers.length, "reason")}`));
    terminal.printFacts(
      blockers.flatMap(({ kind, message, remedy }, i): [string, string][] => [
        [`${i + 1} ${wordsOf(kind)}`, message],
        ["", remedy],
      ]),
    );
  }
  const expected: [string, string | null][] = [
    ["smallest change", change?.message ?? null],
    ["by", change?.command ?? (change ? BY[change.by] : null)],
    ["expected start", forecast && expectedWords(forecast.startsAt, at)],
    ["expected end", forecast && expectedWords(forecast.endsAt, at)],
    ["but", forecast?.reason && !summary.includes(forecast.reason) ? forecast.reason : null],
  ];
  if (expected.some(([, value]) => value)) terminal.print("");
  terminal.printFacts(expected);
  printChanges(terminal, why.changes);
}

const BY: Readonly<Record<NonNullable<JobWhy["smallestChange"]>["by"], string>> = {
  USER: "its user",
  OPERATOR: "an operator",
  WORLD: "nobody: it has to happen",
};

function printChanges(terminal: Terminal, changes: readonly ExplainedChange[]): void {
  if (changes.length === 0) return;
  terminal.print("");
  terminal.printTable(
    [
      { title: "WHEN" },
      { title: "CHANGE" },
      { title: "CAUSE", shrinks: true },
      { title: "FROM", shrinks: true, optional: true },
      { title: "TO", shrinks: true },
      { title: "SIZE", align: "right" },
      { title: "LOST", align: "right", optional: true },
      { title: "STOPPED", align: "right", optional: true },
      { title: "CARRIED", align: "right", optional: true },
      { title: "GAIN", shrinks: true },
    ],
    changes.map((change) => [
      formatTime(change.at),
      change.kind.toLowerCase(),
      wordsOf(change.cause),
      change.from.join(", ") || "-",
      change.to.join(", ") || "-",
      sizes(change),
      formatSeconds(change.cost.lostWork || null),
      formatSeconds(change.cost.stopped || null),
      change.cost.checkpointBytes > 0 ? formatBytes(change.cost.checkpointBytes) : "-",
      gainWords(change),
    ]),
  );
}

/** `2`, `2 to 4`, or `-` where it has none. */
function sizes({ sizeBefore, sizeAfter }: ExplainedChange): string {
  if (sizeAfter === null) return "-";
  return sizeBefore === null || sizeBefore === sizeAfter ? String(sizeAfter) : `${sizeBefore} to ${sizeAfter}`;
}

function gainWords({ gain: { jobs, speedup } }: ExplainedChange): string {
  const parts = [
    jobs.length > 0 && `room for ${jobs.join(", ")}`,
    speedup !== null && `${speedup.toFixed(2)} times as fast`,
  ];
  return parts.filter(Boolean).join(", ") || "-";
}

const wordsOf = (key: string): string => key.toLowerCase().replaceAll("_", " ");
