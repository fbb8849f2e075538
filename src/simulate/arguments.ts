import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { domainError } from "../core/errors.ts";
import { policies } from "../policies/index.ts";
import { type Conditions, experimentsOf, KNOWLEDGE } from "../sim/experiment.ts";
import { parseCosts, parseFailures, parseGuards } from "../sim/settings.ts";
import { type ColumnName, parseColumns } from "../sim/table.ts";
import { textOf } from "../sim/traces/read.ts";
import { FLAGS } from "./flags.ts";
import { jobsFrom, serversFrom, withEmptyHistory } from "./inputs.ts";
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
  readonly details: string | null;
  /** Null: as many as there is room for. */
  readonly columns: readonly ColumnName[] | null;
  readonly requestsOut: string | null;
  readonly traceOut: string | null;
  /** What a person should know of the jobs. */
  readonly notes: readonly string[];
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Null when help is wanted. Throws what `tellFailure` tells. */
export async function readArguments(args: string[]): Promise<Arguments | null> {
  const { values } = parseArgs({ args: withEmptyHistory(args), options: FLAGS });
  if (values.help) return null;
  const asked = [...(values.policy ?? []), ...(values.compare ?? [])].flatMap(wordsIn);
  const traceOut = values["trace-out"] ?? null;
  const isOnlyWritten = traceOut !== null && asked.length === 0;
  if (asked.length === 0 && !isOnlyWritten) required("--policy", undefined);
  const names = asked.includes("all") ? policies.map(({ key }) => key) : [...new Set(asked)];
  const experiments = experimentsOf(names, (values.option ?? []).map(pairOf), wordsIn(values.placement));
  const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : wholeOf("--limit", values.limit, 1);
  const seed = wholeOf("--seed", values.seed, 0);
  const requests = requestsOf(values, limit, seed);
  const exponent = numberOf("--scaling", values.scaling, 0);
  const { file, jobs, notes } = await jobsFrom(values, seed, exponent);
  if (requests && traceOut !== null)
    throw domainError("INVALID_INPUT", "--trace-out writes a trace; for requests there is --requests-out");
  const trace = jobs.slice(0, limit);
  const known = values.estimates === undefined ? null : oneOf("--estimates", values.estimates, KNOWLEDGE);
  return {
    experiments,
    conditions: {
      file,
      trace,
      requests,
      servers: isOnlyWritten ? [] : await serversFrom(values),
      costs: parseCosts(values.costs),
      failures: failuresOf(values.failures, seed),
      guards: parseGuards(values.guards ?? (values.costs === "none" ? "none" : "default")),
      speedups: values.speedups === undefined ? null : { file: values.speedups, text: textOf(values.speedups) },
      exponent,
      elastic: values.fixed ? "fixed" : values.elastic === undefined ? null : numberOf("--elastic", values.elastic, 1),
      knowledge: values.untold ? "learned" : known,
    },
    cluster: values.cluster ?? "",
    seed,
    threads: threadsFor(values.threads, experiments.length * (requests?.list.length ?? trace.length)),
    jobsOut: values["jobs-out"] ?? null,
    details: values.details ?? null,
    columns: values.columns === undefined ? null : parseColumns(values.columns),
    requestsOut: values["requests-out"] ?? null,
    traceOut,
    notes,
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
