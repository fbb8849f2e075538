import { DomainError, domainError, type Fault } from "../core/errors.ts";
import type { Learner } from "../core/estimates.ts";
import type { Guards } from "../core/guards.ts";
import type { PolicyEntry, PolicySetting } from "../core/policy.ts";
import type { Server } from "../core/server.ts";
import { createLearner } from "../estimator/index.ts";
import { nearest } from "../input/index.ts";
import { findPlacement, placements } from "../placement/index.ts";
import { completeOptions, findPolicy, policies } from "../policies/index.ts";
import { ALIASES } from "./aliases.ts";
import { costsOf, driverCosts, every, longestStop, spreadSpeed } from "./costs.ts";
import { ProgramTable } from "./program-table.ts";
import { type RequestWorkload, requestWorkload } from "./request-workload.ts";
import type { CostSheet, FailureSettings } from "./settings.ts";
import { type Observer, Simulation } from "./simulation.ts";
import { SpeedupTable } from "./speedups.ts";
import type { ProgramRequest } from "./traces/requests.ts";
import type { TraceJob } from "./traces/trace.ts";
import { workloadOf } from "./workload.ts";

/**
 * What policies know of the jobs. `exact`: how much work each is and its speed at every size. `declared`: its work, as users say it; the
 * estimator learns the rest. `learned`: nothing but what the estimator finds out from progress and ends.
 */
export type Knowledge = "exact" | "declared" | "learned";
export const KNOWLEDGE: readonly Knowledge[] = ["exact", "declared", "learned"];

/** One policy on one trace: plain data, as `Conditions` are, so that another thread can be handed them. */
export interface Experiment {
  /** As it was asked for: a policy's key, or another simulator's name for it. */
  readonly name: string;
  readonly setting: PolicySetting;
}

/**
 * Each policy with each placement; `fifo+spread` where there are several placements.
 * @param options by name, or by `POLICY.NAME` for one policy alone
 * Throws a DomainError for what does not exist.
 */
export function experimentsOf(
  names: readonly string[],
  options: readonly (readonly [name: string, value: string])[],
  rules: readonly string[],
): Experiment[] {
  for (const rule of rules) known(rule, "placement", placements);
  const used = new Set<string>();
  const experiments = names.flatMap((name): Experiment[] => {
    const alias = ALIASES[name];
    const entry = entryOf(alias?.policy ?? name);
    const given: Record<string, unknown> = { ...alias?.options };
    for (const [option, value] of options) {
      const [own, rest] = option.startsWith(`${name}.`) ? [true, option.slice(name.length + 1)] : [false, option];
      if (!own && names.length > 1 && !entry.options.some((each) => each.name === rest)) continue;
      used.add(option);
      given[rest] = value;
    }
    completeOptions(entry, given);
    return rules.map((placement) => ({
      name: rules.length === 1 ? name : `${name}+${placement}`,
      setting: { policy: entry.key, options: given, placement },
    }));
  });
  const unused = options.filter(([option]) => !used.has(option));
  if (unused.length > 0)
    throw new DomainError(
      unused.map(
        ([option]): Fault => ({
          code: "INVALID_INPUT",
          message: `no policy of ${names.join(", ")} has an option ${option}${hint(option, optionNames(names))}`,
        }),
      ),
    );
  return experiments;
}

const entryOf = (key: string): PolicyEntry => known(key, "policy", policies, Object.keys(ALIASES));

const optionNames = (names: readonly string[]): string[] =>
  names.flatMap((name) => entryOf(ALIASES[name]?.policy ?? name).options.map((option) => option.name));

/** The one of that key. Throws a DomainError that names the one that was probably meant. @param also what it may be called, too */
function known<T extends { readonly key: string }>(
  key: string,
  what: string,
  all: readonly T[],
  also: readonly string[] = [],
): T {
  const found = all.find((each) => each.key === key);
  if (found) return found;
  const keys = [...all.map((each) => each.key), ...also];
  throw domainError("UNKNOWN_POLICY", `there is no ${what} ${key}${hint(key, keys)}; there are: ${keys.join(", ")}`);
}

function hint(word: string, words: readonly string[]): string {
  const meant = nearest(word, words);
  return meant === null ? "" : `, did you mean ${meant}?`;
}

export interface Conditions {
  /** What to call the trace in errors. */
  readonly file: string;
  readonly trace: readonly TraceJob[];
  /** In place of a trace: programs on cores, and what is asked of them while they run. */
  readonly requests?: { readonly list: readonly ProgramRequest[]; readonly programs: TextFile | null } | null;
  readonly servers: readonly Server[];
  readonly costs: CostSheet;
  /** Null: nothing ever fails. */
  readonly failures?: { readonly settings: FailureSettings; readonly seed: number } | null;
  readonly guards: Guards;
  readonly speedups: TextFile | null;
  readonly exponent: number;
  /** Null: as the policy is. */
  readonly elastic: number | "fixed" | null;
  /** Null: as the policy needs. */
  readonly knowledge: Knowledge | null;
}

/** How many jobs there are. */
export const jobsIn = ({ trace, requests }: Conditions): number =>
  requests ? requests.list.filter(({ kind }) => kind === "execution").length : trace.length;

/** A table's text, and what to call it in errors. */
export interface TextFile {
  readonly file: string;
  readonly text: string;
}

/** Elastic jobs may have so many times what they ask for, where nothing is measured. */
const DEFAULT_ELASTIC = 4;

/** Sets the experiment up: the policy with the jobs, and the knowledge of them, that suit it. Throws a DomainError. */
export function simulationOf({ setting }: Experiment, conditions: Conditions, observer?: Observer): Simulation {
  const entry = findPolicy(setting.policy);
  const { servers, costs, guards } = conditions;
  const knowledge = conditions.knowledge ?? (entry.needs.includes("estimates") ? "exact" : "learned");
  const { jobs, happenings } = workload(entry, knowledge, conditions);
  const policy = entry.create(completeOptions(entry, setting.options));
  const rule = findPlacement(setting.placement);
  const isAsked = entry.needs.includes("estimates") || entry.needs.includes("speed-up") || guards.restartFactor > 0;
  const learner: Learner | null = knowledge === "exact" || !isAsked ? null : createLearner();
  return new Simulation({
    servers,
    jobs,
    happenings,
    setting,
    resolve: () => ({ policy, rule }),
    guards,
    costs: driverCosts(costs),
    spreadSpeed: spreadSpeed(costs),
    interference: every(costs, ({ interference }) => interference === 0)
      ? null
      : (model) => costsOf(costs, model).interference,
    failures: conditions.failures ?? null,
    learner,
    reports: learner !== null,
    ...(observer && { observer }),
  });
}

const MOST_GRACE = 60;

function workload(entry: PolicyEntry, knowledge: Knowledge, conditions: Conditions): RequestWorkload {
  const { file, trace, requests, servers, costs, speedups, exponent, elastic } = conditions;
  const options = {
    servers,
    speedups: speedups && new SpeedupTable(speedups.file, speedups.text),
    exponent,
    declares: knowledge === "declared",
    graceSeconds: Math.max(MOST_GRACE, Math.ceil(longestStop(costs))),
  };
  if (requests) {
    const programs = requests.programs && new ProgramTable(requests.programs.file, requests.programs.text);
    const most = elastic === "fixed" ? null : (elastic ?? 1);
    return requestWorkload(file, requests.list, { ...options, programs, elastic: most });
  }
  const times = elastic ?? (entry.isElastic ? DEFAULT_ELASTIC : "fixed");
  return { jobs: workloadOf(file, trace, { ...options, elastic: times === "fixed" ? null : times }), happenings: [] };
}
