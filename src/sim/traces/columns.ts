/** What a trace may say of a job. The order is that of the columns when one is written. */
export const COLUMNS = [
  "id",
  "submit",
  "gpus",
  "duration",
  "model",
  "type",
  "iterations",
  "batch",
  "min",
  "max",
  "gpuModel",
  "cores",
  "minCores",
  "maxCores",
  "user",
  "priority",
  "deadline",
] as const;
export type Column = (typeof COLUMNS)[number];

export const REQUIRED: readonly Column[] = ["submit", "gpus", "duration"];

/** What the columns are called in our own traces. */
export const OUR_NAMES: Readonly<Record<Column, string>> = {
  id: "job_id",
  submit: "submit_time_s",
  gpus: "num_gpus",
  duration: "duration_s",
  model: "model",
  type: "type",
  iterations: "iterations",
  batch: "batch_size",
  min: "min_gpus",
  max: "max_gpus",
  gpuModel: "gpu_model",
  cores: "num_cores",
  minCores: "min_cores",
  maxCores: "max_cores",
  user: "user",
  priority: "priority",
  deadline: "deadline_s",
};

/** What others call them; more than one name where several files of that make are about. */
type Names = Readonly<Partial<Record<Column, readonly string[]>>>;

/** The job files of the Tiresias simulator. */
const TIRESIAS: Names = {
  id: ["job_id"],
  submit: ["submit_time"],
  gpus: ["num_gpu"],
  duration: ["duration"],
  model: ["model_name"],
  iterations: ["iterations"],
};

/** Jobs of the Philly trace as tables: Microsoft's own names, and those of the table that Pollux's simulator reads. */
const PHILLY: Names = {
  id: ["jobid"],
  submit: ["submitted_time", "timestamp"],
  gpus: ["num_gpus"],
  duration: ["duration", "run_time"],
  user: ["user", "vc", "cluster"],
};

const ours: Names = Object.fromEntries(Object.entries(OUR_NAMES).map(([column, name]) => [column, [name]]));

export const DIALECTS = { csv: ours, tiresias: TIRESIAS, "philly-csv": PHILLY } as const;
export type Dialect = keyof typeof DIALECTS;

const ANY = Object.fromEntries(
  COLUMNS.map((column) => [column, Object.values(DIALECTS).flatMap((names: Names) => names[column] ?? [])]),
) as Record<Column, string[]>;

/** The names to look for, best first: those of one dialect, or of all of them. */
export const namesOf = (column: Column, dialect: Dialect | null): readonly string[] =>
  dialect ? (DIALECTS[dialect][column] ?? []) : ANY[column];

/** Whether that name is one under which Philly's tables have the time of submission. */
export const isPhillys = (name: string): boolean => PHILLY.submit?.includes(name) ?? false;
