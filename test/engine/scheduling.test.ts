import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Event } from "../../src/core/event.ts";
import { type Job, type JobId, placementOf } from "../../src/core/job.ts";
import type { PlacementRule } from "../../src/core/placement-rule.ts";
import type { Policy, ResolvePolicy } from "../../src/core/policy.ts";
import { requestCancel } from "../../src/core/request.ts";
import type { Placement } from "../../src/core/server.ts";
import { readEvents } from "../../src/store/event-log.ts";
import { between, gpus, resolve } from "../core/world.ts";
import { until } from "../drivers/support.ts";
import { aServer, EngineHouse, shell, trainScript } from "./house.ts";

let house: EngineHouse;
beforeEach(() => {
  house = new EngineHouse();
});
afterEach(async () => {
  for (const job of house.engine.scheduler.jobs.values())
    await house.engine
      .request((scheduler, now) => ({
        events: requestCancel(scheduler, job.id, { by: "test", delete: false, graceSeconds: 0 }, now),
      }))
      .catch(() => {});
  await until("nothing runs any more", () => house.engine.scheduler.jobs.size === 0);
  await house.close();
  house.remove();
});

const patient = { command: shell("sleep 60 & wait"), gpus: gpus(1) };

/** The policies there are, and one called `bad` that does this. */
const withBad =
  (decide: Policy["decide"]): ResolvePolicy =>
  (setting) =>
    setting.policy === "bad" ? { ...resolve({ ...setting, policy: "fifo" }), policy: { decide } } : resolve(setting);

const events = async <T extends Event["type"]>(type: T): Promise<Extract<Event, { type: T }>[]> =>
  (await readEvents(house.store, 0, 10_000, { types: [type] })).map(
    ({ event }) => event as Extract<Event, { type: T }>,
  );

describe("a policy at fault", () => {
  const faults: [string, Policy["decide"], RegExp][] = [
    [
      "that throws half way",
      ({ pools }, packer) => {
        for (const { job } of pools[0]?.contenders ?? []) packer.evict(job);
        throw new Error("it is out of its mind");
      },
      /out of its mind/,
    ],
    [
      "that moves what is to be left alone",
      ({ pools }, packer) => {
        for (const { job } of pools[0]?.contenders ?? []) packer.evict(job);
        return {};
      },
      /left alone/,
    ],
  ];

  it.each(faults)("%s is told once, what runs goes on, and another policy takes over", async (_, decide, reason) => {
    await house.open({ guarded: true, resolve: withBad(decide) });
    await house.join(aServer("alpha", 2));
    const runs = await house.submit(patient);
    await house.reaches(runs, "running");
    await house.setPolicy("bad");
    const waits = await house.submit(patient);
    await house.submit(patient);
    expect(await events("RoundFailed")).toMatchObject([{ policy: "bad", reason: expect.stringMatching(reason) }]);
    expect([await house.status(runs), await house.status(waits)]).toEqual(["running", "pending"]);
    await house.setPolicy("fifo");
    await house.reaches(waits, "running");
    expect(await house.status(runs)).toBe("running");
    expect((await events("JobPreempted")).length).toBe(0);
  });
});

describe("a placement that would search for ever", () => {
  it("is cut short by the clock, and the loop goes on", async () => {
    const searches: number[] = [];
    const endless: PlacementRule = {
      key: "endless",
      description: "",
      choose: ([first]) => first as NonNullable<typeof first>,
      pack({ gangs }, { expired }) {
        const begun = process.cpuUsage(); // a pause that the machine makes is no search
        while (!expired?.()) {}
        searches.push(process.cpuUsage(begun).user / 1000);
        const cost = { unplaced: 2, spans: 0, moved: 0 };
        return { places: gangs.map(({ current }) => current), cost, proven: false };
      },
    };
    await house.open({ resolve: (setting) => ({ ...resolve(setting), rule: endless }) });
    await house.join(aServer("alpha", 3));
    await house.join(aServer("beta", 1));
    await house.submit({ ...patient, gpus: gpus(2) });
    const wide = await house.submit({ ...patient, gpus: gpus(2) });
    expect(await house.status(wide)).toBe("pending");
    expect(searches.length).toBeGreaterThan(0);
    expect(Math.max(...searches)).toBeLessThan(1000);
  });
});

describe("what is learned", () => {
  it("from a job that has completed is known of its kin after a restart, and who has had how much", async () => {
    await house.open();
    await house.join(aServer("alpha", 1));
    const train = {
      command: shell(trainScript),
      env: { EPOCHS: "2", STEPS: "10", SECONDS_PER_STEP: "0.05", CHECKPOINT_EVERY: "100" },
      gpus: gpus(1),
      type: "shell",
    };
    await house.reaches(await house.submit(train), "completed");
    const estimate = (id: JobId) => {
      const { scheduler, clock } = house.engine;
      const job = scheduler.job(id);
      if (!job) throw new Error(`${id} is over`);
      return scheduler.learner.estimates(clock.now()).of(job);
    };
    const next = await house.submit({ ...train, command: shell("sleep 60 & wait") });
    const before = estimate(next);
    expect(before.source).toBe("category");
    expect(before.remainingSeconds).toBeGreaterThan(0.5);
    const used = (): number => {
      const { scheduler, clock } = house.engine;
      return scheduler.snapshot(clock.now()).usage.decayed("ann", "gpus", clock.now(), 1e12);
    };
    const had = used();
    expect(had).toBeGreaterThan(500);
    await house.close();

    house = await new EngineHouse(house.folder).open();
    expect(estimate(next).source).toBe("category");
    expect(estimate(next).remainingSeconds).toBeCloseTo(before.remainingSeconds as number, 1);
    expect(used()).toBeCloseTo(had, -1);
  });
});

describe("a job without GPUs", () => {
  it("is frozen when a more important one wants its cores, and goes on in the same run when that has ended", async () => {
    await house.open();
    await house.join(aServer("alpha", 0, { cores: 2 }));
    await house.setPolicy("priority", { minRunSeconds: 0, preemptive: true });
    const cores = { min: 2, max: 2, preferred: 2 };
    const training = {
      command: shell(trainScript),
      env: { EPOCHS: "2", STEPS: "10", SECONDS_PER_STEP: "0.05", CHECKPOINT_EVERY: "100" },
      gpus: gpus(0),
      cores,
    };
    const low = await house.submit({ ...training, command: shell(`${trainScript}\n${house.gate}`) });
    await until("it trains", () => house.engine.scheduler.job(low)?.progress);
    const high = await house.submit({ ...training, priority: 5, command: shell(house.gate) });
    await house.reaches(low, "paused");
    expect(house.engine.scheduler.job(low)?.state).toMatchObject({ by: "policy", on: [{ cores: [] }] });
    house.letGo();
    await house.reaches(high, "completed");
    await house.reaches(low, "completed");
    expect((await house.engine.queries.runsOf([low])).get(low)).toHaveLength(1);
    expect(await events("JobPreempted")).toEqual([]);
    const undisturbed = await house.submit(training);
    await house.reaches(undisturbed, "completed");
    expect((await house.lines(low)).at(-1)).toBe((await house.lines(undisturbed)).at(-1));
  });
});

describe("a live resize", () => {
  it("frees what the program lets go of as soon as it says so, long before its grace is over", async () => {
    await house.open();
    await house.join(aServer("alpha", 2));
    const script = `
      tell() { sed -n 's/.*"generation":\\([0-9]*\\).*/{"schedulearn": {"generation": \\1}}/p' $SCHEDULEARN_DIR/allocation.json; }
      trap tell USR1
      tell
      while true; do sleep 0.05 & wait $!; done`;
    const id = await house.submit({
      command: shell(script),
      gpus: between(1, 2, 2),
      elasticity: "live",
      resizeSignal: "SIGUSR1",
      checkpoint: { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 600 },
    });
    await until("it prints", async () => (await house.lines(id)).length === 1);
    const waits = await house.submit(patient);
    expect(await house.status(waits)).toBe("pending");

    const job = house.engine.scheduler.job(id) as Job;
    const to = (placementOf(job) as Placement).map((share) => ({ ...share, gpus: share.gpus.slice(0, 1) }));
    await house.engine.request((_, at) => ({
      events: [{ type: "JobResized", job: id, to, live: true, cause: "the test wants it", at }],
    }));
    await house.reaches(waits, "running");
    expect(await events("RunResized")).toMatchObject([{ job: id, attempt: 1, generation: 2 }]);
    expect(house.engine.scheduler.job(id)).toMatchObject({ resizes: 1, attempt: 1, state: { status: "running" } });
  });
});
