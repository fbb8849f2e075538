import { type JobId, jobNumber } from "../core/job.ts";
import type { Millis } from "../core/time.ts";
import { seeded } from "../placement/random.ts";
import type { VirtualClock } from "./clock.ts";
import type { FailureSettings } from "./settings.ts";

const HOUR: Millis = 3_600_000;

/** So many numbers of any size as one seed: the mixing steps of MurmurHash3 (Appleby, public domain). */
function seedOf(...parts: readonly number[]): number {
  let mixed = 0;
  for (const part of parts) {
    mixed = Math.imul(mixed ^ part, 0xcc9e2d51);
    mixed = Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
    mixed ^= mixed >>> 16;
  }
  return mixed;
}

/** A span that is over at any moment with the same probability; a whole number of at least 1. */
const span = (random: () => number, mean: Millis): Millis => Math.max(1, Math.round(-mean * Math.log(1 - random())));

/** How much GPU time each run has before a GPU fails it: the same for the same seed, whatever the policy does before. */
export const lifeOfRuns =
  ({ run }: FailureSettings, seed: number) =>
  ({ job, attempt }: { readonly job: JobId; readonly attempt: number }): Millis =>
    span(seeded(seedOf(seed, 1, jobNumber(job), attempt)), run * HOUR);

export interface Crashable {
  crash(): void;
  restore(): void;
}

/** Servers crash and come back, at times that are the same for the same seed, as long as anything else is to come. */
export function letCrash(
  servers: readonly Crashable[],
  { server, repair }: FailureSettings,
  seed: number,
  clock: VirtualClock,
): void {
  for (const [i, each] of servers.entries()) {
    const random = seeded(seedOf(seed, 2, i));
    const next = (): void =>
      clock.background(clock.now() + span(random, server * HOUR), () => {
        each.crash();
        clock.at(clock.now() + span(random, repair * HOUR), () => {
          each.restore();
          next();
        });
      });
    next();
  }
}
