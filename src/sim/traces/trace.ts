import { type Cell, Csv, numberIn } from "./csv.ts";

/** One job of a trace. Times in seconds. */
export interface TraceJob {
  readonly id: string;
  readonly submitSeconds: number;
  readonly gpus: number;
  /** Of a run on `gpus`, undisturbed. */
  readonly durationSeconds: number;
  readonly model: string | null;
  readonly iterations: number | null;
  readonly globalBatch: number | null;
  readonly minGpus: number | null;
  readonly maxGpus: number | null;
  readonly user: string | null;
  readonly priority: number | null;
  /** On the trace's own clock. */
  readonly deadlineSeconds: number | null;
  /** Where it stands in its file. */
  readonly line: number;
}

/** Names of columns, first ours, then those of the Tiresias simulator and of Philly's jobs. */
const NAMES = {
  id: ["job_id", "jobid", "id"],
  submit: ["submit_time_s", "submit_time", "submitted_time", "timestamp"],
  gpus: ["num_gpus", "num_gpu"],
  duration: ["duration_s", "duration"],
  model: ["model", "model_name"],
  iterations: ["iterations"],
  batch: ["batch_size"],
  min: ["min_gpus"],
  max: ["max_gpus"],
  user: ["user", "vc"],
  priority: ["priority"],
  deadline: ["deadline_s"],
} as const;
type Column = keyof typeof NAMES;

/** A trace in the order of submission; jobs of one instant keep the order of the file. Throws a DomainError that names file, line and column. */
export function readTrace(file: string, text: string): TraceJob[] {
  const csv = new Csv(file, text);
  const at = Object.fromEntries(Object.entries(NAMES).map(([column, names]) => [column, csv.find(names)])) as Record<
    Column,
    number
  >;
  for (const column of ["submit", "gpus", "duration"] as const)
    if (at[column] < 0) csv.faults.add({ line: 1, column: 1 }, `there is no column ${NAMES[column][0]}`);
  csv.faults.tell();
  const jobs: TraceJob[] = [];
  const lines = new Map<string, number>();
  for (const row of csv.rows()) {
    const job = readJob(row, at, csv);
    if (!job) continue;
    const other = lines.get(job.id);
    if (other !== undefined) csv.faults.add(row[at.id] as Cell, `job_id ${job.id} is already that of line ${other}`);
    lines.set(job.id, job.line);
    jobs.push(job);
  }
  csv.faults.tell();
  return jobs.sort((a, b) => a.submitSeconds - b.submitSeconds);
}

function readJob(row: readonly Cell[], at: Readonly<Record<Column, number>>, { faults }: Csv): TraceJob | null {
  const number = (column: Column, least: number, isWhole = false): number | null => {
    const cell = row[at[column]];
    return cell && (cell.text !== "" || isRequired(column))
      ? numberIn(cell, NAMES[column][0], faults, { least, isWhole })
      : null;
  };
  const text = (column: Column): string | null => row[at[column]]?.text || null;
  const { line } = row[0] as Cell;
  const submitSeconds = number("submit", 0);
  const gpus = number("gpus", 1, true);
  const durationSeconds = number("duration", 0);
  const [minGpus, maxGpus] = [number("min", 1, true), number("max", 1, true)];
  if (submitSeconds === null || gpus === null || durationSeconds === null) return null;
  if (minGpus !== null && minGpus > gpus) faults.add(row[at.min] as Cell, `min_gpus must be at most num_gpus, ${gpus}`);
  if (maxGpus !== null && maxGpus < gpus)
    faults.add(row[at.max] as Cell, `max_gpus must be at least num_gpus, ${gpus}`);
  return {
    id: text("id") ?? String(line - 2),
    submitSeconds,
    gpus,
    durationSeconds,
    model: text("model"),
    iterations: number("iterations", 0),
    globalBatch: number("batch", 1),
    minGpus,
    maxGpus,
    user: text("user"),
    priority: number("priority", Number.NEGATIVE_INFINITY),
    deadlineSeconds: number("deadline", 0),
    line,
  };
}

const isRequired = (column: Column): boolean => column === "submit" || column === "gpus" || column === "duration";
