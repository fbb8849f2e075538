import { COLUMNS, type Column, OUR_NAMES, REQUIRED } from "./columns.ts";
import type { TraceJob } from "./trace.ts";

const VALUES: Readonly<Record<Column, (job: TraceJob) => string | number | null>> = {
  id: ({ id }) => id,
  submit: ({ submitSeconds }) => submitSeconds,
  gpus: ({ gpus }) => gpus,
  duration: ({ durationSeconds }) => durationSeconds,
  model: ({ model }) => model,
  type: ({ type }) => type,
  iterations: ({ iterations }) => iterations,
  batch: ({ globalBatch }) => globalBatch,
  min: ({ minGpus }) => minGpus,
  max: ({ maxGpus }) => maxGpus,
  gpuModel: ({ gpuModel }) => gpuModel,
  cores: ({ cores }) => cores,
  minCores: ({ minCores }) => minCores,
  maxCores: ({ maxCores }) => maxCores,
  user: ({ user }) => user,
  priority: ({ priority }) => priority,
  deadline: ({ deadlineSeconds }) => deadlineSeconds,
};

/** The jobs as our table, with the columns of which any job has a value: to read it gives the same jobs. */
export function traceCsv(jobs: readonly TraceJob[]): string {
  const columns = COLUMNS.filter(
    (column) => column === "id" || REQUIRED.includes(column) || jobs.some((job) => VALUES[column](job) !== null),
  );
  const rows = jobs.map((job) => columns.map((column) => quoted(VALUES[column](job))).join(","));
  return `${[columns.map((column) => OUR_NAMES[column]).join(","), ...rows].join("\n")}\n`;
}

const quoted = (value: string | number | null): string => {
  const text = value === null ? "" : String(value).replace(/[\r\n]+/g, " ");
  return /[",]/.test(text) || text.trim() !== text ? `"${text.replaceAll('"', '""')}"` : text;
};
