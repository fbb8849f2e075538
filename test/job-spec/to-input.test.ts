import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { type JobSpecInput, parseJobSpec, parseYamlJobs, toInput } from "../../src/job-spec/index.ts";

const submission = { user: "ada", now: 0 };

test("what is default is left out", () => {
  const { spec } = parseJobSpec(
    { command: "python a.py", image: "python:3.12", checkpoint: { graceSeconds: 5 }, gpus: 1 },
    submission,
  );
  expect(toInput(spec)).toEqual({
    command: "python a.py",
    image: "python:3.12",
    gpus: 1,
    user: "ada",
    checkpoint: { graceSeconds: 5 },
  });
});

test("secrets are left out", () => {
  const { spec } = parseJobSpec({ command: "x", secrets: { KEY: "hush" } }, submission);
  expect(toInput(spec)).toEqual({ command: "x", user: "ada" });
});

const word = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,10}$/);
const line = fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }).filter((text) => !/\p{Cc}/u.test(text));
const value = fc.oneof(
  line,
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true, max: 1e6, min: -1e6 }),
  fc.boolean(),
);
const values = fc.dictionary(
  word.filter((name) => !/^(SCHEDULEARN_|NVIDIA_|CUDA_)/.test(name)),
  value,
  { maxKeys: 4 },
);
const range = (min: number) =>
  fc
    .tuple(fc.integer({ min, max: 64 }), fc.integer({ min: 0, max: 64 }))
    .map(([least, more]) => ({ min: least, max: least + more }));
const some = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] });
const devices = some({ model: line, memoryMiB: fc.integer({ min: 1, max: 1e6 }) });
const seconds = fc.oneof(fc.integer({ min: 1, max: 86_400 }), fc.constantFrom(0.5, 1.25));

/** Only a job that can change its size while it runs has a signal for that. */
const resizable = fc.record(
  { elasticity: fc.constant("live" as const), resizeSignal: fc.constantFrom("SIGCONT", "SIGHUP", "SIGUSR2") },
  { requiredKeys: ["elasticity"] },
);

const plain: fc.Arbitrary<JobSpecInput> = fc.record(
  {
    command: fc.oneof(
      line.filter((text) => text.trim() !== ""),
      fc.tuple(line, fc.array(line, { maxLength: 3 })).map(([program, rest]) => [program, ...rest]),
      fc.constantFrom(
        ["/bin/sh", "-c", "exit 1"],
        ["/bin/sh", "-c", " "],
        ["/bin/sh", "-c"],
        ["/bin/sh", "-c", "a", "b"],
      ),
    ),
    name: line.filter((text) => !/^(job-)?\d+$/.test(text)),
    type: fc.constantFrom("generic", "pytorch"),
    image: fc.constantFrom("python:3.12-slim", "registry:5000/a/b@sha256:ab"),
    workdir: fc.constantFrom("/", "/work space"),
    env: values,
    gpus: fc.oneof(
      fc.integer({ min: 0, max: 64 }),
      fc.tuple(fc.integer({ min: 0, max: 64 }), devices).map(([count, more]) => ({ count, ...more })),
      fc.tuple(range(1), devices, fc.double({ min: 0, max: 1, noNaN: true })).map(([{ min, max }, more, at]) => ({
        min,
        max,
        preferred: min + Math.round(at * (max - min)),
        ...more,
      })),
      fc.tuple(range(1), devices).map(([bounds, more]) => ({ ...bounds, ...more })),
    ),
    cores: fc.oneof(
      fc.integer({ min: 1, max: 64 }),
      range(1),
      fc
        .tuple(range(1), fc.double({ min: 0, max: 1, noNaN: true }))
        .map(([{ min, max }, at]) => ({ min, max, preferred: min + Math.round(at * (max - min)) })),
    ),
    parallelism: some({ interOp: fc.integer({ min: 1, max: 64 }), intraOp: fc.integer({ min: 1, max: 64 }) }),
    memoryMiB: fc.integer({ min: 6, max: 1e6 }),
    shmMiB: fc.constantFrom(64, 1024),
    elasticity: fc.constantFrom("restart" as const, "live" as const),
    priority: fc.integer({ min: -5, max: 5 }),
    deadline: fc
      .date({ min: new Date(1), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true })
      .map((date) => date.toISOString()),
    user: line,
    labels: values,
    estimate: some({ seconds, epochs: fc.integer({ min: 1, max: 1e6 }), steps: fc.integer({ min: 1, max: 1e9 }) }),
    progress: fc.constantFrom({ pattern: "at (?<step>\\d+)" }, { file: "log.csv" }, {}),
    checkpoint: some({
      path: fc.constantFrom("/checkpoint", "/a/b/", "//x"),
      signal: fc.constantFrom("SIGTERM", "SIGUSR1"),
      graceSeconds: seconds,
    }),
    retries: some({ application: fc.integer({ min: 0, max: 5 }), infrastructure: fc.integer({ min: 0, max: 5 }) }),
    limits: some({
      queueSeconds: seconds,
      pullSeconds: seconds,
      runSeconds: seconds,
      idleSeconds: seconds,
      stallSeconds: seconds,
    }),
    after: fc.uniqueArray(fc.integer({ min: 1, max: 9 }).map((n) => `job-${n}`)),
  },
  { requiredKeys: ["command"] },
);
const inputs = fc.oneof(
  plain,
  fc.tuple(plain, resizable).map(([job, more]): JobSpecInput => ({ ...job, ...more })),
);

test("what is written back gives the same spec, as YAML too, whoever submits it", () => {
  fc.assert(
    fc.property(inputs, (input) => {
      const { spec } = parseJobSpec(input, submission);
      const written = toInput(spec);
      expect(parseJobSpec(written, { user: "grace", now: 0 }).spec).toEqual(spec);
      expect(parseYamlJobs(stringify(written), submission).specs).toEqual([spec]);
      expect(toInput(parseJobSpec(written, submission).spec)).toEqual(written);
    }),
    { numRuns: 300 },
  );
});
