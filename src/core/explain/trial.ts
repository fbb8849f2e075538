import type { Event } from "../event.ts";
import type { JobId } from "../job.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Instant } from "../time.ts";
import { copyOf } from "./copy.ts";
import { hear } from "./hearing.ts";

/** What a round comes to for one job: it starts, it will as soon as those have made room, or it goes on waiting. */
export type Outcome =
  | { readonly effect: "starts" }
  | { readonly effect: "makes-room"; readonly stops: readonly JobId[] }
  | { readonly effect: null };

const WAITS: Outcome = { effect: null };

/** Holds the very same round on a copy of the scheduler in which something else has happened first. */
export function tryOut(
  scheduler: Scheduler,
  id: JobId,
  events: readonly Event[],
  now: Instant,
  guards = scheduler.guards,
): Outcome {
  const copy = copyOf(scheduler, now, guards);
  try {
    for (const event of events) copy.observe(event);
  } catch {
    return WAITS; // what cannot be is no change
  }
  const round = copy.round(now);
  const isStarted = round.events.some(
    (event) => (event.type === "JobPlaced" || (event.type === "JobResumed" && event.on !== null)) && event.job === id,
  );
  if (isStarted) return { effect: "starts" };
  const stops = round.events.flatMap((event) => (makesRoom(event) && event.job !== id ? [event.job] : []));
  if (stops.length === 0 || !hear(copy, now).decision.run.has(id)) return WAITS;
  return { effect: "makes-room", stops };
}

function makesRoom(event: Event): event is Extract<Event, { job: JobId }> {
  switch (event.type) {
    case "JobPreempted":
    case "JobMigrated":
    case "JobResized":
      return true;
    case "JobPaused":
      return event.by === "policy";
    default:
      return false;
  }
}
