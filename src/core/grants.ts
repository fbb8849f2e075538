import type { JobId } from "./job.ts";
import type { Placement } from "./server.ts";

/** Who is to run where, and for whom that may have changed. */
export class Grants extends Map<JobId, Placement> {
  readonly #changed = new Set<JobId>();

  constructor(running: ReadonlyMap<JobId, Placement>) {
    super();
    for (const [id, on] of running) super.set(id, on);
  }

  /** Those that were touched, who was so last at the end; all others are as they were. */
  get changed(): ReadonlySet<JobId> {
    return this.#changed;
  }

  override set(id: JobId, on: Placement): this {
    this.#touch(id);
    return super.set(id, on);
  }
  override delete(id: JobId): boolean {
    this.#touch(id);
    return super.delete(id);
  }

  #touch(id: JobId): void {
    this.#changed.delete(id);
    this.#changed.add(id);
  }
}
