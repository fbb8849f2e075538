import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { requestCancel, requestJoin, requestMigrate, requestRemove } from "../../src/core/request.ts";
import { dockerDriver } from "../../src/drivers/docker/docker-driver.ts";
import type { MakeDriver } from "../../src/engine/fleet.ts";
import { gpus } from "../core/world.ts";
import { until } from "../drivers/support.ts";
import { busyboxImage } from "../lab/docker-lab.ts";
import { useLab } from "../lab/shared-lab.ts";
import { aServer, EngineHouse, shell, slowAtFirst, trainScript } from "./house.ts";

const shared = useLab({ hosts: 2, gpus: 4 });

shared.describe("the engine over two Docker hosts", () => {
  let house: EngineHouse;
  /** Servers that are other names of a host. */
  const aliases = new Map<string, string>();
  const drivers: MakeDriver = (server, context) => {
    const host = shared.hosts.find(({ name }) => name === (aliases.get(server.id) ?? server.id));
    if (!host) throw new Error(`no host ${server.id}`);
    const { host: address, port, ca, cert, key } = host.tcp;
    return dockerDriver({
      server: server.id,
      endpoint: `tcp://${address}:${port}`,
      tls: { ca, cert, key },
      gpus: 4,
      context,
    });
  };
  const open = (folder = mkdtempSync(join(tmpdir(), "docker-"))): Promise<EngineHouse> =>
    new EngineHouse(folder, drivers).open();
  const training = (env: Record<string, string>) => ({
    image: busyboxImage,
    command: shell(trainScript),
    env: { EPOCHS: "4", STEPS: "10", SECONDS_PER_STEP: "0.05", CHECKPOINT_EVERY: "5", ...env },
  });

  beforeEach(async () => {
    house = await open();
    await house.join(...shared.hosts.map(({ name }) => aServer(name, 4, { driver: "docker", cores: 2 })));
  });
  afterEach(async () => {
    const jobs = await house.engine.queries.jobs({ filter: {}, order: "newest-first", first: 100, after: null });
    for (const job of jobs.items)
      await house.engine.request((scheduler, now) => {
        scheduler.recall(job);
        return { events: requestCancel(scheduler, job.id, { by: "test", delete: true, graceSeconds: 0 }, now) };
      });
    for (const { docker } of shared.hosts) {
      await until("no container is left", async () => (await docker.listContainers({ all: true })).length === 0);
      await until("no volume is left", async () => (await docker.listVolumes()).Volumes.length === 0);
    }
    await house.close();
    house.remove();
  });

  it("a migrated training job goes on in the other host's container, and ends like an undisturbed one", async () => {
    const undisturbed = await house.submit(training({ SECONDS_PER_STEP: "0" }));
    await house.reaches(undisturbed, "completed");
    const id = await house.submit({ ...training({}), command: shell(slowAtFirst), gpus: gpus(2) });
    await until("it has trained a while", () => (house.engine.scheduler.job(id)?.progress?.step ?? 0) >= 3);
    const from = house.engine.scheduler.run(id)?.on[0]?.server;
    await house.engine.request((scheduler, now) => ({ events: requestMigrate(scheduler, id, null, now) }));
    await house.reaches(id, "completed");
    const lines = await house.lines(id);
    expect(lines.at(-1)).toBe((await house.lines(undisturbed)).at(-1));
    expect(lines.filter((line) => line.startsWith("resumed"))).toHaveLength(1);
    const [migration] = (await house.engine.queries.migrationsOf([id])).get(id) ?? [];
    expect(migration).toMatchObject({ state: "completed", lostSteps: 0 });
    expect(migration?.bytes).toBeGreaterThan(10);
    const runs = (await house.engine.queries.runsOf([id])).get(id) ?? [];
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(runs[0]?.on[0]?.server).toBe(from);
    expect(runs[1]?.on[0]?.server).not.toBe(from);
  });

  it("a job is not moved as it runs by an engine that cannot, and what is missing is said", async () => {
    const id = await house.submit({ ...training({ EPOCHS: "1000" }), gpus: gpus(0) });
    await house.reaches(id, "running");
    const live = (to: string | null) =>
      house.engine.request((scheduler, now) => ({ events: requestMigrate(scheduler, id, to, now, true) }));
    await expect(live(null)).rejects.toThrow(
      /server host\d: the Docker engine is not in experimental mode: start dockerd/,
    );
    expect(house.engine.scheduler.job(id)?.state.status).toBe("running");
  });

  it("jobs side by side see exactly their own GPUs, and a job without GPUs sees none", async () => {
    const look = {
      image: busyboxImage,
      command: shell("ls /run/fake-gpu 2>/dev/null | tr '\\n' ' '; echo seen; sleep 60 & wait"),
    };
    const ids = [
      await house.submit({ ...look, gpus: gpus(2) }),
      await house.submit({ ...look, gpus: gpus(2) }),
      await house.submit({ ...look, gpus: gpus(0), cores: { min: 0, max: 0, preferred: 0 } }),
    ];
    for (const id of ids) await until(`${id} has looked`, async () => (await house.lines(id)).length > 0);
    const seen = await Promise.all(ids.map(async (id) => (await house.lines(id))[0]));
    expect(seen).toEqual(["nvidia0 nvidia1 seen", "nvidia2 nvidia3 seen", "seen"]);
  });

  it("an image that cannot be had fails its job with the image's name, and leaves nothing", async () => {
    const id = await house.submit({
      image: "127.0.0.1:9/no/such:image",
      command: ["true"],
      retries: { application: 0, infrastructure: 0 },
    });
    await house.reaches(id, "failed");
    const job = (await house.engine.queries.jobsById([id])).get(id);
    expect(job?.state).toMatchObject({
      cause: { origin: "infrastructure", code: "image-pull", message: expect.stringContaining("no/such:image") },
    });
  });

  it("a command that does not exist fails its job by name, as the job's own fault", async () => {
    const id = await house.submit({ image: busyboxImage, command: ["trainn", "--fast"] });
    await house.reaches(id, "failed");
    const job = (await house.engine.queries.jobsById([id])).get(id);
    expect(job?.state).toMatchObject({
      cause: { origin: "application", code: "command-not-found", message: expect.stringContaining("trainn") },
    });
  });

  it("an engine under two names is one server: its GPUs are not given twice", async () => {
    const [host] = shared.hosts;
    const twin = aServer("twin", 4, { driver: "docker", cores: 2 });
    aliases.set("twin", host?.name ?? "");
    await house.engine.request((scheduler, now) => ({
      events: requestJoin(scheduler, { ...twin, health: "down" }, now),
    }));
    await until("it is refused", () =>
      house.engine.scheduler.servers.get("twin")?.reason?.includes("engine of server"),
    );
    expect(house.engine.scheduler.servers.get("twin")?.health).toBe("down");
    await house.engine.request((scheduler, now) => ({ events: requestRemove(scheduler, "twin", false, now) }));
  });

  it("the runs of a server that is removed by force are ended where it can be reached", async () => {
    const [first] = shared.hosts;
    const id = await house.submit({ image: busyboxImage, command: shell("sleep 1000"), gpus: gpus(4) });
    await house.reaches(id, "running");
    const on = house.engine.scheduler.run(id)?.on[0]?.server as string;
    await house.engine.request((scheduler, now) => ({ events: requestRemove(scheduler, on, true, now) }));
    const host = shared.hosts.find(({ name }) => name === on) ?? first;
    await until("its container is gone", async () => (await host?.docker.listContainers({ all: true }))?.length === 0);
    await until("it runs elsewhere", () => house.engine.scheduler.run(id)?.attempt === 2);
  });

  it("the next life of the server adopts the containers, and has every line once", async () => {
    const id = await house.submit({ ...training({ EPOCHS: "6" }), gpus: gpus(1) });
    const short = await house.submit({
      image: busyboxImage,
      command: shell("i=0; while [ $i -lt 30 ]; do echo line $i; i=$((i+1)); sleep 0.02; done; exit 3"),
    });
    await until("both print", async () => (await house.lines(id)).length > 3 && (await house.lines(short)).length > 3);
    await house.close();
    house = await open(house.folder);
    await house.reaches(short, "failed");
    await house.reaches(id, "completed");
    expect(await house.lines(short)).toEqual(Array.from({ length: 30 }, (_, i) => `line ${i}`));
    const steps = (await house.lines(id)).filter((line) => line.includes('"epoch"'));
    expect(steps).toHaveLength(60);
    expect(new Set(steps).size).toBe(60);
  });
});
