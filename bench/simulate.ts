import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { policies } from "../src/policies/index.ts";
import { type Figures, rounded } from "./figures.ts";

const TRACES = process.env.SCHEDULEARN_TRACES ?? "../shared/traces";
const BIN = "bin/schedulearn.mjs";
/** Who takes longer is stopped, and told of. */
const PATIENCE_SECONDS = Number(process.env.BENCH_PATIENCE ?? 120);
/** Under these the whole of Philly, and beginnings of it to see how the time grows. */
const WHOLE = ["tiresias", "srtf", "elastic-tiresias", "goodput"];
const GROWTH = [1_000, 5_000, 20_000, 82_247];
/** Compared one after the other and at once. */
const COMPARED = ["sjf", "srtf", "srsf", "tiresias"];

/** Traces in virtual time, each in a process of its own: seconds of wall time, events in each, and the most memory. Without costs. */
export async function simulate(): Promise<Figures> {
  if (!existsSync(TRACES)) return { traces: `not there: ${TRACES}` };
  const figures: Record<string, number | string> = {};
  const only = process.env.BENCH_POLICIES?.split(","); // all of them take minutes
  const known = policies.map(({ key }) => key).filter((key) => !only || only.includes(key));
  for (const policy of known)
    tell(figures, `philly-vc-6c71a0 x 64, ${policy}`, await run("vc-6c71a0", 64, [policy], 9_953));
  for (const policy of WHOLE.filter((key) => known.includes(key))) await measureGrowth(figures, policy);
  if (!only) await compareThreads(figures);
  return figures;
}

/** The next beginning only if there was patience enough for the last. */
async function measureGrowth(figures: Record<string, number | string>, policy: string): Promise<void> {
  const seconds: number[] = [];
  for (const jobs of GROWTH) {
    const took = await run("all-82k", 400, [policy], jobs);
    tell(figures, `philly-all x 400, ${jobs} jobs, ${policy}`, took);
    if (typeof took === "string") return;
    seconds.push(took.seconds);
  }
  const power = Math.log((seconds.at(-1) as number) / (seconds[0] as number)) / Math.log(82_247 / 1_000);
  figures[`philly-all x 400, ${policy}: grows with jobs to the power of`] = rounded(power, 2);
}

async function compareThreads(figures: Record<string, number | string>): Promise<void> {
  const cores = availableParallelism();
  const serial = await run("vc-6c71a0", 64, COMPARED, 9_953, 1);
  const parallel = await run("vc-6c71a0", 64, COMPARED, 9_953, cores);
  const name = `philly-vc-6c71a0 x 64, ${COMPARED.length} policies`;
  const secondsOf = (took: Took | string): number | string => (typeof took === "string" ? took : took.wholeSeconds);
  figures[`${name}, one after the other: s`] = secondsOf(serial);
  figures[`${name}, over ${cores} cores: s`] = secondsOf(parallel);
}

interface Took {
  /** Of the simulation alone, and of the process from its start to its end. */
  readonly seconds: number;
  readonly wholeSeconds: number;
  readonly events: number;
  readonly peakMiB: number;
}

function tell(figures: Record<string, number | string>, name: string, took: Took | string): void {
  figures[`${name}: s`] = typeof took === "string" ? took : took.seconds;
  if (typeof took === "string") return;
  figures[`${name}: s with start and reading`] = took.wholeSeconds;
  figures[`${name}: events per s`] = rounded(took.events / took.seconds, 0);
  figures[`${name}: peak MiB`] = took.peakMiB;
}

/** What the first of the policies took, and all of them together; or, in words, why it is not known. */
async function run(trace: string, gpus: number, keys: string[], jobs: number, threads = 1): Promise<Took | string> {
  const began = performance.now();
  const args = ["--trace", join(TRACES, `philly-${trace}.csv`), "--cluster", `pool:${gpus}`, "--limit", String(jobs)];
  const child = spawn(
    process.execPath,
    [BIN, "simulate", ...args, "--policy", keys.join(), "--costs", "none", "--json", "--threads", String(threads)],
    { stdio: ["ignore", "ignore", "pipe"], timeout: PATIENCE_SECONDS * 1000, killSignal: "SIGKILL" },
  );
  let told = "";
  child.stderr.on("data", (chunk) => {
    told += String(chunk);
  });
  const signal = await new Promise((resolve) => child.on("close", (_code, by) => resolve(by)));
  if (signal === "SIGKILL") return `not within ${PATIENCE_SECONDS}`;
  const [, events, seconds, memory] = /: (\d+) events .* in ([\d.]+) s, at most (\d+) MiB/.exec(told) ?? [];
  if (!seconds) return `failed: ${told.trim().split("\n").at(-1)}`;
  const wholeSeconds = rounded((performance.now() - began) / 1000, 2);
  return { seconds: Number(seconds), wholeSeconds, events: Number(events), peakMiB: Number(memory) };
}
