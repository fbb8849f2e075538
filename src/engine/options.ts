import type { Learner } from "../core/estimates.ts";
import type { Event } from "../core/event.ts";
import type { Guards } from "../core/guards.ts";
import type { PolicySetting, ResolvePolicy } from "../core/policy.ts";
import type { PortRange } from "../core/ports.ts";
import type { Clock, Instant, Millis } from "../core/time.ts";
import type { JobLogs } from "../store/job-logs.ts";
import type { SecretRow } from "../store/rows.ts";
import type { Store } from "../store/store.ts";
import type { CheckpointKeeping } from "./checkpoints.ts";
import type { MakeDriver } from "./fleet.ts";
import type { GpuWatchSettings } from "./gpu-watch.ts";
import type { LogLimits } from "./log-keeping.ts";

export interface EngineOptions {
  readonly store: Store;
  readonly logs: JobLogs;
  readonly clock: Clock;
  readonly cluster: string;
  readonly resolve: ResolvePolicy;
  readonly setting: PolicySetting;
  readonly guards: Guards;
  readonly learner: Learner;
  readonly makeDriver: MakeDriver;
  readonly reapGraceMillis: Millis;
  /** How much of the output of jobs is kept; all of it without. */
  readonly keepLogs?: LogLimits;
  /** Where uploaded code is kept; none is removed without it. */
  readonly code?: { sweep(needed: ReadonlySet<string>, before: Instant): Promise<unknown> };
  /** A server that is away for longer counts as lost; never unless given. */
  readonly lostAfterMillis?: Millis;
  /** How GPUs are watched; not at all unless given. */
  readonly gpuWatch?: GpuWatchSettings;
  /** How checkpoints are copied and kept; without it there are no copies, and folders stay while the record does. */
  readonly checkpoints?: CheckpointKeeping;
  /** Which ports of its servers may be leased. */
  readonly ports?: PortRange;
  log(level: "info" | "warn" | "error", message: string, details?: Readonly<Record<string, unknown>>): void;
  /** How long a round, or the writing of a turn, has taken. */
  timed?(what: "round" | "record", millis: Millis): void;
  /** What is in memory can never be recorded, which is a fault of ours: the process must end and start again from the log. */
  fatal(error: unknown): void;
}

/** What a request comes to: events to observe and record, and secrets to keep with them. */
export interface Answer {
  readonly events: readonly Event[];
  readonly secrets?: readonly SecretRow[];
}
