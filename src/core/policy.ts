import type { Choice } from "./because.ts";
import type { Fault } from "./errors.ts";
import type { Estimates } from "./estimates.ts";
import type { Guard } from "./guards.ts";
import type { Job, JobId } from "./job.ts";
import type { Packer } from "./packer.ts";
import type { PlacementRule } from "./placement-rule.ts";
import type { PoolView } from "./pool.ts";
import type { Placement, Server, ServerId } from "./server.ts";
import type { Instant } from "./time.ts";
import type { Usage } from "./usage.ts";

/** All that a policy may know: one instant of the cluster, and never the outside world. */
export interface Snapshot {
  readonly now: Instant;
  /** The jobs that are not over, in the order of submission. */
  readonly jobs: ReadonlyMap<JobId, Job>;
  readonly servers: ReadonlyMap<ServerId, Server>;
  /** What is divided among whom. */
  readonly pools: readonly PoolView[];
  readonly estimates: Estimates;
  /** What users have had. */
  readonly usage: Usage;
  readonly guard: Guard;
}

/** What a policy wants beyond who runs with how much, which it leaves in the packer. */
export interface Verdict {
  /** When to ask again though nothing has happened: the end of a quantum, say. */
  readonly wakeAt?: Instant | null;
  /** Jobs that go to another of its queues. */
  readonly requeue?: readonly { readonly job: JobId; readonly level: number; readonly promoted: boolean }[];
}

/** Who should run where, from now on: what the policy left in the packer, checked. */
export interface Decision extends Verdict {
  readonly run: ReadonlyMap<JobId, Placement>;
  /** The only jobs for which it can be otherwise than it is, in the order in which they were decided. */
  readonly changed: ReadonlySet<JobId>;
  /** What placements were chosen from; absent unless it is to be noted. */
  readonly choices?: ReadonlyMap<JobId, Choice> | undefined;
  /** Running jobs that go elsewhere so that a waiting one finds room, and which that is. */
  readonly defragments: ReadonlyMap<JobId, JobId>;
}

/**
 * A policy is a function of the snapshot: no clock, no memory, no dice. It edits the packer, in which at first every running job
 * is where it is: it places waiting jobs, resizes and evicts running ones. A running job that it evicts and does not place again is preempted.
 */
export interface Policy {
  decide(snapshot: Snapshot, packer: Packer): Verdict;
}

/** `numbers`: a list, ascending where the policy says so; `shares`: a number for each user. */
export type OptionKind = "number" | "flag" | "choice" | "numbers" | "shares";
export type OptionValue = number | string | boolean | readonly number[] | Readonly<Record<string, number>>;
export type Options = Readonly<Record<string, OptionValue>>;

/** One setting of a policy, as the API lists it and validation knows it. */
export interface PolicyOption {
  readonly name: string;
  readonly description: string;
  readonly kind: OptionKind;
  readonly default: OptionValue;
  /** The values allowed, for a choice. */
  readonly choices?: readonly string[];
  /** Bounds of a number, or of each of several. */
  readonly min?: number;
  readonly max?: number;
  /** Only whole numbers. */
  readonly isWhole?: boolean;
}

/** What a policy looks at beyond the order of submission: without it, it falls back to something that its description names. */
export type Need = "estimates" | "speed-up" | "deadlines" | "priorities" | "users" | "history";

export interface PolicyEntry {
  readonly key: string;
  readonly description: string;
  readonly needs: readonly Need[];
  /** It may stop running work for other work. */
  readonly isPreemptive: boolean;
  /** It changes the size of jobs. */
  readonly isElastic: boolean;
  readonly options: readonly PolicyOption[];
  /**
   * What is wrong with options that are each valid by themselves. Paths begin with the option's name.
   * @param snapshot the present state, where there is one
   */
  check?(options: Options, snapshot: Snapshot | null): readonly Fault[];
  /** `options` are complete and valid. */
  create(options: Options): Policy;
}

/** The policy in force, by name and as a function. */
export interface PolicySetting {
  readonly policy: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly placement: string;
}
export type ResolvePolicy = (setting: PolicySetting) => { readonly policy: Policy; readonly rule: PlacementRule };
