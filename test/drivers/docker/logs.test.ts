import { expect, test } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import type { Driver, OutputLine, OutputPosition } from "../../../src/drivers/driver.ts";
import { pythonImage } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { Listener, Told, until } from "../support.ts";
import { DockerBench } from "./bench.ts";

/** What operators often set, so that logs do not fill the disk: lines go by the rotation, and when the engine is busy. */
const rotating = useLab({
  hosts: 1,
  engine: { "log-opts": { "max-size": "100k", "max-file": "2", compress: "true", mode: "non-blocking" } },
});
const local = useLab({ hosts: 1, engine: { "log-driver": "local", "log-opts": { "max-size": "100k" } } });

for (const [shared, setting] of [
  [rotating, "rotates its logs"],
  [local, "has another log driver"],
] as const)
  shared.describe(`an engine that ${setting} by its own settings`, () => {
    const bench = new DockerBench(shared);

    test("keeps every line of a run, to those who follow and to those who come late", async () => {
      const driver = await bench.connect();
      const run = bench.order(["python3", "-c", "for i in range(20000): print('line', i, '.' * 100)"], {
        image: pythonImage,
      });
      driver.start(run);
      await bench.told.first("RunStarted", run);
      const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ${".".repeat(100)}`);
      const follower = new Listener(driver, run);
      await follower.done;
      expect(follower.texts()).toEqual(lines);
      const late = new Listener(driver, run);
      await late.done;
      expect(late.texts()).toEqual(lines);
    });
  });

/**
 * A program that writes, from a seed, lines of all kinds to both its outputs, in pieces that end anywhere, also within a character,
 * and keeps a record of its own. Lines begin with their number, so that two are never alike. One that pauses on the way writes its last
 * line when it is sent SIGUSR1: what a program prints as it ends while its engine is away is lost with its pipe.
 */
const HOSTILE_WRITER = `
import os, random, signal, sys, time
may_end = []
signal.signal(signal.SIGUSR1, lambda *_: may_end.append(True))
random.seed(int(sys.argv[1]))
count, pause = int(sys.argv[2]), float(sys.argv[3])
record = open('/checkpoint/record', 'wb')
for i in range(count):
    kind = random.random()
    body = (b'' if kind < .1 else
            ('Zürich 東京 🚀 ' * random.randrange(9)).encode() if kind < .4 else
            bytes(random.choice([0, 1, 9, 27, 65, 127, 128, 195, 226, 240, 255]) for _ in range(random.randrange(60))) if kind < .5 else
            b'x' * random.randrange(16300, 16500) if kind < .52 else
            b'y' * random.randrange(40000) if kind < .53 else
            b'10%\\r50%\\r99%' if kind < .6 else
            b'plain')
    line = b'%d ' % i + body
    last = i == count - 1
    while pause and last and not may_end: time.sleep(.01)
    data = line if last else line + b'\\n'
    fd = random.choice([1, 2])
    record.write(b'%d ' % fd + line.replace(b'\\\\', b'\\\\\\\\').replace(b'\\n', b'') + b'\\n')
    while data:
        cut = random.choice([len(data), random.randrange(len(data)) + 1])
        written = os.write(fd, data[:cut])
        data = data[written:]
    if pause and random.random() < .2: time.sleep(pause)
record.close()
`;

/** Each byte that is part of no character becomes a U+FFFD of its own, while an engine writes its log. */
function asTheEngineKeeps(bytes: Buffer): string {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const found = [1, 2, 3, 4].find((length) => {
      try {
        return at + length <= bytes.length && decoder.decode(bytes.subarray(at, at + length)) !== "";
      } catch {
        return false;
      }
    });
    text += found ? decoder.decode(bytes.subarray(at, at + found)) : "\uFFFD";
    at += found ?? 1;
  }
  return text;
}

const shared = useLab({ hosts: 1 });

shared.describe("the output of a hostile program on an engine that is no better", () => {
  const bench = new DockerBench(shared);

  function writer(seed: number, lines: number, pause: number): RunOrder {
    const command = ["python3", "-c", HOSTILE_WRITER, `${seed}`, `${lines}`, `${pause}`];
    return bench.order(command, { image: pythonImage });
  }

  /** What it wrote by its own account: of a line that was rewritten the last state, of bytes that are no text their replacement. */
  async function recordOf(run: RunOrder): Promise<Record<"1" | "2", string[]>> {
    const container = bench.host().docker.getContainer(`contract-${run.job}-1`);
    const archive = await container.getArchive({ path: "/checkpoint/record" });
    const chunks: Buffer[] = [];
    for await (const chunk of archive) chunks.push(chunk as Buffer);
    const tar = Buffer.concat(chunks);
    const size = Number.parseInt(tar.toString("latin1", 124, 135), 8);
    const said: Record<"1" | "2", string[]> = { 1: [], 2: [] };
    for (let at = 512; at < 512 + size; ) {
      const end = tar.indexOf(10, at);
      const bytes = tar
        .subarray(at + 2, end)
        .toString("latin1")
        .replaceAll("\\\\", "\\");
      const text = asTheEngineKeeps(Buffer.from(bytes, "latin1"));
      said[String.fromCharCode(tar[at] as number) as "1" | "2"].push(text.split("\r").at(-1) as string);
      at = end + 1;
    }
    return said;
  }

  const positionsOf = (lines: readonly OutputLine[]): OutputPosition =>
    Object.fromEntries(lines.map(({ stream, position }) => [stream, position]));

  /** Reads to the end of the run, from where it was left each time that it breaks off; `disturb` does what it can. */
  async function readThrough(driver: Driver, run: RunOrder, disturb: (lines: () => number) => Promise<void>) {
    const lines: OutputLine[] = [];
    const readOn = async (): Promise<boolean> => {
      const listener = new Listener(driver, run, positionsOf(lines));
      const isOver = await listener.done.then(
        () => true,
        () => false,
      );
      for (const line of listener.lines) lines.push(line);
      return isOver;
    };
    await Promise.all([until("all of it is read", readOn, 120_000), disturb(() => lines.length)]);
    return (stream: "stdout" | "stderr"): string[] => {
      const texts: string[] = [];
      let open = "";
      for (const line of lines.filter((each) => each.stream === stream)) {
        open += line.text;
        if (line.continues) continue;
        texts.push(open);
        open = "";
      }
      return texts;
    };
  }

  test("comes whole, in order and once: of any bytes, in pieces cut anywhere", async () => {
    const driver = await bench.connect();
    const run = writer(1, 4000, 0);
    driver.start(run);
    await bench.told.first("RunStarted", run);
    const said = await readThrough(driver, run, async () => {});
    await bench.told.first("RunExited", run);
    const record = await recordOf(run);
    expect(said("stdout")).toEqual(record[1]);
    expect(said("stderr")).toEqual(record[2]);
  });

  test("comes so though the network is cut, for a moment and for long, and the engine killed and begun anew", async () => {
    const driver = await bench.connect();
    const run = writer(2, 2500, 0.02);
    driver.start(run);
    await bench.told.first("RunStarted", run);
    const host = bench.host();
    const said = await readThrough(driver, run, async () => {
      await host.cut();
      await host.heal();
      await host.kill();
      await host.start();
      await host.cut();
      await until("the engine is missed", () => bench.told.healths.includes("down"));
      await host.heal();
      await host.kill();
      await host.start();
      const { State } = await host.docker.getContainer(`contract-${run.job}-1`).inspect();
      process.kill(State.Pid, "SIGUSR1");
    });
    await bench.told.first("RunExited", run);
    const record = await recordOf(run);
    expect(said("stdout")).toEqual(record[1]);
    expect(said("stderr")).toEqual(record[2]);
  });

  test("of 100,000 lines at full speed comes whole to one who was away meanwhile, and of two runs at once apart", async () => {
    const driver = await bench.connect();
    const count = 50_000;
    const runs = ["a", "b"].map((name) => bench.order(`seq ${count} | sed 's/^/${name} /'`));
    for (const run of runs) driver.start(run);
    for (const run of runs) await bench.told.first("RunExited", run);
    await driver.close();
    const later = await bench.connect({}, 0, new Told());
    for (const [n, run] of runs.entries()) {
      const said = await readThrough(later, run, async () => {});
      const texts = said("stdout");
      expect(texts.length).toBe(count);
      expect(texts.every((text, i) => text === `${n === 0 ? "a" : "b"} ${i + 1}`)).toBe(true);
    }
  });

  test("of 400,000 lines at full speed comes whole, in order and once to one who reads along", async () => {
    const driver = await bench.connect();
    const count = 400_000;
    const run = bench.order(`seq ${count}`);
    driver.start(run);
    await bench.told.first("RunStarted", run);
    const texts = (await readThrough(driver, run, async () => {}))("stdout");
    expect(texts.length).toBe(count);
    expect(texts.every((text, i) => text === `${i + 1}`)).toBe(true);
  });
});
