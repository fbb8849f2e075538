import { domainError } from "../../../core/errors.ts";
import { nearest } from "../../../input/index.ts";
import { inOrder, plainJob, type Trace, type TraceJob } from "../trace.ts";
import { arrivals } from "./arrivals.ts";
import { between, pick, type Random, sequence, type Weights } from "./draw.ts";
import { drawDuration } from "./durations.ts";
import { exp, ln } from "./elementary.ts";
import { PRESETS, type Preset } from "./presets.ts";
import { type Recipe, settingOf } from "./recipe.ts";

/**
 * A workload drawn by lot.
 * @param text `philly`, or with changes of the preset: `nas,users=3,search.jobs=200`. What is given without the name of a kind of jobs holds for
 * all kinds, and `jobs` is shared out over them.
 * @param seed the same text and seed give the same jobs on every machine. Throws a DomainError.
 */
export function generateTrace(text: string, seed: number): Trace {
  const preset = presetOf(text);
  const kinds = Object.entries(preset);
  const jobs = kinds.flatMap(([kind, recipe]) => draw(kind, recipe, seed, kinds.length > 1));
  const first = Math.min(...kinds.map(([, { start }]) => start)) || 0;
  return {
    jobs: inOrder(jobs).map((job, i) => ({ ...job, submitSeconds: job.submitSeconds - first, line: i + 2 })),
    notes: [],
  };
}

/** @param isOne of several kinds: the ids begin with its name */
function draw(kind: string, recipe: Recipe, seed: number, isOne: boolean): TraceJob[] {
  const random = (purpose: string): Random => sequence(seed, `${kind} ${purpose}`);
  const [who, what, long, late] = [random("who"), random("what"), random("long"), random("late")];
  const times = arrivals(random("when"), recipe.arrivals);
  const users = usersOf(kind, recipe, isOne);
  const due = recipe.arrivals.kind === "deadline" ? recipe.start + (recipe.arrivals.numbers[0] ?? 0) : null;
  let shared = { user: "", model: "", type: null as string | null, gpus: 1 };
  const jobs = Array.from({ length: recipe.jobs }, (): TraceJob => {
    const { at, isFresh } = times.next().value;
    if (isFresh)
      shared = {
        user: pick(who, users),
        model: pick(what, recipe.models),
        type: recipe.types.length > 0 ? pick(what, recipe.types) : null,
        gpus: pick(what, recipe.gpus),
      };
    const { gpus } = shared;
    const durationSeconds = Math.max(1, Math.round(Math.min(recipe.longest, drawDuration(long, recipe.duration))));
    const submitSeconds = Math.round(
      recipe.start + Math.min(at, due === null ? at : latest(due - recipe.start, durationSeconds)),
    );
    const [hasDeadline, isElastic] = [late() < recipe.deadlines, late() < recipe.elastic];
    const slack = between(late, ...recipe.slack);
    return {
      ...plainJob({ id: "", submitSeconds, gpus, durationSeconds, line: 0 }),
      ...shared,
      ...(isElastic && { minGpus: 1, maxGpus: 4 * gpus }),
      cores: recipe.cores > 0 ? recipe.cores * gpus : null,
      priority: recipe.priorities.length > 0 ? pick(late, recipe.priorities) : null,
      deadlineSeconds: due ?? (hasDeadline ? submitSeconds + Math.ceil(slack * durationSeconds) : null),
    };
  });
  return inOrder(jobs).map((job, i) => ({ ...job, id: isOne ? `${kind}-${i + 1}` : String(i + 1) }));
}

/** Who has it as a deadline begins when, alone, there is still time for it. */
const latest = (due: number, durationSeconds: number): number => Math.max(0, due - 1.1 * durationSeconds);

function usersOf(kind: string, { users, skew }: Recipe, isOne: boolean): Weights<string> {
  return Array.from({ length: users }, (_, i) => {
    const name = users === 1 ? kind : `user-${i + 1}`;
    return [isOne && users > 1 ? `${kind}-${name}` : name, exp(-skew * ln(i + 1))] as const;
  });
}

function presetOf(text: string): Preset {
  const [name = "", ...pairs] = text.split(",").map((part) => part.trim());
  let preset = Object.hasOwn(PRESETS, name) ? PRESETS[name] : undefined;
  if (!preset) {
    const meant = nearest(name, Object.keys(PRESETS));
    const known = `--generate must begin with one of ${Object.keys(PRESETS).join(", ")}, not ${JSON.stringify(name)}`;
    throw domainError("INVALID_INPUT", `${known}${meant ? `: did you mean ${meant}?` : ""}`);
  }
  for (const pair of pairs) preset = changed(preset, pair);
  return preset;
}

function changed(preset: Preset, pair: string): Preset {
  const equals = pair.indexOf("=");
  if (equals < 1) throw domainError("INVALID_INPUT", `--generate takes NAME=VALUE, not ${JSON.stringify(pair)}`);
  const [given, value] = [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
  const dot = given.indexOf(".");
  const kind = dot < 0 ? null : given.slice(0, dot);
  if (kind !== null && !Object.hasOwn(preset, kind))
    throw domainError(
      "INVALID_INPUT",
      `--generate has jobs of the kinds ${Object.keys(preset).join(", ")}, not ${JSON.stringify(kind)}`,
    );
  const setting = settingOf(given.slice(dot + 1), value);
  if (kind === null && setting.jobs !== undefined) return shareOut(preset, setting.jobs);
  const entries = Object.entries(preset).map(([each, recipe]) =>
    kind === null || kind === each ? [each, { ...recipe, ...setting }] : [each, recipe],
  );
  return Object.fromEntries(entries) as Preset;
}

/** So many jobs in all, in the proportions that the kinds have. */
function shareOut(preset: Preset, jobs: number): Preset {
  const before = Object.values(preset).reduce((sum, recipe) => sum + recipe.jobs, 0);
  let [passed, given] = [0, 0];
  const entries = Object.entries(preset).map(([kind, recipe]) => {
    passed += recipe.jobs;
    const share = Math.round((jobs * passed) / before) - given;
    given += share;
    return [kind, { ...recipe, jobs: share }];
  });
  return Object.fromEntries(entries) as Preset;
}
