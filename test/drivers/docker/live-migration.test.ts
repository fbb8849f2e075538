import { expect, test } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import { imagesOf } from "../../../src/core/job.ts";
import type { DockerOptions } from "../../../src/drivers/docker/options.ts";
import { criuFolder, initProgram } from "../../lab/criu.ts";
import { pythonImage } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { Listener, until } from "../support.ts";
import { DockerBench } from "./bench.ts";

const criu = criuFolder();
const init = initProgram();
const shared = useLab({
  hosts: 2,
  engine: { experimental: true, ...(init && { "init-path": init }) },
  ...(criu && { programs: criu }),
});

/** It knows nothing of checkpoints. */
const COUNT = "import time\ni = 0\nwhile True:\n    i += 1\n    print(i, flush=True)\n    time.sleep(0.05)";
const numbers = (listener: Listener): number[] => listener.texts("stdout").map(Number);

shared.describe("a run moved as it runs", () => {
  const bench = new DockerBench(shared);
  const counting = (): RunOrder => bench.order(["python3", "-c", COUNT], { image: pythonImage });
  const elsewhere = (run: RunOrder): RunOrder => ({
    ...run,
    attempt: 2,
    reason: "migrated",
    on: run.on.map((share) => ({ ...share, server: bench.host(1).name })),
    checkpoint: { generation: 2, from: { server: bench.host(0).name, generation: 1 } },
    images: imagesOf(1, bench.host(0).name),
  });
  const options: Partial<DockerOptions> = { gpus: 0, carryPatienceMillis: 500 };

  test("goes on at exactly the next number on the other engine, and each line is there once", async (context) => {
    context.skip(criu === null, "no criu that works here (trixie's does: SCHEDULEARN_TEST_CRIU names it)");
    const [source, target] = [await bench.connect(options, 0), await bench.connect(options, 1)];
    expect((await source.connect(AbortSignal.timeout(30_000))).inventory.engine).not.toHaveProperty("noLiveMigration");
    const run = counting();
    source.start(run);
    await bench.told.first("RunStarted", run);
    const before = new Listener(source, run);
    await before.heard("5");
    source.dump?.(run);
    expect((await bench.told.first("RunExited", run)).outcome).toEqual({ kind: "stopped" });
    await before.done;

    const moved = elsewhere(run);
    target.start(moved);
    await bench.told.first("RunStarted", moved);
    expect(bench.told.of("RunRestoreFailed", moved)).toEqual([]);
    const after = new Listener(target, moved);
    await until("it counts on", () => after.lines.length >= 5);
    target.stop(moved, "SIGTERM", 0);
    await after.done;
    const all = [...numbers(before), ...numbers(after)];
    expect(all).toEqual(all.map((_, index) => index + 1));
    expect(numbers(after)[0]).toBeGreaterThan(5);
  });

  test("whose memory cannot be written goes on where it is, and why is told", async () => {
    const source = await bench.connect(options, 0);
    // Nobody else could keep the lock of a file for it.
    const locking = `import fcntl\nheld = open("/checkpoint/lock", "w")\nfcntl.flock(held, fcntl.LOCK_EX)\n${COUNT}`;
    const run = bench.order(["python3", "-c", locking], { image: pythonImage });
    source.start(run);
    await bench.told.first("RunStarted", run);
    const listener = new Listener(source, run);
    await listener.heard("1");
    source.dump?.(run);
    expect((await bench.told.first("RunDumpFailed", run)).reason).not.toBe("");
    const count = listener.lines.length;
    await until("it counts on", () => listener.lines.length > count);
    expect(bench.told.of("RunExited", run)).toEqual([]);
    await until(
      "nothing of the attempt is left",
      async () => !(await bench.remains()).some((name) => name.includes("ckpt--")),
    );
  });

  test("whose memory cannot be had starts as any other, and why is told", async () => {
    const target = await bench.connect(options, 1);
    const moved = { ...elsewhere(counting()), checkpoint: { generation: 2, from: null } };
    target.start(moved);
    expect((await bench.told.first("RunRestoreFailed", moved)).reason).not.toBe("");
    await bench.told.first("RunStarted", moved);
    const listener = new Listener(target, moved);
    await listener.heard("3");
    expect(numbers(listener)[0]).toBe(1);
  });
});
