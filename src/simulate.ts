import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { domainError } from "./core/errors.ts";
import { tellFailure } from "./failure.ts";
import { ALIASES } from "./sim/aliases.ts";
import { parseCluster } from "./sim/cluster.ts";
import { type Conditions, experimentsOf, KNOWLEDGE, type Knowledge, simulationOf } from "./sim/experiment.ts";
import { type Metrics, metricsOf } from "./sim/metrics.ts";
import { fileFor, jobsCsv, Outputs } from "./sim/output.ts";
import { parseCosts, parseGuards } from "./sim/settings.ts";
import { SpeedupTable } from "./sim/speedups.ts";
import { metricsTable } from "./sim/table.ts";
import { readTrace } from "./sim/traces/trace.ts";

const HELP = `Usage: schedulearn simulate --trace FILE --cluster SERVERSxGPUS --policy KEY[,KEY…] [option…]

Runs the scheduler, as it runs live, over a trace of jobs on servers that only pretend, and prints what came of it.

What runs
  --trace FILE         CSV: job_id,submit_time_s,num_gpus,duration_s and where known model,iterations,batch_size,min_gpus,max_gpus,
                       user,priority,deadline_s; the columns of the Tiresias simulator will do too
  --limit N            only its first N jobs
  --cluster SIZE       16x4: 16 servers of 4 GPUs; pool:64: 64 GPUs without servers
Policies
  --policy KEY         repeated or with commas; also ${Object.keys(ALIASES).join(", ")}, as other simulators call them
  --option NAME=VALUE  of the policy, repeated; POLICY.NAME=VALUE where only one of several is meant
  --placement KEY      consolidate (default), spread, hungarian, genetic, branch-and-bound
  --estimates WHAT     what policies know of the jobs: exact (how long they take, and their speed at each size), declared
                       (how much work they are), learned (nothing, but they print their progress and the estimator learns).
                       Default: exact for policies that need estimates, learned for all others
  --untold             the same as --estimates learned
Sizes
  --speedups FILE      CSV: model,num_gpus,throughput and where known source,scaling,gpu,local_bsz,global_bsz
  --scaling NUMBER     speed of n GPUs = n to this power, for elastic jobs without a measured curve (default 0.9)
  --elastic TIMES      jobs may run on 1 GPU up to TIMES num_gpus, or up to what was measured of their model (default for elastic
                       policies: 4); columns min_gpus and max_gpus go before it
  --fixed              jobs always have num_gpus (default for other policies)
Costs
  --costs WHAT         none: zero costs, and no anti-thrash; or prepare=S,start=S,stop=S,carry=S,resize=S in seconds, and
                       spread=PART, the part of its speed that a gang on several servers keeps (default: start=30)
  --guards WHAT        anti-thrash: default, none, or NAME=NUMBER,… as in the configuration
Output
  --jobs-out FILE      CSV: job_id,first_start_s,end_s,preemptions; with several policies FILE.POLICY.csv each
  --json               the metrics by policy as JSON
  --seed N             for everything that is drawn by lot (default 1)
  --quiet              no word about progress
`;

/** Progress is told, and a Ctrl-C heard, every so many instants. */
const SLICE = 2_000;

/** The command `simulate`. Returns the exit code: 0 done, 1 refused or failed, 2 wrong use, 130 interrupted. */
export async function simulate(args: string[]): Promise<number> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  try {
    const options = readArguments(args);
    if (options === null) {
      process.stdout.write(HELP);
      return 0;
    }
    return await runAll(options, ending.signal);
  } catch (error) {
    return tellFailure(error);
  } finally {
    process.off("SIGINT", end);
    process.off("SIGTERM", end);
  }
}

const FLAGS = {
  trace: { type: "string" },
  limit: { type: "string" },
  cluster: { type: "string" },
  policy: { type: "string", multiple: true },
  option: { type: "string", multiple: true },
  placement: { type: "string", default: "consolidate" },
  estimates: { type: "string" },
  untold: { type: "boolean", default: false },
  speedups: { type: "string" },
  scaling: { type: "string", default: "0.9" },
  elastic: { type: "string" },
  fixed: { type: "boolean", default: false },
  costs: { type: "string", default: "default" },
  guards: { type: "string" },
  "jobs-out": { type: "string" },
  json: { type: "boolean", default: false },
  seed: { type: "string", default: "1" },
  quiet: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

interface Arguments {
  readonly experiments: ReturnType<typeof experimentsOf>;
  readonly conditions: Conditions;
  readonly cluster: string;
  readonly seed: number;
  readonly jobsOut: string | null;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Null when help is wanted. Throws what `tellFailure` tells. */
function readArguments(args: string[]): Arguments | null {
  const { values } = parseArgs({ args, options: FLAGS });
  if (values.help) return null;
  const file = required("--trace", values.trace);
  const cluster = required("--cluster", values.cluster);
  const names = (values.policy ?? []).flatMap((each) => each.split(",")).filter((each) => each !== "");
  if (names.length === 0) required("--policy", undefined);
  const options = (values.option ?? []).map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) throw domainError("INVALID_INPUT", `--option must be NAME=VALUE, not ${JSON.stringify(pair)}`);
    return [pair.slice(0, at), pair.slice(at + 1)] as const;
  });
  const experiments = experimentsOf([...new Set(names)], options, values.placement);
  const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : numberOf("--limit", values.limit, 1);
  const trace = readTrace(file, textOf(file)).slice(0, limit);
  return {
    experiments,
    conditions: {
      file,
      trace,
      servers: parseCluster(cluster),
      costs: parseCosts(values.costs),
      guards: parseGuards(values.guards ?? (values.costs === "none" ? "none" : "default")),
      speedups: values.speedups === undefined ? null : new SpeedupTable(values.speedups, textOf(values.speedups)),
      exponent: numberOf("--scaling", values.scaling, 0),
      elastic: values.fixed ? "fixed" : values.elastic === undefined ? null : numberOf("--elastic", values.elastic, 1),
      knowledge: values.untold ? "learned" : knowledgeOf(values.estimates),
    },
    cluster,
    seed: numberOf("--seed", values.seed, 0),
    jobsOut: values["jobs-out"] ?? null,
    json: values.json,
    quiet: values.quiet,
  };
}

async function runAll(options: Arguments, signal: AbortSignal): Promise<number> {
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

/** On a terminal, a line that is written over; at the end what it took, on stderr. */
class Progress {
  readonly #name: string;
  readonly #jobs: number;
  readonly #quiet: boolean;

  constructor(name: string, jobs: number, quiet: boolean) {
    this.#name = name;
    this.#jobs = jobs;
    this.#quiet = quiet;
  }

  tell(ended: number): void {
    if (this.#quiet || !process.stderr.isTTY) return;
    process.stderr.write(`\r${this.#name}: ${ended} of ${this.#jobs} jobs`);
  }
  end(text: string): void {
    if (this.#quiet) return;
    process.stderr.write(`${process.stderr.isTTY ? "\r\x1b[K" : ""}${this.#name}: ${text}\n`);
  }
}

function required(flag: string, value: string | undefined): string {
  if (value !== undefined) return value;
  throw domainError("INVALID_INPUT", `${flag} is missing; schedulearn simulate --help tells of all options`);
}

function numberOf(flag: string, text: string, least: number): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= least) return value;
  throw domainError("INVALID_INPUT", `${flag} must be a number of at least ${least}, not ${JSON.stringify(text)}`);
}

function knowledgeOf(text: string | undefined): Knowledge | null {
  if (text === undefined) return null;
  const known = KNOWLEDGE.find((each) => each === text);
  if (known) return known;
  throw domainError("INVALID_INPUT", `--estimates must be one of ${KNOWLEDGE.join(", ")}, not ${JSON.stringify(text)}`);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw domainError("INVALID_INPUT", `${path} cannot be read: ${(error as Error).message}`);
  }
}
