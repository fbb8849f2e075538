import type { Unit } from "./measure.ts";
import { type Restart, restartShape } from "./restart.ts";
import { amount, fieldsOf, listOf, oneOf, orNull, positive, text } from "./shape.ts";
import { type Pace, paceShape, type Stint, stintShape } from "./stint.ts";

/** What was believed when the job had done a known part of its work. */
export interface Prediction {
  /** 0 to 1. */
  readonly at: number;
  readonly remainingSeconds: number;
  readonly attainedSeconds: number;
}

/** What is kept of a job from its first start until it is over. */
export interface Trail {
  readonly model: string | null;
  readonly unit: Unit | null;
  /** All the steps there are, as the job told first. */
  readonly steps: number | null;
  /** Work of the stints that ended, in seconds on one unit. */
  readonly workSeconds: number;
  readonly stint: Stint | null;
  /** On one unit, as last known from a stint that ended. */
  readonly pace: Pace | null;
  readonly predictions: readonly Prediction[];
  readonly restart: Restart | null;
}

/** @param workSeconds done before anything was kept of it */
export const newTrail = (workSeconds: number): Trail => ({
  model: null,
  unit: null,
  steps: null,
  workSeconds,
  stint: null,
  pace: null,
  predictions: [],
  restart: null,
});

export const trailShape = fieldsOf<Trail>({
  model: orNull(text),
  unit: orNull(oneOf("epoch", "step", "fraction")),
  steps: orNull(amount),
  workSeconds: amount,
  stint: orNull(stintShape),
  pace: orNull(paceShape),
  predictions: listOf(fieldsOf<Prediction>({ at: amount, remainingSeconds: positive, attainedSeconds: amount })),
  restart: orNull(restartShape),
});
