import { basename } from "node:path";
import { simulationOf } from "../sim/experiment.ts";
import { type Metrics, metricsOf } from "../sim/metrics.ts";
import { fileFor, jobsCsv, Outputs } from "../sim/output.ts";
import { metricsTable } from "../sim/table.ts";
import type { Arguments } from "./arguments.ts";
import { Progress } from "./progress.ts";

/** Progress is told, and a Ctrl-C heard, every so many instants. */
const SLICE = 2_000;

/** Runs what was asked for and writes what came of it. Returns the exit code. */
export async function runAll(options: Arguments, signal: AbortSignal): Promise<number> {
  const { experiments, conditions, jobsOut } = options;
  const { trace, servers } = conditions;
  const pathOf = (name: string): string => fileFor(jobsOut ?? "", name, experiments.length === 1);
  const outputs = new Outputs();
  if (jobsOut !== null) for (const { name } of experiments) outputs.reserve(pathOf(name));
  const gpus = servers.reduce((sum, server) => sum + server.gpus.length, 0);
  const metrics: Record<string, Metrics> = {};
  for (const experiment of experiments) {
    const began = performance.now();
    const simulation = simulationOf(experiment, conditions);
    const progress = new Progress(experiment.name, trace.length, options.quiet);
    while (simulation.run(SLICE)) {
      progress.tell(simulation.counts.ended);
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) return 130;
    }
    const results = simulation.results();
    const { events, rounds } = simulation.counts;
    const seconds = ((performance.now() - began) / 1000).toFixed(2);
    const peak = Math.round(process.resourceUsage().maxRSS / 1024);
    progress.end(`${events} events and ${rounds} rounds in ${seconds} s, at most ${peak} MiB`);
    metrics[experiment.name] = metricsOf(results, gpus);
    if (jobsOut !== null) outputs.add(pathOf(experiment.name), jobsCsv(results));
  }
  outputs.write();
  const { cluster, seed } = options;
  const summary = { trace: basename(conditions.file), cluster, jobs: trace.length, seed, policies: metrics };
  process.stdout.write(options.json ? `${JSON.stringify(summary, null, 2)}\n` : metricsTable(metrics));
  return 0;
}
