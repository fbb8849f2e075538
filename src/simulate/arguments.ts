import { parseArgs } from "node:util";
import { domainError } from "../core/errors.ts";
import { parseCluster } from "../sim/cluster.ts";
import { type Conditions, experimentsOf, KNOWLEDGE } from "../sim/experiment.ts";
import { parseCosts, parseGuards } from "../sim/settings.ts";
import { readTraceFile, textOf } from "../sim/traces/read.ts";
import { FLAGS } from "./flags.ts";
import { numberOf, oneOf, required, wholeOf } from "./values.ts";

export interface Arguments {
  readonly experiments: ReturnType<typeof experimentsOf>;
  readonly conditions: Conditions;
  readonly cluster: string;
  readonly seed: number;
  readonly jobsOut: string | null;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Null when help is wanted. Throws what `tellFailure` tells. */
export function readArguments(args: string[]): Arguments | null {
  const { values } = parseArgs({ args, options: FLAGS });
  if (values.help) return null;
  const file = required("--trace", values.trace);
  const cluster = required("--cluster", values.cluster);
  const names = (values.policy ?? []).flatMap((each) => each.split(",")).filter((each) => each !== "");
  if (names.length === 0) required("--policy", undefined);
  const experiments = experimentsOf([...new Set(names)], (values.option ?? []).map(pairOf), values.placement);
  const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : wholeOf("--limit", values.limit, 1);
  const trace = readTraceFile(file).jobs.slice(0, limit);
  const known = values.estimates === undefined ? null : oneOf("--estimates", values.estimates, KNOWLEDGE);
  return {
    experiments,
    conditions: {
      file,
      trace,
      servers: parseCluster(cluster),
      costs: parseCosts(values.costs),
      guards: parseGuards(values.guards ?? (values.costs === "none" ? "none" : "default")),
      speedups: values.speedups === undefined ? null : { file: values.speedups, text: textOf(values.speedups) },
      exponent: numberOf("--scaling", values.scaling, 0),
      elastic: values.fixed ? "fixed" : values.elastic === undefined ? null : numberOf("--elastic", values.elastic, 1),
      knowledge: values.untold ? "learned" : known,
    },
    cluster,
    seed: wholeOf("--seed", values.seed, 0),
    jobsOut: values["jobs-out"] ?? null,
    json: values.json,
    quiet: values.quiet,
  };
}

function pairOf(pair: string): readonly [name: string, value: string] {
  const at = pair.indexOf("=");
  if (at < 1) throw domainError("INVALID_INPUT", `--option must be NAME=VALUE, not ${JSON.stringify(pair)}`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}
