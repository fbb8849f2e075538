import { DomainError, InvariantError } from "../core/errors.ts";
import { type Conditions, type Experiment, simulationOf } from "../sim/experiment.ts";
import { Fragmentation } from "../sim/fragmentation.ts";
import type { Refusal } from "../sim/happenings.ts";
import { type Metrics, metricsOf } from "../sim/metrics.ts";
import { Recorder, type Recording } from "../sim/report/index.ts";
import type { JobResult, Observer } from "../sim/simulation.ts";

/** One policy that runs over one workload: plain data, so that another thread can be handed it. */
export interface Trial extends Experiment {
  readonly conditions: Conditions;
  /** Whether it is to be drawn. */
  readonly isRecorded?: boolean;
}

/** What came of it. */
export interface Outcome {
  readonly results: readonly JobResult[];
  readonly metrics: Metrics;
  readonly refusals: readonly Refusal[];
  /** Null when it was not to be drawn. */
  readonly recording: Recording | null;
  readonly events: number;
  readonly rounds: number;
  /** What it took, and the most memory that the process had until then. */
  readonly seconds: number;
  readonly peakMiB: number;
}

/** Lines that tell why nothing came of it. */
export interface Failure {
  readonly faults: readonly string[];
}

/** Progress is told, and the world outside heard, every so many instants. */
const SLICE = 500;

/** Runs it to its end. Null when the signal came before. @param tell how many of its jobs have ended, now and then */
export async function runTrial(
  trial: Trial,
  tell: (ended: number) => void,
  signal?: AbortSignal,
): Promise<Outcome | Failure | null> {
  const began = performance.now();
  try {
    const { servers } = trial.conditions;
    const fragmentation = servers.length > 1 ? new Fragmentation() : null; // one server is never in pieces
    const recorder = trial.isRecorded ? new Recorder(servers) : null;
    const observer = both(fragmentation?.observe, recorder?.observe);
    const simulation = simulationOf(trial, trial.conditions, observer);
    while (simulation.run(SLICE)) {
      tell(simulation.counts.ended);
      await new Promise((resolve) => setImmediate(resolve));
      if (signal?.aborted) return null;
    }
    const { events, rounds } = simulation.counts;
    const [results, { refusals }] = [simulation.results(), simulation];
    const metrics = metricsOf(results, {
      gpus: sum(servers.map(({ gpus }) => gpus.length)),
      cores: sum(servers.map(({ cores }) => cores)),
      fragmentedGpuMillis: fragmentation?.gpuMillis ?? 0,
    });
    const seconds = (performance.now() - began) / 1000;
    const recording = recorder?.recording() ?? null;
    return { results, metrics, refusals, recording, events, rounds, seconds, peakMiB: peakMiB() };
  } catch (error) {
    return { faults: faultsOf(error) };
  }
}

const both = (one: Observer | undefined, other: Observer | undefined): Observer | undefined =>
  one && other
    ? (event, scheduler) => {
        one(event, scheduler);
        other(event, scheduler);
      }
    : (one ?? other);

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const peakMiB = (): number => Math.round(process.resourceUsage().maxRSS / 1024);

/** The caller's faults and a policy's in words; what nobody thought of with its stack. */
function faultsOf(error: unknown): string[] {
  if (error instanceof DomainError) return error.faults.map(({ message }) => message);
  if (error instanceof InvariantError) return [error.message];
  return [(error as Error).stack ?? String(error)];
}
