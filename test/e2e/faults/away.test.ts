import { expect, test } from "vitest";
import { shell } from "../../engine/house.ts";
import { busyboxImage, type LabHost } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { containersOf, counting, eventually, useFaultHouse } from "./house.ts";

const shared = useLab({ hosts: 2, gpus: 2 });
const SLOW = { timeout: 240_000 };

shared.describe("an engine that is cut off, or hangs", () => {
  const using = useFaultHouse(shared);
  const both = (): [LabHost, LabHost] => shared.hosts as [LabHost, LabHost];

  test.each(["cut", "hang"] as const)("for a moment (%s): nobody is told, and nothing is lost", SLOW, async (fault) => {
    const { house } = using;
    const [host] = both();
    const since = await house.now();
    const id = await house.submitTo(host, counting(25));
    const begun = performance.now();
    await (fault === "cut" ? host.cut() : host.hang());
    await new Promise((resolve) => setTimeout(resolve, 2_500)); // the length of the fault is the claim
    await (fault === "cut" ? host.heal() : host.unhang());
    const lasted = performance.now() - begun;
    const job = await house.ends(id);
    expect(job).toMatchObject({ status: "COMPLETED", attempt: 1 });
    expect(await house.saidByAttempt(id, 1)).toHaveLength(26);
    // Two pings that are missed, begun 3.5 s apart, are news: a machine that stood still may have made it as long.
    if (lasted < 3_500) expect(await house.told(host.name, since)).toEqual([]);
  });

  test.each(["cut", "hang"] as const)(
    "for long (%s): its job begins elsewhere, and the old run ends before the server counts as up",
    SLOW,
    async (fault) => {
      const { house } = using;
      const [host, other] = both();
      const since = await house.now();
      const id = await house.submitTo(host, counting(100_000));
      await (fault === "cut" ? host.cut() : host.hang());
      const cutAt = Date.now();
      const lost = await house.runsOn(id, other, 2);
      expect(lost.runs.nodes[0]).toMatchObject({ attempt: 1, outcome: "FAILED", failure: { code: "server-lost" } });
      expect(await house.serverNamed(host.name)).toMatchObject({ state: "DOWN", jobs: [] });
      if (fault === "cut") expect(await containersOf(host, id)).toMatchObject([{ State: "running" }]);
      await (fault === "cut" ? host.heal() : host.unhang());
      await house.is(host.name, "UP");
      expect(await containersOf(host, id)).toEqual([]);
      expect((await house.told(host.name, since)).at(-1)).toBe(`server ${host.name} is up`);
      await house.letEnd(id);
      expect(await house.ends(id)).toMatchObject({ status: "COMPLETED", attempt: 2 });
      // What the old run printed while nobody listened is no part of the job's output.
      const old = (await house.lines(id)).filter(({ attempt }) => attempt === 1);
      expect(old.filter(({ at }) => Date.parse(at) > cutAt + 1_500)).toEqual([]);
      await house.saidByAttempt(id, 1);
      expect((await house.saidByAttempt(id, 2)).at(-1)).toBe("attempt 2 ends");
    },
  );

  test("keeps the fence when the server is killed meanwhile, and nobody gets the GPU before", SLOW, async () => {
    const { house } = using;
    const [host, other] = both();
    const id = await house.submitTo(host, counting(100_000));
    await host.cut();
    await house.runsOn(id, other, 2);
    await house.server.end("SIGKILL");
    await host.heal();
    await house.server.start(house.server.port);
    // Two GPUs each: the job has one of the other host, and wide ones want two.
    const wide = await house.client.submit({ ...counting(3), gpus: { count: 2 } });
    await house.is(host.name, "UP");
    expect(await containersOf(host, id)).toEqual([]);
    expect(await house.ends(wide.id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
    await house.letEnd(id);
    const { runs } = await house.ends(id);
    expect(runs.nodes.map(({ outcome }) => outcome)).toEqual(["FAILED", "SUCCEEDED"]);
  });

  test("a job that ends of its own accord while cut off ended so, if its server is back in time", SLOW, async () => {
    const { house } = using;
    const [host] = both();
    const id = await house.submitTo(host, counting(15));
    await host.cut();
    await eventually("it has ended", async () => (await containersOf(host, id))[0]?.State !== "running");
    await host.heal();
    expect(await house.ends(id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
    expect(await house.saidByAttempt(id, 1)).toHaveLength(16);
  });

  test("a job that ends while its server is lost has one outcome: that of the run that counts", SLOW, async () => {
    const { house } = using;
    const [host, other] = both();
    const id = await house.submitTo(host, counting(30));
    await host.cut();
    await eventually("it has ended", async () => (await containersOf(host, id))[0]?.State !== "running");
    await house.runsOn(id, other, 2);
    await host.heal();
    await house.is(host.name, "UP");
    expect(await containersOf(host, id)).toEqual([]);
    const job = await house.ends(id);
    expect(job).toMatchObject({ status: "COMPLETED", attempt: 2 });
    expect(job.runs.nodes.map(({ outcome }) => outcome)).toEqual(["FAILED", "SUCCEEDED"]);
    expect(await house.saidByAttempt(id, 2)).toHaveLength(31);
  });

  test(
    "delays nobody: jobs elsewhere are submitted, run and end, and the server boots, while one engine hangs",
    SLOW,
    async () => {
      const { house } = using;
      const [host, other] = both();
      const stuck = await house.submitTo(host, { ...counting(100_000), whenServerLost: "WAIT" });
      await host.hang();
      await house.client.cordonServer(host.name);
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        const begun = performance.now();
        const { id } = await house.client.submit({ image: busyboxImage, command: shell("echo fine") });
        times.push(performance.now() - begun);
        expect(await house.ends(id)).toMatchObject({ status: "COMPLETED", lastServer: { name: other.name } });
      }
      expect(Math.max(...times)).toBeLessThan(5_000); // who asks that engine waits for 10 s or more
      const begun = performance.now();
      await house.restart();
      expect(performance.now() - begun).toBeLessThan(20_000); // its connect deadline is 10 s
      const { id } = await house.client.submit({ image: busyboxImage, command: shell("echo fine") });
      expect(await house.ends(id)).toMatchObject({ status: "COMPLETED" });
      host.unhang();
      await house.is(host.name, "CORDONED");
      await house.letEnd(stuck);
      expect(await house.ends(stuck)).toMatchObject({ status: "COMPLETED", attempt: 1 });
    },
  );

  test(
    "a container whose creation nobody heard of is found by its name: it exists once and starts once",
    SLOW,
    async () => {
      const { house } = using;
      const [host, other] = both();
      await house.client.cordonServer(other.name);
      const since = Math.floor(Date.now() / 1000);
      await host.hang();
      const { id } = await house.client.submit({ ...counting(5), whenServerLost: "WAIT" });
      await eventually("its container is asked for", async () => (await house.find(id)).status === "STARTING");
      await house.server.end("SIGKILL"); // the request is with the engine, and its answer has no reader any more
      const starting = house.server.start(house.server.port);
      host.unhang();
      await starting;
      expect(await house.ends(id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
      expect(await house.saidByAttempt(id, 1)).toHaveLength(6);
      const filters = JSON.stringify({ type: ["container"], label: [`schedulearn.job=${id}`], event: ["start"] });
      const events = await host.docker.getEvents({ since, until: Math.ceil(Date.now() / 1000), filters } as object);
      let text = "";
      for await (const chunk of events as AsyncIterable<Buffer>) text += chunk;
      expect(text.trim().split("\n")).toHaveLength(1);
    },
  );
});
