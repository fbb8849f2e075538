import type { ChildProcess } from "node:child_process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pullFailure } from "../../../src/drivers/docker/image/image.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { until } from "../support.ts";
import { DockerBench } from "./bench.ts";
import { startRegistry } from "./registry.ts";

const shared = useLab({ hosts: 1 });

shared.describe("an image that the engine has not", () => {
  const bench = new DockerBench(shared);
  let registry: ChildProcess;
  let address: string;

  beforeAll(async () => {
    ({ registry, address } = await startRegistry(shared, bench.host()));
  });
  afterAll(() => registry?.kill());

  test("is pulled, its progress is told, and it runs", async () => {
    const driver = await bench.connect();
    const run = bench.order("ls /weights", { image: `${address}/model:1` });
    expect(await bench.output(driver, run)).toEqual(["/weights"]);
    const told = bench.told.of("RunPreparing", run);
    expect(told[0]).toMatchObject({ phase: "pulling", fraction: null });
    expect(told.at(-1)).toMatchObject({ phase: "creating" });
    const fractions = told.flatMap(({ fraction }) => fraction ?? []);
    expect(fractions.some((fraction) => fraction > 0 && fraction < 1)).toBe(true);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    const times = told.filter(({ phase }) => phase === "pulling").map(({ at }) => at);
    expect(times.slice(2).every((at, index) => at - (times[index + 1] ?? 0) >= 200)).toBe(true);
  });

  test("and that the registry has not either fails for good, by its name, and leaves nothing", async () => {
    const driver = await bench.connect();
    for (const name of ["nothing:1", "secret/model:1"]) {
      const image = `${address}/${name}`;
      const run = bench.order("echo never", { image });
      driver.start(run);
      const { outcome } = await bench.told.first("RunExited", run);
      expect(outcome).toMatchObject({
        kind: "failed",
        cause: { origin: "infrastructure", code: "image-pull", permanent: true },
      });
      expect(outcome).toHaveProperty("cause.message", expect.stringContaining(`image "${image}" cannot be pulled: `));
      expect(outcome).toHaveProperty("cause.message", expect.stringContaining("Check its name and tag"));
    }
    expect(await bench.remains()).toEqual([]);
  });

  test("and whose registry cannot be reached fails, and may be tried again", async () => {
    const driver = await bench.connect();
    const run = bench.order("echo never", { image: "127.0.0.1:1/model:1" });
    driver.prepare(run);
    const { outcome } = await bench.told.first("RunExited", run);
    expect(outcome).toMatchObject({ kind: "failed", cause: { origin: "infrastructure", code: "image-pull" } });
    expect(outcome).not.toHaveProperty("cause.permanent");
    expect(bench.told.of("RunPrepared", run)).toEqual([]);
  });

  test("is given up by a stop, at once", async () => {
    const driver = await bench.connect();
    const run = bench.order("echo never", { image: `${address}/slow/model:1` });
    driver.start(run);
    await until("it is being pulled", () => bench.told.of("RunPreparing", run).length > 0);
    driver.stop(run, "SIGTERM", 600);
    expect((await bench.told.first("RunExited", run)).outcome).toEqual({ kind: "stopped" });
    expect(bench.told.of("RunExited", run)).toHaveLength(1);
    expect(await bench.remains()).toEqual([]);
  });

  test("is not wanted any more after a discard, and nothing is told", async () => {
    const driver = await bench.connect();
    const run = bench.order("echo never", { image: `${address}/slow/model:1` });
    driver.prepare(run);
    await until("it is being pulled", () => bench.told.of("RunPreparing", run).length > 0);
    driver.discard(run);
    const next = bench.order("exit 0", {}, { job: run.job });
    driver.start(next);
    expect((await bench.told.first("RunExited", next)).outcome).toEqual({ kind: "succeeded" });
    expect(bench.told.of("RunExited", run)).toHaveLength(1);
  });
});

test("a full disk is said to be one, not a missing image", () => {
  const { outcome } = pullFailure("model:1", new Error("write /var/lib/docker/tmp/x: no space left on device"));
  expect(outcome).toMatchObject({ cause: { code: "disk-full" } });
});
