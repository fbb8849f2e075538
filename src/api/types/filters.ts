import { Field, ID, InputType } from "type-graphql";
import type { JobStatus } from "../../core/job.ts";
import type { Instant } from "../../core/time.ts";
import { DateTime, Json } from "../scalars.ts";
import { type JobPhase, JobPhaseEnum, JobStatusEnum, MigrationStateEnum } from "./enums.ts";

const optional = { nullable: true } as const;

@InputType("JobFilter", { description: "Jobs of which all that is given here is true." })
export class JobFilter {
  @Field(() => JobPhaseEnum, { ...optional, description: "A group of statuses." })
  phase?: JobPhase;

  @Field(() => [JobStatusEnum], { ...optional, description: "Any of these statuses." })
  statuses?: JobStatus[];

  @Field(() => String, { ...optional, description: "Whose they are." })
  user?: string;

  @Field(() => String, { ...optional, description: "What kind of training they are." })
  type?: string;

  @Field(() => String, { ...optional, description: "How they are called." })
  name?: string;

  @Field(() => Json, { ...optional, description: "Labels that they all have, with these values." })
  labels?: Record<string, unknown>;

  @Field(() => String, { ...optional, description: "A part of their name, type or user, or their id." })
  search?: string;

  @Field(() => String, { ...optional, description: "The name of a server on which they run or have run." })
  server?: string;

  @Field(() => DateTime, { ...optional, description: "Submitted then or later." })
  since?: Instant;

  @Field(() => ID, { ...optional, description: "The batch with which they were submitted." })
  batch?: string;

  @Field(() => Boolean, {
    ...optional,
    description: "Of each batch only its first job; what is said of the whole is in batch { whole }.",
  })
  firstOfBatch?: boolean;
}

@InputType("MigrationFilter", { description: "Migrations of which all that is given here is true." })
export class MigrationFilter {
  @Field(() => [MigrationStateEnum], { ...optional, description: "Any of these states." })
  states?: string[];
}

const phases: Readonly<Record<JobPhase, readonly JobStatus[]>> = {
  queued: ["pending"],
  running: ["starting", "running", "paused", "preempting", "migrating", "cancelling"],
  completed: ["completed", "failed", "cancelled"],
};

/** The statuses that pass; null: all. */
export function statusesOf(filter: JobFilter | null): readonly JobStatus[] | null {
  const { phase, statuses } = filter ?? {};
  if (!phase) return statuses ?? null;
  return statuses ? phases[phase].filter((status) => statuses.includes(status)) : phases[phase];
}

export const phaseOf = (status: JobStatus): JobPhase =>
  phases.queued.includes(status) ? "queued" : phases.running.includes(status) ? "running" : "completed";

/** Labels are texts, whatever they were written as. */
export const textLabels = (labels: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]));
