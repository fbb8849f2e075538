import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { parse } from "yaml";
import type { Submission } from "../../../../clients/cli/replay/laboratory.ts";
import { jobFileOf, type PlayOptions } from "../../../../clients/cli/replay/program.ts";

const cue: Submission = {
  kind: "submit",
  name: "a",
  atSeconds: 0,
  gpus: { min: 2, preferred: 2, max: 2 },
  cores: null,
  priority: 0,
  program: null,
  seconds: 1,
  parallelism: null,
  user: null,
  deadlineSeconds: null,
};
const options: PlayOptions = { image: undefined, template: null, scale: 1, onCores: false, labels: { replay: "x" } };
const fileOf = (over: Partial<Submission>, more: Partial<PlayOptions> = {}) =>
  parse(jobFileOf({ ...cue, ...over }, { ...options, ...more }, Date.UTC(2030, 0, 1)));

/** Runs the program in a shell; `onStep` is told of each line of progress. */
function run(env: Record<string, string>, onStep: (step: number, stop: () => void) => void = () => {}) {
  const { command, env: own } = fileOf({});
  const child = spawn("sh", ["-c", command], {
    env: { ...process.env, ...own, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const steps: number[] = [];
  createInterface(child.stdout).on("line", (line) => {
    steps.push(JSON.parse(line).schedulearn.step);
    onStep(steps.at(-1) as number, () => child.kill("SIGTERM"));
  });
  return new Promise<{ code: number | null; steps: number[] }>((resolve) =>
    child.on("close", (code) => resolve({ code, steps })),
  );
}
const folder = (): string => mkdtempSync(join(tmpdir(), "work-"));

test("the program that waits saves when it is told to stop, and goes on with what it has done", async () => {
  const SCHEDULEARN_CHECKPOINT_DIR = folder();
  const env = { SCHEDULEARN_CHECKPOINT_DIR, SCHEDULEARN_GPUS: "1", WORK_MILLIS: "60000" };
  const first = await run(env, (step, stop) => step >= 1000 && stop());
  expect(first.code).toBe(143);
  const saved = first.steps.at(-1) as number;
  expect(saved).toBeGreaterThanOrEqual(1000);
  const second = await run({ ...env, SCHEDULEARN_GPUS: "100" });
  expect([second.code, second.steps.at(-1)]).toEqual([0, 60_000]);
  expect(second.steps[0]).toBeGreaterThan(saved);
});

test("it takes over another size while it runs", async () => {
  const SCHEDULEARN_DIR = folder();
  const grant = (cores: number): void =>
    writeFileSync(
      join(SCHEDULEARN_DIR, "allocation.json"),
      `{"generation":1,"gpus":0,"cores":${cores},"devices":[]}\n`,
    );
  grant(1);
  const began = performance.now();
  const env = { SCHEDULEARN_DIR, SCHEDULEARN_CHECKPOINT_DIR: folder(), WORK_MILLIS: "60000" };
  const { code } = await run(env, () => grant(100));
  expect(code).toBe(0);
  expect(performance.now() - began).toBeLessThan(30_000);
});

test("its work is the duration times what it asks for; the part that --scale-durations says is left of it", () => {
  expect(fileOf({}).env).toEqual({ WORK_MILLIS: "2000", WORK_SECONDS: "2" });
  expect(fileOf({}, { scale: 0.1 }).env).toEqual({ WORK_MILLIS: "200", WORK_SECONDS: "0.2" });
});

test("sizes, elasticity and image are those of the line, the options and the template, in this order", () => {
  expect(fileOf({})).toMatchObject({ image: "busybox", gpus: { min: 2, preferred: 2, max: 2 } });
  expect(fileOf({})).not.toHaveProperty("elasticity");
  const elastic = { min: 1, preferred: 2, max: 4 };
  expect(fileOf({ gpus: elastic })).toMatchObject({ elasticity: "restart", gpus: elastic });
  expect(fileOf({ gpus: elastic }, { onCores: true })).toMatchObject({ elasticity: "live", cores: elastic });
  expect(fileOf({ gpus: null, cores: elastic })).toMatchObject({ elasticity: "live" });
  const template = { command: "train", elasticity: "none", env: { A: 1 }, labels: { b: 2 } };
  expect(fileOf({ program: "tf" }, { template })).toEqual({
    ...{ type: "tf", command: "train", elasticity: "none", image: "tf", name: "a", priority: 0 },
    gpus: { min: 2, preferred: 2, max: 2 },
    labels: { b: 2, replay: "x" },
    env: { A: 1, WORK_MILLIS: "2000", WORK_SECONDS: "2" },
  });
  expect(fileOf({}, { image: null })).not.toHaveProperty("image");
});

test("a deadline is so long after the submission, in the time of the replay", () => {
  expect(fileOf({ deadlineSeconds: 600 }, { scale: 0.1 }).deadline).toBe("2030-01-01T00:01:00.000Z");
});

test("what looks like an id is no name", () => {
  expect(["7", "job-7", "a7"].map((name) => fileOf({ name }).name)).toEqual(["replay-7", "replay-job-7", "a7"]);
});
