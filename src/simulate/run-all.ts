import { basename } from "node:path";
import { jobsIn } from "../sim/experiment.ts";
import type { Metrics } from "../sim/metrics.ts";
import { detailsCsv, fileFor, jobsCsv, Outputs } from "../sim/output.ts";
import type { JobResult } from "../sim/simulation.ts";
import { metricsTable } from "../sim/table.ts";
import { requestsText } from "../sim/traces/requests.ts";
import { traceCsv } from "../sim/traces/write.ts";
import type { Arguments } from "./arguments.ts";
import { runTrials } from "./crew.ts";
import { Progress } from "./progress.ts";
import { reportOf } from "./report.ts";
import type { Failure, Outcome, Trial } from "./trial.ts";

/** Runs what was asked for and writes what came of it. Returns the exit code. */
export async function runAll(options: Arguments, signal: AbortSignal): Promise<number> {
  const { experiments, conditions, cluster, seed, threads, columns, quiet } = options;
  const names = experiments.map(({ name }) => name);
  const outputs = reserveOutputs(options, names);
  if (!quiet) for (const note of options.notes) console.error(note);
  if (experiments.length === 0) {
    outputs.write();
    return 0;
  }
  const trials = experiments.map(
    (experiment): Trial => ({ ...experiment, conditions, isRecorded: options.report !== null }),
  );
  const outcomes = await runWatched(trials, { threads, isQuiet: quiet, signal });
  if (!outcomes) return 130;

  const metrics: Record<string, Metrics> = {};
  const done = new Map<string, Outcome>();
  const failures = new Map<string, readonly string[]>();
  for (const [i, name] of names.entries()) {
    const outcome = outcomes[i] as Outcome | Failure;
    if ("faults" in outcome) failures.set(name, outcome.faults);
    else {
      metrics[name] = outcome.metrics;
      done.set(name, outcome);
      for (const { path, content } of jobFiles(options)) outputs.add(path(name), content(outcome.results));
    }
  }
  tellFailures(failures, names.length);
  if (failures.size === names.length) return 1;
  if (options.report !== null) outputs.add(options.report, reportOf(options, done));
  outputs.write();
  const summary = { trace: basename(conditions.file), cluster, jobs: jobsIn(conditions), seed, policies: metrics };
  process.stdout.write(options.json ? `${JSON.stringify(summary, null, 2)}\n` : metricsTable(metrics, columns));
  return failures.size > 0 ? 1 : 0;
}

/** What is written of the jobs of each policy. */
function jobFiles({ jobsOut, details, experiments }: Arguments) {
  const isOnly = experiments.length === 1;
  const fileOf = (base: string | null, content: (results: readonly JobResult[]) => string) =>
    base === null ? [] : [{ path: (name: string) => fileFor(base, name, isOnly), content }];
  return [...fileOf(jobsOut, jobsCsv), ...fileOf(details, detailsCsv)];
}

/** All that will be written can be, as far as one can know; what is known already is added. Throws a DomainError. */
function reserveOutputs(options: Arguments, names: readonly string[]): Outputs {
  const { conditions, traceOut, requestsOut } = options;
  const outputs = new Outputs([conditions.file, conditions.speedups?.file ?? ""].filter((file) => file !== ""));
  for (const { path } of jobFiles(options)) for (const name of names) outputs.reserve(path(name));
  if (options.report !== null) outputs.reserve(options.report);
  if (traceOut !== null) {
    outputs.reserve(traceOut);
    outputs.add(traceOut, traceCsv(conditions.trace));
  }
  if (requestsOut !== null) {
    outputs.reserve(requestsOut);
    if (conditions.requests) outputs.add(requestsOut, requestsText(conditions.requests.list));
  }
  return outputs;
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
export function tellFailures(failures: ReadonlyMap<string, readonly string[]>, trials: number): void {
  const texts = new Set([...failures.values()].map((faults) => faults.join("\n")));
  const isCommon = failures.size === trials && texts.size === 1;
  if (isCommon) for (const text of texts) console.error(text);
  else for (const [name, faults] of failures) for (const fault of faults) console.error(`${name}: ${fault}`);
}
