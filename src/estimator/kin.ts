import { type JobSpec, poolOf } from "../core/job-spec.ts";

/** Who is like a job: wider circles first. */
export interface Kin {
  /** Ids of its pool, its category and its family, under which is kept what is known of each. */
  readonly circles: readonly [pool: string, category: string, family: string];
  /** The same for jobs that ask for the very same: command, environment, labels. */
  readonly request: number;
}

/** A family runs the same program in the same image; numbers and ids in the command may differ, since those are what one varies. */
export function kinOf(spec: JobSpec): Kin {
  const { type, image, command, env, labels } = spec;
  const pool = poolOf(spec);
  const program = JSON.stringify([image === null ? null : template(image), command.map(template)]);
  const request = JSON.stringify([command, sorted(env), sorted(labels)]);
  const category = `${pool}/${type}`;
  return {
    circles: [pool, category, `${category}/${hex(hash(program, 0))}${hex(hash(program, 1))}`],
    request: hash(request, 0),
  };
}

const NUMBER = /(?<![\p{L}\p{N}.])[-+]?\d[\d.]*(?:e[-+]?\d+)?(?![\p{L}\p{N}])/giu;
/** Commits, digests, parts of a UUID. */
const ID = /(?<![\p{L}\p{N}])(?=[a-f]*\d)[\da-f]{8,}(?![\p{L}\p{N}])/giu;

/** A word with its numbers and ids blotted out; digits within a name, as in `resnet50`, are part of it. */
const template = (word: string): string => word.replace(ID, "#").replace(NUMBER, "#");

const sorted = (pairs: Readonly<Record<string, string>>): (readonly [string, string])[] =>
  Object.entries(pairs).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

const hex = (value: number): string => value.toString(16).padStart(8, "0");

/** Fowler, Noll and Vo's hash (FNV-1a) of the UTF-16 units, 32 bits; another seed gives another hash. */
function hash(value: string, seed: number): number {
  let found = 0x811c9dc5 ^ seed;
  for (let i = 0; i < value.length; i++) found = Math.imul(found ^ value.charCodeAt(i), 0x01000193);
  return found >>> 0;
}
