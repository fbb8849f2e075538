import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "../config/index.ts";
import { domainError } from "../core/errors.ts";
import type { Server } from "../core/server.ts";
import { parseCluster } from "../sim/cluster.ts";
import { readClusterFile } from "../sim/cluster-file.ts";
import { liveServers } from "../sim/cluster-live.ts";
import type { TextFile } from "../sim/experiment.ts";
import { learnedSpeedups } from "../sim/learned-speedups.ts";
import { generateTrace } from "../sim/traces/generate/generate.ts";
import { historyTrace } from "../sim/traces/history.ts";
import { readTraceFile, textOf, traceFormat } from "../sim/traces/read.ts";
import type { Trace, TraceJob } from "../sim/traces/trace.ts";
import type { Queries } from "../store/queries.ts";
import { required } from "./values.ts";

/** The flags that say where jobs come from. */
const SOURCES = ["trace", "generate", "from-history", "requests"] as const;

/** A live system: the one of this folder, of `--from-history`, or the one named. */
const LIVE = /^live(?::(.*))?$/;

type Values = Readonly<Partial<Record<(typeof SOURCES)[number] | "format" | "cluster", string | undefined>>>;

export const hasSource = (values: Values): boolean => SOURCES.some((name) => values[name] !== undefined);

/** Jobs, and what to call the place they come from in errors. */
export interface Source extends Trace {
  readonly file: string;
}

/**
 * The jobs that `--trace`, `--generate` or `--from-history` asks for; none where `--requests` does. Rejects with a DomainError.
 * @param exponent the speed of n GPUs is n to this power, for jobs of the past that had several sizes
 */
export async function jobsFrom(values: Values, seed: number, exponent: number): Promise<Source> {
  const given = SOURCES.filter((name) => values[name] !== undefined);
  if (given.length > 1)
    throw domainError("INVALID_INPUT", `give one of ${given.map((name) => `--${name}`).join(", ")}, not several`);
  if (values.format !== undefined && values.trace === undefined)
    throw domainError("INVALID_INPUT", "--format says what a --trace FILE is like, which is missing");
  if (values.requests !== undefined) return { file: values.requests, jobs: [], notes: [] };
  if (values.generate !== undefined)
    return { file: `--generate ${values.generate}`, ...generateTrace(values.generate, seed) };
  const database = values["from-history"];
  if (database !== undefined) {
    const file = databaseFile(database);
    const trace = await inDatabase(file, (queries) => historyTrace(queries, exponent));
    if (trace.jobs.length > 0) return { file, ...trace };
    const notes = trace.notes.map((note) => `; ${note}`).join("");
    throw domainError("INVALID_INPUT", `${file} has no job that has run and is over${notes}`);
  }
  const file = required("--trace, --generate, --from-history or --requests", values.trace);
  return { file, ...readTraceFile(file, values.format === undefined ? null : traceFormat(values.format)) };
}

/** The servers that `--cluster` asks for. Rejects with a DomainError. */
export async function serversFrom({ cluster, "from-history": database = "" }: Values): Promise<readonly Server[]> {
  const asked = required("--cluster", cluster);
  const live = LIVE.exec(asked);
  if (live) return inDatabase(databaseFile(live[1] ?? database), liveServers);
  return /\.ya?ml$/i.test(asked) ? readClusterFile(asked, textOf(asked)) : parseCluster(asked);
}

/** The speed-ups that `--speedups` asks for, null for none, and the jobs that follow them. Rejects with a DomainError. */
export async function speedupsFrom(
  { speedups, "from-history": database = "" }: Values & { readonly speedups?: string | undefined },
  jobs: readonly TraceJob[],
): Promise<{ readonly speedups: TextFile | null; readonly jobs: readonly TraceJob[] }> {
  if (speedups === undefined) return { speedups: null, jobs };
  const live = LIVE.exec(speedups);
  if (!live) return { speedups: { file: speedups, text: textOf(speedups) }, jobs };
  const file = databaseFile(live[1] ?? database);
  const { text, jobs: typed } = learnedSpeedups(file, await inDatabase(file, (queries) => queries.lessons()), jobs);
  return { speedups: { file: speedups, text }, jobs: typed };
}

/** The database's library is loaded for those who want it: it takes longer than most simulations. */
async function inDatabase<T>(file: string, read: (queries: Queries) => Promise<T>): Promise<T> {
  const [{ openStoreToRead }, { Queries }] = [await import("../store/store.ts"), await import("../store/queries.ts")];
  const store = await openStoreToRead(file);
  try {
    return await read(new Queries(store));
  } finally {
    await store.close();
  }
}

/** Empty: the one that `schedulearn start` would use here. Of a data folder, the one in it. */
function databaseFile(given: string): string {
  if (given === "") {
    const file = loadConfig({ cwd: process.cwd(), env: process.env }).databaseFile;
    if (existsSync(file)) return file;
    const remedy = "name that of a live system, as in --from-history FILE or --cluster live:FILE";
    throw domainError("NOT_FOUND", `there is no database ${file}: ${remedy}`);
  }
  return statSync(given, { throwIfNoEntry: false })?.isDirectory() ? join(given, DATABASE) : given;
}
const DATABASE = "schedulearn.sqlite";

const HISTORY = "--from-history";

/** `--from-history` may stand without a database, which `parseArgs` of Node does not know. */
export const withEmptyHistory = (args: readonly string[]): string[] =>
  args.map((arg, i) => (arg === HISTORY && (args[i + 1] ?? "-").startsWith("-") ? `${HISTORY}=` : arg));
