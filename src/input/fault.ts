import type { Fault } from "../core/errors.ts";

/** Where in an input: field names, and places in lists as text. */
export type Path = readonly string[];

/** A fault of some input at `path`; its message begins with the path: `gpus.min: must be at most gpus.max`. */
export const faultAt = (path: Path, problem: string): Fault => ({
  code: "INVALID_INPUT",
  message: path.length === 0 ? problem : `${path.map(shown).join(".")}: ${problem}`,
  path,
});

/** Names come from outside: one that could upset a terminal or fill a screen is quoted and cut. */
const shown = (name: string): string => (/^[\w.@/-]{1,80}$/.test(name) ? name : JSON.stringify(name.slice(0, 80)));

/** `a, b or c` */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
