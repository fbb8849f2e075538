import { basename } from "node:path";
import { jobsIn } from "../sim/experiment.ts";
import { type Metrics, metricsOf } from "../sim/metrics.ts";
import { fileFor, jobsCsv, Outputs } from "../sim/output.ts";
import { metricsTable } from "../sim/table.ts";
import { requestsText } from "../sim/traces/requests.ts";
import { traceCsv } from "../sim/traces/write.ts";
import type { Arguments } from "./arguments.ts";
import { runTrials } from "./crew.ts";
import { Progress } from "./progress.ts";
import type { Failure, Outcome, Trial } from "./trial.ts";

/** Runs what was asked for and writes what came of it. Returns the exit code. */
export async function runAll(options: Arguments, signal: AbortSignal): Promise<number> {
  const { experiments, conditions, jobsOut, cluster, seed, threads } = options;
  const { servers } = conditions;
  const pathOf = (name: string): string => fileFor(jobsOut ?? "", name, experiments.length === 1);
  const outputs = new Outputs();
  if (!options.quiet) for (const note of options.notes) console.error(note);
  if (options.traceOut !== null) {
    outputs.reserve(options.traceOut);
    outputs.add(options.traceOut, traceCsv(conditions.trace));
  }
  if (experiments.length === 0) {
    outputs.write();
    return 0;
  }
  if (options.requestsOut !== null) outputs.reserve(options.requestsOut);
  if (jobsOut !== null) for (const { name } of experiments) outputs.reserve(pathOf(name));
  const trials = experiments.map((experiment): Trial => ({ ...experiment, conditions }));
  const outcomes = await runWatched(trials, { threads, isQuiet: options.quiet, signal });
  if (!outcomes) return 130;

  const gpus = servers.reduce((sum, server) => sum + server.gpus.length, 0);
  const metrics: Record<string, Metrics> = {};
  const failures = new Map<string, readonly string[]>();
  for (const [i, { name }] of trials.entries()) {
    const outcome = outcomes[i] as Outcome | Failure;
    if ("faults" in outcome) failures.set(name, outcome.faults);
    else {
      metrics[name] = metricsOf(outcome.results, gpus);
      if (jobsOut !== null) outputs.add(pathOf(name), jobsCsv(outcome.results));
    }
  }
  tellFailures(failures, trials.length);
  if (failures.size === trials.length) return 1;
  if (options.requestsOut !== null && conditions.requests)
    outputs.add(options.requestsOut, requestsText(conditions.requests.list));
  outputs.write();
  const summary = { trace: basename(conditions.file), cluster, jobs: jobsIn(conditions), seed, policies: metrics };
  process.stdout.write(options.json ? `${JSON.stringify(summary, null, 2)}\n` : metricsTable(metrics));
  return failures.size > 0 ? 1 : 0;
}

/** Runs the trials over the cores, with word of how far they are. Null when the signal came before they were through. */
export async function runWatched(
  trials: readonly Trial[],
  { threads, isQuiet, signal }: { readonly threads: number; readonly isQuiet: boolean; readonly signal: AbortSignal },
): Promise<readonly (Outcome | Failure)[] | null> {
  const jobs = trials.reduce((sum, { conditions }) => sum + jobsIn(conditions), 0);
  const progress = new Progress(jobs, trials.length, isQuiet);
  try {
    return await runTrials(trials, {
      threads,
      signal,
      onProgress: (trial, ended) => progress.tell(trial, ended),
      onDone: (trial, done) => progress.done(trial, done),
    });
  } finally {
    progress.stop();
  }
}

/** What is wrong with all of them alike is told once, else by name. */
function tellFailures(failures: ReadonlyMap<string, readonly string[]>, trials: number): void {
  const texts = new Set([...failures.values()].map((faults) => faults.join("\n")));
  const isCommon = failures.size === trials && texts.size === 1;
  if (isCommon) for (const text of texts) console.error(text);
  else for (const [name, faults] of failures) for (const fault of faults) console.error(`${name}: ${fault}`);
}
