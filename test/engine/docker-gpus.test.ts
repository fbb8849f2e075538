import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { JobId } from "../../src/core/job.ts";
import { heldBy } from "../../src/core/job.ts";
import { conditionOf, type GpuCondition } from "../../src/core/server.ts";
import { dockerDriver } from "../../src/drivers/docker/docker-driver.ts";
import { gpus } from "../core/world.ts";
import { clear, endpointOf } from "../drivers/docker/bench.ts";
import { until } from "../drivers/support.ts";
import { busyboxImage } from "../lab/docker-lab.ts";
import { useLab } from "../lab/shared-lab.ts";
import { aServer, EngineHouse, shell } from "./house.ts";

const shared = useLab({ hosts: 1, gpus: 4 });
const WATCH = { lookMillis: 1_000, auditMillis: 200, ignore: ["monitor"] };

shared.describe("the GPUs of a Docker server, over a stand-in hook and a stand-in nvidia-smi", () => {
  let house: EngineHouse;
  const host = () => shared.hosts[0] as (typeof shared.hosts)[number];

  const open = async (folder = mkdtempSync(join(tmpdir(), "docker-gpus-"))): Promise<void> => {
    house = new EngineHouse(folder, ({ gpus: knownGpus }, context) =>
      dockerDriver({ ...endpointOf(host()), gpus: "auto", knownGpus, cores: 8, context }),
    );
    await house.open({ gpuWatch: WATCH });
  };
  beforeEach(async () => {
    await open();
    await house.join(aServer(host().name, 0, { driver: "docker", cores: 8 }));
  });
  afterEach(async () => {
    await house.cancelAll();
    await house.close();
    house.remove();
    await clear(shared.hosts);
  });

  const condition = (index: number): GpuCondition | null => {
    const gpu = house.engine.scheduler.servers.get(host().name)?.gpus[index];
    return gpu ? conditionOf(gpu) : null;
  };
  const indicesOf = (id: JobId): number[] => {
    const job = house.engine.scheduler.job(id);
    const held = job ? (heldBy(job)[0] ?? []).flatMap((share) => share.gpus) : [];
    return held.map((gpu) => Number(gpu.slice(gpu.lastIndexOf("-") + 1)));
  };
  /** Prints the devices that it really has, and stays. */
  const look = (count: number) =>
    house.submit({
      image: busyboxImage,
      command: shell("ls /run/fake-gpu 2>/dev/null | tr -d 'nvidia' | tr '\\n' ' '; echo; sleep 1000 & wait"),
      gpus: gpus(count),
      cores: { min: 0, max: 0, preferred: 0 },
    });
  const seenBy = async (id: JobId): Promise<number[]> => {
    const line = await until(`${id} has looked`, async () => (await house.lines(id))[0] ?? null);
    return line.trim().split(" ").filter(Boolean).map(Number);
  };
  async function byHand(name: string, DeviceRequest: object): Promise<{ end(): Promise<unknown> }> {
    const container = await host().docker.createContainer({
      name,
      Image: busyboxImage,
      Cmd: ["sleep", "1000"],
      HostConfig: { Init: true, DeviceRequests: [{ Driver: "", Capabilities: [["gpu"]], ...DeviceRequest }] },
    });
    await container.start();
    return { end: () => container.remove({ force: true }) };
  }

  it("that somebody uses by hand are busy within seconds, get no job, and are given again when that ends", async () => {
    const theirs = await byHand("theirs", { DeviceIDs: ["1"] });
    await until("it is seen", () => condition(1)?.busy);
    expect(condition(1)).toEqual({ fault: null, busy: "not ours: container theirs" });
    const three = await look(3);
    expect(await seenBy(three)).toEqual([0, 2, 3]);
    const one = await look(1);
    await until("it waits", () => house.engine.scheduler.job(one)?.state.status === "pending");
    await theirs.end();
    expect(await seenBy(one)).toEqual([1]);
  });

  it("that a monitor was given too are nobody's work, where the operator says so", async () => {
    await byHand("monitor", { Count: -1 });
    expect(await seenBy(await look(4))).toEqual([0, 1, 2, 3]);
  });

  it("are never given twice, also when the scheduler dies and comes back", async () => {
    const two = [await look(2), await look(1)];
    const before = await Promise.all(two.map(seenBy));
    await house.abandon();
    const { folder } = house;
    await open(folder);
    await until("it is up", () => house.engine.scheduler.servers.get(host().name)?.health === "up");
    const third = await look(1);
    const after = [...before, await seenBy(third)];
    expect(after.flat().sort()).toEqual([0, 1, 2, 3]);
    expect([...two, third].map(indicesOf)).toEqual(after);
    expect(await Promise.all([0, 1, 2, 3].map(condition))).toEqual(Array(4).fill({ fault: null, busy: null }));
  });

  it("are hidden from a job without any, whatever its image asks for", async () => {
    const docker = host().docker;
    const base = await docker.createContainer({ Image: busyboxImage, Cmd: ["true"] });
    await base.commit({ repo: "lab/greedy", tag: "1", changes: "ENV NVIDIA_VISIBLE_DEVICES=all" } as never);
    await base.remove();
    const id = await house.submit({
      image: "lab/greedy:1",
      command: shell("echo $NVIDIA_VISIBLE_DEVICES; ls /run/fake-gpu 2>/dev/null || true"),
      gpus: gpus(0),
      cores: { min: 1, max: 1, preferred: 1 },
    });
    const one = await house.submit({
      image: "lab/greedy:1",
      command: shell("ls /run/fake-gpu"),
      gpus: gpus(1),
    });
    await house.reaches(id, "completed");
    await house.reaches(one, "completed");
    expect(await house.lines(id)).toEqual(["void"]);
    expect(await house.lines(one)).toEqual(["nvidia0"]);
  });
});
