/** What a run told of its progress. Every field is optional; each number is finite. */
export interface Progress {
  /** As the program prints it: mostly the epoch under way, counted from 1; with a fraction, the epochs done. */
  epoch?: number;
  epochs?: number;
  /** Steps done within the epoch, or of the whole run where the program knows no epochs. */
  step?: number;
  /** Steps of one epoch, or of the whole run where the program knows no epochs. */
  steps?: number;
  samplesPerSecond?: number;
  metrics?: Record<string, number>;
  /** Work up to here is saved. Without an epoch, `step` counts from the start of the run. */
  checkpoint?: { step?: number; epoch?: number };
  /** The program has taken over the grant of this generation: an event, no part of how far it is. */
  generation?: number;
}

/**
 * The share of the run that is done, from 0 to 1; null when the program has not told how much there is.
 * An epoch told without a step counts as done, one told with a step as under way.
 */
export function fraction(progress: Progress): number | null {
  const { epoch, epochs, step, steps } = progress;
  const ofSteps = step !== undefined && steps ? Math.min(1, step / steps) : null;
  const wholeEpoch = Number.isInteger(epoch);
  // Steps within an epoch say nothing of the run when the number of epochs is unknown.
  if (!epochs) return wholeEpoch ? null : ofSteps;
  if (epoch === undefined) return null;
  const done = step !== undefined && wholeEpoch ? Math.max(0, epoch - 1) + (ofSteps ?? 0) : epoch;
  return Math.min(1, done / epochs);
}

/** Adds what a line told to what was known. A new epoch starts at an unknown step unless the line gives one. */
export function merge(before: Progress | null, update: Progress): Progress {
  const { step, ...known } = before ?? {};
  const merged: Progress = { ...known, ...update };
  if (step !== undefined && update.step === undefined && !startsEpoch(known, update)) merged.step = step;
  if (known.metrics && update.metrics) merged.metrics = { ...known.metrics, ...update.metrics };
  return merged;
}

/** Fractional epochs measure progress of a run whose steps go on counting; they start nothing. */
function startsEpoch(before: Progress, update: Progress): boolean {
  if (update.epoch === undefined || update.epoch === before.epoch) return false;
  return Number.isInteger(update.epoch) && Number.isInteger(before.epoch ?? 0);
}

/**
 * Steps that would be lost if the run ended now: those since its last checkpoint, or all of them without one.
 * Null when the steps of the run cannot be counted.
 */
export function unsavedSteps(progress: Progress): number | null {
  const done = totalSteps(progress, progress);
  if (done === null) return null;
  if (!progress.checkpoint) return done;
  const saved = totalSteps(progress, progress.checkpoint);
  return saved === null ? null : Math.max(0, done - saved);
}

function totalSteps({ steps }: Progress, at: { epoch?: number; step?: number }): number | null {
  if (at.epoch === undefined) return at.step ?? null;
  if (steps === undefined) return null;
  return at.step === undefined ? at.epoch * steps : Math.max(0, at.epoch - 1) * steps + at.step;
}

/** A progress of the fields that have a value; null when none has. */
export function told(fields: Progress): Progress | null {
  const entries = Object.entries(fields).filter(([, value]) =>
    typeof value === "object" ? Object.keys(value).length > 0 : value !== undefined,
  );
  return entries.length > 0 ? Object.fromEntries(entries) : null;
}
