import { Field, Float, Int, ObjectType } from "type-graphql";
import type { Guards } from "../../core/guards.ts";
import { type CorePreemption, CorePreemptionEnum, type Defragmentation, DefragmentationEnum } from "./enums.ts";

const bound = { nullable: true } as const;

@ObjectType("SchedulingGuards", {
  description: "What keeps the policy from moving running jobs about for little; null: no bound.",
})
export class SchedulingGuards {
  @Field(() => Float, { ...bound, description: "Seconds between two plans that stop running jobs." })
  readonly planSpacingSeconds: number | null;

  @Field(() => Float, { ...bound, description: "A run is left alone for so long after it began to train." })
  readonly cooldownSeconds: number | null;

  @Field(() => Float, {
    ...bound,
    description: "A larger size must gain more within this span than the restart costs.",
  })
  readonly horizonSeconds: number | null;

  @Field(() => Float, { ...bound, description: "The measured cost of a restart counts so many times." })
  readonly restartFactor: number | null;

  @Field(() => Float, { ...bound, description: "A job that is over in less than so many restarts is left alone." })
  readonly endFactor: number | null;

  @Field(() => Float, { ...bound, description: "A run is migrated so long after it began to train at the earliest." })
  readonly migrationRestSeconds: number | null;

  @Field(() => Float, { ...bound, description: "A migration to a larger size must save so many seconds." })
  readonly migrationGainSeconds: number | null;

  @Field(() => Float, { ...bound, description: "And this part of what is left." })
  readonly migrationGainFraction: number | null;

  @Field(() => Int, { ...bound, description: "The policy migrates one job so often at most." })
  readonly maxMigrations: number | null;

  @Field(() => Int, { ...bound, description: "So many jobs migrate at once." })
  readonly maxConcurrentMigrations: number | null;

  @Field(() => Int, { ...bound, description: "So many jobs start, stop or move at once." })
  readonly maxTransitions: number | null;

  @Field(() => CorePreemptionEnum, { description: "What becomes of a job without GPUs whose cores go to others." })
  readonly corePreemption: CorePreemption;

  @Field(() => DefragmentationEnum, { description: "Which running jobs move so that a waiting one finds room." })
  readonly defragment: Defragmentation;

  constructor(guards: Guards) {
    this.planSpacingSeconds = bounded(guards.planSpacingMillis / 1000);
    this.cooldownSeconds = bounded(guards.cooldownMillis / 1000);
    this.horizonSeconds = bounded(guards.horizonMillis / 1000);
    this.restartFactor = bounded(guards.restartFactor);
    this.endFactor = bounded(guards.endFactor);
    this.migrationRestSeconds = bounded(guards.migrationRestMillis / 1000);
    this.migrationGainSeconds = bounded(guards.migrationGainMillis / 1000);
    this.migrationGainFraction = bounded(guards.migrationGainFraction);
    this.maxMigrations = bounded(guards.maxMigrations);
    this.maxConcurrentMigrations = bounded(guards.maxConcurrentMigrations);
    this.maxTransitions = bounded(guards.maxTransitions);
    this.corePreemption = guards.pauseCores ? "pause" : "stop";
    this.defragment = guards.defragment ?? "placement";
  }
}

const bounded = (value: number): number | null => (Number.isFinite(value) ? value : null);
