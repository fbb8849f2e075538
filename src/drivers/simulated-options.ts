import type { RunOrder, RunRef } from "../core/command.ts";
import type { Cause, Outcome } from "../core/outcome.ts";
import type { Millis } from "../core/time.ts";
import type { DriverContext } from "./driver.ts";
import type { SimulatedRun, SimulatedWorld } from "./simulated-world.ts";

/** What goes wrong with one run. */
export interface Faults {
  /** It is not started, for this cause. */
  readonly refuseStart?: Cause;
  /** It ends like this instead of succeeding, when `at` (0 to 1, else 1) of its work is done. */
  readonly exit?: {
    readonly outcome: Outcome;
    readonly exitCode?: number;
    readonly signal?: string;
    readonly at?: number;
  };
  readonly refuseStop?: boolean;
  /** It hears nothing of another size. */
  readonly refuseResize?: boolean;
  /** Why it cannot be paused. */
  readonly refusePause?: string;
  /** Everything is told so much after it happened. */
  readonly lateMillis?: Millis;
  /** Everything is told twice. */
  readonly twice?: boolean;
  /** Its exit is told only when it is adopted. */
  readonly loseExit?: boolean;
}

/** What things take, each 0 when not given. */
export interface Costs {
  /** Pulling and creating. */
  readonly prepareMillis?: Millis;
  readonly startMillis?: Millis;
  /** Bringing a checkpoint from another server. */
  readonly carryMillis?: Millis;
  /** Taking over another size while it runs; nothing else is done meanwhile. */
  readonly resizeMillis?: Millis;
  /** Saving when asked to stop; with less grace than that nothing is saved. */
  readonly stopMillis?: Millis;
  /** A run writes a checkpoint by itself after so much work each time; 0: only when it is asked to stop. */
  readonly checkpointEveryMillis?: Millis;
  /** Writing one of those, while no work is done. */
  readonly checkpointMillis?: Millis;
  readonly checkpointBytes?: number;
}

/** Those who work beside each other, where that matters to how fast they are. */
export interface Company {
  /** This run works from now on. @param again reckons its speed anew */
  came(run: SimulatedRun, again: () => void): void;
  /** It works no more where it worked. */
  left(run: SimulatedRun): void;
}

export interface SimulatedOptions {
  readonly server: string;
  readonly gpus: number | readonly { readonly model?: string | null; readonly memoryMiB?: number | null }[];
  readonly cores: number;
  readonly memoryMiB: number;
  readonly context: DriverContext;
  /** How long all of a job's work takes, undisturbed, with what this run was given; asked again when that changes. */
  duration(run: RunOrder): Millis;
  readonly costs?: Costs | ((run: RunOrder) => Costs);
  /** How much GPU time a run has before a GPU fails it; for ever when not given. */
  lifeGpuMillis?(run: RunOrder): Millis;
  readonly company?: Company;
  /** Asked at each step of a run, so that a test may change its mind. */
  faults?(run: RunRef): Faults | undefined;
  /** Whether a job saves when it is asked to stop; else it begins again. All do when not given. */
  saves?(run: RunOrder): boolean;
  /** How many progress lines a job prints over all of its work; none when not given. */
  readonly progressLines?: number;
  /** What outlives a driver and lies between servers: give all servers of one simulation the same. */
  readonly world?: SimulatedWorld;
}
