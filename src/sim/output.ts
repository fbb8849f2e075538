import { closeSync, openSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { domainError } from "../core/errors.ts";
import { hasEnded, isLate, jctOf, queueingDelayOf, slowdownOf, waitingOf } from "./metrics.ts";
import type { JobResult } from "./simulation.ts";

type Value = string | number | boolean | null;
/** A column's name, and what stands in it: nothing for a job that did not get so far. Times in seconds. */
type Columns = Readonly<Record<string, (result: JobResult) => Value>>;

const seconds = (millis: number | null): number | null => (millis === null ? null : millis / 1000);

const BRIEF: Columns = {
  job_id: ({ name }) => name,
  first_start_s: ({ firstStartedAt }) => seconds(firstStartedAt),
  end_s: ({ endedAt }) => seconds(endedAt),
  preemptions: ({ preemptions }) => preemptions,
};

/** All that is known of a job. */
const DETAILED: Columns = {
  job_id: ({ name }) => name,
  user: ({ user }) => user,
  type: ({ type }) => type,
  size: ({ size }) => size,
  submit_s: ({ submittedAt }) => seconds(submittedAt),
  first_start_s: ({ firstStartedAt }) => seconds(firstStartedAt),
  end_s: ({ endedAt }) => seconds(endedAt),
  queueing_delay_s: queueingDelayOf,
  waiting_s: (result) => (hasEnded(result) ? thousandths(waitingOf(result)) : null),
  service_s: ({ serviceMillis }) => seconds(serviceMillis),
  jct_s: (result) => (hasEnded(result) ? jctOf(result) : null),
  alone_s: ({ aloneMillis }) => thousandths(aloneMillis / 1000),
  slowdown: (result) => (hasEnded(result) ? thousandths(slowdownOf(result)) : null),
  gpu_seconds: ({ gpuMillis }) => seconds(gpuMillis),
  core_seconds: ({ coreMillis }) => seconds(coreMillis),
  lost_gpu_seconds: ({ lostGpuMillis }) => thousandths(lostGpuMillis / 1000),
  preemptions: ({ preemptions }) => preemptions,
  migrations: ({ migrations }) => migrations,
  resizes: ({ resizes }) => resizes,
  deadline_s: ({ deadline }) => seconds(deadline),
  late: (result) => (result.deadline === null ? null : isLate(result)),
};

const thousandths = (value: number): number => Math.round(value * 1000) / 1000;

/** The columns `job_id,first_start_s,end_s,preemptions`. */
export const jobsCsv = (results: readonly JobResult[]): string => csvOf(BRIEF, results);
/** Every metric of each job. @param unknown columns of which nothing is known */
export const detailsCsv = (results: readonly JobResult[], unknown: readonly string[] = []): string =>
  csvOf(Object.fromEntries(Object.entries(DETAILED).filter(([name]) => !unknown.includes(name))), results);

function csvOf(columns: Columns, results: readonly JobResult[]): string {
  const values = Object.values(columns);
  const rows = results.map((result) => csvLine(values.map((value) => value(result))));
  return `${[Object.keys(columns).join(","), ...rows].join("\n")}\n`;
}

/** Values with commas between them; one that holds a comma or a quote stands in quotes. */
export const csvLine = (values: readonly Value[]): string =>
  values.map((value) => (value === null ? "" : quoted(String(value)))).join(",");

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** `jobs.csv` for the one policy; `jobs.tiresias.csv` where there are several. */
export function fileFor(path: string, policy: string, isOnly: boolean): string {
  if (isOnly) return path;
  const dot = path.lastIndexOf(".");
  const hasExtension = dot > path.lastIndexOf("/") + 1;
  return hasExtension ? `${path.slice(0, dot)}.${policy}${path.slice(dot)}` : `${path}.${policy}`;
}

/** Files that come into being whole, all at the end, or not at all. */
export class Outputs {
  readonly #files = new Map<string, string>();
  /** What each place on the disk is kept for, in words. */
  readonly #places = new Map<string, string>();

  /** @param read files that are read, and so must not be written over */
  constructor(read: readonly string[] = []) {
    for (const path of read) this.#places.set(placeOf(path), `${path}, which is read`);
  }

  /** Whether it can be written at all, before hours are spent on its content. Throws a DomainError. */
  reserve(path: string): void {
    const place = placeOf(path);
    const other = this.#places.get(place);
    if (other !== undefined) throw problem(path, `it is the same file as ${other}`);
    const existing = attempt(path, () => statSync(path, { throwIfNoEntry: false }));
    if (existing && !existing.isFile())
      throw problem(path, existing.isDirectory() ? "it is a folder" : "it is not a file");
    this.#places.set(place, `${path}, which is written as well`);
    attempt(path, () => {
      closeSync(openSync(partOf(path), "wx"));
      rmSync(partOf(path));
    });
  }

  add(path: string, content: string): void {
    this.#files.set(path, content);
  }

  /** Throws a DomainError. */
  write(): void {
    try {
      for (const [path, content] of this.#files) attempt(path, () => writeFileSync(partOf(path), content));
      for (const path of this.#files.keys()) attempt(path, () => renameSync(partOf(path), path));
    } finally {
      for (const path of this.#files.keys()) rmSync(partOf(path), { force: true });
    }
  }
}

/** A name that no other process takes for its own. */
const partOf = (path: string): string => `${path}.${process.pid}.part`;

/** Where it is, or would be, whatever it is called; as it was given where not even its folder is there. */
function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(path)), basename(path));
    } catch {
      return path;
    }
  }
}

const problem = (path: string, reason: string) => domainError("INVALID_INPUT", `${path} cannot be written: ${reason}`);

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw problem(path, reasonOf(path, error as NodeJS.ErrnoException));
  }
}

/** In plain words where it is what happens most: the part file that was tried is nobody's business. */
function reasonOf(path: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === "ENOENT") return `there is no folder ${dirname(path)}`;
  if (code === "ENOTDIR") return `${dirname(path)} is not a folder`;
  if (code === "EACCES") return "you may not write there";
  return message;
}
