import { expect, it } from "vitest";
import { useLab } from "../lab/shared-lab.ts";
import { eventually, GPUS, LiveHouse, type LiveJob, useLiveHouse } from "./live-house.ts";

const shared = useLab({ hosts: 2, gpus: GPUS });
const MINUTES = 3 * 60_000;

shared.describe("a server that is killed with kill -9 while sizes change", () => {
  let house: LiveHouse;
  useLiveHouse(shared, { quiet: true }, (opened) => {
    house = opened;
  });
  const crowd = (count: number): Promise<LiveJob> => house.submit({ gpus: { count } });

  it(
    "in the middle of a resize in place brings it to its end in its next life, without a restart",
    async () => {
      await house.client.setPolicy({ policy: "elastic-fifo" });
      const far = await crowd(GPUS);
      const near = await crowd(GPUS - 1);
      const job = await house.submitElastic({ elasticity: "LIVE", resizeSignal: "SIGCONT" });
      for (const each of [far, near, job]) await house.trains(each);

      await house.hurry(near);
      await house.sees("it is about to grow", job, ({ generation }) => generation === 2);
      await house.restart();
      await house.sees("it has grown", job, ({ grantedGpus }) => grantedGpus.length === GPUS);
      await eventually("it has taken over", async () => (await house.said(job, /^size 4, generation 2/)).length > 0);

      const killed = house.killAt("pause", job); // it is frozen while the file with its grant is replaced
      const arriving = crowd(2);
      await killed;
      await house.restart();
      const late = await arriving;
      await house.trains(late);
      expect(await house.allocation(job)).toMatchObject({ generation: 3, gpus: 2 });
      expect((await house.inspect(job)).State).toMatchObject({ Paused: false });

      await house.hurry(job, far, late);
      await house.endsLikeUndisturbed(job, far, near, late);
      expect(await house.find(job)).toMatchObject({ attempt: 1, generation: 3, resizes: 2 });
      expect(await house.watch.livesOf(job.id)).toHaveLength(1);
      expect(await house.watch.sharedDevices([job.id])).toEqual([]);
    },
    MINUTES,
  );

  it(
    "in the middle of a resize by a restart brings it to its end in its next life, and the result is that of an undisturbed run",
    async () => {
      await house.client.setPolicy({ policy: "elastic-fifo" });
      const far = await crowd(GPUS);
      const near = await crowd(GPUS - 1);
      const job = await house.submitElastic({ elasticity: "RESTART" });
      for (const each of [far, near, job]) await house.trains(each);
      const resized = async (attempt: number, size: number): Promise<void> => {
        await house.sees(`it has ${size}`, job, (now) => now.attempt === attempt && now.grantedGpus.length === size);
        await house.trains(job);
      };

      let killed = house.killAt("create", job); // the next container is made, the old one trains
      await house.hurry(near);
      await killed;
      await house.restart();
      await resized(2, GPUS);

      killed = house.killAt("die", job); // the old one has ended, the next one has not begun
      const arriving = crowd(2);
      await killed;
      await house.restart();
      const late = await arriving;
      await resized(3, 2);
      await house.trains(late);

      killed = house.killAt("start", job); // the next one has begun, and nobody heard of it
      await house.hurry(late);
      await killed;
      await house.restart();
      await resized(4, GPUS);

      await house.hurry(job, far);
      await house.endsLikeUndisturbed(job, far, near, late);
      expect((await house.watch.livesOf(job.id)).map(({ devices }) => devices.length)).toEqual([1, GPUS, 2, GPUS]);
      expect(await house.watch.sharedDevices()).toEqual([]);
    },
    MINUTES,
  );

  it(
    "while the policy has paused a job leaves it paused, and its next life lets it go on when there is room",
    async () => {
      await house.client.setPolicy({ policy: "priority", options: { minRunSeconds: 0 } });
      const count = (await house.client.servers())[0]?.cores as number;
      const jobs = [await house.submit({ cores: { count } }), await house.submit({ cores: { count } })];
      for (const job of jobs) await house.trains(job);
      const urgent = await house.submit({ cores: { count }, priority: 5 });
      await house.trains(urgent);
      const paused = await eventually("one is paused", async () => {
        for (const job of jobs) if ((await house.find(job)).status === "PAUSED") return job;
        return null;
      });
      await house.restart();
      await house.trains(urgent);
      expect(await house.find(paused)).toMatchObject({ status: "PAUSED", pausedBy: "POLICY" });
      expect((await house.inspect(paused)).State).toMatchObject({ Paused: true });
      await house.hurry(urgent);
      await house.trains(paused);
      expect((await house.inspect(paused)).State).toMatchObject({ Paused: false });

      await house.hurry(...jobs);
      await house.endsLikeUndisturbed(urgent, ...jobs);
      expect(await house.watch.livesOf(paused.id)).toHaveLength(1);
    },
    MINUTES,
  );
});
