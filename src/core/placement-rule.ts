import type { Job } from "./job.ts";
import type { Effort, Packing, PackingProblem } from "./packing.ts";
import type { Server } from "./server.ts";

/** What a placement rule chooses from: a server on which the gang fits. */
export interface Candidate {
  readonly server: Server;
  /** Position in the order of the servers. */
  readonly order: number;
  /** What would be left free of it. */
  readonly gpusLeft: number;
  readonly coresLeft: number;
  /** Part of it is still held by a job that is being stopped. */
  readonly mustWait: boolean;
  /** The job's checkpoint lies there: no copy is needed. */
  readonly hasCheckpoint: boolean;
  /** The job's image is there: no pull is needed. */
  readonly hasImage: boolean;
}

export interface PlacementRule {
  readonly key: string;
  readonly description: string;
  /** The best of the candidates (never empty). `last` is the order of the server that was placed on last, -1 at first. */
  choose(candidates: readonly Candidate[], job: Job, last: number): Candidate;
  /**
   * Packs the cluster anew so that a gang finds room for which no server has enough together. Rules without it never move a
   * running job. Never worse than leaving everything where it is.
   */
  pack?(problem: PackingProblem, effort: Effort): Packing;
}
