import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { exp, ln } from "../../../src/sim/traces/generate/elementary.ts";
import { generateTrace } from "../../../src/sim/traces/generate/generate.ts";
import { readTrace, readTraceFile } from "../../../src/sim/traces/read.ts";
import type { TraceJob } from "../../../src/sim/traces/trace.ts";
import { traceCsv } from "../../../src/sim/traces/write.ts";

const jobsOf = (text: string, seed = 1) => generateTrace(text, seed).jobs;
const quantiles = (values: readonly number[], parts: readonly number[]): number[] => {
  const sorted = [...values].sort((a, b) => a - b);
  return parts.map((part) => sorted[Math.floor(part * sorted.length)] as number);
};
const gaps = (jobs: readonly TraceJob[]): number[] =>
  jobs.slice(1).map(({ submitSeconds }, i) => submitSeconds - (jobs[i] as TraceJob).submitSeconds);
const shareOf = (jobs: readonly TraceJob[], is: (job: TraceJob) => boolean): number =>
  jobs.filter(is).length / jobs.length;

test.each([
  ["plain", "40b17931cea5d985"],
  ["philly,jobs=5000", "0cc513c92718490f"],
  ["nas", "34b0b6c838e9fbcc"],
  ["class", "b3ce738e48b9fb7d"],
  [
    "plain,arrivals=daily:600,duration=pareto:60:1.5,deadlines=0.5,elastic=0.5,cores=4,priorities=0:9+5:1,types=a:1+b:2",
    "af792c384bd3f245",
  ],
])("%s is the same file with the same seed, on every machine and in every version of Node", (text, hash) => {
  const made = traceCsv(jobsOf(text, 7));
  expect(createHash("sha256").update(made).digest("hex").slice(0, 16)).toBe(hash);
  expect(traceCsv(jobsOf(text, 8))).not.toBe(made);
});

test("logarithm and exponential are right to the last digits but one", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-12, max: 1e12, noNaN: true }),
      fc.double({ min: -30, max: 30, noNaN: true }),
      (x, y) => {
        expect(Math.abs(ln(x) - Math.log(x))).toBeLessThan(1e-14 * Math.max(1, Math.abs(Math.log(x))));
        expect(exp(y) / Math.exp(y)).toBeCloseTo(1, 12);
      },
    ),
  );
});

test("what one setting changes, it alone changes", () => {
  const [before, after] = [jobsOf("philly"), jobsOf("philly,duration=fixed:60")];
  expect(after.map(({ durationSeconds }) => durationSeconds)).toEqual(before.map(() => 60));
  const rest = (jobs: readonly TraceJob[]) => jobs.map(({ durationSeconds: _, ...job }) => job);
  expect(rest(after)).toEqual(rest(before));
  expect(rest(jobsOf("philly,jobs=100"))).toEqual(rest(before.filter(({ id }) => Number(id) <= 100)));
});

const TRACES = process.env.SCHEDULEARN_TRACES ?? "../shared/traces";
const PHILLY = join(TRACES, "philly-vc-6c71a0.csv");

test("the preset philly has the durations, sizes and bursts of a virtual cluster of Philly", (context) => {
  context.skip(!existsSync(PHILLY), `it needs the public traces, in ${TRACES} or where SCHEDULEARN_TRACES says`);
  const real = readTraceFile(PHILLY).jobs;
  const ours = jobsOf(`philly,jobs=${real.length}`);
  const parts = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99];
  const times = (jobs: readonly TraceJob[]) =>
    quantiles(
      jobs.map(({ durationSeconds }) => durationSeconds),
      parts,
    );
  const expected = times(real);
  for (const [i, seconds] of times(ours).entries()) {
    expect(seconds / (expected[i] as number), `${parts[i]} of the durations`).toBeGreaterThan(0.8);
    expect(seconds / (expected[i] as number), `${parts[i]} of the durations`).toBeLessThan(1.25);
  }
  for (const size of [1, 4, 8])
    expect(shareOf(ours, ({ gpus }) => gpus === size)).toBeCloseTo(
      shareOf(real, ({ gpus }) => gpus === size),
      1,
    );
  const [mean, realMean] = [ours, real].map((jobs) => (jobs.at(-1) as TraceJob).submitSeconds / jobs.length) as [
    number,
    number,
  ];
  expect(mean / realMean).toBeGreaterThan(0.8);
  expect(mean / realMean).toBeLessThan(1.25);
  for (const jobs of [ours, real]) {
    const [half = 0, most = 0] = quantiles(gaps(jobs), [0.5, 0.95]);
    expect(half).toBeLessThan(20); // within a burst
    expect(most).toBeGreaterThan(3_000); // between bursts
  }
});

test("users of the preset philly have unequal shares, and a burst is all one user's", () => {
  const jobs = jobsOf("philly,jobs=4000");
  expect(shareOf(jobs, ({ user }) => user === "user-1")).toBeGreaterThan(0.2);
  expect(new Set(jobs.map(({ user }) => user)).size).toBeGreaterThan(20);
  const near = gaps(jobs).map((gap, i) => gap < 5 && jobs[i]?.user === jobs[i + 1]?.user);
  expect(near.filter(Boolean).length / gaps(jobs).filter((gap) => gap < 5).length).toBeGreaterThan(0.9);
});

test("a search of architectures is hundreds of like jobs of one user within minutes, over a background", () => {
  const jobs = jobsOf("nas");
  const search = jobs.filter(({ user }) => user === "search");
  expect(search).toHaveLength(400);
  const [first, last] = [search[0], search.at(-1)] as [TraceJob, TraceJob];
  expect(last.submitSeconds - first.submitSeconds).toBeLessThan(15 * 60);
  const [low = 0, high = 0] = quantiles(
    search.map(({ durationSeconds }) => durationSeconds),
    [0.05, 0.95],
  );
  expect(high / low).toBeLessThan(2.5);
  expect(jobs.filter(({ submitSeconds }) => submitSeconds < first.submitSeconds).length).toBeGreaterThan(10);
  expect(jobs.at(-1)?.user).not.toBe("search");
  expect(jobsOf("nas,jobs=52").filter(({ user }) => user === "search")).toHaveLength(40);
  expect(jobsOf("nas,search.jobs=7").filter(({ user }) => user === "search")).toHaveLength(7);
});

test("a class rushes before its deadline, which each job could keep if it were alone", () => {
  const jobs = jobsOf("class");
  const due = 48 * 3600;
  for (const job of jobs) {
    expect(job.deadlineSeconds).toBe(due);
    expect(job.submitSeconds + job.durationSeconds).toBeLessThanOrEqual(due);
  }
  expect(shareOf(jobs, ({ submitSeconds }) => submitSeconds > (due * 3) / 4)).toBeGreaterThan(0.5);
  expect(shareOf(jobs, ({ gpus }) => gpus === 1)).toBeGreaterThan(0.75);
  expect(new Set(jobs.map(({ user }) => user)).size).toBeGreaterThan(40);
});

test("over a day, most comes in the afternoon and least at night", () => {
  const jobs = jobsOf("plain,jobs=20000,arrivals=daily:60");
  const hour = ({ submitSeconds }: TraceJob): number => Math.floor(submitSeconds / 3600) % 24;
  const [night, afternoon] = [shareOf(jobs, (job) => hour(job) === 3), shareOf(jobs, (job) => hour(job) === 15)];
  expect(afternoon / night).toBeGreaterThan(4);
  expect((jobs.at(-1) as TraceJob).submitSeconds / jobs.length).toBeCloseTo(60, -1);
});

test.each([
  ["filly", '--generate must begin with one of plain, philly, nas, class, not "filly"'],
  ["phily", "did you mean philly?"],
  ["nas,jbos=4", '--generate has no "jbos": did you mean jobs?'],
  ["nas,serach.jobs=4", '--generate has jobs of the kinds background, search, not "serach"'],
  ["plain,jobs=0", '--generate jobs must be a whole number from 1 to 1000000, not "0"'],
  ["plain,gpus=1:x", "--generate gpus must be VALUE:WEIGHT"],
  ["plain,duration=lognormal:5", "--generate duration must be lognormal:MEDIAN:SIGMA with numbers above 0"],
  ["plain,arrivals=poison:5", "--generate arrivals must be poisson:GAP"],
  ["plain,slack=5:2", "--generate slack must be LEAST:MOST"],
  ["plain,users", '--generate takes NAME=VALUE, not "users"'],
])("a wrong wish is told of in words: %s", (text, message) => {
  expect(() => generateTrace(text, 1)).toThrow(message);
});

const name = fc.option(
  fc.string({ minLength: 1, maxLength: 12 }).map((text) => text.trim() || "x"),
  { nil: null },
);
const seconds = fc.integer({ min: 0, max: 1e9 }).map((millis) => millis / 1000);
const size = fc.integer({ min: 1, max: 64 });

test("what is written as a trace is read as the same jobs", () => {
  const job = fc.record({
    ...{
      submitSeconds: seconds,
      durationSeconds: seconds,
      gpus: size,
      model: name,
      type: name,
      user: name,
      gpuModel: name,
    },
    ...{
      iterations: fc.option(fc.nat()),
      globalBatch: fc.option(size),
      priority: fc.option(fc.integer()),
      cores: fc.option(size),
    },
    ...{ deadlineSeconds: fc.option(seconds), isElastic: fc.boolean() },
  });
  fc.assert(
    fc.property(fc.array(job, { minLength: 1, maxLength: 20 }), (drawn) => {
      const jobs = drawn
        .sort((a, b) => a.submitSeconds - b.submitSeconds)
        .map(({ isElastic, ...each }, i): TraceJob => {
          const range = isElastic ? { minGpus: 1, maxGpus: each.gpus } : { minGpus: null, maxGpus: null };
          return { ...each, ...range, id: `job ${i}, "x"`, minCores: null, maxCores: null, line: i + 2 };
        });
      expect(readTrace("t", traceCsv(jobs)).jobs).toEqual(jobs);
    }),
  );
});
