import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JobId } from "../../src/core/job.ts";
import { heldBy } from "../../src/core/job.ts";
import { requestQuarantine, requestRelease } from "../../src/core/request.ts";
import type { Gpu } from "../../src/core/server.ts";
import { processDriver } from "../../src/drivers/process/driver.ts";
import { openStore } from "../../src/store/store.ts";
import { gpus } from "../core/world.ts";
import { until } from "../drivers/support.ts";
import { FakeSmi } from "../lab/fake-smi.ts";
import { smiLine } from "../lab/host.ts";
import { aServer, EngineHouse, shell } from "./house.ts";

const WATCH = { lookMillis: 100, auditMillis: 100, ignore: [] };
const LOST = "Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost.";

describe("the GPUs of a process server, over a stand-in nvidia-smi", () => {
  let smi: FakeSmi;
  let house: EngineHouse;
  const three = (over: Record<number, string> = {}): string[] =>
    [0, 1, 2].map((index) => over[index] ?? smiLine(`GPU-${index}`, index));

  beforeEach(async () => {
    smi = new FakeSmi();
    smi.tell("gpus", three());
    const folder = mkdtempSync(join(tmpdir(), "engine-"));
    house = new EngineHouse(folder, ({ id, gpus: knownGpus, cores }, context) =>
      processDriver({ server: id, root: join(folder, id), gpus: "auto", knownGpus, cores, context }),
    );
    await house.open({ gpuWatch: WATCH });
    await house.join(aServer("beta", 0, { driver: "process", cores: 8 }));
  });
  afterEach(async () => {
    await house.cancelAll();
    await house.close();
    house.remove();
    vi.unstubAllEnvs();
    smi.remove();
  });

  const gpu = (index: number): Gpu => house.engine.scheduler.servers.get("beta")?.gpus[index] as Gpu;
  const placeOf = (id: JobId): readonly string[] => {
    const job = house.engine.scheduler.job(id);
    return job ? (heldBy(job)[0] ?? []).flatMap((share) => share.gpus) : [];
  };
  const train = (count: number, script = "sleep 1000 & wait") =>
    house.submit({ command: shell(script), gpus: gpus(count) });

  it("are found, and how they are at present is known", async () => {
    smi.tell("gpus", three({ 1: smiLine("GPU-1", 1, { utilisation: 93, used: 2048, temperature: 71 }) }));
    expect(gpu(1)).toMatchObject({ id: "beta/GPU-1", model: "Stand-in A100", memoryMiB: 40_960 });
    const reading = await until("it was looked at", () => {
      const read = house.engine.gpus.reading("beta", "beta/GPU-1");
      return read?.utilisationPercent === 93 ? read : null;
    });
    expect(reading).toMatchObject({ memoryUsedMiB: 2048, temperatureC: 71, fault: null });
  });

  it("of which one is lost go on, all but that one, and its job moves to another", async () => {
    const id = await train(1);
    await house.reaches(id, "running");
    expect(placeOf(id)).toEqual(["beta/GPU-0"]);
    smi.tell("gpus", three({ 0: `! GPU-0 ${LOST}` }));
    await until("it is quarantined", () => gpu(0).fault);
    expect([gpu(0).fault, gpu(1).fault, gpu(2).fault]).toEqual(["GPU is lost.", undefined, undefined]);
    await until("the job has moved", () => house.engine.scheduler.job(id)?.migrations === 1);
    expect(placeOf(id)).toEqual(["beta/GPU-1"]);
    const [migration] = (await house.engine.queries.migrationsOf([id])).get(id) ?? [];
    expect(migration).toMatchObject({ cause: "unhealthy-gpu", state: "completed" });
    smi.tell("gpus", three());
    await house.engine.request((scheduler, now) => ({ events: requestRelease(scheduler, "beta/0", now) }));
    expect(gpu(0).fault).toBeUndefined();
  });

  it("that fail a run are blamed for it, and the run is tried again on others", async () => {
    const marker = join(house.folder, "failed");
    await house.close();
    await house.open({ gpuWatch: { ...WATCH, lookMillis: 600_000 } }); // or a look could find it before the run begins
    await until("it was looked at", () => house.engine.gpus.reading("beta", "beta/GPU-0"));
    smi.tell("gpus", three({ 0: smiLine("GPU-0", 0, { ecc: 2 }) }));
    const id = await train(1, `[ -e ${marker} ] || { touch ${marker}; exit 3; }; sleep 1000 & wait`);
    await until("it runs again", () => house.engine.scheduler.job(id)?.attempt === 2);
    const [first] = (await house.engine.queries.runsOf([id])).get(id) ?? [];
    expect(first?.outcome).toMatchObject({ cause: { origin: "infrastructure", code: "gpu-lost" } });
    expect(house.engine.scheduler.job(id)?.retriesUsed).toEqual({ application: 0, infrastructure: 1 });
    await house.reaches(id, "running");
    expect(placeOf(id)).toEqual(["beta/GPU-1"]);
  });

  it("on which somebody else computes are given to nobody until that has ended", async () => {
    smi.tell("apps", ["GPU-0, 4711, 900, /usr/bin/python3", "GPU-1, 4712, 900, blender"]);
    await until("both are busy", () => gpu(0).busy && gpu(1).busy);
    expect(gpu(0).busy).toBe("not ours: pid 4711 python3");
    const two = await train(2);
    const one = await train(1);
    await until("the smaller one waits as well, behind the larger", () => house.engine.scheduler.job(one));
    expect(placeOf(two)).toEqual([]);
    smi.tell("apps", ["GPU-0, 4711, 900, /usr/bin/python3"]);
    await house.reaches(two, "running");
    expect(placeOf(two)).toEqual(["beta/GPU-1", "beta/GPU-2"]);
    smi.tell("apps", []);
    await house.reaches(one, "running");
    expect(placeOf(one)).toEqual(["beta/GPU-0"]);
  });

  it("that a job holds and a stranger computes on as well are told of, and given to nobody until the stranger has ended", async () => {
    const id = await train(1, "echo $$; sleep 1000 & wait");
    const own = await until("it has told its number", async () => (await house.lines(id))[0]);
    const stranger = spawn("sleep", ["1000"], { stdio: "ignore" });
    smi.tell("apps", [`GPU-0, ${own}, 900, python3`, `GPU-0, ${stranger.pid}, 900, /usr/bin/blender`]);
    await until("it is seen", () => gpu(0).busy);
    expect(gpu(0).busy).toBe(`not ours: pid ${stranger.pid} blender`);
    expect(house.engine.scheduler.job(id)?.state.status).toBe("running");
    const [ended] = [once(stranger, "exit"), stranger.kill()];
    await ended;
    smi.tell("apps", [`GPU-0, ${own}, 900, python3`]);
    await until("that is over", () => gpu(0).busy === undefined);
    expect(house.engine.gpus.reading("beta", "beta/GPU-0")?.processes).toEqual([
      { pid: Number(own), name: "python3", run: { job: id, attempt: 1 } },
    ]);
  });

  const xid = (agoSeconds: number, bus: string, code: number): string => {
    const up = Number(readFileSync("/proc/uptime", "latin1").split(" ")[0]);
    return `[${(up - agoSeconds).toFixed(6)}] NVRM: Xid (PCI:0000:${bus}:00): ${code}, pid=4711, name=python3, as the driver puts it`;
  };

  it("of which the kernel's log tells a hardware error are quarantined, until they are released; others' errors are none of theirs", async () => {
    const id = await train(1);
    await house.reaches(id, "running");
    await house.close();
    await house.open({ gpuWatch: { ...WATCH, lookMillis: 2_000 } }); // so that it is released between two looks
    await until("it was looked at", () => house.engine.gpus.reading("beta", "beta/GPU-0"));
    smi.tell("kernel", [xid(1, "02", 31), xid(0, "01", 79)]);
    await until("the job has moved", () => house.engine.scheduler.job(id)?.migrations === 1);
    expect([gpu(0).fault, gpu(1).fault, gpu(2).fault]).toEqual([
      "Xid (PCI:0000:01:00): 79, pid=4711, name=python3, as the driver puts it",
      undefined,
      undefined,
    ]);
    await house.engine.request((scheduler, now) => ({ events: requestRelease(scheduler, "beta/0", now) }));
    for (let looks = 0; looks < 2; looks++) {
      const before = house.engine.gpus.reading("beta", "beta/GPU-0")?.at ?? 0;
      await until("it was looked at again", () => (house.engine.gpus.reading("beta", "beta/GPU-0")?.at ?? 0) > before);
    }
    expect(gpu(0).fault).toBeUndefined();
  });

  it("whose errors in the kernel's log are old are well: they may have been reset since", async () => {
    await house.close();
    smi.tell("kernel", [xid(7200, "01", 79), xid(30, "03", 95)]);
    await house.open({ gpuWatch: WATCH });
    await until("the fresh one is told", () => gpu(2)?.fault);
    expect([gpu(0).fault, gpu(1).fault]).toEqual([undefined, undefined]);
  });

  it("are quarantined by hand, stay so through a restart, and make their job save its work and wait where there is no other", async () => {
    const id = await train(3);
    await house.reaches(id, "running");
    await house.engine.request((scheduler, now) => ({
      events: requestQuarantine(scheduler, "beta/GPU-2", "its fan is loud", now),
    }));
    await until("it waits", () => house.engine.scheduler.job(id)?.state.status === "pending");
    await house.close();
    await house.open({ gpuWatch: WATCH });
    await until("it is up", () => house.engine.scheduler.servers.get("beta")?.health === "up");
    expect(gpu(2).fault).toBe("its fan is loud");
    expect(placeOf(id)).toEqual([]);
    await house.engine.request((scheduler, now) => ({ events: requestRelease(scheduler, "beta/2", now) }));
    await house.reaches(id, "running");
  });

  it("in MIG mode are given as slices, by the slice's UUID", async () => {
    smi.tell("gpus", [smiLine("GPU-0", 0, { mig: "Enabled", name: "NVIDIA A100-SXM4-40GB" })]);
    smi.tell("list", [
      "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-0)",
      "  MIG 3g.20gb     Device  0: (UUID: MIG-111)",
      "  MIG 3g.20gb     Device  1: (UUID: MIG-222)",
    ]);
    await house.join(aServer("gamma", 0, { driver: "process", cores: 4 }));
    await house.engine.request((_, at) => ({
      events: [{ type: "ServerDrained", server: "beta", draining: true, at }],
    }));
    expect(house.engine.scheduler.servers.get("gamma")?.gpus).toMatchObject([
      { uuid: "MIG-111", parent: "GPU-0", memoryMiB: 20_480 },
      { uuid: "MIG-222", parent: "GPU-0" },
    ]);
    const ids = [
      await train(1, "echo $CUDA_VISIBLE_DEVICES"),
      await train(1, "echo $CUDA_VISIBLE_DEVICES; sleep 1000 & wait"),
    ];
    for (const id of ids) await until(`${id} has looked`, async () => (await house.lines(id)).length > 0);
    for (const id of ids) expect((await house.lines(id))[0]).toMatch(/^MIG-(111|222)$/);
  });

  it("of which the books disagree are told of as an error and given to nobody", async () => {
    const id = await train(1);
    await house.reaches(id, "running");
    await house.close();
    const store = await openStore(join(house.folder, "schedulearn.db"));
    const database = store.fork().getConnection();
    for (const step of [
      "create table twin as select * from job where id = 'job-1'",
      `update twin set id = 'job-2', number = 2, submit_key = null, body = replace(body, '"job-1"', '"job-2"')`,
      "insert into job select * from twin",
      "drop table twin",
    ])
      await database.execute(step);
    await store.close();
    await house.open({ gpuWatch: WATCH });
    await until("it is told", () =>
      house.logged.find((line) => line.startsWith("error the owner of a GPU is in doubt")),
    );
    await until("it is kept out", () => gpu(0).fault);
    expect(gpu(0).fault).toBe("it is held by job-1 and job-2 at once");
    expect(gpu(1).fault).toBeUndefined();
  });
});
