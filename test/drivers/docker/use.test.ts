import { expect, test } from "vitest";
import { useIn } from "../../../src/drivers/docker/machine/use.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { until } from "../support.ts";
import { DockerBench } from "./bench.ts";

const MIB = 1024 * 1024;

test("memory that the kernel could take back at once is not in use, whichever version of control groups tells of it", () => {
  const cpu_stats = { cpu_usage: { total_usage: 2_500_000_000 } };
  const memory_stats = { usage: 100 * MIB, stats: { inactive_file: 30 * MIB } };
  expect(useIn({ cpu_stats, memory_stats }, 7)).toEqual({ at: 7, cpuMillis: 2_500, memoryMiB: 70 });
  const first = { inactive_file: 1, total_inactive_file: 40 * MIB };
  expect(useIn({ cpu_stats, memory_stats: { usage: 100 * MIB, stats: first } }, 7).memoryMiB).toBe(60);
  expect(useIn({}, 7)).toEqual({ at: 7, cpuMillis: null, memoryMiB: null }); // an engine without control groups
});

test("a reading is of the time at which the engine took it, where it tells of one", () => {
  expect(useIn({ read: "2030-01-31T18:00:00.250999999Z" }, 7).at).toBe(Date.UTC(2030, 0, 31, 18, 0, 0, 250));
  expect(useIn({ read: "0001-01-01T00:00:00Z" }, 7).at).toBe(7);
});

const shared = useLab({ hosts: 1 });

shared.describe("what containers of jobs really use", () => {
  const bench = new DockerBench(shared);

  test("is told for each that runs, and for no other", async () => {
    const driver = await bench.connect();
    const [busy, idle] = [bench.order("while :; do :; done"), bench.order("sleep 1000")];
    for (const run of [busy, idle]) {
      driver.start(run);
      await bench.told.first("RunStarted", run);
    }
    const { signal } = new AbortController();
    const look = async () => new Map((await driver.lookAtUse!(signal)).map((use) => [use.run.job, use]));
    const first = await look();
    expect([...first.keys()].sort()).toEqual([busy.job, idle.job].sort());
    expect(first.get(busy.job)?.memoryMiB).toBeGreaterThan(0);
    const before = first.get(busy.job);
    const after = await until("one of them has worked", async () => {
      const now = (await look()).get(busy.job);
      return Number(now?.cpuMillis) > Number(before?.cpuMillis) + 200 ? now : null;
    });
    expect(Number(after.cpuMillis) - Number(before?.cpuMillis)).toBeLessThan(after.at - Number(before?.at) + 100);
    expect((await look()).get(idle.job)?.cpuMillis).toBeLessThan(1_000);
    driver.stop(idle, "SIGKILL", 0);
    await bench.told.first("RunExited", idle);
    expect([...(await look()).keys()]).toEqual([busy.job]);
  });
});
