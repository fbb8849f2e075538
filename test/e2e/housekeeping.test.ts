import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createClient, type SchedulearnClient } from "../../clients/sdk/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { type Schedulearn, startSchedulearn } from "../../src/schedulearn.ts";
import { runCli } from "../clients/cli/run-cli.ts";
import { clear } from "../drivers/docker/bench.ts";
import { startRegistry } from "../drivers/docker/registry.ts";
import { until } from "../drivers/support.ts";
import { busyboxImage, type LabHost } from "../lab/docker-lab.ts";
import { useLab } from "../lab/shared-lab.ts";

const shared = useLab({ hosts: 2 });

shared.describe("servers that the scheduler keeps in order", () => {
  let folder: string;
  let house: Schedulearn | null = null;
  let client: SchedulearnClient;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "order-house-"));
  });
  afterEach(async () => {
    client?.close();
    await house?.close();
    house = null;
    rmSync(folder, { recursive: true, force: true });
    await clear(shared.hosts);
  });

  async function open(settings: object, hosts = shared.hosts): Promise<void> {
    const servers = hosts.map(({ name, unixSocket }) => ({ name, endpoint: `unix://${unixSocket}`, gpus: 0 }));
    const whole = { listen: { port: 0 }, servers, ...settings };
    writeFileSync(join(folder, "schedulearn.yaml"), JSON.stringify(whole));
    house = await startSchedulearn(loadConfig({ cwd: folder, env: {} }), () => {});
    client = createClient({ url: house.url, webSocket: WebSocket });
  }
  const cli = (...argv: string[]) => runCli(argv, { url: (house as Schedulearn).url });
  const names = async (): Promise<string[]> => {
    const all = await Promise.all(
      shared.hosts.map(async ({ docker }) => {
        const containers = await docker.listContainers({ all: true });
        const { Volumes } = await docker.listVolumes();
        return [
          ...containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))),
          ...Volumes.map(({ Name }) => Name),
        ];
      }),
    );
    return all.flat().sort();
  };

  /** What a cluster leaves on a host: a container of a run that goes on, its checkpoint folder, and a container that lent access. */
  async function leave(cluster: string, host = 0): Promise<string[]> {
    const docker = shared.hosts[host]?.docker;
    if (!docker) throw new Error("no such host");
    const owner = { "schedulearn.cluster": cluster, "schedulearn.job": "job-900" };
    const volume = `${cluster}-job-900-ckpt-2`;
    await docker.createVolume({ Name: volume, Labels: { ...owner, "schedulearn.generation": "2" } });
    const Labels = { ...owner, "schedulearn.attempt": "2" };
    const options = { Image: busyboxImage, Cmd: ["sleep", "1000"], HostConfig: { Init: true } };
    const run = await docker.createContainer({ ...options, name: `${cluster}-job-900-2`, Labels });
    await run.start();
    const lent = { "schedulearn.cluster": cluster, "schedulearn.reader": "an earlier life" };
    await docker.createContainer({ ...options, name: `${cluster}-lent`, Labels: lent });
    return [volume, `${cluster}-job-900-2`, `${cluster}-lent`].sort();
  }

  test("leftovers of a killed scheduler are listed with age and reason, and go; those of another cluster stay", async () => {
    await open({ reapGraceSeconds: 12 }); // time to look at what is left before it goes
    const ours = await client.cluster();
    const running = await client.submit({ image: busyboxImage, command: ["sleep", "1000"] });
    await until("it runs", async () => (await client.job(running.id))?.status === "RUNNING");
    const needed = await names();
    const foreign = [...(await leave("another", 0)), ...(await leave("another", 1))];
    const left = await leave(ours.id, 1);

    const { leftovers } = JSON.parse((await cli("--json", "reap", "--dry-run")).out);
    expect(leftovers.map(({ name }: { name: string }) => name).sort()).toEqual(left);
    expect(leftovers.map(({ server }: { server: string }) => server)).toEqual(["host2", "host2", "host2"]);
    const run = leftovers.find(({ kind }: { kind: string }) => kind === "run");
    expect(run.reason).toBe("there is no job job-900");
    expect(run.ageSeconds).toBeLessThan(60);
    expect(await names()).toEqual([...needed, ...foreign, ...left].sort());

    // The server does it by itself when the grace is over; and says at any time that there is nothing left.
    await until("they are gone", async () => (await names()).every((name) => !left.includes(name)));
    expect(await names()).toEqual([...needed, ...foreign].sort());
    const again = await cli("reap");
    expect(again).toMatchObject({ code: 0, out: "nothing lies about that nobody needs\n" });
    expect((await client.job(running.id))?.status).toBe("RUNNING");
    await client.cancel(running.id, 0);
    await client.waitFor(running.id);
  });

  test("what is younger than the grace is left alone, by command too", async () => {
    await open({ reapGraceSeconds: 3600 });
    const left = await leave((await client.cluster()).id);
    const { out, code } = await cli("reap");
    expect(code).toBe(0);
    expect(out).toMatch(/not yet/);
    expect(await names()).toEqual(left);
  });

  test("a server without enough free disk takes no run, and the job says why it waits", async () => {
    await open({ minFreeDiskMiB: 900_000_000 });
    await until("disks are measured", async () => (await client.servers()).every(({ shortOfDisk }) => shortOfDisk));
    const { id } = await client.submit({ image: busyboxImage, command: ["true"] });
    const job = await client.job(id);
    expect(job?.status).toBe("PENDING");
    expect(job?.statusReason).toMatch(/host1 has [\d,]+ MiB of free disk, 900,000,000 are kept free/);
    expect((await cli("servers")).out).toMatch(/short of disk: [\d,]+ MiB of free disk/);
  });

  test("a job goes where its image is, all else being equal", async () => {
    const [, second] = shared.hosts;
    const container = await second?.docker.createContainer({ Image: busyboxImage, Cmd: ["true"] });
    await container?.commit({ repo: "lab/warm", tag: "1" });
    await container?.remove();
    await open({});
    await until("images are known", async () =>
      (await client.events({ types: ["ServerMeasured"] })).some(({ serverId }) => serverId === "host2"),
    );
    const { id } = await client.submit({ image: "lab/warm:1", command: ["true"], cores: { count: 1 } });
    const ended = await client.waitFor(id);
    expect(ended.status).toBe("COMPLETED");
    expect(ended.runs.nodes.map(({ serverName }) => serverName)).toEqual(["host2"]);
    const { images } = JSON.parse((await cli("--json", "images")).out);
    expect(images).toMatchObject([{ server: "host2", name: "lab/warm:1", stays: expect.any(String) }]);
    const collected = await cli("images", "--gc");
    expect(collected.out).toMatch(/nothing was removed/);
  });

  test("the command itself removes what was left behind, when it is old enough", async () => {
    await open({ reapGraceSeconds: 12 });
    const { id } = await client.cluster();
    client.close();
    await house?.close();
    const left = await leave(id);
    const ages = async (): Promise<number[]> => {
      const containers = (await shared.hosts[0]?.docker.listContainers({ all: true })) ?? [];
      return containers.map(({ Created }) => Date.now() / 1000 - Created);
    };
    await until("they are old enough", async () => (await ages()).every((seconds) => seconds > 13));
    await open({ reapGraceSeconds: 12 });
    await until("the servers are up", async () => (await client.servers()).every(({ health }) => health === "UP"));
    const { out, code } = await cli("reap");
    expect(code).toBe(0);
    // What only lent access has gone as soon as the server was connected.
    for (const name of left.filter((each) => !each.endsWith("-lent")))
      expect(out).toMatch(new RegExp(`${name} .* yes +there is no job job-900`));
    expect(await names()).toEqual([]);
  });

  test("images that were pulled for jobs go by themselves when the disk is fuller than the high watermark; others stay", async () => {
    const host = shared.hosts[0] as LabHost;
    const { registry, address } = await startRegistry(shared, host);
    try {
      await open({}, [host]);
      const image = `${address}/model:1`;
      const { id } = await client.submit({ image, command: ["true"] });
      expect((await client.waitFor(id)).status).toBe("COMPLETED");
      client.close();
      await house?.close();
      const tags = async (): Promise<string[]> =>
        (await host.docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []);
      expect(await tags()).toContain(image);
      await open({ images: { highPercent: 2, lowPercent: 1, minAgeHours: 0 } }, [host]);
      await until("it is gone", async () => !(await tags()).includes(image));
      expect(await tags()).toContain(busyboxImage);
    } finally {
      registry.kill();
    }
  });

  test("a pull that takes longer than limits.pullSeconds ends the job with that as its cause", async () => {
    const host = shared.hosts[0] as LabHost;
    const { registry, address } = await startRegistry(shared, host);
    try {
      await open({}, [host]);
      const { id } = await client.submit({
        image: `${address}/slow/model:1`,
        command: ["true"],
        limits: { pullSeconds: 2 },
      });
      const ended = await client.waitFor(id);
      expect(ended.status).toBe("FAILED");
      expect(ended.failure).toMatchObject({
        code: "time-limit",
        message: expect.stringMatching(/pulling its image.*2 s/),
      });
      expect(await names()).toEqual([]);
    } finally {
      registry.kill();
    }
  });
});
