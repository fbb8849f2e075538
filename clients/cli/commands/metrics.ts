import type { Command } from "commander";
import { Option } from "commander";
import type { JobTimes, TimeSpread, UsageHistory } from "../../sdk/index.ts";
import { RequestError, UnreachableError } from "../../sdk/index.ts";
import { type Cli, examples, type Session } from "../cli.ts";
import { counted, formatSeconds } from "../format.ts";
import type { Terminal } from "../terminal.ts";
import { moment } from "../when.ts";

const DAY_MILLIS = 86_400_000;
const HOUR_MILLIS = 3_600_000;

interface Options {
  readonly since?: string;
  readonly until?: string;
  readonly by?: "user" | "type";
  readonly prometheus?: boolean;
}

export function metrics(program: Command, cli: Cli): void {
  program
    .command("metrics")
    .summary("sum up waiting, training, throughput and use")
    .description(
      "Sums up the jobs that ended in a time, the last day unless told otherwise: how long they waited and trained, how many ended an hour, and how much of the GPUs and cores was used.",
    )
    .option("--since <time>", "from then on: 2h ago, or 2030-01-31T18:00:00Z", moment)
    .option("--until <time>", "up to then", moment)
    .addOption(new Option("--by <what>", "a row for each user, or type").choices(["user", "type"]))
    .option("--prometheus", "what Prometheus is told instead, as the server has it at /metrics")
    .addHelpText("after", examples("metrics", "metrics --since 7d --by user", "metrics --prometheus | grep gpu"))
    .action(
      cli.act(async (session, options: Options) => {
        if (options.prometheus) return prometheus(session);
        const { client, terminal, json, signal } = session;
        const to = options.until ?? new Date().toISOString();
        const from = options.since ?? new Date(Date.parse(to) - DAY_MILLIS).toISOString();
        const by =
          options.by === undefined
            ? []
            : await client.jobTimes({ from, to, by: options.by === "user" ? "USER" : "TYPE" }, { signal });
        const [all] = await client.jobTimes({ from, to }, { signal });
        const use = usedOf(await client.usage({ from, to, points: 1 }, { signal }));
        const perHour = ((all?.completed ?? 0) / (Date.parse(to) - Date.parse(from))) * HOUR_MILLIS;
        const { counts } = await client.cluster({ signal });
        const summary = { from, to, now: counts, completedPerHour: perHour, ...use };
        if (json) terminal.printJson({ ...summary, jobs: all, ...(options.by && { by: options.by, groups: by }) });
        else print(terminal, summary, all, by, options.by);
        return undefined;
      }),
    );
}

type Summary = { readonly from: string; readonly to: string; readonly completedPerHour: number } & Used & {
    readonly now: { readonly queued: number; readonly running: number };
  };

interface Used {
  /** Parts from 0 to 1; null: not known, or there are none. */
  readonly gpusHeld: number | null;
  readonly gpusBusy: number | null;
  readonly coresHeld: number | null;
  readonly coresBusy: number | null;
}

function usedOf(servers: readonly UsageHistory[]): Used {
  const gpus = servers.flatMap((server) => server.gpus);
  const sum = (values: readonly (number | null | undefined)[]): number | null => {
    const known = values.filter((value) => typeof value === "number");
    return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
  };
  const part = (some: number | null, all: number | null): number | null => (some !== null && all ? some / all : null);
  const cores = sum(servers.map((server) => server.cores[0]));
  const told = gpus.filter((gpu) => typeof gpu.utilisationPercent[0] === "number");
  return {
    gpusHeld: part(sum(gpus.map((gpu) => gpu.held[0])), gpus.length),
    gpusBusy: part(sum(told.map((gpu) => gpu.utilisationPercent[0])), told.length * 100),
    coresHeld: part(sum(servers.map((server) => server.coresGranted[0])), cores),
    coresBusy: part(sum(servers.map((server) => server.coresBusy[0])), cores),
  };
}

const SPREADS = {
  "first start after": "queueingDelay",
  waiting: "waitingTime",
  training: "serviceTime",
  "completion time": "jobCompletionTime",
} as const satisfies Record<string, keyof JobTimes>;

function print(
  terminal: Terminal,
  summary: Summary,
  all: JobTimes | undefined,
  groups: readonly JobTimes[],
  by: string | undefined,
): void {
  const { now, completedPerHour } = summary;
  const share = (part: number | null): string | null => (part === null ? null : `${Math.round(part * 100)}%`);
  const both = (held: number | null, busy: number | null): string | null => {
    const words = [held === null ? null : `${share(held)} held`, busy === null ? null : `${share(busy)} busy`];
    return words.filter(Boolean).join(", ") || null;
  };
  terminal.printFacts([
    ["now", `${counted(now.queued, "job")} waiting, ${now.running} under way`],
    ["ended", all ? `${all.completed} completed, ${all.failed} failed, ${all.cancelled} cancelled` : null],
    ["throughput", `${Number(completedPerHour.toPrecision(2))} completed an hour`],
    ["GPUs", both(summary.gpusHeld, summary.gpusBusy)],
    ["cores", both(summary.coresHeld, summary.coresBusy)],
  ]);
  const rows = Object.entries(SPREADS).flatMap(([name, key]) => {
    const spread = all?.[key];
    return spread ? [[name, String(spread.jobs), ...timesOf(spread)]] : [];
  });
  if (rows.length > 0) {
    terminal.print("");
    terminal.printTable([{ title: "TIME" }, right("JOBS"), ...TIMES.map(right)], rows);
  }
  if (!by || groups.length === 0) return;
  terminal.print("");
  terminal.printTable(
    [
      { title: by.toUpperCase(), shrinks: true },
      ...["COMPLETED", "FAILED", "CANCELLED", "WAITING", "TRAINING", "JCT", "JCT P90"].map(right),
    ],
    groups.map((group) => [
      group.group ?? "",
      String(group.completed),
      String(group.failed),
      String(group.cancelled),
      formatSeconds(group.waitingTime?.mean),
      formatSeconds(group.serviceTime?.mean),
      formatSeconds(group.jobCompletionTime?.mean),
      formatSeconds(group.jobCompletionTime?.p90),
    ]),
  );
}

const TIMES = ["MEAN", "P50", "P90", "P99", "MAX"];
const right = (title: string) => ({ title, align: "right" as const });
const timesOf = ({ mean, p50, p90, p99, max }: TimeSpread): string[] => [mean, p50, p90, p99, max].map(formatSeconds);

async function prometheus({ server: { url, token }, terminal, json, signal }: Session): Promise<undefined> {
  const place = new URL("/metrics", url).href;
  const response = await fetch(place, { signal, headers: token ? { authorization: `Bearer ${token}` } : {} }).catch(
    (error: unknown) => {
      signal.throwIfAborted();
      throw new UnreachableError(
        url,
        error instanceof Error ? String((error.cause as Error)?.message ?? error.message) : String(error),
      );
    },
  );
  const text = await response.text();
  if (!response.ok)
    throw new RequestError([{ message: `${place} answers HTTP ${response.status}: ${text.trim().slice(0, 200)}` }]);
  if (json) terminal.printJson({ prometheus: text });
  else terminal.io.stdout.write(text);
  return undefined;
}
