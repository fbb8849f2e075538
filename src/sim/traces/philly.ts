import { shown } from "./csv.ts";
import { dateIn } from "./dates.ts";
import { Faults } from "./faults.ts";
import { type Item, itemsOf } from "./json.ts";
import { fromFirst, inOrder, jobsLeftOut, plainJob, type Trace, type TraceJob } from "./trace.ts";

/**
 * Microsoft's Philly trace as it was published: the JSON list `cluster_job_log` of github.com/msr-fiddle/philly-traces. A job's duration is the
 * time of all its attempts together, its GPUs are those of the longest one, its user is the user's hash. Jobs of which no attempt has
 * GPUs and both times are left out, and so are those still running at the end, whose duration nobody knows. Throws a
 * DomainError that names file, line, column and the job's place in the list.
 */
export function readPhilly(file: string, text: string): Trace {
  const faults = new Faults(file);
  const jobs: TraceJob[] = [];
  const leftOut = { "never ran on GPUs for a time that was recorded": 0, "still running when the trace was taken": 0 };
  let index = 0;
  for (const item of itemsOf(text, faults)) {
    const problems = new Problems(item, index++, faults);
    const submitted = problems.date(item.value.submitted_time, "submitted_time");
    const attempts = problems.list(item.value.attempts, "attempts").map((each, i) => problems.attempt(each, i));
    if (problems.any || submitted === null) continue;
    const id = String(item.value.jobid ?? index);
    if (attempts.length > 0 && attempts.at(-1)?.end === null) leftOut["still running when the trace was taken"]++;
    else {
      const job = jobOf({ id, submitted, attempts, line: item.line });
      const user = item.value.user ?? item.value.vc;
      if (job) jobs.push({ ...job, user: user === undefined || user === null ? null : String(user) });
      else leftOut["never ran on GPUs for a time that was recorded"]++;
    }
  }
  faults.tell();
  const notes = Object.entries(leftOut).filter(([, count]) => count > 0);
  return {
    jobs: inOrder(fromFirst(jobs)),
    notes: notes.map(([why, count]) => `${jobsLeftOut(count)}: ${why}`),
  };
}

interface Attempt {
  readonly start: number | null;
  readonly end: number | null;
  readonly gpus: number;
}

function jobOf({
  id,
  submitted,
  attempts,
  line,
}: {
  id: string;
  submitted: number;
  attempts: Attempt[];
  line: number;
}) {
  let durationSeconds = 0;
  let longest = 0;
  let gpus = 0;
  for (const attempt of attempts) {
    if (attempt.start === null || attempt.end === null || attempt.gpus === 0) continue;
    const seconds = attempt.end - attempt.start;
    if (seconds <= 0) continue;
    durationSeconds += seconds;
    if (seconds > longest) [longest, gpus] = [seconds, attempt.gpus];
  }
  return gpus === 0 ? null : plainJob({ id, submitSeconds: submitted, gpus, durationSeconds, line });
}

/** Reads the fields of one job and tells what is wrong with them. */
class Problems {
  readonly #item: Item;
  readonly #index: number;
  readonly #faults: Faults;
  any = false;

  constructor(item: Item, index: number, faults: Faults) {
    this.#item = item;
    this.#index = index;
    this.#faults = faults;
  }

  attempt(given: unknown, i: number): Attempt {
    const fields = (typeof given === "object" && given !== null ? given : {}) as Record<string, unknown>;
    const path = `attempts.${i}`;
    const detail = this.list(fields.detail, `${path}.detail`).map((server, j) =>
      this.list((server as { gpus?: unknown } | null)?.gpus, `${path}.detail.${j}.gpus`),
    );
    return {
      start: isNone(fields.start_time) ? null : this.date(fields.start_time, `${path}.start_time`),
      end: isNone(fields.end_time) ? null : this.date(fields.end_time, `${path}.end_time`),
      gpus: detail.reduce((sum, gpus) => sum + gpus.length, 0),
    };
  }

  date(value: unknown, path: string): number | null {
    const seconds = typeof value === "string" ? dateIn(value) : null;
    if (seconds === null) this.#tell(path, `must be a date such as "2017-10-07 01:11:39"`, value);
    return seconds;
  }

  list(value: unknown, path: string): readonly unknown[] {
    if (Array.isArray(value)) return value;
    this.#tell(path, "must be a list", value);
    return [];
  }

  #tell(path: string, problem: string, value: unknown): void {
    this.any = true;
    const { value: job } = this.#item;
    const name = job.jobid === undefined ? "" : ` (${String(job.jobid).slice(0, 80)})`;
    this.#faults.add(this.#item, `job ${this.#index}${name}: ${path} ${problem}, not ${shown(value)}`);
  }
}

const isNone = (value: unknown): boolean => value === null || value === undefined || value === "" || value === "None";
