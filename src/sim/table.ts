import { domainError } from "../core/errors.ts";
import { nearest } from "../input/index.ts";
import type { Metrics } from "./metrics.ts";

interface Column {
  readonly title: string;
  readonly text: (value: number) => string;
  /** Which value is the best: the least, the most; null where neither is. */
  readonly best: "least" | "most" | null;
}

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const seconds = (value: number): string => (value < 10 ? value.toFixed(1) : whole(value));
const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
const index = (value: number): string => value.toFixed(3);

const least = (title: string, text: Column["text"]): Column => ({ title, text, best: "least" });
const most = (title: string, text: Column["text"]): Column => ({ title, text, best: "most" });
const neither = (title: string, text: Column["text"]): Column => ({ title, text, best: null });

/** What of the metrics can be shown, by their names: first what is shown first. */
const COLUMNS: Readonly<Record<keyof Metrics, Column>> = {
  meanJct: least("mean JCT", seconds),
  unfinished: least("unfinished", whole),
  deadlineMisses: least("late", (value) => (Number.isInteger(value) ? whole(value) : value.toFixed(1))),
  medianJct: least("median", seconds),
  p95Jct: least("p95", seconds),
  makespan: least("makespan", seconds),
  meanQueueingDelay: least("queueing", seconds),
  utilisation: most("used", percent),
  preemptions: neither("preempted", whole),
  lostGpuSeconds: least("lost GPU s", seconds),
  fairness: most("fair", index),
  coreUtilisation: most("cores", percent),
  fragmentation: least("in pieces", percent),
  migrations: neither("migrated", whole),
  resizes: neither("resized", whole),
  p99Jct: least("p99", seconds),
  throughput: most("jobs/h", (value) => value.toFixed(1)),
  userFairness: most("fair to users", index),
  meanSlowdown: least("slowdown", (value) => value.toFixed(2)),
  meanWaiting: least("waiting", seconds),
  meanService: neither("service", seconds),
  medianQueueingDelay: least("queueing median", seconds),
  p95QueueingDelay: least("queueing p95", seconds),
  gpuSeconds: neither("GPU s", whole),
  deadlines: neither("deadlines", whole),
  jobs: neither("jobs", whole),
};
export type ColumnName = keyof Metrics;
const NAMES = Object.keys(COLUMNS) as ColumnName[];

/** Not worth their room where they are nothing for all. */
const SPARE = new Set<ColumnName>([
  ...(["unfinished", "deadlineMisses", "lostGpuSeconds", "utilisation", "coreUtilisation"] as const),
  ...(["fragmentation", "migrations", "resizes", "preemptions"] as const),
]);
const WIDTH = 100;

/** `meanJct,p99Jct` or `all`. Throws a DomainError. */
export function parseColumns(text: string): readonly ColumnName[] {
  if (text === "all") return NAMES;
  return text.split(",").map((word) => {
    const name = NAMES.find((each) => each === word.trim());
    if (name) return name;
    const meant = nearest(word, NAMES);
    const hint = meant ? `did you mean ${meant}?` : `there are ${NAMES.join(", ")}`;
    throw domainError("INVALID_INPUT", `--columns: there is no column ${JSON.stringify(word)}: ${hint}`);
  });
}

/**
 * The metrics by policy as a table for a terminal; a star marks the best of each column.
 * @param columns null: as many as there is room for
 * @param halfWidths of the confidence in each, where they are means
 */
export function metricsTable(
  metrics: Readonly<Record<string, Metrics>>,
  columns: readonly ColumnName[] | null = null,
  halfWidths: Readonly<Record<string, Metrics>> = {},
): string {
  const all = Object.values(metrics);
  const worthIt = NAMES.filter((name) => !SPARE.has(name) || all.some((each) => each[name] !== 0));
  const lines = linesOf(metrics, halfWidths, columns ?? worthIt, columns === null ? WIDTH : Number.POSITIVE_INFINITY);
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

function linesOf(
  metrics: Readonly<Record<string, Metrics>>,
  halfWidths: Readonly<Record<string, Metrics>>,
  columns: readonly ColumnName[],
  width: number,
): string[] {
  const names = ["policy", ...Object.keys(metrics)];
  const first = Math.max(...names.map((name) => name.length));
  let lines = names.map((name) => name.padEnd(first + 1));
  for (const column of columns) {
    const cells = cellsOf(
      column,
      Object.values(metrics),
      Object.keys(metrics).map((name) => halfWidths[name]),
    );
    const wide = Math.max(...cells.map(({ text }) => text.length));
    if ((lines[0] as string).length + wide + 2 > width) break;
    lines = lines.map((line, i) => {
      const { text, mark } = cells[i] as Cell;
      return `${line.padEnd((lines[0] as string).length)} ${text.padStart(wide)}${mark}`;
    });
  }
  return lines;
}

interface Cell {
  readonly text: string;
  readonly mark: string;
}

function cellsOf(name: ColumnName, all: readonly Metrics[], halfWidths: readonly (Metrics | undefined)[]): Cell[] {
  const { title, text, best } = COLUMNS[name];
  const values = all.map((metrics) => metrics[name]);
  const winner = best === null ? null : best === "least" ? Math.min(...values) : Math.max(...values);
  const isContest = values.some((value) => value !== values[0]);
  return [
    { text: title, mark: " " },
    ...all.map((_, i) => ({
      text: text(values[i] as number) + (halfWidths[i] ? ` ±${text(halfWidths[i][name])}` : ""),
      mark: isContest && values[i] === winner ? "*" : " ",
    })),
  ];
}
