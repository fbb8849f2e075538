import { expect, test } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import type { Driver, OutputLine, OutputPosition } from "../../../src/drivers/driver.ts";
import { pythonImage } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { Listener, until } from "../support.ts";
import { DockerBench } from "./bench.ts";

const shared = useLab({ hosts: 1 });

shared.describe("the output of a run on a Docker engine", () => {
  const bench = new DockerBench(shared);

  async function begin(script: string): Promise<{ driver: Driver; run: RunOrder; listener: Listener }> {
    const driver = await bench.connect();
    const run = bench.order(["python3", "-c", script], { image: pythonImage });
    driver.start(run);
    await bench.told.first("RunStarted", run);
    return { driver, run, listener: new Listener(driver, run) };
  }

  const positionsOf = (lines: readonly OutputLine[]): OutputPosition =>
    Object.fromEntries(lines.map(({ stream, position }) => [stream, position]));

  test("twenty thousand lines as fast as they come are all there, once, in order", async () => {
    const { listener } = await begin("for i in range(20000): print('line', i)");
    await listener.done;
    expect(listener.texts()).toEqual(Array.from({ length: 20_000 }, (_, index) => `line ${index}`));
  });

  test("reading on from anywhere gives exactly the rest, also where many lines have one timestamp", async () => {
    const { driver, run, listener } = await begin(
      "import sys\nfor i in range(3000): print(i, file=sys.stdout if i % 2 else sys.stderr)",
    );
    await listener.done;
    expect(listener.lines).toHaveLength(3000);
    for (const cut of [1, 2, 777, 1500, 2998, 2999, 3000]) {
      const seen = listener.lines.slice(0, cut);
      const again = new Listener(driver, run, positionsOf(seen));
      await again.done;
      for (const stream of ["stdout", "stderr"] as const) {
        const before = seen.filter((line) => line.stream === stream).map(({ text }) => text);
        expect([...before, ...again.texts(stream)]).toEqual(listener.texts(stream));
      }
    }
  });

  test("a line of many frames is one line, and reading on behind it or before it is exact", async () => {
    const { driver, run, listener } = await begin(
      "print('first'); print('x' * 100_000 + 'end'); print('after'); print('y' * 16_384); print('z' * 16_383)",
    );
    await listener.done;
    const texts = ["first", `${"x".repeat(100_000)}end`, "after", "y".repeat(16_384), "z".repeat(16_383)];
    expect(listener.texts()).toEqual(texts);
    for (const cut of [1, 2, 3, 4]) {
      const again = new Listener(driver, run, positionsOf(listener.lines.slice(0, cut)));
      await again.done;
      expect(again.texts()).toEqual(texts.slice(cut));
    }
  });

  test("characters of many bytes survive, and so does a last line without an end", async () => {
    const { listener } = await begin("import sys; sys.stdout.write('Zürich 東京 🚀\\n' * 500 + 'no end ü')");
    await listener.done;
    expect(listener.texts()).toEqual([...Array.from({ length: 500 }, () => "Zürich 東京 🚀"), "no end ü"]);
  });

  test("each line has the time at which it was printed", async () => {
    const since = Date.now();
    const { listener } = await begin("print('now')");
    await listener.done;
    expect(listener.lines[0]?.at).toBeGreaterThanOrEqual(since);
    expect(listener.lines[0]?.at).toBeLessThanOrEqual(Date.now());
  });

  test("an engine that crashes breaks the reading off, and afterwards no line is lost or doubled", async () => {
    const { driver, run, listener } = await begin(
      "import time, os\ni = 0\nwhile not os.path.exists('/schedulearn/stop_requested'):\n  print(i); i += 1; time.sleep(0.002)",
    );
    await until("a hundred lines are read", () => listener.lines.length > 100);
    await bench.host().kill();
    await expect(listener.done).rejects.toThrow();
    await bench.host().start();
    await bench.notDown();
    const again = new Listener(driver, run, positionsOf(listener.lines));
    await until("a hundred more are read", () => again.lines.length > 100);
    driver.stop(run, "SIGCONT", 60);
    await again.done;
    const all = [...listener.texts(), ...again.texts()];
    expect(all).toEqual(all.map((_, index) => String(index)));
    expect((await bench.told.first("RunExited", run)).outcome).toEqual({ kind: "stopped" });
  });
});
