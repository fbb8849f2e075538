import { isOver, type Job } from "../core/job.ts";
import type { Instant, Millis } from "../core/time.ts";
import { amount, fieldsOf, number, orNull } from "./shape.ts";
import type { Stint } from "./stint.ts";

/** A stop-watch over one restart: from the order to stop until the job trains again. It stands while the job only waits its turn. */
export interface Restart {
  readonly spent: Millis;
  /** Since when it goes; null while it stands. */
  readonly since: Instant | null;
}

export const restartShape = fieldsOf<Restart>({ spent: amount, since: orNull(number) });

/** A job that prepares a move goes on training until the order to stop. */
const isStopping = ({ state }: Job): boolean =>
  state.status === "preempting" || (state.status === "migrating" && state.step === "stopping");

/** The watch after its job went from `before` to `after`; null when no restart is under way, or one that shows nothing. */
export function timed(watch: Restart | null, before: Job, after: Job, at: Instant): Restart | null {
  if (isStopping(after)) return isStopping(before) ? watch : { spent: 0, since: at };
  if (!watch || isOver(after)) return null;
  const spent = watch.spent + (watch.since === null ? 0 : Math.max(0, at - watch.since));
  switch (after.state.status) {
    case "pending":
      if (before.state.status === "pending") return watch;
      return isStopping(before) ? { spent, since: null } : null;
    case "starting":
      if (before.state.status === "pending") return { ...watch, since: at };
      return isStopping(before) || before.attempt === after.attempt ? watch : null;
    case "running":
      return isStopping(before) ? null : watch;
    default:
      return null;
  }
}

/**
 * What the restart cost in seconds, once the job is known to train: at its start if it never tells of progress, else at its second
 * sample, since the first comes only after one interval of work.
 */
export function costOf({ spent, since }: Restart, stint: Stint, tellsProgress: boolean): number | null {
  if (since === null) return null;
  const [first, second] = stint.early;
  if (!tellsProgress) return (spent + Math.max(0, stint.since - since)) / 1000;
  if (!first || !second) return null;
  const trainsAt = Math.max(stint.since, first.at - (second.at - first.at));
  return (spent + Math.max(0, trainsAt - since)) / 1000;
}
