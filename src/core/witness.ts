import type { Job, JobId } from "./job.ts";
import type { Pool } from "./job-spec.ts";
import type { Contender } from "./pool.ts";
import type { Instant } from "./time.ts";

/** Why a policy gives a job nothing, whatever room there may be. */
export type TurnedAway =
  | {
      readonly kind: "quota";
      readonly user: string;
      readonly pool: Pool;
      readonly held: number;
      readonly quota: number;
    }
  /** Room is kept for another, from some time on; null where that time is not known. */
  | { readonly kind: "reservation"; readonly of: JobId; readonly at: Instant | null }
  /** Runs that would yield to it have to go on until then. */
  | { readonly kind: "young"; readonly at: Instant };

/**
 * Hears what a policy and the packer do while a decision is made once more to be explained. In a live round nobody listens, so
 * that nothing is noted and it costs nothing.
 */
export interface Witness {
  /** Those of a pool in the order in which they are served, running ones among them, what it goes by, and what each is to have at least. */
  line(by: string, line: readonly Contender[], wanted: (contender: Contender) => number): void;
  /** The job asked for so much, and there was no room for it. */
  noRoom(job: Job, size: number): void;
  /** Nobody behind this one may pass it. */
  holdsUp(job: Job): void;
  turnedAway(job: Job, why: TurnedAway): void;
}
