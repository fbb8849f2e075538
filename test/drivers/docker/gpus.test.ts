import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { busyboxImage } from "../../lab/docker-lab.ts";
import { smiLine } from "../../lab/host.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { until } from "../support.ts";
import { DockerBench } from "./bench.ts";

const shared = useLab({ hosts: 1, gpus: 4 });

shared.describe("the GPUs of a Docker engine, over a stand-in hook and a stand-in nvidia-smi", () => {
  const bench = new DockerBench(shared);
  const never = new AbortController().signal;
  const nobody = 2 ** 22 - 1; // the last pid that there can be
  const all = (over: Record<number, string> = {}): string[] =>
    [0, 1, 2, 3].map((index) => over[index] ?? smiLine(bench.host().gpuUuid(index), index));

  it("are found by asking in a container, with model, memory and UUID, and nothing of that is left", async () => {
    bench.host().tellSmi("gpus", all());
    const driver = await bench.connect();
    const { inventory } = await driver.connect(AbortSignal.timeout(10_000));
    expect(inventory.gpus).toEqual(
      [0, 1, 2, 3].map((index) => ({
        id: `${bench.host().name}/${bench.host().gpuUuid(index)}`,
        index,
        uuid: bench.host().gpuUuid(index),
        model: "Stand-in A100",
        memoryMiB: 40_960,
      })),
    );
    expect(inventory).not.toHaveProperty("notice");
    expect(await bench.remains()).toEqual([]);
  });

  it("tell how they are: use, memory, temperature, and who computes on them", async () => {
    const uuid = bench.host().gpuUuid(1);
    bench.host().tellSmi("gpus", all({ 1: smiLine(uuid, 1, { used: 512, utilisation: 87, temperature: 64 }) }));
    bench.host().tellSmi("apps", [`${uuid}, ${nobody}, 480, /usr/bin/python3`]);
    const driver = await bench.connect();
    const readings = await driver.lookAtGpus?.(never);
    bench.host().tellSmi("apps", []);
    expect(readings).toHaveLength(4);
    expect(readings?.[1]).toEqual({
      gpu: `${bench.host().name}/${uuid}`,
      utilisationPercent: 87,
      memoryUsedMiB: 512,
      temperatureC: 64,
      fault: null,
      processes: [{ pid: nobody, name: "/usr/bin/python3" }],
    });
  });

  it("tell whose the processes on them are: a run's, another container's, the machine's own", async () => {
    const driver = await bench.connect();
    const run = bench.withGpus(bench.order("sleep 1000 & wait"), [bench.host().gpuUuid(0)]);
    driver.start(run);
    await bench.told.first("RunStarted", run);
    const { docker } = bench.host();
    const theirs = await docker.createContainer({
      Image: busyboxImage,
      Cmd: ["sleep", "1000"],
      HostConfig: { Init: true },
    });
    await theirs.start();
    const pidOf = async (id: string): Promise<number> => (await docker.getContainer(id).inspect()).State.Pid;
    const [mine] = await docker.listContainers({ filters: { label: [`schedulearn.job=${run.job}`] } });
    const pids = [await pidOf(mine?.Id ?? ""), await pidOf(theirs.id), bench.host().pid, nobody];
    const uuid = bench.host().gpuUuid(0);
    bench.host().tellSmi(
      "apps",
      pids.map((pid) => `${uuid}, ${pid}, 480, python3`),
    );
    const readings = await driver.lookAtGpus?.(never);
    bench.host().tellSmi("apps", []);
    expect(readings?.[0]?.processes).toEqual([
      { pid: pids[0], name: "python3", run: { job: run.job, attempt: run.attempt } },
      { pid: pids[1], name: "python3", run: null },
      { pid: pids[2], name: "python3", run: null },
      { pid: pids[3], name: "python3" },
    ]);
    await theirs.remove({ force: true });
    driver.stop(run, "SIGTERM", 0);
    await bench.told.first("RunExited", run);
  });

  it("tell the hardware errors that the driver has written into the kernel's log", async ({ skip }) => {
    const bus = `0000:${randomBytes(1).toString("hex")}:${randomBytes(1).toString("hex")}`; // the log stays, so each has its own
    try {
      writeFileSync("/dev/kmsg", `NVRM: Xid (PCI:${bus}): 79, pid=1, name=a test of Schedulearn, and no real error\n`);
    } catch (error) {
      skip(`the kernel's log cannot be written here: ${(error as Error).message}`);
    }
    bench
      .host()
      .tellSmi("gpus", all({ 1: smiLine(bench.host().gpuUuid(1), 1, { bus: `0000${bus.toUpperCase()}.0` }) }));
    const driver = await bench.connect();
    const readings = await driver.lookAtGpus?.(never);
    bench.host().tellSmi("gpus", all());
    expect(readings?.[1]?.xids).toMatchObject([{ text: expect.stringContaining(`Xid (PCI:${bus}): 79`) }]);
    expect(readings?.[1]?.xids?.[0]?.ageSeconds).toBeLessThan(60);
    expect(readings?.filter(({ xids }) => xids)).toHaveLength(1);
  });

  it("are asked for in a container that is gone when the driver is closed in the middle", async () => {
    const driver = await bench.connect();
    const look = driver.lookAtGpus?.(never).catch(() => null);
    await until("the container is there", async () => (await bench.remains()).length > 0);
    await driver.close();
    await look;
    expect(await bench.remains()).toEqual([]);
  });

  it("of which one is lost are told of one by one, and the others are well", async () => {
    bench.host().tellSmi("gpus", all());
    const driver = await bench.connect();
    const lost = "Unable to determine the device handle for GPU 0000:03:00.0: GPU is lost.  Reboot the system";
    bench.host().tellSmi("gpus", all({ 2: `! ${bench.host().gpuUuid(2)} ${lost}` }));
    const readings = await driver.lookAtGpus?.(never);
    bench.host().tellSmi("gpus", all());
    expect(readings?.map(({ fault }) => fault)).toEqual([null, null, "GPU is lost.  Reboot the system", null]);
  });

  it("that somebody gave to a container by hand are told with its name until it ends", async () => {
    bench.host().tellSmi("gpus", all());
    const driver = await bench.connect();
    const { docker } = bench.host();
    const theirs = await docker.createContainer({
      name: "theirs",
      Image: busyboxImage,
      Cmd: ["sleep", "1000"],
      HostConfig: { Init: true, DeviceRequests: [{ Driver: "", DeviceIDs: ["1"], Capabilities: [["gpu"]] }] },
    });
    await theirs.start();
    const [gpu] = [`${bench.host().name}/${bench.host().gpuUuid(1)}`];
    expect(await driver.gpuGrants?.(never)).toEqual([{ container: "theirs", run: null, gpus: [gpu] }]);
    await theirs.kill();
    await until("it has ended", async () => (await driver.gpuGrants?.(never))?.length === 0);
  });

  it("that we gave to a run are told with the run, by the label of its container", async () => {
    bench.host().tellSmi("gpus", all());
    const driver = await bench.connect();
    const [first, second] = [bench.host().gpuUuid(0), bench.host().gpuUuid(3)];
    const run = bench.withGpus(bench.order("sleep 1000 & wait"), [first, second]);
    driver.start(run);
    await bench.told.first("RunStarted", run);
    const grants = await driver.gpuGrants?.(never);
    expect(grants).toMatchObject([
      {
        run: { job: run.job, attempt: run.attempt },
        gpus: [first, second].map((uuid) => `${bench.host().name}/${uuid}`),
      },
    ]);
    driver.stop(run, "SIGTERM", 0);
    await bench.told.first("RunExited", run);
  });
});

const plain = useLab({ hosts: 1 });

plain.describe("an engine without GPUs", () => {
  const bench = new DockerBench(plain);

  it("has none, says why in plain words, and pulls no image to find that out", async () => {
    const driver = await bench.connect();
    const { inventory } = await driver.connect(AbortSignal.timeout(10_000));
    expect(inventory.gpus).toEqual([]);
    expect(inventory.notice).toMatch(
      /^gpus: auto found none: the engine cannot give GPUs: could not select device driver/,
    );
    expect(await bench.remains()).toEqual([]);
  });
});
