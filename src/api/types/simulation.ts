import { Field, Float, ID, InputType, Int, ObjectType } from "type-graphql";
import type { Instant, Millis } from "../../core/time.ts";
import type { Simulation, SimulationOutcome } from "../laboratory.ts";
import { connectionType, Node } from "../relay.ts";
import { Bytes, DateTime, Duration } from "../scalars.ts";
import { SimulationStateEnum } from "./enums.ts";

const optional = { nullable: true } as const;

@ObjectType("SimulationOutcome", { description: "What one policy came to in a simulation; of the jobs that ended." })
export class SimulationOutcomeView implements SimulationOutcome {
  @Field(() => String, { description: "The policy." })
  readonly policy!: string;

  @Field(() => Duration, { description: "How long a job waited, on average, also between its runs." })
  readonly meanWait!: Millis;

  @Field(() => Duration, { description: "From the submission of a job to its end, on average." })
  readonly meanJct!: Millis;

  @Field(() => Duration, { description: "From the first submission to the last end." })
  readonly makespan!: Millis;

  @Field(() => Float, {
    description: "The part of the GPUs' time in which a job trained on them, 0 to 1; of cores' where there are none.",
  })
  readonly utilisation!: number;

  @Field(() => Int, { description: "How many jobs did not end." })
  readonly unfinished!: number;
}

@ObjectType("Simulation", {
  implements: Node,
  description: "Policies that were run, or are, over the same jobs in virtual time, and the report about them.",
})
export class SimulationView extends Node {
  readonly simulation: Simulation;

  constructor(simulation: Simulation) {
    super(`simulation:${simulation.name}`);
    this.simulation = simulation;
  }

  @Field(() => String, { description: "What was compared, in words." })
  get title(): string {
    return this.simulation.title;
  }

  @Field(() => SimulationStateEnum, { description: "How far it is." })
  get state(): string {
    return this.simulation.state;
  }

  @Field(() => Float, { description: "How much of it is done, 0 to 1." })
  get progress(): number {
    return this.simulation.progress;
  }

  @Field(() => DateTime, { description: "When it was asked for." })
  get createdAt(): Instant {
    return this.simulation.createdAt;
  }

  @Field(() => DateTime, { nullable: true, description: "When it was over; null while it is not." })
  get endedAt(): Instant | null {
    return this.simulation.endedAt;
  }

  @Field(() => [String], { description: "The policies; empty for a report of which that is not known." })
  get policies(): readonly string[] {
    return this.simulation.policies;
  }

  @Field(() => Int, {
    nullable: true,
    description: "How many jobs there were; null for a report of which that is not known.",
  })
  get jobCount(): number | null {
    return this.simulation.jobs;
  }

  @Field(() => [String], { description: "Why nothing came of it, or of some of the policies; empty when all is well." })
  get problems(): readonly string[] {
    return this.simulation.problems;
  }

  @Field(() => String, {
    nullable: true,
    description:
      "The address of its report on this server: one page of HTML that needs no other; null while there is none.",
  })
  get reportPath(): string | null {
    const { reportBytes, name } = this.simulation;
    return reportBytes === null ? null : `/reports/${name}.html`;
  }

  @Field(() => Bytes, { nullable: true, description: "The size of its report; null while there is none." })
  get reportBytes(): number | null {
    return this.simulation.reportBytes;
  }

  @Field(() => [SimulationOutcomeView], { description: "What each policy came to, as far as it is known." })
  get outcomes(): readonly SimulationOutcomeView[] {
    return this.simulation.outcomes;
  }
}

export const SimulationConnection = connectionType("Simulation", () => SimulationView);

@InputType("SimulateInput", { description: "What is to be compared, and over which jobs." })
export class SimulateInput {
  @Field(() => [String], { description: "The policies, by key; at most 8." })
  policies!: string[];

  @Field(() => String, { ...optional, description: "The placement, by key; without it, the one in force." })
  placement?: string | null;

  @Field(() => String, {
    ...optional,
    description:
      "Jobs that are drawn by lot, as `schedulearn simulate --generate` has it: philly,jobs=400. Without it, the jobs that this server has run and that are over.",
  })
  generate?: string | null;

  @Field(() => DateTime, { ...optional, description: "Of jobs of the past: only those submitted from then on." })
  from?: Instant | null;

  @Field(() => DateTime, { ...optional, description: "Of jobs of the past: only those submitted until then." })
  to?: Instant | null;

  @Field(() => String, {
    ...optional,
    description:
      "The servers, as `schedulearn simulate --cluster` has it: 4x8 are four of eight GPUs. Without it, those of this server.",
  })
  cluster?: string | null;

  @Field(() => Int, { ...optional, defaultValue: 1, description: "Chooses what is drawn by lot." })
  seed?: number | null;
}

@InputType()
class WhichSimulation {
  @Field(() => ID, { description: "Its id." })
  id!: string;
}

@InputType("CancelSimulationInput", { description: "Which simulation." })
export class CancelSimulationInput extends WhichSimulation {}

@InputType("DeleteSimulationInput", { description: "Which simulation." })
export class DeleteSimulationInput extends WhichSimulation {}
