import { describe, expect, it } from "vitest";
import { pendingCommands } from "../../src/core/command.ts";
import { DEFAULT_GUARDS, NO_GUARDS } from "../../src/core/guards.ts";
import type { Policy } from "../../src/core/policy.ts";
import { requestCancel, requestDrain, requestMigrate, requestPause, requestResume } from "../../src/core/request.ts";
import { type Placement, sizeOn } from "../../src/core/server.ts";
import { growInTurn, shrinkToLeast } from "../../src/policies/leftovers.ts";
import { listed } from "../../src/policies/line.ts";
import { perPool } from "../../src/policies/per-pool.ts";
import { walk } from "../../src/policies/walk.ts";
import { aServer, aSpec, between, coresOnly, gpus, World } from "./world.ts";

/** The simplest elastic policy: the least to each in order, then one more in turn. */
const sharing: Policy = perPool(({ contenders }, packer) => {
  shrinkToLeast(contenders, packer);
  walk(listed(contenders), packer, { isPreemptive: false, mayPass: true, size: ({ min }) => min });
  growInTurn(contenders, packer);
  return undefined;
});
/** Higher priority goes first and takes the place of lower ones. */
const byPriority: Policy = perPool(({ contenders }, packer) => {
  const order = contenders.toSorted((a, b) => b.job.spec.priority - a.job.spec.priority);
  walk(listed(order), packer, { isPreemptive: true, mayPass: true });
  return undefined;
});

const sizeOf = (world: World, job: string): number => {
  const { state, spec } = world.job(job);
  return "on" in state ? sizeOn(state.on, spec.gpus.max > 0 ? "gpus" : "cores") : 0;
};
const types = (world: World, job: string): string[] =>
  world.log.filter((event) => "job" in event && event.job === job).map(({ type }) => type);

describe("a job that is resized by a restart", () => {
  const world = (): World =>
    new World({ decides: sharing, durations: { "job-1": 60_000, "job-2": 8_000 } }).join(aServer("a", 4));

  it("saves and starts again with the other size when another comes, and grows when that one has ended", () => {
    const w = world();
    w.submit("job-1", aSpec({ gpus: between(1, 4) }), 0).submit("job-2", aSpec({ gpus: gpus(2) }), 100);
    w.run(2_000);
    expect([sizeOf(w, "job-1"), sizeOf(w, "job-2")]).toEqual([2, 2]);
    w.run();
    expect(w.job("job-1")).toMatchObject({ state: { status: "completed" }, resizes: 2, migrations: 0, preemptions: 0 });
    expect(w.starts.filter(({ job }) => job === "job-1").map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(w.log.filter(({ type }) => type === "JobResized")).toMatchObject([
      { live: false, to: [{ gpus: ["a/0", "a/3"] }] },
      { live: false, to: [{ gpus: ["a/0", "a/1", "a/2", "a/3"] }] },
    ]);
  });

  it("starts with the reason resized, and others start on its GPUs only when it has let go of them", () => {
    const w = world();
    w.submit("job-1", aSpec({ gpus: between(1, 4) }), 0).submit("job-2", aSpec({ gpus: gpus(2) }), 100);
    w.run(); // the world fails the test when a GPU is in use twice
    const placed = w.commands.filter((command) => command.type === "start" && command.run.job === "job-1");
    expect(placed.map((command) => command.type === "start" && command.run.reason)).toEqual([
      "submitted",
      "resized",
      "resized",
    ]);
  });

  it("goes back to what it had when the start with the other size fails, and that is no failure of the job", () => {
    const cause = { origin: "infrastructure", code: "daemon-error", message: "no" } as const;
    const w = new World({
      decides: sharing,
      durations: { "job-1": 60_000, "job-2": 60_000 },
      scheduler: { guards: { ...NO_GUARDS, planSpacingMillis: 1_000 } },
    }).join(aServer("a", 4));
    w.submit("job-1", aSpec({ gpus: between(1, 4) }), 0).submit("job-2", aSpec({ gpus: gpus(2) }), 100);
    w.at(150, () => {
      const { attempt } = w.job("job-1");
      w.observe({
        type: "RunExited",
        job: "job-1",
        attempt,
        outcome: { kind: "failed", cause },
        exitCode: null,
        signal: null,
        at: 150,
      });
    });
    w.run(100);
    expect(w.status("job-1")).toBe("migrating");
    w.observe({ type: "RunPrepared", job: "job-1", attempt: 2, at: 101 });
    w.observe({
      type: "RunExited",
      job: "job-1",
      attempt: 1,
      outcome: { kind: "stopped" },
      exitCode: null,
      signal: null,
      at: 120,
    });
    expect(w.job("job-1").state).toMatchObject({ status: "starting", reason: "resized" });
    w.observe({
      type: "RunExited",
      job: "job-1",
      attempt: 2,
      outcome: { kind: "failed", cause },
      exitCode: null,
      signal: null,
      at: 130,
    });
    expect(w.job("job-1").retriesUsed).toEqual({ application: 0, infrastructure: 0 });
    expect(sizeOf(w, "job-1")).toBe(4);
  });
});

describe("a job that is resized while it runs", () => {
  it("keeps its run: it is told of the grant, and what it gave up is free when it has let go of it", () => {
    const w = new World({ decides: sharing, durations: { "job-1": 60_000, "job-2": 8_000 } }).join(aServer("a", 4));
    w.submit("job-1", aSpec({ gpus: between(1, 4), elasticity: "live" }), 0);
    w.submit("job-2", aSpec({ gpus: gpus(2) }), 100).run();
    expect(w.starts.filter(({ job }) => job === "job-1")).toHaveLength(1);
    expect(w.job("job-1")).toMatchObject({ state: { status: "completed" }, resizes: 2, generation: 3, attempt: 1 });
    expect(types(w, "job-1")).toEqual([
      "JobSubmitted",
      "JobPlaced",
      "RunStarted",
      "JobResized",
      "RunResized",
      "JobResized",
      "RunResized",
      "RunExited",
    ]);
  });

  it("holds what it leaves until its run says that it has let go, and is neither moved nor paused meanwhile", () => {
    const { scheduler, ...rest } = new World({ decides: sharing });
    void rest;
    const on = (count: number) => [
      { server: "a", gpus: ["a/0", "a/1", "a/2", "a/3"].slice(0, count), cores: [], memoryMiB: 0 },
    ];
    scheduler.observe({ type: "ServerJoined", server: "a", joined: aServer("a", 4), at: 0 });
    const spec = aSpec({ gpus: between(1, 4), elasticity: "live" });
    scheduler.observe({ type: "JobSubmitted", job: "job-1", spec, blockedBy: [], key: null, at: 0 });
    scheduler.observe({ type: "JobPlaced", job: "job-1", on: on(4), attempt: 1, reason: "submitted", at: 0 });
    scheduler.observe({ type: "RunStarted", job: "job-1", attempt: 1, handle: "h", at: 0 });
    scheduler.observe({ type: "JobResized", job: "job-1", to: on(2), live: true, cause: "a test", at: 10 });
    expect(scheduler.ledger.rooms.get("a")?.idleGpus).toBe(0);
    expect(() => requestMigrate(scheduler, "job-1", null, 20)).toThrow("is being resized");
    expect(() => requestPause(scheduler, "job-1", 20)).toThrow("is being resized");
    expect(scheduler.observe({ type: "RunResized", job: "job-1", attempt: 1, generation: 1, at: 30 })).toBe(false);
    expect(scheduler.observe({ type: "RunResized", job: "job-1", attempt: 1, generation: 2, at: 40 })).toBe(true);
    expect(scheduler.ledger.rooms.get("a")?.idleGpus).toBe(2);
    expect(scheduler.observe({ type: "RunResized", job: "job-1", attempt: 1, generation: 2, at: 50 })).toBe(false);
  });

  it("leaves a draining server only when it has let go, so that what it has is never in doubt", () => {
    const w = new World({ decides: sharing, durations: { "job-1": 60_000, "job-2": 60_000 } });
    w.join(aServer("a", 4))
      .submit("job-1", aSpec({ gpus: between(1, 4), elasticity: "live" }), 0)
      .run(500);
    w.join(aServer("b", 4));
    const { on } = w.job("job-1").state as { on: Placement };
    const to = on.map((share) => ({ ...share, gpus: share.gpus.slice(0, 2) }));
    w.observe({ type: "JobResized", job: "job-1", to, live: true, cause: "a test", at: w.now });
    for (const event of requestDrain(w.scheduler, "a", true, w.now)) w.observe(event);
    w.round();
    expect(w.job("job-1").state).toMatchObject({ status: "running", leaving: on });
    w.run(2_000);
    expect(w.log.filter(({ type }) => type === "JobMigrated")).toMatchObject([{ cause: "drain" }]);
    expect(w.log.find(({ type }) => type === "JobMigrated")).toMatchObject({ to: [{ server: "b" }] });
  });

  it("that its user paused is told of its grant again after a restart, before it can go on", () => {
    const w = new World({ decides: sharing, durations: { "job-1": 60_000 } }).join(aServer("a", 0, { cores: 2 }));
    w.submit("job-1", aSpec(coresOnly(1, 4)), 0).run(500);
    w.tell({ type: "ServerInventoried", server: "a", gpus: [], cores: 4, memoryMiB: 1_000_000, at: w.now });
    w.run(600);
    expect(w.job("job-1").generation).toBe(2);
    for (const event of requestPause(w.scheduler, "job-1", w.now)) w.tell(event);
    const told = pendingCommands(w.job("job-1"));
    expect(told.map(({ type }) => type)).toEqual(["resize", "pause"]);
    expect(told[0]).toMatchObject({ run: { generation: 2, on: [{ cores: [0, 1, 2, 3] }] } });
  });

  it("gives all of it back when it is cancelled before it has let go", () => {
    const { scheduler } = new World({ decides: sharing });
    const share = { server: "a", cores: [], memoryMiB: 0 };
    scheduler.observe({ type: "ServerJoined", server: "a", joined: aServer("a", 2), at: 0 });
    const spec = aSpec({ gpus: between(1, 2), elasticity: "live" });
    scheduler.observe({ type: "JobSubmitted", job: "job-1", spec, blockedBy: [], key: null, at: 0 });
    const on = [{ ...share, gpus: ["a/0", "a/1"] }];
    scheduler.observe({ type: "JobPlaced", job: "job-1", on, attempt: 1, reason: "submitted", at: 0 });
    scheduler.observe({ type: "RunStarted", job: "job-1", attempt: 1, handle: "h", at: 0 });
    scheduler.observe({
      type: "JobResized",
      job: "job-1",
      to: [{ ...share, gpus: ["a/0"] }],
      live: true,
      cause: "a test",
      at: 10,
    });
    for (const event of requestCancel(scheduler, "job-1", { by: "ann", delete: false, graceSeconds: 5 }, 20))
      scheduler.observe(event);
    expect(scheduler.ledger.rooms.get("a")?.idleGpus).toBe(0); // the program may still use both
    const exit = { outcome: { kind: "stopped" }, exitCode: null, signal: null } as const;
    scheduler.observe({ type: "RunExited", job: "job-1", attempt: 1, ...exit, at: 30 });
    expect(scheduler.ledger.rooms.get("a")?.idleGpus).toBe(2);
  });

  it("is given more cores in place, whatever its elasticity, unless it is none", () => {
    const durations = { "job-1": 60_000, "job-2": 60_000 };
    const w = new World({ decides: sharing, durations }).join(aServer("a", 0, { cores: 8 }));
    w.submit("job-1", aSpec({ ...coresOnly(1, 16), elasticity: "restart" }), 0);
    w.submit("job-2", aSpec({ ...coresOnly(2), elasticity: "none" }), 100).run(500);
    expect([sizeOf(w, "job-1"), sizeOf(w, "job-2")]).toEqual([6, 2]);
    expect(w.starts.map(({ job }) => job)).toEqual(["job-1", "job-2"]);
  });
});

describe("a job without GPUs that has to yield", () => {
  const cluster = (): World =>
    new World({ decides: byPriority, durations: { "job-1": 5_000, "job-2": 2_000 } }).join(
      aServer("a", 0, { cores: 4, memoryMiB: 1_000 }),
    );

  it("is frozen with its memory, its cores go to the other, and it goes on where it was", () => {
    const w = cluster();
    w.submit("job-1", aSpec({ ...coresOnly(4), memoryMiB: 400 }), 0);
    w.submit("job-2", aSpec({ ...coresOnly(3), memoryMiB: 400, priority: 5 }), 1_000).run(1_500);
    expect(w.job("job-1").state).toMatchObject({ status: "paused", by: "policy", on: [{ cores: [], memoryMiB: 400 }] });
    expect(w.status("job-2")).toBe("running");
    expect(w.scheduler.ledger.rooms.get("a")).toMatchObject({ usedMemoryMiB: 800, idleCores: 1 });
    w.run();
    expect(types(w, "job-1")).toEqual([
      "JobSubmitted",
      "JobPlaced",
      "RunStarted",
      "JobPaused",
      "JobResumed",
      "RunExited",
    ]);
    expect(w.job("job-1")).toMatchObject({ state: { status: "completed" }, attempt: 1, serviceMillis: 5_000 });
  });

  it("does not yield where its memory leaves no room for the other", () => {
    const w = cluster();
    w.submit("job-1", aSpec({ ...coresOnly(4), memoryMiB: 800 }), 0);
    w.submit("job-2", aSpec({ ...coresOnly(3), memoryMiB: 400, priority: 5 }), 1_000).run(1_500);
    expect([w.status("job-1"), w.status("job-2")]).toEqual(["running", "pending"]);
  });

  it("takes its cores back from others, and its memory, which it never gave, counts once", () => {
    const w = cluster();
    w.submit("job-1", aSpec({ ...coresOnly(4), memoryMiB: 600 }), 0);
    w.submit("job-2", aSpec({ ...coresOnly(3), memoryMiB: 300, priority: 5 }), 1_000).run(1_500);
    expect(w.status("job-1")).toBe("paused");
    w.tell({ type: "JobUpdated", job: "job-1", patch: { priority: 9 }, at: w.now });
    expect([w.status("job-1"), w.status("job-2")]).toEqual(["running", "paused"]);
  });

  it("asks for no more cores than its own server has, since it can go on nowhere else", () => {
    const w = new World({ decides: byPriority, durations: { "job-1": 5_000, "job-2": 2_000 } });
    w.join(aServer("a", 0, { cores: 4 }));
    w.submit("job-1", aSpec(coresOnly(1, 16, 16)), 0);
    w.submit("job-2", aSpec({ ...coresOnly(4), priority: 5 }), 1_000).run(1_500);
    w.join(aServer("b", 0, { cores: 16 })).run();
    expect(w.job("job-1")).toMatchObject({ state: { status: "completed" }, attempt: 1 });
  });

  it("is stopped instead where the settings say so", () => {
    const w = new World({
      decides: byPriority,
      durations: { "job-1": 5_000, "job-2": 2_000 },
      scheduler: { guards: { ...NO_GUARDS, pauseCores: false } },
    }).join(aServer("a", 0, { cores: 4 }));
    w.submit("job-1", aSpec(coresOnly(4)), 0)
      .submit("job-2", aSpec({ ...coresOnly(3), priority: 5 }), 1_000)
      .run();
    expect(w.job("job-1")).toMatchObject({ state: { status: "completed" }, preemptions: 1, attempt: 2 });
  });

  it("stays its user's while its user has paused it too, and waits for cores after that", () => {
    const w = cluster();
    w.submit("job-1", aSpec(coresOnly(4)), 0).submit("job-2", aSpec({ ...coresOnly(3), priority: 5 }), 1_000);
    w.run(1_500);
    expect(() => requestResume(w.scheduler, "job-1", w.now)).toThrow("waits for cores");
    for (const event of requestPause(w.scheduler, "job-1", w.now)) w.tell(event);
    w.run(20_000);
    expect([w.status("job-1"), w.status("job-2")]).toEqual(["paused", "completed"]);
    for (const event of requestResume(w.scheduler, "job-1", w.now)) w.tell(event);
    expect(w.status("job-1")).toBe("running");
    w.run();
    expect(w.status("job-1")).toBe("completed");
  });

  it("leaves a draining server by a stop, since frozen it could never go", () => {
    const w = cluster().join(aServer("b", 0, { cores: 4 }));
    w.submit("job-1", aSpec(coresOnly(4)), 0).submit("job-2", aSpec({ ...coresOnly(4), priority: 5 }), 0);
    w.submit("job-3", aSpec({ ...coresOnly(4), priority: 9 }), 500).run(600);
    const frozen = ["job-1", "job-2"].find((job) => w.status(job) === "paused") as string;
    const { state } = w.job(frozen);
    const server = "on" in state ? (state.on[0]?.server as string) : "";
    for (const event of requestDrain(w.scheduler, server, true, w.now)) w.tell(event);
    w.run();
    expect(w.status(frozen)).toBe("completed");
    expect(w.starts.filter(({ job }) => job === frozen)).toHaveLength(2);
  });
});

describe("memory", () => {
  const held = (memoryMiB: number, over = {}) => aSpec({ gpus: gpus(1), memoryMiB, ...over });
  const cluster = (): World =>
    new World({ decides: byPriority, durations: { "job-1": 60_000, "job-2": 60_000, "job-3": 60_000 } }).join(
      aServer("a", 3, { memoryMiB: 100 }),
    );

  it("of a job that is being stopped is another's only when it has stopped", () => {
    const w = cluster()
      .submit("job-1", held(60), 0)
      .submit("job-2", held(60, { priority: 5 }), 1_000);
    w.run(1_005);
    expect([w.status("job-1"), w.status("job-2")]).toEqual(["preempting", "pending"]);
    w.run(1_100);
    expect([w.status("job-1"), w.status("job-2")]).toEqual(["pending", "running"]);
  });

  it("that is about to be free costs no second job its place", () => {
    const w = cluster().submit("job-1", held(40), 0).submit("job-2", held(40), 0);
    w.submit("job-3", held(40, { priority: 5 }), 1_000).run(1_005);
    w.round();
    w.run(2_000);
    expect(w.status("job-3")).toBe("running");
    expect(w.log.filter(({ type }) => type === "JobPreempted")).toHaveLength(1);
  });
});

describe("a job that is to leave its server", () => {
  const cluster = (over: Parameters<typeof aSpec>[0]): World => {
    const w = new World({ decides: sharing, durations: { "job-1": 1e6 } }).join(aServer("a", 4));
    w.submit("job-1", aSpec(over), 0).run(500);
    w.join(aServer("b", 2));
    return w.run(1_000);
  };

  it("goes with what there is room for, if it can be smaller; asked for, or off a draining server", () => {
    const w = cluster({ gpus: between(1, 4) });
    expect(sizeOf(w, "job-1")).toBe(4);
    for (const event of requestMigrate(w.scheduler, "job-1", "b", w.now)) w.tell(event);
    w.run(2_000);
    expect(w.job("job-1")).toMatchObject({
      migrations: 1,
      resizes: 1,
      state: { status: "running", on: [{ server: "b" }] },
    });
    const drained = cluster({ gpus: between(1, 4) });
    for (const event of requestDrain(drained.scheduler, "a", true, drained.now)) drained.tell(event);
    drained.run(2_000);
    expect(drained.job("job-1").state).toMatchObject({ on: [{ server: "b" }] });
  });

  it("stays where there is no room for all of it, if its size is fixed", () => {
    const w = cluster({ gpus: gpus(3) });
    expect(() => requestMigrate(w.scheduler, "job-1", "b", w.now)).toThrow("no room");
  });
});

describe("the guards against thrash", () => {
  const guarded = (over: Partial<typeof DEFAULT_GUARDS>): World =>
    new World({
      decides: sharing,
      durations: { "job-1": 1e7, "job-2": 1e7, "job-3": 1e7 },
      scheduler: { guards: { ...NO_GUARDS, ...over } },
    }).join(aServer("a", 8));
  const resizedAt = (w: World): number[] => w.log.filter(({ type }) => type === "JobResized").map(({ at }) => at);

  it("leave a run alone for a while after it has begun", () => {
    const w = guarded({ cooldownMillis: 120_000 });
    w.submit("job-1", aSpec({ gpus: between(1, 8) }), 0)
      .submit("job-2", aSpec({ gpus: gpus(2) }), 5_000)
      .run(300_000);
    expect(resizedAt(w)).toEqual([120_010]);
  });

  it("keep a span between plans that move running work", () => {
    const w = guarded({ planSpacingMillis: 30_000 });
    w.submit("job-1", aSpec({ gpus: between(1, 8) }), 0).submit("job-2", aSpec({ gpus: gpus(2) }), 5_000);
    w.submit("job-3", aSpec({ gpus: gpus(2) }), 6_000).run(100_000);
    expect(resizedAt(w)).toEqual([5_000, 35_000]);
  });

  it("leave a job alone that is about to end, and make no resize that gains less than it costs", () => {
    const estimate = { seconds: 800, epochs: null, steps: null };
    const slow = (remainingSeconds: number) => ({
      source: "declared" as const,
      remainingSeconds,
      spread: 0,
      restartSeconds: 60,
      largestMeasured: 8,
      speedup: (size: number) => size,
    });
    for (const [remaining, expected] of [
      [100 * 8, 0], // 100 s are left at 8 GPUs, less than twice a restart
      [1e6, 1],
    ] as const) {
      const learner = {
        observe() {},
        estimates: () => ({ epoch: null, of: () => slow(remaining), services: () => [] }),
        takeChanges: () => [],
        restore() {},
        accuracy: () => [],
      };
      const w = new World({
        decides: sharing,
        durations: { "job-1": 1e7, "job-2": 1e7 },
        scheduler: { guards: { ...NO_GUARDS, endFactor: 2, restartFactor: 1, horizonMillis: 600_000 }, learner },
      }).join(aServer("a", 8));
      w.submit("job-1", aSpec({ gpus: between(1, 8), estimate }), 0).submit("job-2", aSpec({ gpus: gpus(2) }), 5_000);
      w.run(20_000);
      expect(resizedAt(w)).toHaveLength(expected);
    }
  });

  it("set no more in motion at once than allowed", () => {
    const w = new World({
      decides: sharing,
      costs: { start: 1_000, stop: 10 },
      durations: Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`job-${i + 1}`, 1e6])),
      scheduler: { guards: { ...NO_GUARDS, maxTransitions: 3 } },
    }).join(aServer("a", 8));
    for (let i = 1; i <= 8; i++) w.submit(`job-${i}`, aSpec(), 0);
    w.run(500);
    expect(w.starts).toHaveLength(3);
    w.run(10_000);
    expect(w.starts).toHaveLength(8);
  });

  it("do not count what is stuck on a server that is down", () => {
    const w = guarded({ maxTransitions: 1 });
    w.submit("job-1", aSpec({ gpus: gpus(8) }), 0).run(5);
    w.tell({ type: "ServerHealthChanged", server: "a", health: "down", reason: "no answer", at: w.now });
    w.join(aServer("b", 8))
      .submit("job-2", aSpec({ gpus: gpus(8) }))
      .round();
    w.run(w.now);
    expect([w.status("job-1"), w.status("job-2")]).toEqual(["starting", "starting"]);
  });

  it("do not bind requests of users", () => {
    const w = guarded(DEFAULT_GUARDS).join(aServer("b", 8));
    w.submit("job-1", aSpec({ gpus: gpus(2) }), 0).run(100);
    expect(requestMigrate(w.scheduler, "job-1", "b", w.now)).toHaveLength(1);
  });
});

describe("a policy that goes wrong", () => {
  it("because it throws is told of, and what runs goes on", () => {
    let isBroken = false;
    const decides: Policy = {
      decide(snapshot, packer) {
        if (isBroken) throw new Error("division by zero");
        return sharing.decide(snapshot, packer);
      },
    };
    const w = new World({ decides, durations: { "job-1": 1e6, "job-2": 1e6 } }).join(aServer("a", 4));
    w.submit("job-1", aSpec({ gpus: gpus(2) }), 0).run(100);
    isBroken = true;
    w.submit("job-2", aSpec({ gpus: gpus(2) }), 200).run(1_000);
    expect(w.log.filter(({ type }) => type === "RoundFailed")).toMatchObject([{ reason: "division by zero" }]);
    expect([w.status("job-1"), w.status("job-2")]).toEqual(["running", "pending"]);
    isBroken = false;
    w.round();
    expect(w.status("job-2")).toBe("starting");
  });

  it("because it evicts a run that is to be left alone is told of, and the run goes on", () => {
    const evicting: Policy = perPool(({ contenders }, packer) => {
      for (const { job, isRunning } of contenders)
        if (isRunning) packer.evict(job);
        else packer.place(job, 1);
      return undefined;
    });
    const w = new World({
      decides: evicting,
      durations: { "job-1": 1e6 },
      scheduler: { guards: { ...NO_GUARDS, cooldownMillis: 60_000 } },
    }).join(aServer("a", 4));
    w.submit("job-1", aSpec(), 0).run(1_000);
    expect(w.status("job-1")).toBe("running");
    expect(w.log.find(({ type }) => type === "RoundFailed")).toMatchObject({
      reason: "job-1 is moved though it is to be left alone",
    });
  });
});
