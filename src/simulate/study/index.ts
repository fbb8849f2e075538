import { migration } from "./migration.ts";
import { scalability } from "./scalability.ts";
import { speedup } from "./speedup.ts";
import type { Study } from "./study.ts";
import { turnaround } from "./turnaround.ts";

/** By the names that `--study` takes: a new one is a file and a line here. */
export const STUDIES = { speedup, scalability, policies: turnaround, migration } as const satisfies Readonly<
  Record<string, Study>
>;
export type StudyName = keyof typeof STUDIES;
export const STUDY_NAMES = Object.keys(STUDIES) as StudyName[];
