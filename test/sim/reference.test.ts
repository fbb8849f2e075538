import { existsSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
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

/** The lines by job: the reference lists them in the order in which they ended. */
const byJob = (text: string): string[] => text.trim().split(/\r?\n/).sort();
