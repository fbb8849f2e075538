import { basename } from "node:path";
import { Command, CommanderError } from "commander";
import { UsageError } from "../exit-code.ts";
import { type JobFlags, withJobFlags } from "./flags.ts";

/** A script with its flags in it, as sbatch takes one. */
export interface Script {
  readonly flags: JobFlags;
  /** What runs it. */
  readonly command: readonly string[];
  readonly name: string;
  /** Flags that mean nothing here and do no harm. */
  readonly unused: readonly string[];
}

/** Output is kept, and to be had with `schedulearn logs`; nobody is written to. */
const UNUSED = ["--output", "-o", "--error", "--open-mode", "--mail-type", "--mail-user", "--export"];
const LINE = /^#(SBATCH|SCHEDULEARN)\s+(.*)$/;
/** They run a text that is handed to them with -c. */
const SHELLS = /(^|\/)(sh|bash|dash|ksh|zsh|python[\d.]*)$/;

export const isScript = (text: string): boolean => text.startsWith("#!");

/**
 * Reads a script that begins with `#!`: lines `#SCHEDULEARN --gpus 2` and `#SBATCH --gres=gpu:2` before its first command are flags.
 * @throws UsageError that names the line
 */
export function readScript(file: string, text: string, args: readonly string[]): Script {
  const lines = text.split(/\r?\n/);
  const words: string[] = [];
  const unused: string[] = [];
  for (const [i, line] of lines.entries()) {
    if (line.trim() !== "" && !line.startsWith("#")) break;
    const [, , written] = LINE.exec(line) ?? [];
    if (written === undefined) continue;
    const own = wordsOf(written.replace(/(^|\s)#.*$/, ""));
    if (UNUSED.includes((own[0] ?? "").split("=")[0] as string)) unused.push(own[0] as string);
    else {
      read(file, i + 1, own); // alone, so that what is wrong is told with its line
      words.push(...own);
    }
  }
  const flags = read(file, 0, words);
  const isSlurm = lines.some((line) => line.startsWith("#SBATCH"));
  return {
    flags: isSlurm && flags.array !== undefined ? withSlurmNumbers(flags) : flags,
    command: [...interpreter(file, lines[0] ?? ""), "-c", text, ...(args.length > 0 ? [basename(file), ...args] : [])],
    name: basename(file).replace(/\.\w+$/, ""),
    unused,
  };
}

function read(file: string, line: number, words: readonly string[]): JobFlags {
  const command = withJobFlags(new Command("script"))
    .exitOverride()
    .allowExcessArguments(false)
    .configureOutput({ writeErr: () => {}, outputError: () => {} });
  try {
    return command.parse(words, { from: "user" }).opts<JobFlags>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const problem = error.message.replace(/^error: /, "");
    throw new UsageError(`${file}: line ${line}: ${problem}; see schedulearn submit --help for the flags there are`);
  }
}

/** So that a script for Slurm finds its number. */
const withSlurmNumbers = (flags: JobFlags): JobFlags => ({
  ...flags,
  env: ["SLURM_ARRAY_TASK_ID={{index}}", "SLURM_ARRAY_TASK_COUNT={{size}}", ...(flags.env ?? [])],
});

function interpreter(file: string, first: string): readonly string[] {
  const words = wordsOf(first.slice(2));
  const program = /(^|\/)env$/.test(words[0] ?? "") ? words.slice(1) : words;
  if (program.length > 0 && SHELLS.test(program[0] as string)) return program;
  throw new UsageError(
    `${file}: line 1: only scripts for a shell or Python are taken, not for ${program[0] ?? "nothing"}`,
  );
}

/** Words with blanks between them; quotes hold blanks. */
const wordsOf = (text: string): string[] =>
  (text.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? []).map((word) => word.replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
