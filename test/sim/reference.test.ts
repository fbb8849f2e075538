import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Listed, publicSimulator } from "./public-simulator.ts";
import { runSimulate } from "./run.ts";

const TRACES = process.env.SCHEDULEARN_TRACES ?? "../shared/traces";
const REFERENCE = join(TRACES, "reference");
const files = existsSync(REFERENCE) ? readdirSync(REFERENCE).sort() : [];

/** `tiresias-60.8gpus.dlas-gpu-q1000.csv`: trace, GPUs, policy, and another threshold. */
const NAME = /^(.+)\.(\d+)gpus\.(.+?)(?:-q(\d+))?\.csv$/;

test("every job starts and ends in the second in which the public Tiresias simulator has it", async (context) => {
  context.skip(files.length === 0, `it needs the public traces, in ${TRACES} or where SCHEDULEARN_TRACES says`);
  const out = join(mkdtempSync(join(tmpdir(), "schedulearn-sim-")), "jobs.csv");
  for (const file of files) {
    const [, trace = "", gpus = "", policy = "", threshold] = NAME.exec(file) ?? [];
    const option = threshold ? ["--option", `thresholds=${threshold}`] : [];
    const ran = await runSimulate(
      ...["--trace", join(TRACES, `${trace}.csv`), "--cluster", `pool:${gpus}`, "--policy", policy, ...option],
      ...["--costs", "none", "--jobs-out", out, "--quiet"],
    );
    expect(ran.code, `${file}: ${ran.stderr}`).toBe(0);
    expect(byJob(readFileSync(out, "utf8")), file).toEqual(byJob(readFileSync(join(REFERENCE, file), "utf8")));
  }
}, 120_000);

/** Many ties in the one, long stays in lower queues in the other. */
const shapes = [
  { gaps: fc.constantFrom(0, 0, 1, 5, 10), durations: fc.constantFrom(5, 10, 10, 20, 40, 100, 600), most: 40 },
  { gaps: fc.integer({ min: 0, max: 400 }), durations: fc.integer({ min: 1, max: 6_000 }), most: 80 },
];

const traces: fc.Arbitrary<readonly Listed[]> = fc.oneof(
  ...shapes.map(({ gaps, durations, most }) =>
    fc
      .array(fc.record({ gap: gaps, gpus: fc.constantFrom(1, 1, 1, 2, 4, 8), duration: durations }), {
        minLength: 3,
        maxLength: most,
      })
      .map((jobs) => {
        let submit = 0;
        return jobs.map(({ gap, gpus, duration }, i) => {
          submit += gap;
          return { id: String(i + 1), submit, gpus, duration };
        });
      }),
  ),
);

/** A job that never waited stands behind another with as much left, though it began later. */
const NEVER_WAITED = [
  { id: "1", submit: 0, gpus: 1, duration: 20 },
  { id: "2", submit: 10, gpus: 2, duration: 10 },
  { id: "3", submit: 11, gpus: 4, duration: 5 },
  { id: "4", submit: 11, gpus: 1, duration: 5 },
  { id: "5", submit: 11, gpus: 1, duration: 5 },
];

test("so it does for any trace that is drawn by lot, with ties of every kind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "schedulearn-sim-"));
  const [trace, out] = [join(folder, "trace.csv"), join(folder, "jobs.csv")];
  const columns = "job_id,submit_time_s,num_gpus,duration_s";
  await fc.assert(
    fc.asyncProperty(traces, fc.constantFrom(8, 16), async (jobs, gpus) => {
      const lines = jobs.map(({ id, submit, gpus: wanted, duration }) => [id, submit, wanted, duration].join(","));
      writeFileSync(trace, [columns, ...lines].join("\n"));
      for (const policy of ["fifo", "fjf", "sjf", "shortest", "shortest-gpu", "dlas-gpu"])
        for (const limits of policy === "dlas-gpu" ? [[3250, 7200], [1000]] : [[]]) {
          const option = limits.length > 0 ? ["--option", `thresholds=${limits}`] : [];
          const ran = await runSimulate(
            ...["--trace", trace, "--cluster", `pool:${gpus}`, "--policy", policy, ...option],
            ...["--costs", "none", "--jobs-out", out, "--quiet"],
          );
          expect(ran.code, ran.stderr).toBe(0);
          const [, ...found] = readFileSync(out, "utf8").trim().split("\n");
          expect(found, `${policy} ${limits}`).toEqual(publicSimulator(jobs, gpus, policy, limits));
        }
    }),
    { numRuns: 40, examples: [[NEVER_WAITED, 8]] },
  );
}, 120_000);

/** The lines by job: the reference lists them in the order in which they ended. */
const byJob = (text: string): string[] => text.trim().split(/\r?\n/).sort();
