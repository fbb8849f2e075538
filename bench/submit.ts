import { spawnSync } from "node:child_process";
import { type Figures, median, quantile, rounded } from "./figures.ts";
import { type Bench, openBench } from "./hosts.ts";

const ROUNDS = 15;

/** From the submission to a running container, beside `docker run -d` of the same image, turn by turn on the same engine. */
export async function submit(): Promise<Figures> {
  const bench = await openBench();
  if (!bench) return { skipped: "no Docker engine" };
  try {
    const ours: number[] = [];
    const theirs: number[] = [];
    await oursOnce(bench); // warm both ways
    await theirsOnce(bench);
    for (let i = 0; i < ROUNDS; i++) {
      ours.push(await oursOnce(bench));
      theirs.push(await theirsOnce(bench));
    }
    return {
      "submit to running: median ms": rounded(median(ours), 0),
      "submit to running: p90 ms": rounded(quantile(ours, 0.9), 0),
      "docker run -d: median ms": rounded(median(theirs), 0),
      "docker run -d: p90 ms": rounded(quantile(theirs, 0.9), 0),
      ratio: rounded(median(ours) / median(theirs), 2),
      rounds: ROUNDS,
    };
  } finally {
    await bench.close();
  }
}

async function oursOnce({ client, image }: Bench): Promise<number> {
  const { eventCursor } = await client.cluster();
  const began = performance.now();
  const job = await client.submit({ image, command: ["sleep", "60"] });
  let took = Number.NaN;
  for await (const { type } of client.followEvents({ after: eventCursor, job: job.id })) {
    if (type === "RunExited") throw new Error("the run has failed");
    if (type !== "RunStarted") continue;
    took = performance.now() - began;
    break;
  }
  await client.delete(job.id, 0);
  return took;
}

async function theirsOnce({ docker, socket, image }: Bench): Promise<number> {
  const began = performance.now();
  const cli = spawnSync("docker", ["-H", `unix://${socket}`, "run", "-d", image, "sleep", "60"], { encoding: "utf8" });
  const took = performance.now() - began;
  if (cli.status !== 0) throw new Error(`docker run -d failed: ${cli.stderr || cli.error}`);
  await docker.getContainer(cli.stdout.trim()).remove({ force: true });
  return took;
}
