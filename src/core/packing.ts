import type { JobId } from "./job.ts";
import type { ServerId } from "./server.ts";

/** A server as a packing sees it: what of it may be handed out. */
export interface Bin {
  readonly server: ServerId;
  readonly gpus: number;
  readonly cores: number;
  readonly memoryMiB: number;
}

/** A gang whose size is settled; its cores and memory are wanted on each server that it spans. */
export interface Gang {
  readonly job: JobId;
  readonly gpus: number;
  readonly cores: number;
  readonly memoryMiB: number;
  /** How many GPUs of each bin would do for it (by model and memory), by position; 0 where it must not go at all. A job without GPUs may go where this is 1. */
  readonly suits: readonly number[];
  /** How many servers it may span. */
  readonly minServers: number;
  readonly maxServers: number;
  /** How many GPUs it has in each bin now, by position; null when it does not run. */
  readonly current: readonly number[] | null;
  /** Where it is now, when it has no GPUs that would tell; -1 when it does not run. */
  readonly currentBin: number;
  /** What moving it costs: GPUs times seconds of restart, say. */
  readonly moveCost: number;
}

/** Which server gives how much to whom: the same question for every algorithm. */
export interface PackingProblem {
  readonly bins: readonly Bin[];
  /** More important first: who comes first is placed rather than who comes later. */
  readonly gangs: readonly Gang[];
}

/** Lexicographic: first as few GPUs as possible stay unplaced, then gangs span few servers, then little is moved. */
export interface PackingCost {
  /** GPUs (1 for a gang without) of gangs that are not placed. */
  readonly unplaced: number;
  /** Servers spanned beyond one, over all gangs. */
  readonly spans: number;
  /** Sum of the move costs of gangs that run and whose GPUs by bin differ from what they have. */
  readonly moved: number;
}

export interface Packing {
  /** GPUs by bin for each gang, in the order of the problem; null for one that is not placed. A gang without GPUs has 1 in the bin where it goes. */
  readonly places: readonly (readonly number[] | null)[];
  readonly cost: PackingCost;
  /** Whether no packing can be cheaper: proven, not guessed. */
  readonly proven: boolean;
}

/** How long an algorithm may look for a better answer: so many steps, and until `expired` says so where there is a clock. */
export interface Effort {
  readonly steps: number;
  expired?(): boolean;
}
