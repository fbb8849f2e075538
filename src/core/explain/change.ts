import type { Event } from "../event.ts";
import type { JobId } from "../job.ts";

/** What a change comes to: the job starts at once, or as soon as others have made room for it. */
export type ChangeEffect = "starts" | "makes-room";

/** Who can make it: the job's user, an operator of the cluster, or nobody of them. */
export type ChangeBy = "user" | "operator" | "world";

/** The least that would have to be otherwise for the job to start: held against the scheduler, never guessed. */
export interface SmallestChange {
  /** `would start now with gpus.min 3`. */
  readonly message: string;
  readonly effect: ChangeEffect;
  readonly by: ChangeBy;
  /** Fields of the spec with the values that it takes; empty when the change is not to the job. */
  readonly fields: Readonly<Record<string, number | string | null>>;
  /** The command that makes it; null where there is none. */
  readonly command: string | null;
  /** Those that would make room. */
  readonly stops: readonly JobId[];
  /** What was taken to have happened when it was tried. */
  readonly events: readonly Event[];
}
