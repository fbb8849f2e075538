import type { Metrics } from "./metrics.ts";

const COLUMNS: readonly (readonly [title: string, value: (metrics: Metrics) => string])[] = [
  ["mean JCT", ({ meanJct }) => seconds(meanJct)],
  ["median", ({ medianJct }) => seconds(medianJct)],
  ["p95", ({ p95Jct }) => seconds(p95Jct)],
  ["p99", ({ p99Jct }) => seconds(p99Jct)],
  ["makespan", ({ makespan }) => seconds(makespan)],
  ["queueing", ({ meanQueueingDelay }) => seconds(meanQueueingDelay)],
  ["jobs/h", ({ throughput }) => throughput.toFixed(1)],
  ["used", ({ utilisation }) => `${(100 * utilisation).toFixed(1)} %`],
  ["fairness", ({ fairness }) => fairness.toFixed(3)],
  ["preempted", ({ preemptions }) => whole(preemptions)],
  ["migrated", ({ migrations }) => whole(migrations)],
  ["resized", ({ resizes }) => whole(resizes)],
];

/** The metrics by policy as a table for a terminal: times in seconds. */
export function metricsTable(metrics: Readonly<Record<string, Metrics>>): string {
  const all = Object.values(metrics);
  const columns = [
    ...COLUMNS,
    ...(all.some(({ deadlines }) => deadlines > 0) ? [["late", late] as const] : []),
    ...(all.some(({ unfinished }) => unfinished > 0) ? [["unfinished", unfinished] as const] : []),
  ];
  const rows = [
    ["policy", ...columns.map(([title]) => title)],
    ...Object.entries(metrics).map(([policy, found]) => [policy, ...columns.map(([, value]) => value(found))]),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => (row[i + 1] as string).length)));
  const first = Math.max(...rows.map(([name]) => (name as string).length));
  const lines = rows.map(([name = "", ...cells]) =>
    [name.padEnd(first), ...cells.map((cell, i) => cell.padStart(widths[i] as number))].join("  "),
  );
  return `${lines.join("\n")}\n`;
}

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");
const seconds = (value: number): string => (value < 10 ? value.toFixed(1) : whole(value));
const late = ({ deadlines, deadlineMisses }: Metrics): string => `${deadlineMisses} of ${deadlines}`;
const unfinished = (metrics: Metrics): string => whole(metrics.unfinished);
