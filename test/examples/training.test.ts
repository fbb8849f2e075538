import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createRecogniser, fraction, merge, type Progress } from "../../src/progress/index.ts";
import { Program, temporaryFolder } from "./process.ts";

const commandOf = (file: string): string => parse(readFileSync(`examples/${file}`, "utf8")).command;
const has = (program: string) => spawnSync(program, ["--help"]).error === undefined;

const programs: [string, string[]][] = [["train.sh under sh", ["sh", "examples/train.sh"]]];
if (has("busybox")) programs.push(["train.sh under busybox", ["busybox", "sh", "examples/train.sh"]]);
if (has("python3")) programs.push(["train.py", ["python3", "examples/train.py"]]);
if (has("python3")) programs.push(["train-elastic.py", ["python3", "examples/train-elastic.py"]]);
programs.push(["the command of train-sh.yaml", ["sh", "-c", commandOf("train-sh.yaml")]]);
const torch = ["python3", "/usr/bin/python3"].find((python) => spawnSync(python, ["-c", "import torch"]).status === 0);
if (torch) programs.push(["train-torch.py", [torch, "examples/train-torch.py"]]);
if (has("python3")) programs.push(["the command of train-py.yaml", ["sh", "-c", commandOf("train-py.yaml")]]);

let folder: ReturnType<typeof temporaryFolder>;
let running: Program[] = [];

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(async () => {
  for (const program of running) program.signal("SIGKILL");
  await Promise.all(running.map((program) => program.exit()));
  running = [];
  folder[Symbol.dispose]();
});

/** A program that is to be interrupted takes its time, so that even a busy machine does not come too late. */
const SLOW = "0.3";

function start(command: string[], checkpoints: string, secondsPerStep = "0"): Program {
  const program = new Program(command, {
    SCHEDULEARN_CHECKPOINT_DIR: `${folder.path}/${checkpoints}`,
    EPOCHS: "3",
    STEPS: "10",
    SECONDS_PER_STEP: secondsPerStep,
    CHECKPOINT_EVERY: "8",
    SEED: "7",
  });
  running.push(program);
  return program;
}

async function undisturbed(command: string[]): Promise<string> {
  const program = start(command, "undisturbed");
  expect(await program.exit(), program.output).toBe(0);
  expect(program.result).toMatch(/^result [0-9a-f]{64} loss=\d+\.\d+/);
  return program.result as string;
}

const atStep = (epoch: number, step: number) => `"epoch": ${epoch}, "epochs": 3, "step": ${step},`;

describe.each(programs)("%s", (_, command) => {
  it("stopped twice by SIGTERM and resumed, has the result of an undisturbed run", async () => {
    const expected = await undisturbed(command);

    const first = start(command, "stopped", SLOW);
    await first.printed(atStep(1, 4));
    first.signal("SIGTERM");
    expect(await first.exit(), first.output).toBe(143);
    expect(first.result).toBeUndefined();
    expect(first.stdout.trimEnd().split("\n").at(-1)).toMatch(/"checkpoint": {"step": \d+}/);

    const second = start(command, "stopped", SLOW);
    await second.printed(atStep(2, 2));
    second.signal("SIGTERM");
    expect(await second.exit(), second.output).toBe(143);
    expect(second.output).not.toContain(atStep(1, 1));

    const third = start(command, "stopped");
    expect(await third.exit(), third.output).toBe(0);
    expect(third.output).toMatch(/^resumed at step/);
    expect(third.output).not.toContain(atStep(1, 8));
    expect(third.result).toBe(expected);
  });

  it("killed between checkpoints and resumed, has the result of an undisturbed run", async () => {
    const expected = await undisturbed(command);
    const first = start(command, "killed", SLOW);
    await first.printed(atStep(1, 10));
    first.signal("SIGKILL");
    expect(await first.exit()).toBe("SIGKILL");

    const second = start(command, "killed");
    expect(await second.exit(), second.output).toBe(0);
    expect(second.output).toMatch(/^resumed at step (8|16|24)/);
    expect(second.result).toBe(expected);
  });

  it("tells its progress from nothing to the end, and the checkpoint", async () => {
    const program = start(command, "told");
    await program.exit();
    const recogniser = createRecogniser();
    let progress: Progress | null = null;
    const shares: (number | null)[] = [];
    for (const line of program.output.split("\n")) {
      const told = recogniser.read(line);
      if (!told) continue;
      progress = merge(progress, told);
      shares.push(fraction(progress));
    }
    expect(shares[0]).toBeCloseTo(1 / 30);
    expect(shares).toEqual([...shares].sort((a, b) => (a ?? 0) - (b ?? 0)));
    expect(progress).toMatchObject({ epoch: 3, epochs: 3, step: 10, steps: 10, checkpoint: { step: 30 } });
    expect(progress?.metrics?.loss).toBeGreaterThan(0);
    expect(existsSync(`${folder.path}/told`)).toBe(true);
  });

  it("trained already, only repeats its result", async () => {
    const first = start(command, "again");
    await first.exit();
    const second = start(command, "again");
    expect(await second.exit()).toBe(0);
    expect(second.output).not.toContain('"epoch"');
    expect(second.result).toBe(first.result);
  });
});
