import { afterAll, beforeAll, expect, it } from "vitest";
import type { JobSpecInput, Json } from "../../clients/sdk/index.ts";
import { useLab } from "../lab/shared-lab.ts";
import { runCommand } from "../setup/server.ts";
import { eventually, GPUS, LiveHouse, type LiveJob, useLiveHouse } from "./live-house.ts";
import { train, trainElastic } from "./programs.ts";

const shared = useLab({ hosts: 2, gpus: GPUS });
const MINUTES = 3 * 60_000;

shared.describe("jobs on two Docker engines, whatever the policy", () => {
  let house: LiveHouse;
  useLiveHouse(shared, {}, (opened) => {
    house = opened;
  });

  it.each([
    { policy: "priority", urgent: { priority: 7 }, usual: {} },
    { policy: "srtf", urgent: { estimate: { seconds: 1 } }, usual: { estimate: { seconds: 3600 } } },
    { policy: "round-robin", urgent: {}, usual: {} },
  ])(
    "a job that the policy $policy preempts resumes from its checkpoint, and its result is that of an undisturbed run",
    async ({ policy, urgent, usual }) => {
      await house.client.setPolicy({ policy, options: OPTIONS[policy] ?? {} });
      const whole = { gpus: { count: GPUS } };
      const jobs = [await house.submit({ ...whole, ...usual }), await house.submit({ ...whole, ...usual })];
      for (const job of jobs) await house.trains(job);
      const late = await house.submit({ ...whole, ...urgent });
      await house.trains(late);
      const preempted = await eventually("one was preempted for it", async () => {
        for (const job of jobs) if ((await house.find(job)).preemptions > 0) return job;
        return null;
      });
      await house.hurry(late, ...jobs);
      await house.endsLikeUndisturbed(late, ...jobs);
      expect((await house.said(preempted, /^resumed at step [1-9]\d*, preempted$/)).length).toBeGreaterThan(0);
      expect(await house.watch.sharedDevices()).toEqual([]);
    },
    MINUTES,
  );

  it(
    "a policy, an option or a placement that cannot be is refused with the reason, and what runs and how is not touched",
    async () => {
      await house.client.setPolicy({ policy: "tiresias", options: { thresholds: [10, 20] }, placement: "spread" });
      const job = await house.submit({ gpus: { count: 1 } });
      await house.trains(job);
      const before = await house.client.policies();
      const refused: readonly (readonly [readonly string[], RegExp])[] = [
        [["fastest"], /there is no policy fastest; there are: fifo, /],
        [["fifo", "--option", "backfil=fit"], /backfil.*backfill/],
        [["fifo", "--option", "backfill=sometimes"], /backfill.*none, fit/],
        [["round-robin", "--option", "quantumSeconds=-1"], /quantumSeconds/],
        [["tiresias", "--option", "thresholds=7200,3250"], /thresholds.*ascend.*7200, 3250/],
        [["fifo", "--placement", "heap"], /there is no placement heap; there are: consolidate, /],
      ];
      for (const [args, reason] of refused) {
        const ended = await runCommand(["policy", "set", ...args], { env: { SCHEDULEARN_URL: house.client.url } });
        expect(ended.stderr, args.join(" ")).toMatch(reason);
        expect(ended).toMatchObject({ code: 1, stdout: "" });
        expect(await house.client.policies()).toEqual(before);
      }
      expect(await house.trains(job)).toMatchObject({ attempt: 1 });
      await house.hurry(job);
      await house.endsLikeUndisturbed(job);
    },
    MINUTES,
  );
});

shared.describe("a server of two Docker engines whose policy changes all the time", () => {
  let house: LiveHouse;
  beforeAll(async () => {
    house = await LiveHouse.open(shared.hosts, {
      scheduling: { cooldownSeconds: 1, maxMigrations: 2, migrationRestSeconds: 0 },
    });
  }, MINUTES);
  afterAll(async () => {
    await house?.clear();
    await house?.close();
  }, MINUTES);

  it(
    "completes every job once with the result of an undisturbed run, has every line once, and gives no GPU twice",
    async () => {
      const elastic = (spec: JobSpecInput): Promise<LiveJob> => house.submit(spec, trainElastic, 90, 0.2);
      const fixed = (spec: JobSpecInput): Promise<LiveJob> => house.submit(spec, train, 90, 0.2);
      const live = await elastic({ gpus: { min: 1, max: 4 }, elasticity: "LIVE", resizeSignal: "SIGCONT" });
      const jobs = [
        live,
        await elastic({ gpus: { min: 1, max: 3 }, user: "ann" }),
        await fixed({ gpus: { count: 4 }, priority: 3, user: "bob" }),
        await elastic({ cores: { min: 1, max: 2 }, user: "ann" }),
        await fixed({ gpus: { count: 2 }, deadline: new Date(Date.now() + 3_600_000).toISOString() }),
        await fixed({ cores: { count: 2 }, user: "bob" }),
        await elastic({ gpus: { min: 2, max: 4 }, estimate: { seconds: 10 } }),
        await fixed({ gpus: { count: 1 } }),
        await fixed({ priority: 5 }),
        await fixed({ gpus: { count: 1 }, estimate: { seconds: 2 } }),
      ];
      const steps = jobs.reduce((sum, job) => sum + job.steps, 0);
      const { policies, placements } = await house.client.policies();
      for (const [i, { key }] of policies.entries()) {
        const placement = placements[i % placements.length]?.key as string;
        await house.client.setPolicy({ policy: key, placement, options: OPTIONS[key] ?? {} });
        expect((await house.client.jobs()).items.some(({ status }) => status !== "COMPLETED")).toBe(true);
        await eventually(`they have trained further under ${key}`, async () => {
          const { items } = await house.client.jobs();
          const done = items.reduce((sum, job) => sum + (job.progress?.step ?? 0), 0);
          return done >= (0.5 * steps * (i + 1)) / policies.length; // half is left: no policy finds all of them over
        });
      }
      await house.hurry(...jobs);
      await house.endsLikeUndisturbed(...jobs);
      const ended = (await house.client.jobs()).items;
      for (const moves of ["preemptions", "resizes"] as const)
        expect(
          ended.reduce((sum, job) => sum + job[moves], 0),
          moves,
        ).toBeGreaterThan(0);
      await house.holdsNothing();
      expect(await house.watch.sharedDevices([live.id])).toEqual([]);
      expect(await house.client.events({ types: ["PolicyChanged"] })).toHaveLength(policies.length);
    },
    MINUTES,
  );
});

/** What makes a policy act within the seconds of a test. */
const OPTIONS: Readonly<Record<string, Record<string, Json>>> = {
  priority: { minRunSeconds: 0 },
  "round-robin": { quantumSeconds: 1 },
  tiresias: { thresholds: [1, 3], promoteKnob: 1 },
  "elastic-tiresias": { thresholds: [1, 3], promoteKnob: 1 },
};
