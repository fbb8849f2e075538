import type { Millis } from "../../core/time.ts";
import type { JobResult } from "../simulation.ts";

/** Shorter than this is taken as this, where one time is divided by another. */
const LEAST: Millis = 1;

/** From submission to end; null for a job that did not end. */
export const jctOf = ({ endedAt, submittedAt }: JobResult): Millis | null =>
  endedAt === null ? null : endedAt - submittedAt;

/** All the time until its end in which it did not run. */
export function waitingOf(result: JobResult): Millis | null {
  const jct = jctOf(result);
  return jct === null ? null : Math.max(0, jct - result.serviceMillis);
}

/** How many times as long as alone it took. */
export function slowdownOf(result: JobResult): number | null {
  const jct = jctOf(result);
  return jct === null ? null : Math.max(LEAST, jct) / Math.max(LEAST, result.aloneMillis);
}

export const isNumber = (value: number | null): value is number => value !== null;

/** Null of none. */
export const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
