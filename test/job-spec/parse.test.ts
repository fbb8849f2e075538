import { describe, expect, test } from "vitest";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { parseJobSpec } from "../../src/job-spec/index.ts";
import { faultsOf, messagesOf } from "../input/refused.ts";

const NOW = Date.parse("2026-06-01T12:00:00Z");
const submission = { user: "ada", now: NOW };
const specOf = (fields: object): JobSpec => parseJobSpec({ command: "x", ...fields }, submission).spec;
const refused = (fields: object): string[] => messagesOf(() => parseJobSpec({ command: "x", ...fields }, submission));

test("a command is enough, the rest has defaults", () => {
  expect(parseJobSpec({ command: "python train.py --lr 0.1" }, submission)).toEqual({
    spec: {
      name: "python",
      type: "generic",
      image: null,
      command: ["/bin/sh", "-c", "python train.py --lr 0.1"],
      workdir: null,
      env: {},
      secretNames: [],
      gpus: { min: 0, max: 0, preferred: 0, model: null, memoryMiB: null },
      cores: { min: 1, max: 1, preferred: 1 },
      parallelism: { interOp: null, intraOp: null },
      memoryMiB: null,
      shmMiB: 1024,
      servers: { min: 1, max: 1 },
      elasticity: "restart",
      resizeSignal: null,
      priority: 0,
      deadline: null,
      user: "ada",
      labels: {},
      estimate: { seconds: null, epochs: null, steps: null },
      progressPattern: null,
      checkpoint: { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 30 },
      retries: { application: 0, infrastructure: 3 },
      limits: { queueSeconds: null, pullSeconds: null, runSeconds: null, idleSeconds: null },
      after: [],
    },
    secrets: {},
  });
});

describe("what is understood", () => {
  test("a list is a command in exec form", () => {
    expect(specOf({ command: ["python", "a b.py"] }).command).toEqual(["python", "a b.py"]);
  });

  test.each([
    [2, { min: 2, max: 2, preferred: 2, model: null, memoryMiB: null }],
    [
      { count: 2, model: "A100" },
      { min: 2, max: 2, preferred: 2, model: "A100", memoryMiB: null },
    ],
    [
      { min: 1, max: 8 },
      { min: 1, max: 8, preferred: 1, model: null, memoryMiB: null },
    ],
    [
      { min: 1, max: 8, preferred: 4, memoryMiB: 16_000 },
      { min: 1, max: 8, preferred: 4, model: null, memoryMiB: 16_000 },
    ],
  ])("gpus: %j", (gpus, request) => {
    expect(specOf({ gpus }).gpus).toEqual(request);
  });

  test.each([
    [2, { min: 2, max: 2, preferred: 2 }],
    [
      { min: 2, max: 16 },
      { min: 2, max: 16, preferred: 2 },
    ],
    [
      { min: 2, max: 16, preferred: 8 },
      { min: 2, max: 16, preferred: 8 },
    ],
  ])("cores: %j", (cores, request) => {
    expect(specOf({ cores }).cores).toEqual(request);
  });

  test.each([{ elasticity: "live" }, { cores: { min: 1, max: 4 } }])(
    "a signal of another size for a job that can change while it runs: %j",
    (elastic) => {
      expect(specOf({ ...elastic, resizeSignal: "SIGUSR1" }).resizeSignal).toBe("SIGUSR1");
    },
  );

  test("numbers and truths in env, secrets and labels become text", () => {
    const { spec, secrets } = parseJobSpec(
      { command: "x", env: { N: 64, B: true, T: "t" }, labels: { run: 3 }, secrets: { KEY: 7 } },
      submission,
    );
    expect([spec.env, spec.labels, secrets]).toEqual([{ N: "64", B: "true", T: "t" }, { run: "3" }, { KEY: "7" }]);
  });

  test("a secret's value stays out of the spec", () => {
    const { spec, secrets } = parseJobSpec({ command: "x", secrets: { KEY: "hush-hush" } }, submission);
    expect(spec.secretNames).toEqual(["KEY"]);
    expect(JSON.stringify(spec)).not.toContain("hush-hush");
    expect(secrets).toEqual({ KEY: "hush-hush" });
  });

  test("a deadline counts in its own time zone", () => {
    expect(specOf({ deadline: "2026-06-01T15:00:00+02:00" }).deadline).toBe(NOW + 3_600_000);
  });

  test("what is given of a checkpoint or of retries keeps the other defaults", () => {
    expect(specOf({ checkpoint: { graceSeconds: 5 }, retries: { application: 2 } })).toMatchObject({
      checkpoint: { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 5 },
      retries: { application: 2, infrastructure: 3 },
    });
  });

  test("a checkpoint folder is written in one way", () => {
    expect(specOf({ checkpoint: { path: "/work//run/../save/" } }).checkpoint.path).toBe("/work/save");
  });

  test("null counts as not given", () => {
    const nothing = { name: null, image: undefined, gpus: null, checkpoint: { path: null }, limits: null };
    expect(specOf(nothing)).toEqual(specOf({}));
  });

  test("the input is left as it was", () => {
    const input = Object.freeze({ command: "x", checkpoint: Object.freeze({ graceSeconds: 5 }) });
    parseJobSpec(input, submission);
    expect(input).toEqual({ command: "x", checkpoint: { graceSeconds: 5 } });
  });

  test.each([
    [{ image: "registry:5000/team/pytorch:2.5@sha256:ab" }, "pytorch"],
    [{ image: "python" }, "python"],
    [{ command: " /usr/bin/python3 train.py" }, "python3"],
    [{ command: ["./train.sh", "x"] }, "train.sh"],
    [{ command: ["/"] }, "job"],
    [{ command: "./job-17" }, "job"],
    [{ image: "registry:5000/team/17:2.5" }, "job"],
    [{ command: [`/bin/${"x".repeat(200)}`] }, "x".repeat(128)],
    [{ name: "mine", image: "python" }, "mine"],
  ])("%j is called %s", (fields, name) => {
    expect(specOf(fields).name).toBe(name);
  });
});

describe("what is refused", () => {
  test("every fault is told at once, each with its path", () => {
    const faults = faultsOf(() =>
      parseJobSpec(
        { comand: "x", gpus: { min: 4, max: 2 }, memoryMib: 1, elasticity: "none", checkpoint: { path: "/" } },
        submission,
      ),
    );
    expect(faults).toEqual([
      { code: "INVALID_INPUT", path: ["command"], message: "command: is required" },
      { code: "INVALID_INPUT", path: ["comand"], message: "comand: unknown, did you mean command?" },
      { code: "INVALID_INPUT", path: ["memoryMib"], message: "memoryMib: unknown, did you mean memoryMiB?" },
      { code: "INVALID_INPUT", path: ["gpus", "min"], message: "gpus.min: must be at most gpus.max" },
      {
        code: "INVALID_INPUT",
        path: ["checkpoint", "path"],
        message: "checkpoint.path: must be a folder of its own, such as /checkpoint",
      },
    ]);
  });

  test.each([null, undefined, "python a.py", 7, ["x"]])("%j is no job", (input) => {
    expect(messagesOf(() => parseJobSpec(input, submission))).toEqual(["Job spec: must be an object"]);
  });

  const cases: [fields: object, ...messages: string[]][] = [
    [{ command: "" }, "command: must not be empty"],
    [{ command: " \n" }, "command: must not be empty"],
    [{ command: [] }, "command: must not be empty"],
    [{ command: [""] }, "command.0: must name a program"],
    [{ command: ["sleep", 5] }, "command.1: must be text: put it in quotes"],
    [{ command: "a\0b" }, "command: must not hold a NUL character"],
    [{ name: "x".repeat(129) }, "name: must be at most 128 characters long"],
    [{ name: "a\u001b[2J" }, "name: must not hold control characters, nor look like an id (job-17, 17)"],
    [{ name: "job-17" }, "name: must not hold control characters, nor look like an id (job-17, 17)"],
    [{ name: "17" }, "name: must not hold control characters, nor look like an id (job-17, 17)"],
    [{ type: "PyTorch" }, "type: must be 1 to 64 lower-case letters, digits, dots, _ or -"],
    [{ image: "a b" }, "image: must name an image, such as python:3.12-slim"],
    [{ image: "python", workdir: "src" }, "workdir: must be an absolute path, since the job runs in a container"],
    [{ progress: { file: "" } }, "progress.file: must not be empty"],
    [{ "bad\nname": 1 }, '"bad\\nname": unknown field'],
    [{ gpus: -1 }, "gpus: must be at least 0"],
    [{ gpus: 1.5 }, "gpus: must be a whole number or an object"],
    [{ gpus: 1e9 }, "gpus: must be at most 65536"],
    [{ gpus: { cuont: 1 } }, "gpus.cuont: unknown, did you mean count?"],
    [{ gpus: { model: "A100" } }, "gpus: give count, or both min and max"],
    [{ gpus: { min: 1 } }, "gpus: give count, or both min and max"],
    [{ gpus: { count: 2, max: 4 } }, "gpus.max: cannot stand beside gpus.count: give count, or min and max"],
    [{ gpus: { min: 0, max: 4 } }, "gpus.min: must be at least 1 if gpus.max is (a job without GPUs has gpus: 0)"],
    [{ gpus: { min: 2, max: 4, preferred: 1 } }, "gpus.preferred: must lie between gpus.min and gpus.max"],
    [{ gpus: { min: 2, max: 4, preferred: 5 } }, "gpus.preferred: must lie between gpus.min and gpus.max"],
    [{ cores: 0 }, "cores: must be at least 1"],
    [{ cores: { min: 1 } }, "cores.max: is required"],
    [{ cores: { min: 4, max: 2 } }, "cores.min: must be at most cores.max"],
    [{ cores: { min: 2, max: 4, preferred: 1 } }, "cores.preferred: must lie between cores.min and cores.max"],
    [{ cores: { min: 2, max: 4, preferred: 5 } }, "cores.preferred: must lie between cores.min and cores.max"],
    [{ resizeSignal: "SIGKILL" }, "resizeSignal: must be one of SIGCONT, SIGHUP, SIGUSR1 or SIGUSR2"],
    [
      { resizeSignal: "SIGHUP", gpus: { min: 1, max: 4 }, checkpoint: { signal: "SIGHUP" } },
      "resizeSignal: is never sent unless elasticity is live or cores.max is above cores.min",
      "resizeSignal: must differ from checkpoint.signal, which asks the program to end",
    ],
    // What is blamed already says nothing about whether the signal would be sent.
    [{ resizeSignal: "SIGHUP", cores: { min: 1 } }, "cores.max: is required"],
    [
      { resizeSignal: "SIGHUP", elasticity: "lve" },
      "elasticity: must be one of none, restart or live, did you mean live?",
    ],

    [
      { elasticity: "none", gpus: { min: 1, max: 2 }, cores: { min: 1, max: 2 } },
      "gpus.max: must equal gpus.min if elasticity is none",
      "cores.max: must equal cores.min if elasticity is none",
    ],
    [{ elasticity: "lve" }, "elasticity: must be one of none, restart or live, did you mean live?"],
    [{ memoryMiB: Number.POSITIVE_INFINITY }, "memoryMiB: must be a whole number"],
    [{ shmMiB: Number.NaN }, "shmMiB: must be a whole number"],
    [{ priority: 1e7 }, "priority: must be at most 1000000"],
    [{ deadline: "tomorrow" }, "deadline: must be a date and time with its zone, such as 2030-01-31T18:00:00Z"],
    [
      { deadline: "2027-01-01T00:00:00" },
      "deadline: must be a date and time with its zone, such as 2030-01-31T18:00:00Z",
    ],
    [{ deadline: "2026-06-01T12:00:00Z" }, "deadline: is in the past"],
    [{ deadline: "2027-12-31T23:59:60Z" }, "deadline: must be a time of a clock without leap seconds"],
    [
      { env: { "A B": "x", "1X": "x" } },
      'env."A B": a variable\'s name must be letters, digits and _, and not begin with a digit',
      "env.1X: a variable's name must be letters, digits and _, and not begin with a digit",
    ],
    [{ env: { A: null } }, "env.A: must be text, a number or true/false"],
    [{ env: { A: 2 ** 60 } }, "env.A: is too large to be kept exactly as a number: put it in quotes"],
    [
      { env: { SCHEDULEARN_GPUS: 2, CUDA_VISIBLE_DEVICES: "0" }, secrets: { NVIDIA_VISIBLE_DEVICES: "all" } },
      "env.SCHEDULEARN_GPUS: is set by the scheduler from what it grants: leave it out",
      "env.CUDA_VISIBLE_DEVICES: is set by the scheduler from what it grants: leave it out",
      "secrets.NVIDIA_VISIBLE_DEVICES: is set by the scheduler from what it grants: leave it out",
    ],
    [{ env: { KEY: "a" }, secrets: { KEY: "b" } }, "secrets.KEY: is in env too: give it once"],
    [{ labels: { "": "x" } }, 'labels."": a label\'s name must be 1 to 63 letters, digits, dots, _, / or -'],
    [{ labels: { a: "x".repeat(257) } }, "labels.a: must be at most 256 characters long"],
    [{ estimate: { seconds: 0 } }, "estimate.seconds: must be more than 0"],
    [{ checkpoint: { path: "ckpt" } }, "checkpoint.path: must be an absolute path, such as /checkpoint"],
    [{ checkpoint: { path: "/a/../." } }, "checkpoint.path: must be a folder of its own, such as /checkpoint"],
    [{ checkpoint: { path: "/a/../proc/1" } }, "checkpoint.path: must not lie in /proc"],
    [{ checkpoint: { path: "/schedulearn" } }, "checkpoint.path: must not lie in /schedulearn"],
    [
      { checkpoint: { signal: "SIGKILL" } },
      "checkpoint.signal: must be one of SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1 or SIGUSR2",
    ],
    [{ retries: { application: -1 } }, "retries.application: must be at least 0"],
    [{ limits: { runSecond: 1 } }, "limits.runSecond: unknown, did you mean runSeconds?"],
    [{ after: ["job 1"] }, "after.0: must be the id of a job, such as job-17"],
    [{ after: ["job-1", "job-2", "job-1"] }, "after: entries 0 and 2 are the same (counted from 0)"],
  ];
  test.each(cases)("%j", (fields, ...messages) => {
    expect(refused(fields)).toEqual(messages);
  });

  test("a progress pattern that the recogniser would not take, with its reason", () => {
    expect(refused({ progress: { pattern: "(?<step>(a+)+)" } })).toEqual([
      "progress.pattern: a repeat within a repeat can take for ever",
    ]);
  });

  test("a secret's value is never repeated", () => {
    const faults = refused({ secrets: { A: "hush\0hush", B: ["hush"], C: { hush: "hush" } }, env: { A: "" } });
    expect(faults).toHaveLength(3);
    expect(faults.join()).not.toContain("hush");
  });
});
