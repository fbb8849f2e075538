import type { JobProgress } from "../core/job.ts";
import type { JobSpec } from "../core/job-spec.ts";
import { MOST } from "./shape.ts";

/**
 * What a job's work is counted in, the best that its progress tells. Epochs, with the part of the present one, stay the same when the
 * number of steps in each depends on the size; so do steps of the whole run when they are scaled to the total first told.
 */
export type Unit = "epoch" | "step" | "fraction";

const RANKS: Readonly<Record<Unit, number>> = { fraction: 1, step: 2, epoch: 3 };

export function unitOf({ epoch, epochs, step, steps, fraction }: JobProgress): Unit | null {
  // A step that is counted from nobody knows where says more than a whole number of epochs that has no end.
  if (epoch !== undefined && (step === undefined || steps || epochs || !Number.isInteger(epoch))) return "epoch";
  if (step !== undefined) return "step";
  return fraction === null ? null : "fraction";
}

export const betterUnit = (known: Unit | null, told: Unit | null): Unit | null =>
  told !== null && (known === null || RANKS[told] > RANKS[known]) ? told : known;

/**
 * Units done; null when this progress does not tell.
 * @param steps the total of steps that the job told first, if any
 */
export function doneOf(progress: JobProgress, unit: Unit, steps: number | null): number | null {
  const done = unit === "epoch" ? epochsOf(progress) : unit === "step" ? stepsOf(progress, steps) : progress.fraction;
  return done !== null && done <= MOST ? Math.max(0, done) : null;
}

/** A step means that its epoch is under way; a program that counts steps has just begun an epoch that it tells without one. */
function epochsOf({ epoch, step, steps }: JobProgress): number | null {
  if (epoch === undefined) return null;
  if (!Number.isInteger(epoch) || (step === undefined && !steps)) return epoch;
  return Math.max(0, epoch - 1) + (steps ? Math.min(1, (step ?? 0) / steps) : 0);
}

function stepsOf({ step, steps }: JobProgress, first: number | null): number | null {
  if (step === undefined) return null;
  return steps && first ? step * (first / steps) : step;
}

/** All there is to do; null when nobody has said. `isTold`: by the job itself, not by who submitted it. */
export function totalOf(
  progress: JobProgress,
  spec: JobSpec,
  unit: Unit,
  steps: number | null,
): { readonly units: number; readonly isTold: boolean } | null {
  const told = unit === "epoch" ? progress.epochs : unit === "step" ? steps : 1;
  if (told) return { units: told, isTold: true };
  const { estimate } = spec;
  const inEpochs = estimate.epochs ?? (estimate.steps && progress.steps ? estimate.steps / progress.steps : null);
  const declared = unit === "epoch" ? inEpochs : estimate.steps;
  return declared ? { units: declared, isTold: false } : null;
}
