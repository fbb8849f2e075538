import { parseArgs } from "node:util";
import { nearest } from "../input/index.ts";

/** All flags of the command, as `parseArgs` of Node wants them; what they mean stands in `help.ts`. */
export const FLAGS = {
  trace: { type: "string" },
  format: { type: "string" },
  generate: { type: "string" },
  "from-history": { type: "string" },
  "trace-out": { type: "string" },
  requests: { type: "string" },
  programs: { type: "string" },
  "requests-out": { type: "string" },
  limit: { type: "string" },
  cluster: { type: "string" },
  policy: { type: "string", multiple: true },
  compare: { type: "string", multiple: true },
  option: { type: "string", multiple: true },
  placement: { type: "string", default: "consolidate" },
  estimates: { type: "string" },
  untold: { type: "boolean", default: false },
  speedups: { type: "string" },
  scaling: { type: "string", default: "0.9" },
  elastic: { type: "string" },
  fixed: { type: "boolean", default: false },
  costs: { type: "string", default: "default" },
  failures: { type: "string", default: "none" },
  guards: { type: "string" },
  "jobs-out": { type: "string" },
  study: { type: "string" },
  "study-out": { type: "string" },
  details: { type: "string" },
  report: { type: "string" },
  columns: { type: "string" },
  json: { type: "boolean", default: false },
  seed: { type: "string", default: "1" },
  seeds: { type: "string" },
  threads: { type: "string" },
  quiet: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

export type Values = ReturnType<typeof parseFlags>;

/** Throws what `parseArgs` throws, which names the flag that was probably meant. */
export function parseFlags(args: string[]) {
  try {
    return parseArgs({ args, options: FLAGS }).values;
  } catch (error) {
    const unknown = /^Unknown option '--([^']*)'/.exec((error as Error).message)?.[1] ?? "";
    const meant = nearest(unknown, Object.keys(FLAGS));
    if (meant) (error as Error).message = `there is no option --${unknown}, did you mean --${meant}?`;
    throw error;
  }
}
