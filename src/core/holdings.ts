import { heldBy, type Job, type JobId } from "./job.ts";
import type { Placement } from "./server.ts";

/** The jobs that hold something, kept as their records change, so that a round need not look for them. */
export class Holdings {
  readonly #all = new Map<JobId, Job>();
  readonly #running = new Map<JobId, Placement>();
  readonly #loose = new Map<JobId, Job>();

  /** All of them. */
  get all(): ReadonlyMap<JobId, Job> {
    return this.#all;
  }
  /** Where those that run are. */
  get running(): ReadonlyMap<JobId, Placement> {
    return this.#running;
  }
  /** Those that are to let go of something: they stop, move, or were resized. */
  get loose(): Iterable<Job> {
    return this.#loose.values();
  }

  /** Takes note of a job, or of its new record. */
  put(job: Job): void {
    const { id, state } = job;
    const held = heldBy(job);
    set(this.#all, id, held.length > 0 ? job : null);
    set(this.#running, id, state.status === "running" ? state.on : null);
    set(this.#loose, id, held.length > 1 || letsGo(job) ? job : null);
  }
}

function set<T>(map: Map<JobId, T>, id: JobId, value: T | null): void {
  if (value === null) map.delete(id);
  else map.set(id, value);
}

/** Is it to let go of all that it holds? */
export const letsGo = ({ state }: Job): boolean => state.status === "preempting" || state.status === "cancelling";
