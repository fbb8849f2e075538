import { expect, test } from "vitest";
import { useLab } from "../../lab/shared-lab.ts";
import { Listener, until } from "../support.ts";
import { DockerBench } from "./bench.ts";

const shared = useLab({ hosts: 1 });

shared.describe("a file of a run on a Docker engine", () => {
  const bench = new DockerBench(shared);
  const { signal } = new AbortController();

  test("is read from where one left off, while the run goes on and when it is over", async () => {
    const driver = await bench.connect();
    const script =
      "echo epoch,loss > log.csv; echo ready; trap 'echo 1,0.5 >> log.csv; exit' TERM; while :; do sleep 0.1; done";
    const run = bench.order(script, { workdir: "/checkpoint" });
    driver.start(run);
    await bench.told.first("RunStarted", run);
    await new Listener(driver, run).heard("ready");
    const read = (path: string, from: number, most = 100) => driver.readFile?.(run, path, from, most, signal);
    const header = "epoch,loss\n";
    expect(await read("log.csv", 0)).toEqual({ data: Buffer.from(header), size: header.length });
    expect(await read("/checkpoint/log.csv", header.length)).toEqual({ data: Buffer.alloc(0), size: header.length });
    expect((await read("log.csv", 6, 4))?.data.toString()).toBe("loss");
    for (const path of ["never.csv", "/checkpoint", "/dev/zero", "/etc/mtab-is-not-here"])
      expect(await read(path, 0)).toBeNull();
    driver.stop(run, "SIGTERM", 60);
    await bench.told.first("RunExited", run);
    expect((await read("log.csv", header.length))?.data.toString()).toBe("1,0.5\n");
    await driver.reap(run.job, 1);
    await until("it is gone", async () => (await read("/checkpoint/log.csv", 0)) === null);
  });
});
