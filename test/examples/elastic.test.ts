import { spawnSync } from "node:child_process";
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createRecogniser } from "../../src/progress/index.ts";
import { Program, temporaryFolder } from "./process.ts";

const hasPython = spawnSync("python3", ["--version"]).status === 0;
/** So long that a busy machine comes before the end with what it has to tell. */
const SECONDS_PER_STEP = 0.8;
const BATCH = 16;

describe("train-elastic.py", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  let running: Program[] = [];

  beforeEach(() => {
    folder = temporaryFolder();
    mkdirSync(`${folder.path}/grant`);
  });
  afterEach(async () => {
    for (const program of running) program.signal("SIGKILL");
    await Promise.all(running.map((program) => program.exit()));
    running = [];
    folder[Symbol.dispose]();
  });

  /** Replaces the grant as a driver does. */
  function grant(generation: number, gpus: number, cores: number): void {
    const path = `${folder.path}/grant/allocation.json`;
    writeFileSync(`${path}.new`, JSON.stringify({ generation, gpus, cores, devices: [], servers: [] }));
    renameSync(`${path}.new`, path);
  }

  function start(secondsPerStep: number, checkpoints = "resized"): Program {
    const program = new Program(["python3", "examples/train-elastic.py"], {
      SCHEDULEARN_CHECKPOINT_DIR: `${folder.path}/${checkpoints}`,
      SCHEDULEARN_DIR: `${folder.path}/grant`,
      EPOCHS: "2",
      STEPS: "20",
      SECONDS_PER_STEP: String(secondsPerStep),
      CHECKPOINT_EVERY: "8",
    });
    running.push(program);
    return program;
  }

  async function undisturbed(): Promise<string | undefined> {
    const program = start(0, "undisturbed");
    expect(await program.exit(), program.output).toBe(0);
    return program.result;
  }

  const speeds = (output: string): number[] => {
    const recogniser = createRecogniser();
    return output.split("\n").flatMap((line) => recogniser.read(line)?.samplesPerSecond ?? []);
  };

  test("told of other sizes while it runs, keeps to them, says so, and has the result of an undisturbed run", async (context) => {
    context.skip(!hasPython, "it needs Python 3");
    grant(1, 0, 1);
    const expected = await undisturbed();
    const program = start(SECONDS_PER_STEP);
    await program.printed('"step": 3,');
    expect(program.output).not.toContain("generation 2");
    const alone = Math.max(...speeds(program.output));
    expect(alone).toBeLessThanOrEqual(BATCH / SECONDS_PER_STEP);

    grant(2, 0, 2);
    program.signal("SIGCONT");
    await program.printed('{"schedulearn": {"generation": 2}}');
    await program.printed('"epoch": 1, "epochs": 2, "step": 8,');
    expect(Math.max(...speeds(program.output))).toBeGreaterThan(alone);

    grant(3, 4, 1);
    program.signal("SIGUSR1");
    expect(await program.exit(), program.output).toBe(0);
    expect(program.output.match(/^size .*/gm)).toEqual([
      "size 1, generation 1",
      "size 2, generation 2",
      "size 4, generation 3",
    ]);
    expect(program.output).toContain('{"schedulearn": {"generation": 3}}');
    expect(program.result).toBe(expected);
  });

  test("stopped and started again with other sizes, has the result of an undisturbed run", async (context) => {
    context.skip(!hasPython, "it needs Python 3");
    const expected = await undisturbed();
    for (const [gpus, until] of [
      [1, '"step": 3,'],
      [4, '"step": 12,'],
    ] as const) {
      grant(1, gpus, 1);
      const program = start(SECONDS_PER_STEP);
      await program.printed(until);
      program.signal("SIGTERM");
      expect(await program.exit(), program.output).toBe(143);
      expect(program.output).toContain(`size ${gpus}, generation 1\n`);
    }
    grant(1, 2, 1);
    const last = start(0);
    expect(await last.exit(), last.output).toBe(0);
    expect(last.output).toMatch(/^resumed at step \d+, by hand\nsize 2, generation 1\n/);
    expect(last.result).toBe(expected);
  });

  test("a change from before it was ready for the signal is taken over at its start", async (context) => {
    context.skip(!hasPython, "it needs Python 3");
    grant(2, 3, 1);
    const program = start(0);
    program.signal("SIGCONT"); // most likely before Python has begun
    expect(await program.exit(), program.output).toBe(0);
    expect(program.output).toMatch(/^size 3, generation 2\n{"schedulearn": {"generation": 2}}\n/);
  });
});
