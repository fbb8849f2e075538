import type { Command } from "commander";
import type { Forecast, ForecastAccuracy, JobForecast } from "../../sdk/index.ts";
import { type Cli, count, examples } from "../cli.ts";
import { UsageError } from "../exit-code.ts";
import { basisWords, percent, rangeWords, spanTo } from "../expectation.ts";
import { findJobId } from "../find-job.ts";
import { formatSeconds } from "../format.ts";
import type { Terminal } from "../terminal.ts";

/** As many as the API gives at once. */
const MOST_JOBS = 1_000;

interface Options {
  readonly policy?: string[];
  readonly runs?: number;
  readonly seed?: number;
  readonly accuracy?: boolean;
}

/** Again and again into one list; each counts once. */
const keys = (text: string, before: readonly string[] = []): string[] => [
  ...new Set([...before, ...text.split(",").map((key) => key.trim())]),
];

export function forecast(program: Command, cli: Cli): void {
  program
    .command("forecast")
    .summary("tell when jobs will start and end")
    .description(
      "Tells when jobs start and end, as far as estimates go: the present is played through many times, with work that differs as much as it is unsure. Nobody submits anything more, and nothing fails.",
    )
    .argument("[job...]", "their ids, numbers, or names; without any, all that are not over")
    .option("--policy <keys>", "under these policies, with commas between them; without it, the one in force", keys)
    .option("--runs <count>", "play it through so many times, at most 200", count)
    .option("--seed <number>", "choose other draws", count)
    .option("--accuracy", "how forecasts made at submission have turned out, instead")
    .addHelpText(
      "after",
      examples("forecast", "forecast 17 resnet50", "forecast --policy fifo,srtf,goodput", "forecast --accuracy"),
    )
    .action(
      cli.act(async ({ client, terminal, json, signal }, wanted: readonly string[], options: Options) => {
        const { policy: policies, runs, seed, accuracy } = options;
        if (accuracy) {
          if (wanted.length > 0 || policies) throw new UsageError("--accuracy is told of all jobs and policies");
          const judged = await client.forecastAccuracy({ signal });
          if (json) terminal.printJson({ accuracy: judged });
          else printAccuracy(terminal, judged);
          return;
        }
        const jobs = await Promise.all(wanted.map((name) => findJobId(client, name)));
        const made = await client.forecast(
          {
            first: MOST_JOBS,
            ...(policies && { policies }),
            ...(jobs.length > 0 && { jobs }),
            ...(runs !== undefined && { runs }),
            ...(seed !== undefined && { seed }),
          },
          { signal },
        );
        if (json) terminal.printJson({ at: made.at, policies: made.policies });
        else print(terminal, made);
      }),
    );
}

function print(terminal: Terminal, made: Forecast): void {
  const { at, policies } = made;
  const [first] = policies;
  if (!first || first.jobCount === 0) return terminal.print("nothing to forecast: no job waits or runs");
  if (policies.length === 1) printOne(terminal, at, first.jobs);
  else printSeveral(terminal, at, policies);
  const played = policies.map(({ policy, runs }) => `${policy} ${runs}`).join(", ");
  terminal.note(`times from now, played through so often: ${played}`);
  if (first.jobs.length < first.jobCount) terminal.note(`${first.jobCount - first.jobs.length} more jobs`);
}

function printOne(terminal: Terminal, at: string, jobs: readonly JobForecast[]): void {
  terminal.printTable(
    [
      { title: "ID" },
      { title: "NAME", shrinks: true },
      { title: "STARTS IN", align: "right" },
      { title: "RANGE", optional: true },
      { title: "ENDS IN", align: "right" },
      { title: "RANGE" },
      { title: "SERVER", shrinks: true },
      { title: "SIZE", align: "right" },
      { title: "IN TIME", align: "right", optional: true },
      { title: "JUDGED BY", optional: true },
      { title: "BUT", shrinks: true, least: 24 },
    ],
    jobs.map((job) => [
      job.job ?? "-",
      job.name ?? "-",
      startOf(job, at),
      rangeWords(job.startsAt, at) || "-",
      spanTo(job.endsAt?.p50, at),
      rangeWords(job.endsAt, at) || "-",
      job.serverName ?? "-",
      job.size === null ? "-" : String(job.size),
      job.deadlineProbability === null ? "-" : percent(job.deadlineProbability),
      basisWords(job),
      job.reason ?? "",
    ]),
  );
}

/** One column for each policy: when a job starts and when it ends. */
function printSeveral(terminal: Terminal, at: string, policies: Forecast["policies"]): void {
  const [first] = policies;
  terminal.printTable(
    [
      { title: "ID" },
      { title: "NAME", shrinks: true },
      ...policies.map(({ policy }) => ({ title: policy.toUpperCase(), shrinks: true, least: 18 })),
    ],
    [
      ...(first?.jobs ?? []).map((job, i) => [
        job.job ?? "-",
        job.name ?? "-",
        ...policies.map(({ jobs }) => {
          const under = jobs[i];
          return under ? `${startOf(under, at)}, ends ${spanTo(under.endsAt?.p50, at)}` : "-";
        }),
      ]),
      ["", "mean end", ...policies.map(({ jobs }) => meanEnd(jobs, at))],
    ],
  );
}

/** Until a job trains; `runs` for one that does. */
const startOf = ({ startsAt, serverName, endsAt, reason }: JobForecast, at: string): string =>
  startsAt === null && serverName !== null && (endsAt !== null || reason !== null) ? "runs" : spanTo(startsAt?.p50, at);

function meanEnd(jobs: readonly JobForecast[], at: string): string {
  const spans = jobs.flatMap(({ endsAt }) => (endsAt?.p50 ? [Date.parse(endsAt.p50) - Date.parse(at)] : []));
  if (spans.length === 0) return "?";
  const mean = formatSeconds(spans.reduce((sum, span) => sum + span, 0) / spans.length / 1000);
  return spans.length === jobs.length ? mean : `${mean}, of ${spans.length}`;
}

function printAccuracy(terminal: Terminal, judged: readonly ForecastAccuracy[]): void {
  if (judged.length === 0)
    return terminal.print("nothing to tell yet: no job has completed that was forecast when it was submitted");
  terminal.printTable(
    [
      { title: "POLICY" },
      { title: "CATEGORY", shrinks: true },
      { title: "OF" },
      { title: "FORECASTS", align: "right" },
      { title: "OFF BY", align: "right" },
      { title: "TENDENCY" },
      { title: "WITHIN RANGE", align: "right" },
    ],
    judged.map((each) => [
      each.policy,
      each.category,
      each.of.toLowerCase(),
      String(each.forecasts),
      formatSeconds(each.error),
      tendency(each),
      percent(each.coverage),
    ]),
  );
  terminal.note("off by: the median; within range: of 80% that the range promises");
}

function tendency({ bias, error }: ForecastAccuracy): string {
  if (Math.abs(bias) * 10 < error || bias === 0) return "neither way";
  return `${formatSeconds(Math.abs(bias))} ${bias > 0 ? "later" : "earlier"} than told`;
}
