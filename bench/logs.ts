import { type Figures, rounded } from "./figures.ts";
import { type Bench, openBench } from "./hosts.ts";

const LINES = 200_000;
const LINE = "epoch and loss and a few more words that make a line of some hundred characters, as training prints them";

/** Lines a second from a container that prints as fast as it can to a subscriber of the API, beside the engine's own log stream. */
export async function logs(): Promise<Figures> {
  const bench = await openBench();
  if (!bench) return { skipped: "no Docker engine" };
  try {
    const raw = await rawFollow(bench);
    const ours = await ourFollow(bench);
    return {
      "lines per second to a subscriber": rounded(ours.linesPerSecond, 0),
      "lines received": ours.lines,
      "lines printed": LINES,
      "engine's own stream: lines per second": rounded(raw, 0),
      ratio: rounded(ours.linesPerSecond / raw, 2),
    };
  } finally {
    await bench.close();
  }
}

const script = `yes '${LINE}' | head -n ${LINES}`;

async function ourFollow({ client, image }: Bench): Promise<{ linesPerSecond: number; lines: number }> {
  const job = await client.submit({ image, command: script });
  let lines = 0;
  let began = 0;
  for await (const batch of client.followLogs(job.id)) {
    if (began === 0) began = performance.now();
    lines += batch.lines.length;
  }
  const seconds = (performance.now() - began) / 1000;
  await client.delete(job.id, 0);
  return { linesPerSecond: lines / seconds, lines };
}

async function rawFollow({ docker, image }: Bench): Promise<number> {
  const container = await docker.createContainer({
    Image: image,
    Cmd: ["sh", "-c", script],
    HostConfig: { Init: true },
  });
  await container.start();
  const began = performance.now();
  const stream = await container.logs({ follow: true, stdout: true, stderr: true, timestamps: true });
  let newlines = 0;
  for await (const chunk of stream) for (const byte of chunk as Buffer) if (byte === 10) newlines++;
  const seconds = (performance.now() - began) / 1000;
  await container.remove({ force: true });
  return newlines / seconds;
}
