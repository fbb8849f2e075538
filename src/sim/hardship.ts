import type { RunOrder } from "../core/command.ts";
import type { JobId } from "../core/job.ts";
import { type JobSpec, poolOf } from "../core/job-spec.ts";
import { type Server, type ServerId, sizeOn } from "../core/server.ts";
import type { Millis } from "../core/time.ts";
import type { Costs, SimulatedDriver, SimulatedOptions } from "../drivers/simulated.ts";
import { doneBy, type SimulatedWorld } from "../drivers/simulated-world.ts";
import type { VirtualClock } from "./clock.ts";
import { letCrash, lifeOfRuns } from "./failures.ts";
import { Interference } from "./interference.ts";
import type { FailureSettings } from "./settings.ts";
import { Told } from "./told.ts";
import type { SimulatedJob } from "./workload.ts";

/** What stands in the way of the jobs. */
export interface Hardships {
  /** The same for all runs, or for each its own. */
  readonly costs: Costs | ((run: RunOrder) => Costs);
  /** The part of its speed, 0 to 1, that a gang on several servers keeps; where that differs, by its model and how many they are. */
  readonly spreadSpeed: number | ((model: string, servers: number) => number);
  /** The part of its speed, 0 to 1, that a job loses where all other GPUs of its server are busy; null: nobody disturbs another. */
  readonly interference?: ((model: string) => number) | null;
  readonly failures?: { readonly settings: FailureSettings; readonly seed: number } | null;
}

/** How fast jobs really are, and what becomes of them on the way. */
export class Hardship {
  readonly #options: Hardships;
  readonly #world: SimulatedWorld;
  readonly #job: (id: JobId) => SimulatedJob;
  readonly #spreadSpeed: (model: string, servers: number) => number;
  readonly #interference: Interference | null;

  constructor(options: Hardships, servers: readonly Server[], world: SimulatedWorld, job: (id: JobId) => SimulatedJob) {
    this.#options = options;
    this.#world = world;
    this.#job = job;
    const { spreadSpeed, interference } = options;
    this.#spreadSpeed = typeof spreadSpeed === "number" ? () => spreadSpeed : spreadSpeed;
    this.#interference = interference ? new Interference(servers) : null;
  }

  /** What each driver has to know. */
  get ofDriver(): Pick<SimulatedOptions, "costs" | "duration" | "company" | "lifeGpuMillis"> {
    const { costs, failures } = this.#options;
    return {
      costs,
      duration: (order) => this.#duration(order),
      ...(this.#interference && { company: this.#interference }),
      ...(failures && failures.settings.run > 0 && { lifeGpuMillis: lifeOfRuns(failures.settings, failures.seed) }),
    };
  }

  /** Knows all of it. */
  told(): Told {
    const { costs, failures, interference } = this.#options;
    const costsOf = typeof costs === "function" ? costs : () => costs;
    const isUneven = failures || interference || typeof costs === "function" || costs.checkpointEveryMillis;
    return new Told({
      truthOf: this.#job,
      speed: (...args) => this.#speed(...args),
      restartSeconds: (spec) => {
        const { stopMillis = 0, startMillis = 0 } = costsOf(aRestart(spec));
        return (stopMillis + startMillis) / 1000;
      },
      ...(isUneven && { doneBy: (job, now) => doneBy(this.#world, job, now) * this.#job(job.id).workMillis }),
    });
  }

  letCrash(drivers: ReadonlyMap<ServerId, SimulatedDriver>, clock: VirtualClock): void {
    const { failures } = this.#options;
    if (!failures || failures.settings.server === 0) return;
    const servers = [...drivers].map(([id, driver]) => ({
      crash: () => {
        for (const each of drivers.values()) each.crash(id);
      },
      restore: () => driver.restore(),
    }));
    letCrash(servers, failures.settings, failures.seed, clock);
  }

  #duration({ job, spec, on }: RunOrder): Millis {
    const millis = this.#job(job).workMillis / this.#speed(job, sizeOn(on, poolOf(spec)), on.length);
    if (!this.#interference) return millis;
    return millis / this.#interference.speed(job, on, this.#options.interference?.(spec.name) ?? 0);
  }

  /** Undisturbed. */
  #speed(id: JobId, size: number, servers: number): number {
    const { speed, spec } = this.#job(id);
    return speed.speed(size, servers) * (servers > 1 ? this.#spreadSpeed(spec.name, servers) : 1);
  }
}

/** What costs that depend on the job alone are asked about. */
const aRestart = (spec: JobSpec): RunOrder => ({
  job: "",
  attempt: 2,
  spec,
  on: [],
  reason: "resized",
  checkpoint: { generation: 1, from: null },
  generation: 1,
  leaving: null,
});
