import { DomainError } from "../core/errors.ts";
import type { Event } from "../core/event.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { Instant } from "../core/time.ts";
import type { VirtualClock } from "./clock.ts";

/** After what is submitted at the same instant. */
const RANK = 2;

/** Something that a user asks for while the simulation runs, as one would ask the live scheduler for it. */
export interface Happening {
  readonly at: Instant;
  /** What it comes to. Throws a DomainError where it cannot be had. */
  request(scheduler: Scheduler, now: Instant): readonly Event[];
}

/** What could not be had, in the words of the live scheduler. */
export interface Refusal {
  readonly at: Instant;
  readonly message: string;
}

/** Asks each at its time. */
export class Happenings {
  readonly refusals: Refusal[] = [];

  constructor(
    happenings: readonly Happening[],
    clock: VirtualClock,
    scheduler: Scheduler,
    observe: (event: Event) => void,
  ) {
    for (const { at, request } of happenings) {
      const ask = (): void => {
        try {
          for (const event of request(scheduler, at)) observe(event);
        } catch (error) {
          if (!(error instanceof DomainError)) throw error;
          this.refusals.push({ at, message: error.message });
        }
      };
      clock.at(at, ask, RANK);
    }
  }
}
