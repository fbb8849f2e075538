import { afterAll, afterEach, beforeEach, expect, it } from "vitest";
import { WebSocket } from "ws";
import { createClient, type SchedulearnClient } from "../../clients/sdk/index.ts";
import { until } from "../drivers/support.ts";
import { shell, trainScript } from "../engine/house.ts";
import { busyboxImage } from "../lab/docker-lab.ts";
import { useLab } from "../lab/shared-lab.ts";
import { ServerProcess } from "../setup/server.ts";

const shared = useLab({ hosts: 2, gpus: 4 });

shared.describe("a server that is killed with kill -9", () => {
  let server: ServerProcess;
  let client: SchedulearnClient;
  const clients: SchedulearnClient[] = [];

  const connect = (): SchedulearnClient => {
    client = createClient({ url: server.url, webSocket: WebSocket });
    clients.push(client);
    return client;
  };
  const training = (env: Record<string, string> = {}) => ({
    image: busyboxImage,
    command: shell(trainScript),
    env: { EPOCHS: "5", STEPS: "20", SECONDS_PER_STEP: "0.05", CHECKPOINT_EVERY: "5", ...env },
  });
  /** Killed, and started again on the same port with the same data. */
  const killAndRestart = async (): Promise<void> => {
    const { port } = server;
    await server.end("SIGKILL");
    await server.start(port);
  };
  const linesOf = async (job: string): Promise<string[]> => {
    const lines: string[] = [];
    for await (const batch of client.followLogs(job)) lines.push(...batch.lines.map(({ text }) => text));
    return lines;
  };
  const resultAlone = async (): Promise<string | undefined> => {
    const alone = await client.submit(training({ SECONDS_PER_STEP: "0" }));
    return (await linesOf(alone.id)).at(-1);
  };

  beforeEach(async () => {
    const servers = shared.hosts.map(({ name, unixSocket }) => `${name}=unix://${unixSocket}`).join(",");
    server = await new ServerProcess({ env: { SCHEDULEARN_SERVERS: servers } }).start();
    connect();
  });
  afterEach(async () => {
    for await (const { id } of client.allJobs()) await client.delete(id, 0);
    for (const { docker } of shared.hosts) {
      await until("no container is left", async () => (await docker.listContainers({ all: true })).length === 0);
      await until("no volume is left", async () => (await docker.listVolumes()).Volumes.length === 0);
    }
    for (const each of clients.splice(0)) await each.close();
    await server.end();
    server.remove();
  });
  afterAll(() => server?.end("SIGKILL"));

  it("gives no GPU twice: what its jobs really have is all different, before and after", async () => {
    const look = {
      image: busyboxImage,
      command: shell("cat /run/fake-gpu/* | tr '\\n' ' '; echo; sleep 1000 & wait"),
      gpus: { count: 2 },
    };
    const seenBy = async (id: string): Promise<string[]> => {
      for await (const { lines } of client.followLogs(id))
        for (const { text } of lines) return text.trim().split(" ").filter(Boolean);
      throw new Error(`${id} has ended`);
    };
    const jobs = [await client.submit(look), await client.submit(look), await client.submit(look)];
    const before = await Promise.all(jobs.map(({ id }) => seenBy(id)));
    await killAndRestart();
    const fourth = await client.submit(look);
    const all = [...before, await seenBy(fourth.id)].flat();
    expect([all.length, new Set(all).size]).toEqual([8, 8]);
    const held = (await client.servers()).flatMap(({ gpus }) => gpus.map(({ job, state }) => [job !== null, state]));
    expect(held).toEqual(Array(8).fill([true, "LEASED"]));
  });

  it("has its jobs go on: every line is there once, no run is repeated, and a stream over all of it misses nothing", async () => {
    const result = await resultAlone();
    const job = await client.submit(training());
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { lines } of client.followLogs(job.id)) seen.push(...lines.map(({ text }) => text));
    })();
    for (const step of [10, 35, 60]) {
      await until(`step ${step} is seen`, () => seen.filter((line) => line.includes('"epoch"')).length >= step);
      await killAndRestart();
    }
    await watching;
    expect((await client.job(job.id))?.status).toBe("COMPLETED");
    expect(seen.filter((line) => line.includes('"epoch"'))).toHaveLength(100);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.at(-1)).toBe(result);
    expect(await linesOf(job.id)).toEqual(seen);
    expect((await client.job(job.id))?.runs.nodes).toHaveLength(1);
  });

  it("knows afterwards how a job ended that ended meanwhile, with its exit code and its last lines", async () => {
    const job = await client.submit({
      image: busyboxImage,
      command: shell("for i in 1 2 3 4 5; do echo $i; sleep 0.2; done; exit 7"),
    });
    await until("it prints", async () => (await client.logs(job.id)).lines.length > 0);
    const { port } = server;
    await server.end("SIGKILL");
    await until("it has ended", async () => {
      const running = await Promise.all(shared.hosts.map(({ docker }) => docker.listContainers()));
      return running.flat().length === 0; // not "exited": who ends sooner than the kill comes is removed by then
    });
    await server.start(port);
    expect(await linesOf(job.id)).toEqual(["1", "2", "3", "4", "5"]);
    const ended = await client.waitFor(job.id);
    expect(ended).toMatchObject({ status: "FAILED", failure: { origin: "APPLICATION", code: "exit" } });
    expect((await client.job(job.id))?.runs.nodes).toMatchObject([{ attempt: 1, exitCode: 7 }]);
  });

  it("in the middle of a migration finishes it, and the job ends like an undisturbed one", async () => {
    const result = await resultAlone();
    for (const phase of ["MIGRATING", "STARTING", "RUNNING"]) {
      const job = await client.submit({ ...training(), gpus: { count: 0 } });
      await until("it has trained a while", async () => ((await client.job(job.id))?.progress?.step ?? 0) >= 3);
      await client.migrate(job.id);
      await until(`it is ${phase} or further`, async () => {
        const now = await client.job(job.id);
        return now?.status === phase || (now?.attempt ?? 0) > 1;
      });
      await killAndRestart();
      expect((await linesOf(job.id)).at(-1)).toBe(result);
      const ended = await client.job(job.id);
      expect(ended?.status).toBe("COMPLETED");
      expect(ended?.migrations.nodes).toMatchObject([{ state: "COMPLETED" }]);
    }
  });

  it("in the middle of a deletion deletes", async () => {
    const job = await client.submit({
      image: busyboxImage,
      command: shell("trap '' TERM; echo here; sleep 60 & wait; wait"),
      checkpoint: { graceSeconds: 3 },
    });
    await until("it prints", async () => (await client.logs(job.id)).lines.length > 0);
    await client.delete(job.id);
    await killAndRestart();
    await until("its record is gone", async () => (await client.job(job.id)) === null);
  });
});
