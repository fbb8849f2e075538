import type { Because } from "./because.ts";
import type { Event } from "./event.ts";
import type { Job, JobId } from "./job.ts";
import { poolOf } from "./job-spec.ts";
import type { Decision, PolicySetting, Snapshot } from "./policy.ts";
import { type Placement, sizeOn } from "./server.ts";

/** What is noted with the events of a plan, so that it can be told later what they were good for. */
export class Grounds {
  readonly #setting: PolicySetting;
  readonly #snapshot: Snapshot;
  readonly #decision: Pick<Decision, "run" | "changed" | "choices">;

  constructor(setting: PolicySetting, snapshot: Snapshot, decision: Pick<Decision, "run" | "changed" | "choices">) {
    this.#setting = setting;
    this.#snapshot = snapshot;
    this.#decision = decision;
  }

  ofPlace(job: JobId): { readonly because: Because } {
    const { policy, placement } = this.#setting;
    const choice = this.#decision.choices?.get(job);
    return { because: { policy, placement, ...(choice && { choice }) } };
  }

  /** Those that are given something of what the job lets go of. @param to what it keeps */
  ofRoom(job: Job, to: Placement = []): { readonly for?: readonly JobId[] } {
    const on = "on" in job.state ? job.state.on : [];
    const { run, changed } = this.#decision;
    const units = new Set(unitsOf(on));
    for (const unit of unitsOf(to)) units.delete(unit);
    const takers = [...changed].filter((id) => {
      const given = id === job.id ? undefined : run.get(id);
      return given !== undefined && unitsOf(given).some((unit) => units.has(unit));
    });
    return takers.length > 0 ? { for: takers } : {};
  }

  /** How many times as fast it is believed to be with its new size. */
  ofSize(job: Job, to: Placement): { readonly speedup?: number } {
    const on = "on" in job.state ? job.state.on : [];
    const pool = poolOf(job.spec);
    const [before, after] = [sizeOn(on, pool), sizeOn(to, pool)];
    if (before === after || before === 0) return {};
    const { speedup, source } = this.#snapshot.estimates.of(job);
    const ratio = speedup(after) / speedup(before);
    return source === "none" || !Number.isFinite(ratio) ? {} : { speedup: Math.round(ratio * 1000) / 1000 };
  }
}

const unitsOf = (on: Placement): string[] =>
  on.flatMap(({ server, gpus, cores }) => [...gpus, ...cores.map((core) => `${server} core ${core}`)]);

/** The event without what is noted for whoever asks later: nothing that happens depends on it. */
export function withoutGrounds(event: Event): Event {
  const { because: _, for: __, speedup: ___, ...rest } = event as Event & Readonly<Record<string, unknown>>;
  if (event.type === "JobPreempted") {
    const { by: ____, ...bare } = rest as typeof rest & { readonly by?: unknown };
    return bare as Event;
  }
  return rest as Event;
}
