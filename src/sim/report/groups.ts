import { type EndedJob, hasEnded, mean, slowdownOf, waitingOf } from "../metrics.ts";
import type { JobResult } from "../simulation.ts";
import type { ReportedRun } from "./reported-run.ts";

/** Jobs that have something in common, and what a figure of theirs is on average in each run; null where none has it. */
export interface Group {
  readonly name: string;
  readonly jobs: number;
  readonly means: readonly (number | null)[];
}

/** So many users are shown one by one: those with the most jobs. */
const MOST_USERS = 11;

/** Mean waiting time in seconds, by size: 1, 2, 3–4, 5–8, … */
export function waitingBySize(runs: readonly ReportedRun[]): readonly Group[] {
  return groupsOf(runs, ({ size }) => Math.ceil(Math.log2(Math.max(1, size))), waitingOf)
    .sort((a, b) => a.key - b.key)
    .map(({ key, ...group }) => ({ name: nameOfSize(key), ...group }));
}

function nameOfSize(power: number): string {
  const [least, most] = [2 ** (power - 1) + 1, 2 ** power];
  return power < 2 ? String(most) : `${least}–${most}`;
}

/** Mean slowdown by user, most jobs first; the rest together. */
export function slowdownByUser(runs: readonly ReportedRun[]): readonly Group[] {
  const users = groupsOf(runs, ({ user }) => user, slowdownOf).sort(
    (a, b) => b.jobs - a.jobs || (a.key < b.key ? -1 : 1),
  );
  if (users.length <= MOST_USERS + 1) return users.map(({ key, ...group }) => ({ name: key, ...group }));
  const shown = users.slice(0, MOST_USERS);
  const names = new Set(shown.map(({ key }) => key));
  const [rest] = groupsOf(
    runs.map(({ results, ...run }) => ({ ...run, results: results.filter(({ user }) => !names.has(user)) })),
    () => `${users.length - MOST_USERS} others`,
    slowdownOf,
  );
  return [...shown, ...(rest ? [rest] : [])].map(({ key, ...group }) => ({ name: key, ...group }));
}

interface Keyed<Key> extends Omit<Group, "name"> {
  readonly key: Key;
}

function groupsOf<Key>(
  runs: readonly ReportedRun[],
  keyOf: (result: JobResult) => Key,
  figureOf: (job: EndedJob) => number,
): Keyed<Key>[] {
  const groups = new Map<Key, { jobs: number; figures: number[][] }>();
  for (const [run, { results }] of runs.entries())
    for (const result of results) {
      const key = keyOf(result);
      const group = groups.get(key) ?? { jobs: 0, figures: runs.map(() => []) };
      groups.set(key, group);
      if (run === 0) group.jobs++;
      if (hasEnded(result)) group.figures[run]?.push(figureOf(result));
    }
  return [...groups].map(([key, { jobs, figures }]) => ({
    key,
    jobs,
    means: figures.map((values) => (values.length === 0 ? null : mean(values))),
  }));
}
