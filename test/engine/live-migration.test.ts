import { afterEach, beforeEach, expect, it } from "vitest";
import { requestMigrate } from "../../src/core/request.ts";
import { dockerDriver } from "../../src/drivers/docker/docker-driver.ts";
import { gpus } from "../core/world.ts";
import { until } from "../drivers/support.ts";
import { criuFolder, initProgram } from "../lab/criu.ts";
import { pythonImage } from "../lab/docker-lab.ts";
import { useLab } from "../lab/shared-lab.ts";
import { aServer, EngineHouse } from "./house.ts";

const criu = criuFolder();
const init = initProgram();
const shared = useLab({
  hosts: 2,
  engine: { experimental: true, ...(init && { "init-path": init }) },
  ...(criu && { programs: criu }),
});

/** It knows nothing of checkpoints, and tells of each of its steps once. */
const COUNT = `import time
i = 0
while True:
    i += 1
    print('{"schedulearn": {"step": %d, "steps": 1000000}}' % i, flush=True)
    time.sleep(0.05)`;

shared.describe("a job that is asked to move as it runs", () => {
  let house: EngineHouse;

  beforeEach(async () => {
    house = await new EngineHouse(undefined, (server, context) => {
      const host = shared.hosts.find(({ name }) => name === server.id);
      if (!host) throw new Error(`no host ${server.id}`);
      return dockerDriver({ server: server.id, endpoint: `unix://${host.unixSocket}`, gpus: 0, context });
    }).open();
    await house.join(...shared.hosts.map(({ name }) => aServer(name, 0, { driver: "docker", cores: 2 })));
  });
  afterEach(async () => {
    await house.cancelAll();
    await house.close();
    house.remove();
  });

  const counting = async (): Promise<string> => {
    const id = await house.submit({ image: pythonImage, command: ["python3", "-c", COUNT], gpus: gpus(0) });
    await until("it has counted a while", () => (house.engine.scheduler.job(id)?.progress?.step ?? 0) >= 10);
    return id;
  };
  const move = (id: string): Promise<unknown> =>
    house.engine.request((scheduler, now) => ({ events: requestMigrate(scheduler, id, null, now, true) }));
  const migrationOf = async (id: string) => (await house.engine.queries.migrationsOf([id])).get(id)?.[0];
  const images = async (): Promise<string[]> => {
    const all = await Promise.all(shared.hosts.map(({ docker }) => docker.listVolumes()));
    return all.flatMap(({ Volumes }) => Volumes.map(({ Name }) => Name)).filter((name) => name.includes("ckpt--"));
  };

  it("counts on elsewhere, every number once, having lost nothing, and leaves no memory behind", async (context) => {
    context.skip(criu === null, "no criu that works here (that of Debian trixie does: SCHEDULEARN_TEST_CRIU names it)");
    const id = await counting();
    const from = house.engine.scheduler.run(id)?.on[0]?.server;
    await move(id);
    await until("it runs elsewhere", () => {
      const job = house.engine.scheduler.job(id);
      return job?.state.status === "running" && job.attempt === 2;
    });
    expect(house.engine.scheduler.run(id)?.on[0]?.server).not.toBe(from);
    const arrivedAt = house.engine.scheduler.job(id)?.progress?.step ?? 0;
    await until("it counts on", () => (house.engine.scheduler.job(id)?.progress?.step ?? 0) > arrivedAt + 5);
    const lines = await house.lines(id);
    expect(lines).toEqual(lines.map((_, index) => `{"schedulearn": {"step": ${index + 1}, "steps": 1000000}}`));
    const migration = await migrationOf(id);
    expect(migration).toMatchObject({ state: "completed", live: true, reason: null, lostSteps: 0 });
    expect(migration?.downtimeMillis).toBeGreaterThan(0);
    await until("no memory is left behind", async () => (await images()).length === 0);
  });

  it("stays where it is when there is no criu, and nobody is moved so any more", async (context) => {
    context.skip(criu !== null, "there is a criu here");
    const id = await counting();
    await move(id);
    await until("it was given up", async () => (await migrationOf(id))?.state === "failed");
    expect((await migrationOf(id))?.reason).toContain("no criu that works");
    const { attempt, progress } = house.engine.scheduler.job(id) ?? {};
    expect(attempt).toBe(1);
    await until("it counts on", () => (house.engine.scheduler.job(id)?.progress?.step ?? 0) > (progress?.step ?? 0));
    await expect(move(id)).rejects.toThrow("no criu that works");
    expect(await images()).toEqual([]);
  });
});
