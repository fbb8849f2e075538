import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { domainError } from "../core/errors.ts";
import { policies } from "../policies/index.ts";
import { parseCluster } from "../sim/cluster.ts";
import { type Conditions, experimentsOf, KNOWLEDGE } from "../sim/experiment.ts";
import { parseCosts, parseFailures, parseGuards } from "../sim/settings.ts";
import { readTraceFile, textOf } from "../sim/traces/read.ts";
import { FLAGS } from "./flags.ts";
import { requestsOf } from "./requests.ts";
import { numberOf, oneOf, required, wholeOf } from "./values.ts";

export interface Arguments {
  readonly experiments: ReturnType<typeof experimentsOf>;
  readonly conditions: Conditions;
  readonly cluster: string;
  readonly seed: number;
  /** So many runs at once. */
  readonly threads: number;
  readonly jobsOut: string | null;
  readonly requestsOut: string | null;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Null when help is wanted. Throws what `tellFailure` tells. */
export function readArguments(args: string[]): Arguments | null {
  const { values } = parseArgs({ args, options: FLAGS });
  if (values.help) return null;
  const file = required("--trace or --requests", values.trace ?? values.requests);
  const cluster = required("--cluster", values.cluster);
  const asked = [...(values.policy ?? []), ...(values.compare ?? [])].flatMap(wordsIn);
  if (asked.length === 0) required("--policy", undefined);
  const names = asked.includes("all") ? policies.map(({ key }) => key) : [...new Set(asked)];
  const experiments = experimentsOf(names, (values.option ?? []).map(pairOf), values.placement);
  const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : wholeOf("--limit", values.limit, 1);
  const seed = wholeOf("--seed", values.seed, 0);
  const requests = requestsOf(values, limit, seed);
  const trace = requests ? [] : readTraceFile(file).jobs.slice(0, limit);
  const known = values.estimates === undefined ? null : oneOf("--estimates", values.estimates, KNOWLEDGE);
  return {
    experiments,
    conditions: {
      file,
      trace,
      requests,
      servers: parseCluster(cluster),
      costs: parseCosts(values.costs),
      failures: failuresOf(values.failures, seed),
      guards: parseGuards(values.guards ?? (values.costs === "none" ? "none" : "default")),
      speedups: values.speedups === undefined ? null : { file: values.speedups, text: textOf(values.speedups) },
      exponent: numberOf("--scaling", values.scaling, 0),
      elastic: values.fixed ? "fixed" : values.elastic === undefined ? null : numberOf("--elastic", values.elastic, 1),
      knowledge: values.untold ? "learned" : known,
    },
    cluster,
    seed,
    threads: threadsFor(values.threads, experiments.length * (requests?.list.length ?? trace.length)),
    jobsOut: values["jobs-out"] ?? null,
    requestsOut: values["requests-out"] ?? null,
    json: values.json,
    quiet: values.quiet,
  };
}

/** So few jobs in all are through before a thread has started. */
const FEW_JOBS = 500;

const threadsFor = (text: string | undefined, jobs: number): number =>
  text !== undefined ? wholeOf("--threads", text, 1) : jobs <= FEW_JOBS ? 1 : availableParallelism();

/** Null when nothing is to fail. */
function failuresOf(text: string, seed: number): Conditions["failures"] {
  const settings = parseFailures(text);
  return settings.run > 0 || settings.server > 0 ? { settings, seed } : null;
}

const wordsIn = (list: string): string[] => list.split(",").filter((word) => word !== "");

function pairOf(pair: string): readonly [name: string, value: string] {
  const at = pair.indexOf("=");
  if (at < 1) throw domainError("INVALID_INPUT", `--option must be NAME=VALUE, not ${JSON.stringify(pair)}`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}
