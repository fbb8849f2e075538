import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { busyboxImage, pythonImage } from "../lab/docker-lab.ts";

/** With this file in its checkpoint folder a program trains on without a pause: so a test says when a job ends. */
export const HURRY = "hurry";

/**
 * A program of `examples`, faster the more it is granted. While it hurries, and always with QUIET in its environment, it tells of its
 * steps in words that are no progress to the server, which would learn from them how fast such programs are at that size.
 */
export interface Program {
  readonly image: string;
  readonly command: readonly string[];
}

const original = (name: string): string => readFileSync(new URL(`../../examples/${name}`, import.meta.url), "utf8");

/** Any shell; it has the size with which it began. */
export const train: Program = {
  image: busyboxImage,
  command: [
    "/bin/sh",
    "-c",
    `size=$((SCHEDULEARN_GPUS > 0 ? SCHEDULEARN_GPUS : SCHEDULEARN_CORES))
SECONDS_PER_STEP=$(awk "BEGIN { print $SECONDS_PER_STEP / $size }")
hurries() { [ -e "$SCHEDULEARN_CHECKPOINT_DIR/${HURRY}" ]; }
sleep() { hurries || command sleep "$1"; }
printf() { if [ -n "\${QUIET-}" ] || hurries; then echo "did $4"; else command printf "$@"; fi; }
${original("train.sh")}`,
  ],
};

/** Told of another size while it runs, or restarted with it. */
export const trainElastic: Program = {
  image: pythonImage,
  command: [
    "python3",
    "-c",
    changed(original("train-elastic.py"), {
      "def tell(": `hurries = lambda: os.path.exists(os.path.join(os.path.dirname(FILE), "${HURRY}"))\n\n\ndef tell(`,
      'json.dumps({"schedulearn": said})': `f"did {said['step']}" if "step" in said and (os.environ.get("QUIET") or hurries()) else json.dumps({"schedulearn": said})`,
      "while not stopping and time": "while not stopping and not hurries() and time",
    }),
  ],
};

function changed(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((before, [from, to]) => {
    if (before.split(from).length !== 2) throw new Error(`the example has not one ${from}`);
    return before.replace(from, () => to);
  }, text);
}

/** The number of the step of which a line tells; null when it tells of none. */
export function stepOf(line: string): number | null {
  const [, told, done] = /"epochs": 1, "step": (\d+)|^did (\d+)$/.exec(line) ?? [];
  return told || done ? Number(told ?? done) : null;
}

/** The last line of the program, run to its end on this machine without a scheduler. */
export async function resultUndisturbed({ command }: Program, env: Readonly<Record<string, string>>): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "undisturbed-"));
  writeFileSync(join(folder, HURRY), "");
  const [program, ...args] = command[0] === "/bin/sh" ? ["busybox", "sh", ...command.slice(1)] : command;
  const alone = { SCHEDULEARN_GPUS: "1", SCHEDULEARN_CHECKPOINT_DIR: folder, SCHEDULEARN_DIR: folder };
  const { stdout } = await promisify(execFile)(program as string, args, {
    env: { ...process.env, ...alone, ...env, SECONDS_PER_STEP: "0" },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout.trimEnd().split("\n").at(-1) as string;
}
