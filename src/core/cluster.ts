import type { Guard } from "./guards.ts";
import type { Holdings } from "./holdings.ts";
import type { Job, JobId } from "./job.ts";
import type { Room } from "./ledger.ts";
import type { Effort } from "./packing.ts";
import type { PlacementRule } from "./placement-rule.ts";
import type { ServerId } from "./server.ts";
import type { Witness } from "./witness.ts";

/** Restricts a placement to one server, bars one or several, or wants only room that is idle now. */
export interface Bounds {
  readonly only?: ServerId;
  readonly except?: ServerId;
  mayUse?(server: ServerId): boolean;
  readonly idleNow?: boolean;
}

/** What a draft is made from. */
export interface Cluster {
  readonly rooms: ReadonlyMap<ServerId, Room>;
  readonly jobs: ReadonlyMap<JobId, Job>;
  readonly holdings: Holdings;
  readonly rule: PlacementRule;
  readonly lastServer: ServerId | null;
  readonly guard: Guard;
  /** For rules that search. */
  readonly effort: Effort;
  /** Are choices of servers noted? */
  readonly notesChoices?: boolean;
  /** Nobody listens unless given. */
  readonly witness?: Witness;
}

/** Jobs in the order in which they yield their place to another: the first one first. */
export interface Yielding {
  on(server: ServerId): readonly Job[];
  all(): readonly Job[];
  /** Greater yields sooner. */
  rank(job: Job): number;
}
