import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { policies } from "../src/policies/index.ts";
import { type Figures, rounded } from "./figures.ts";

const TRACES = process.env.SCHEDULEARN_TRACES ?? "../shared/traces";
const BIN = "bin/schedulearn.mjs";
/** Who takes longer is stopped, and told of. */
const PATIENCE_SECONDS = 120;
/** Under these the whole of Philly, and its beginning to see how the time grows. */
const WHOLE = ["tiresias", "srtf", "elastic-tiresias", "goodput"];
const GROWTH = [1_000, 82_247] as const;

/** Traces in virtual time, each in a process of its own: seconds of wall time, events in each, and the most memory. Without costs. */
export async function simulate(): Promise<Figures> {
  if (!existsSync(TRACES)) return { traces: `not there: ${TRACES}` };
  const figures: Record<string, number | string> = {};
  const known = policies.map(({ key }) => key);
  const only = process.env.BENCH_POLICIES?.split(",") ?? known;
  for (const policy of known.filter((key) => only.includes(key)))
    await measure(figures, `philly-vc-6c71a0 x 64, ${policy}`, ["philly-vc-6c71a0.csv", "64", policy, "9953"]);
  for (const policy of WHOLE.filter((key) => known.includes(key) && only.includes(key)))
    for (const jobs of GROWTH)
      await measure(figures, `philly-all x 400, ${jobs} jobs, ${policy}`, [
        "philly-all-82k.csv",
        "400",
        policy,
        String(jobs),
      ]);
  return figures;
}

type Case = readonly [trace: string, gpus: string, policy: string, limit: string];

async function measure(figures: Record<string, number | string>, name: string, [trace, gpus, policy, limit]: Case) {
  const args = ["--trace", join(TRACES, trace), "--cluster", `pool:${gpus}`, "--policy", policy, "--limit", limit];
  const child = spawn(process.execPath, [BIN, "simulate", ...args, "--costs", "none", "--json"], {
    stdio: ["ignore", "ignore", "pipe"],
    timeout: PATIENCE_SECONDS * 1000,
    killSignal: "SIGKILL",
  });
  let told = "";
  child.stderr.on("data", (chunk) => {
    told += String(chunk);
  });
  await new Promise((resolve) => child.on("close", resolve));
  const [, events, seconds, memory] = /: (\d+) events .* in ([\d.]+) s, at most (\d+) MiB/.exec(told) ?? [];
  figures[`${name}: s`] = seconds ? Number(seconds) : `not within ${PATIENCE_SECONDS}`;
  if (!seconds) return;
  figures[`${name}: events per s`] = rounded(Number(events) / Number(seconds), 0);
  figures[`${name}: peak MiB`] = Number(memory);
}
