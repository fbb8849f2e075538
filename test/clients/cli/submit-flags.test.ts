import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { fieldsOf, type JobFlags, withJobFlags } from "../../../clients/cli/submit/flags.ts";
import { handedIn } from "../../../clients/cli/submit/hand-in.ts";
import { readScript } from "../../../clients/cli/submit/script.ts";
import { dependencies, indices, timeLimit } from "../../../clients/cli/submit/values.ts";
import { parseJobs } from "../../../src/job-spec/index.ts";

const flagsOf = (...words: string[]): JobFlags =>
  withJobFlags(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .parse(words, { from: "user" })
    .opts();
const fields = (...words: string[]) =>
  fieldsOf(flagsOf(...words), { env: { HERE: "x" }, envFiles: new Map([["a.env", "# no\nA=1\n B=two words\n"]]) });

test("flags of docker run and of sbatch are fields of the spec", () => {
  const given = fields(
    ...["--image", "i", "-e", "A=1", "-e", "HERE", "-e", "NOT_HERE", "-v", "/data:/data:rw", "-w", "/w", "-m", "16g"],
    ...["--shm-size", "1g", "-u", "ann", "-p", "8080", "-p", "web=80", "-J", "n", "-N", "2", "--gpus-per-node", "4"],
    ...[
      "-t",
      "1-02:00:00",
      "-d",
      "afterok:12:13",
      "--cpus",
      "3",
      "--label",
      "a=b",
      "--retries",
      "2",
      "--secret",
      "KEY=k",
    ],
  );
  expect(given).toEqual({
    image: "i",
    env: { A: "1", HERE: "x" },
    mounts: ["/data:/data:rw"],
    workdir: "/w",
    memoryMiB: 16_384,
    shmMiB: 1024,
    user: "ann",
    ports: [8080, { name: "web", port: 80 }],
    name: "n",
    servers: 2,
    gpus: 8,
    limits: { runSeconds: 93_600 },
    after: ["job-12", "job-13"],
    cores: 3,
    labels: { a: "b" },
    retries: { application: 2 },
    secrets: { KEY: "k" },
  });
  const allowed = { mountRoots: ["/data"], runAs: null, code: () => null };
  expect(() => parseJobs({ command: "x", ...given }, { user: "ann", now: 0, allowed })).not.toThrow();
});

test("--gres names a model, --env-file is read as docker does", () => {
  expect(fields("--gres=gpu:a100:2")).toEqual({ gpus: { count: 2, model: "a100" } });
  expect(fields("--gpus", "1:4", "--gpu-memory", "40G")).toEqual({ gpus: { min: 1, max: 4, memoryMiB: 40_960 } });
  expect(fields("--env-file", "a.env", "-e", "A=2")).toEqual({ env: { A: "2", B: "two words" } });
});

test("--array and --sweep make many jobs", () => {
  expect(fields("--array", "0-9%4")).toEqual({ array: { indices: "0-9", maxParallel: 4 } });
  expect(fields("--sweep", "lr=0.1,1e-2", "--sweep", "opt=adam,sgd", "--max-failures", "1")).toEqual({
    sweep: { parameters: { lr: [0.1, 0.01], opt: ["adam", "sgd"] }, maxFailures: 1 },
  });
  expect(fields("--sweep", "lr={min: 0.001, max: 0.1, log: true}", "--samples", "5", "--seed", "3")).toEqual({
    sweep: { parameters: { lr: { min: 0.001, max: 0.1, log: true } }, mode: "random", samples: 5, seed: 3 },
  });
});

describe("what a flag cannot be", () => {
  test.each<[(text: string) => unknown, string, RegExp]>([
    [indices, "10", /write 0-9; for one with the number 10 write 10-10/],
    [indices, "a-b", /numbers such as 0-9/],
    [dependencies, "afterany:12", /afterany is not supported/],
    [timeLimit, "soon", /span of time/],
  ])("is refused with what to write instead: %o %s", (read, text, why) => {
    expect(() => read(text)).toThrow(why);
  });

  test.each([
    ["30", 1800],
    ["1:30", 90],
    ["4:00:00", 14_400],
    ["1-12", 129_600],
    ["1-12:30", 131_400],
    ["2h", 7200],
  ])("a time limit of %s is %i seconds", (text, seconds) => {
    expect(timeLimit(text)).toBe(seconds);
  });
});

describe("a script", () => {
  const script = `#!/bin/bash
#SBATCH --job-name=train
#SBATCH --gres=gpu:2 --time=01:00:00
#SBATCH --output=slurm-%j.out
#SBATCH --array=0-3%2
#SCHEDULEARN --priority 5

echo "$SLURM_ARRAY_TASK_ID"
#SBATCH --gpus 9
`;

  test("is run by the shell that it names, with its lines as flags", () => {
    const { flags, command, name, unused } = readScript("dir/train.sh", script, ["a b"]);
    expect(command).toEqual(["/bin/bash", "-c", script, "train.sh", "a b"]);
    expect([name, unused]).toEqual(["train", ["--output=slurm-%j.out"]]);
    expect(fieldsOf(flags, { env: {}, envFiles: new Map() })).toEqual({
      name: "train",
      gpus: 2,
      limits: { runSeconds: 3600 },
      array: { indices: "0-3", maxParallel: 2 },
      priority: 5,
      env: { SLURM_ARRAY_TASK_ID: "{{index}}", SLURM_ARRAY_TASK_COUNT: "{{size}}" },
    });
  });

  test("with what is not supported names the line", () => {
    expect(() => readScript("t.sh", "#!/bin/sh\n#SBATCH --partition=gpu\ntrue\n", [])).toThrow(
      /^t\.sh: line 2: unknown option '--partition=gpu'/,
    );
    expect(() => readScript("t.pl", "#!/usr/bin/perl\n", [])).toThrow(
      /t\.pl: line 1: only scripts for a shell or Python/,
    );
  });
});

test("flags and settings go into the file, which else stays as it is", () => {
  const text = "# mine\ncommand: x\ngpus: 2\nenv: {A: 1}\n";
  const { yaml } = handedIn("job.yaml", text, { env: { B: "2" } }, [
    { path: ["gpus", "min"], value: 1 },
    { path: ["gpus", "max"], value: 4 },
    { path: ["checkpoint", "graceSeconds"], value: 60 },
  ]);
  expect(yaml).toMatch(/^# mine\n/);
  expect(parse(yaml)).toEqual({
    command: "x",
    gpus: { min: 1, max: 4 },
    env: { A: 1, B: "2" },
    checkpoint: { graceSeconds: 60 },
  });
});
