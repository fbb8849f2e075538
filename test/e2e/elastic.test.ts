import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import type { JobSpecInput } from "../../clients/sdk/index.ts";
import { useLab } from "../lab/shared-lab.ts";
import { eventually, GPUS, LiveHouse, type LiveJob, useLiveHouse } from "./live-house.ts";
import { trainElastic } from "./programs.ts";

const shared = useLab({ hosts: 2, gpus: GPUS });
const MINUTES = 3 * 60_000;

shared.describe("elastic jobs on two Docker engines", () => {
  let house: LiveHouse;
  useLiveHouse(shared, { quiet: true }, (opened) => {
    house = opened;
  });
  const size = async (job: LiveJob): Promise<number> => (await house.find(job)).grantedGpus.length;

  const takesOver = (job: LiveJob, grant: string): Promise<boolean> =>
    eventually(`it says ${grant}`, async () => (await house.said(job, /^size/)).includes(grant));

  /** An elastic job beside one that fills the rest of its server, while the other server is full. */
  async function crowded(spec: JobSpecInput): Promise<{ job: LiveJob; neighbour: LiveJob; others: LiveJob[] }> {
    await house.client.setPolicy({ policy: "elastic-fifo" });
    const far = await house.submit({ gpus: { count: GPUS } });
    const neighbour = await house.submit({ gpus: { count: GPUS - 1 } });
    const job = await house.submitElastic(spec);
    for (const each of [far, neighbour, job]) await house.trains(each);
    expect(await size(job)).toBe(1);
    return { job, neighbour, others: [far, neighbour] };
  }

  it(
    "one that is restarted grows when another ends and shrinks when one arrives, and its result is that of an undisturbed run",
    async () => {
      const { job, neighbour, others } = await crowded({ elasticity: "RESTART" });
      await house.hurry(neighbour);
      await house.sees("it has grown", job, (now) => now.attempt === 2 && now.grantedGpus.length === GPUS);
      await house.trains(job);
      const arrival = await house.submit({ gpus: { count: 2 } });
      await house.trains(arrival);
      await house.sees("it has shrunk", job, (now) => now.attempt === 3 && now.grantedGpus.length === 2);
      await house.trains(job);

      await house.hurry(job);
      await house.endsLikeUndisturbed(job);
      expect(await house.said(job, /^(size|resumed)/)).toEqual([
        "size 1, generation 1",
        expect.stringMatching(/^resumed at step \d+, resized$/),
        `size ${GPUS}, generation 1`,
        expect.stringMatching(/^resumed at step \d+, resized$/),
        "size 2, generation 1",
      ]);
      const lives = await house.watch.livesOf(job.id);
      expect(lives.map(({ devices }) => devices.length)).toEqual([1, GPUS, 2]);
      await house.hurry(...others, arrival);
      await house.endsLikeUndisturbed(...others, arrival);
      expect(await house.watch.sharedDevices()).toEqual([]);
    },
    MINUTES,
  );

  it(
    "one that listens grows and shrinks as it runs, and nobody has a GPU before it said that it let go of it",
    async () => {
      const { job, neighbour, others } = await crowded({ elasticity: "LIVE", resizeSignal: "SIGCONT" });
      await house.hurry(neighbour);
      await house.sees("it has grown", job, (now) => now.grantedGpus.length === GPUS);
      await takesOver(job, `size ${GPUS}, generation 2`);
      expect(await house.allocation(job)).toMatchObject({ generation: 2, gpus: GPUS });
      await house.trains(job);

      const container = await eventually("it has a container", () => house.containerOf(job));
      await container.pause(); // so that it cannot answer
      const arrival = await house.submit({ gpus: { count: 2 } });
      await eventually("it is told to shrink", async () => (await house.allocation(job)).generation === 3);
      const later = await house.submit({});
      await house.trains(later); // and the one before it, which had as much time, waits
      expect(await house.find(arrival)).toMatchObject({ status: "PENDING", attempt: 0 });
      await container.unpause();
      await house.trains(arrival);
      expect(await house.find(job)).toMatchObject({ attempt: 1, generation: 3, resizes: 2, status: "RUNNING" });
      const allocation = await house.allocation(job);
      expect(allocation).toMatchObject({ generation: 3, gpus: 2 });

      const [given] = await house.watch.livesOf(arrival.id);
      const kept = await house.watch.livesOf(job.id);
      expect(kept).toHaveLength(1);
      expect([...(given?.devices ?? []), ...allocation.devices].sort()).toEqual([...(kept[0]?.devices ?? [])].sort());
      const letGo = (await house.lines(job)).find(({ text }) => text === '{"schedulearn": {"generation": 3}}');
      expect(Date.parse(letGo?.at ?? "")).toBeLessThanOrEqual((given?.startedAt ?? 0) / 1e6);

      await house.hurry(job, ...others, arrival, later);
      await house.endsLikeUndisturbed(job, ...others, arrival, later);
      expect(await house.said(job, /^(size|resumed)/)).toEqual([
        "size 1, generation 1",
        `size ${GPUS}, generation 2`,
        "size 2, generation 3",
      ]);
      expect(await house.watch.sharedDevices([job.id])).toEqual([]);
    },
    MINUTES,
  );

  it(
    "one without GPUs changes its cores as it runs, is frozen for a more important one, and goes on",
    async (context) => {
      const cores = (await house.client.servers())[0]?.cores as number;
      context.skip(cores < 2, "it needs a machine with two cores");
      await house.client.setPolicy({ policy: "elastic-fifo" });
      const far = await house.submit({ cores: { count: cores }, priority: 9 });
      await house.trains(far);
      const job = await house.submit({ cores: { min: 1, max: cores }, resizeSignal: "SIGCONT" }, trainElastic);
      await house.trains(job);
      const all = Array.from({ length: cores }, (_, i) => i).join(",");
      expect(cpusetsOf(await house.inspect(job))).toEqual([all, all]);

      const arrival = await house.submit({ cores: { count: 1 } });
      await house.trains(arrival);
      const [fewer] = cpusetsOf(await house.inspect(job));
      expect(fewer?.split(",")).toHaveLength(cores - 1);
      expect(fewer).not.toContain((await house.inspect(arrival)).HostConfig.CpusetCpus);
      await house.hurry(arrival);
      await house.endsLikeUndisturbed(arrival);
      await takesOver(job, `size ${cores}, generation 3`);
      expect(cpusetsOf(await house.inspect(job))).toEqual([all, all]);

      await house.client.setPolicy({ policy: "priority", options: { minRunSeconds: 0 } });
      const urgent = await house.submit({ cores: { count: cores }, priority: 5 });
      await house.trains(urgent);
      expect(await house.find(job)).toMatchObject({ status: "PAUSED", pausedBy: "POLICY", attempt: 1 });
      expect((await house.inspect(job)).State).toMatchObject({ Paused: true });
      expect((await house.inspect(urgent)).HostConfig.CpusetCpus).toBe(all);
      await house.hurry(urgent);
      await house.endsLikeUndisturbed(urgent);
      await house.trains(job);
      expect((await house.inspect(job)).State).toMatchObject({ Paused: false });

      await house.hurry(job, far);
      await house.endsLikeUndisturbed(job, far);
      expect(await house.watch.livesOf(job.id)).toHaveLength(1);
    },
    MINUTES,
  );
});

/** The cores of a container as its engine has them, and as the kernel keeps its program to them. */
function cpusetsOf({ HostConfig, State }: { HostConfig: { CpusetCpus?: string }; State: { Pid: number } }): string[] {
  const status = readFileSync(`/proc/${State.Pid}/status`, "utf8");
  const [, list = ""] = /^Cpus_allowed_list:\s*(\S+)/m.exec(status) ?? [];
  const cores = list.split(",").flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return [HostConfig.CpusetCpus ?? "", cores.join(",")];
}
