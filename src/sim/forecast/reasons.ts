import { statusReason } from "../../core/explain.ts";
import type { Job } from "../../core/job.ts";
import type { PolicySetting, ResolvePolicy } from "../../core/policy.ts";
import { Scheduler } from "../../core/scheduler.ts";
import { canHold, isOpen } from "../../core/shape.ts";
import type { Instant } from "../../core/time.ts";
import type { Belief, Present } from "./present.ts";

/** What cannot be told: anything for want of time to compute in, when it starts, when it ends. */
export type Doubt = "late" | "start" | "end";

/** At most so many jobs are named in one sentence. */
const MOST_NAMED = 3;
const DAY = 86_400_000;
const HOUR = 3_600_000;

/** Says in plain words why a time is not told. */
export class Reasons {
  readonly #present: Present;
  readonly #until: Instant;
  readonly #unknown: readonly string[];
  #scheduler: Scheduler | null = null;
  readonly #make: () => Scheduler;

  constructor(present: Present, setting: PolicySetting, resolve: ResolvePolicy, until: Instant) {
    this.#present = present;
    this.#until = until;
    this.#unknown = present.jobs.filter((_, i) => present.beliefs[i]?.source === "none").map(({ id }) => id);
    this.#make = () => {
      const scheduler = new Scheduler(resolve, setting, { guards: present.guards });
      scheduler.restore(present);
      return scheduler;
    };
  }

  of(job: Job, { source }: Belief, doubt: Doubt): string {
    if (doubt === "late") return "it could not be played through in the time there was";
    const { state, blockedBy } = job;
    if (state.status === "paused" && state.by === "user") return "it is paused until it is resumed";
    if (doubt === "end" && source === "none")
      return "nothing is known of how long it takes: it declares nothing, tells no progress, and no job like it has completed";
    const { now } = this.#present;
    this.#scheduler ??= this.#make();
    const why = statusReason(job, this.#scheduler, now);
    const isHeld = state.status === "pending" && state.held;
    const behind = blockedBy.length > 0 ? blockedBy.filter((id) => this.#unknown.includes(id)) : this.#others(job);
    const fits = this.#present.servers.some((server) => isOpen(server) && canHold(server, job));
    if (isHeld || !fits || behind.length === 0)
      return why ?? `not within the ${spanWords(this.#until - now)} that were looked at`;
    return `nothing is known of how long ${named(behind)} ${behind.length === 1 ? "takes" : "take"}`;
  }

  #others({ id }: Job): readonly string[] {
    return this.#unknown.filter((other) => other !== id);
  }
}

function named(ids: readonly string[]): string {
  const shown = ids.slice(0, MOST_NAMED);
  if (ids.length > shown.length) return `${shown.join(", ")} and ${ids.length - shown.length} more`;
  return shown.length === 1 ? (shown[0] as string) : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

const spanWords = (millis: number): string =>
  millis >= 2 * DAY ? `${Math.round(millis / DAY)} days` : `${Math.round(millis / HOUR)} hours`;
