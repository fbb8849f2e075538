import { availableParallelism } from "node:os";
import { domainError } from "../core/errors.ts";
import { policies } from "../policies/index.ts";
import { type Conditions, experimentsOf, jobsIn } from "../sim/experiment.ts";
import { type ColumnName, parseColumns } from "../sim/table.ts";
import { type World, worldFrom, worldsFrom } from "./conditions.ts";
import { parseFlags } from "./flags.ts";
import { withEmptyHistory } from "./inputs.ts";
import { STUDIES, STUDY_NAMES, type StudyName } from "./study/index.ts";
import { oneOf, required, wholeOf } from "./values.ts";

export interface Arguments {
  readonly experiments: ReturnType<typeof experimentsOf>;
  readonly conditions: Conditions;
  readonly cluster: string;
  readonly seed: number;
  /** Where each policy is to run with several seeds. */
  readonly worlds: readonly World[] | null;
  /** So many runs at once. */
  readonly threads: number;
  readonly jobsOut: string | null;
  readonly details: string | null;
  readonly report: string | null;
  /** As it was typed, for whoever wants to do it again. */
  readonly command: string;
  /** Null: as many as there is room for. */
  readonly columns: readonly ColumnName[] | null;
  readonly requestsOut: string | null;
  readonly traceOut: string | null;
  readonly study: StudyName | null;
  readonly studyOut: string | null;
  /** What a person should know of the jobs. */
  readonly notes: readonly string[];
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Null when help is wanted. Throws what `tellFailure` tells. */
export async function readArguments(args: string[]): Promise<Arguments | null> {
  const values = parseFlags(withEmptyHistory(args));
  if (values.help) return null;
  const study = values.study === undefined ? null : oneOf("--study", values.study, STUDY_NAMES);
  const ofOneRun = (["jobs-out", "details", "columns"] as const).find((name) => values[name] !== undefined);
  if (study && ofOneRun) throw domainError("INVALID_INPUT", `--${ofOneRun} is not for --study, which has --study-out`);
  const given = [...(values.policy ?? []), ...(values.compare ?? [])].flatMap(wordsIn);
  const asked = given.length === 0 && study ? STUDIES[study].policies : given;
  const traceOut = values["trace-out"] ?? null;
  const isOnlyWritten = traceOut !== null && asked.length === 0;
  if (asked.length === 0 && !isOnlyWritten && !study) required("--policy", undefined);
  const names = asked.includes("all") ? policies.map(({ key }) => key) : [...new Set(asked)];
  const experiments = experimentsOf(names, (values.option ?? []).map(pairOf), wordsIn(values.placement));
  const seed = wholeOf("--seed", values.seed, 0);
  const needsJobs = study === null || asked.length > 0;
  const needs = { needsJobs, needsServers: needsJobs && !isOnlyWritten };
  const worlds = values.seeds === undefined ? null : await worldsFrom(values, values.seeds, needs);
  const { conditions, notes } = worlds?.[0] ?? (await worldFrom(values, seed, needs));
  return {
    experiments,
    conditions,
    cluster: values.cluster ?? "",
    seed,
    worlds,
    threads: threadsFor(values.threads, experiments.length * (worlds?.length ?? 1) * jobsIn(conditions)),
    jobsOut: values["jobs-out"] ?? null,
    details: values.details ?? null,
    report: values.report ?? null,
    command: ["schedulearn simulate", ...args.map(quoted)].join(" "),
    columns: values.columns === undefined ? null : parseColumns(values.columns),
    requestsOut: values["requests-out"] ?? null,
    traceOut,
    study,
    studyOut: values["study-out"] ?? null,
    notes,
    json: values.json,
    quiet: values.quiet,
  };
}

/** So few jobs in all are through before a thread has started. */
const FEW_JOBS = 500;

const threadsFor = (text: string | undefined, jobs: number): number =>
  text !== undefined ? wholeOf("--threads", text, 1) : jobs <= FEW_JOBS ? 1 : availableParallelism();

const quoted = (text: string): string => (/^[\w\-.,:=/@%+]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

const wordsIn = (list: string): string[] => list.split(",").filter((word) => word !== "");

function pairOf(pair: string): readonly [name: string, value: string] {
  const at = pair.indexOf("=");
  if (at < 1) throw domainError("INVALID_INPUT", `--option must be NAME=VALUE, not ${JSON.stringify(pair)}`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}
