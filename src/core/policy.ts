import type { Job, JobId } from "./job.ts";
import type { Packer } from "./packer.ts";
import type { Placement, Server, ServerId } from "./server.ts";
import type { Instant } from "./time.ts";

/** All that a policy may know: one instant of the cluster, and never the outside world. */
export interface Snapshot {
  readonly now: Instant;
  /** The jobs that are not over, in the order of submission. */
  readonly jobs: ReadonlyMap<JobId, Job>;
  readonly servers: ReadonlyMap<ServerId, Server>;
}

/** Who should run where, from now on. A running job left out is preempted; jobs in other states than running and pending are not asked about. */
export interface Decision {
  readonly run: ReadonlyMap<JobId, Placement>;
  /** When to ask again though nothing has happened: the end of a quantum, say. */
  readonly wakeAt?: Instant;
}

/** A policy is a function of the snapshot and the packer: no clock, no memory, no dice. */
export interface Policy {
  decide(snapshot: Snapshot, packer: Packer): Decision;
}

export type OptionValue = number | string | boolean;

/** One setting of a policy, as the API lists it and validation knows it. */
export interface PolicyOption {
  readonly name: string;
  readonly description: string;
  readonly default: OptionValue;
  /** The values allowed, for a choice. */
  readonly choices?: readonly string[];
  /** Bounds of a number. */
  readonly min?: number;
  readonly max?: number;
}

export interface PolicyEntry {
  readonly key: string;
  readonly description: string;
  readonly options: readonly PolicyOption[];
  /** `options` are complete and valid. */
  create(options: Readonly<Record<string, OptionValue>>): Policy;
}
