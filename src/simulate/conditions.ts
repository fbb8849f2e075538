import { domainError } from "../core/errors.ts";
import { type Conditions, KNOWLEDGE } from "../sim/experiment.ts";
import { parseCosts, parseFailures, parseGuards } from "../sim/settings.ts";
import type { Values } from "./flags.ts";
import { hasSource, jobsFrom, serversFrom, speedupsFrom } from "./inputs.ts";
import { requestsOf } from "./requests.ts";
import { numberOf, oneOf, parseSeeds, wholeOf } from "./values.ts";

/** What an experiment is made under, and what a person should know of its jobs. */
export interface World {
  readonly seed: number;
  readonly conditions: Conditions;
  readonly notes: readonly string[];
}

/** Not every study runs something, and not everything that is asked for needs a cluster. */
interface Needs {
  readonly needsJobs: boolean;
  readonly needsServers: boolean;
}

/** Everything that is drawn by lot is drawn with this seed. Rejects with a DomainError. */
export async function worldFrom(values: Values, seed: number, { needsJobs, needsServers }: Needs): Promise<World> {
  const limit = values.limit === undefined ? Number.POSITIVE_INFINITY : wholeOf("--limit", values.limit, 1);
  const exponent = numberOf("--scaling", values.scaling, 0);
  const requests = requestsOf(values, limit, seed);
  if (requests && values["trace-out"] !== undefined)
    throw domainError("INVALID_INPUT", "--trace-out writes a trace; for requests there is --requests-out");
  const { file, jobs, notes } = needsJobs || hasSource(values) ? await jobsFrom(values, seed, exponent) : NO_JOBS;
  const known = values.estimates === undefined ? null : oneOf("--estimates", values.estimates, KNOWLEDGE);
  const { speedups, jobs: trace } = await speedupsFrom(values, jobs.slice(0, limit));
  const conditions: Conditions = {
    file,
    trace,
    requests,
    servers: needsServers ? await serversFrom(values) : [],
    costs: parseCosts(values.costs),
    failures: failuresOf(values.failures, seed),
    guards: parseGuards(values.guards ?? (values.costs === "none" ? "none" : "default")),
    speedups,
    exponent,
    elastic: values.fixed ? "fixed" : values.elastic === undefined ? null : numberOf("--elastic", values.elastic, 1),
    knowledge: values.untold ? "learned" : known,
  };
  return { seed, conditions, notes };
}

/** With one seed only. */
const OF_ONE_RUN = ["trace-out", "requests-out", "jobs-out", "details", "report", "study"] as const;

/** One for each of `--seeds`. Rejects with a DomainError. */
export async function worldsFrom(values: Values, seeds: string, needs: Needs): Promise<readonly World[]> {
  const other = OF_ONE_RUN.find((name) => values[name] !== undefined);
  if (other) throw domainError("INVALID_INPUT", `--${other} is of one run: give it --seed, not --seeds`);
  const isDrawn = values.generate !== undefined || values.requests?.startsWith("random:") || values.failures !== "none";
  if (!isDrawn)
    throw domainError(
      "INVALID_INPUT",
      "--seeds needs something that is drawn by lot: --generate, --failures or --requests random:…",
    );
  const worlds: World[] = [];
  for (const seed of parseSeeds(seeds)) worlds.push(await worldFrom(values, seed, needs));
  return worlds;
}

const NO_JOBS = { file: "", jobs: [], notes: [] };

/** Null when nothing is to fail. */
function failuresOf(text: string, seed: number): Conditions["failures"] {
  const settings = parseFailures(text);
  return settings.run > 0 || settings.server > 0 ? { settings, seed } : null;
}
