import type { Instant, Millis } from "../core/time.ts";

/** What is to be compared, and over which jobs. */
export interface SimulationRequest {
  /** By key. */
  readonly policies: readonly string[];
  /** Null: the one in force. */
  readonly placement: string | null;
  /** What jobs are drawn by lot, as `simulate --generate` has it; null: those that this system has run. */
  readonly generate: string | null;
  /** Of those that it has run: only what was submitted between these; null: no bound. */
  readonly from: Instant | null;
  readonly to: Instant | null;
  /** As `simulate --cluster` has it; null: the servers of this system. */
  readonly cluster: string | null;
  readonly seed: number;
}

export type SimulationState = "queued" | "running" | "completed" | "failed" | "cancelled";

/** What a policy came to. */
export interface SimulationOutcome {
  readonly policy: string;
  readonly meanWait: Millis;
  readonly meanJct: Millis;
  readonly makespan: Millis;
  /** Of GPUs, or of cores where there are none, 0 to 1. */
  readonly utilisation: number;
  readonly unfinished: number;
}

/** A comparison that is made, or was: then there is a report about it. */
export interface Simulation {
  readonly name: string;
  readonly title: string;
  readonly state: SimulationState;
  /** 0 to 1. */
  readonly progress: number;
  readonly createdAt: Instant;
  readonly endedAt: Instant | null;
  /** Empty for a report of which nothing more is known. */
  readonly policies: readonly string[];
  readonly jobs: number | null;
  /** Why nothing came of it, or of some policies. */
  readonly problems: readonly string[];
  readonly reportBytes: number | null;
  readonly outcomes: readonly SimulationOutcome[];
}

/** Who runs policies over past or drawn jobs, and keeps the reports. Each method rejects with a DomainError for what the asker has to mend. */
export interface Laboratory {
  /** The newest first. */
  list(): Promise<readonly Simulation[]>;
  start(request: SimulationRequest): Promise<Simulation>;
  cancel(name: string): Promise<Simulation>;
  /** With its report. */
  remove(name: string): Promise<void>;
  /** The file of the report; null when there is none. */
  report(name: string): string | null;
}
