import { describe, expect, it } from "vitest";
import { statusReason } from "../../src/core/explain.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { lostAt } from "../../src/core/lost.ts";
import { requestCancel, requestMigrate, requestPause } from "../../src/core/request.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import type { Server } from "../../src/core/server.ts";
import { takeIn } from "../../src/engine/take-in.ts";
import { aServer, aSpec, gpus, resolve, World } from "./world.ts";

const LOST_AFTER = 300_000;

/** A world in which jobs that go on would do so for ever, unless a test says how long. */
const aWorld = (durations: Record<string, number> = {}, policy = "fifo"): World =>
  new World({
    policy,
    durations: { "job-1": 10_000_000, "job-2": 10_000_000, ...durations },
    scheduler: { lostAfterMillis: LOST_AFTER },
  });

const health = (world: World, server: string, state: "up" | "down" | "suspect", reason: string | null = "no answer") =>
  world.tell({
    type: "ServerHealthChanged",
    server,
    health: state,
    reason: state === "up" ? null : reason,
    at: world.now,
  });

const placed = (world: World, over: Partial<JobSpec> = {}, ...servers: Server[]): World => {
  world.join(...(servers.length > 0 ? servers : [aServer("a", 2), aServer("b", 2)]));
  world.submit("job-1", aSpec(over));
  world.run(1_000);
  world.now = 1_000;
  expect(world.status("job-1")).toBe("running");
  return world;
};
const serverOf = (world: World, job: string): string[] => {
  const { state } = world.job(job);
  return "on" in state ? state.on.map(({ server }) => server) : [];
};
const exits = (world: World) => world.log.filter((event) => event.type === "RunExited");

describe("a server that was down before the scheduler began again", () => {
  const HOUR = 3_600_000;
  /** When the one server of a new life counts as lost. @param lostAfterMillis the grace */
  const lostFrom = (downSince: number, begunAt: number, lostAfterMillis: number): number | null => {
    const scheduler = new Scheduler(
      resolve,
      { policy: "fifo", options: {}, placement: "consolidate" },
      { lostAfterMillis },
    );
    const down: Server = { ...aServer("a", 1), health: "down", healthSince: downSince };
    takeIn(scheduler, { servers: [down], jobs: [], runs: [], migrations: [], lessons: [], usage: [] }, begunAt);
    return lostAt(scheduler.servers.get("a") as Server, scheduler);
  };

  it("is lost when its grace is over since it was first missed", () => {
    expect(lostFrom(HOUR, HOUR + 100_000, LOST_AFTER)).toBe(HOUR + LOST_AFTER);
  });

  it("has a moment to answer, however long it was away, but never more than its grace", () => {
    expect(lostFrom(0, HOUR, LOST_AFTER)).toBe(HOUR + 15_000);
    expect(lostFrom(0, HOUR, 200)).toBe(HOUR + 200);
  });
});

describe("a server that stays down", () => {
  it("is lost after its grace and not before, and its job begins elsewhere as a new attempt", () => {
    const world = placed(aWorld());
    expect(serverOf(world, "job-1")).toEqual(["a"]);
    health(world, "a", "down");
    world.run(1_000 + LOST_AFTER - 1);
    expect([world.status("job-1"), serverOf(world, "job-1")]).toEqual(["running", ["a"]]);
    expect(statusReason(world.job("job-1"), world.scheduler, 61_000)).toBe(
      "server a is down (no answer): if that is not back in 240 s, it begins elsewhere",
    );
    world.run(1_000 + LOST_AFTER + 5_000);
    expect([world.status("job-1"), serverOf(world, "job-1")]).toEqual(["running", ["b"]]);
    expect(world.job("job-1")).toMatchObject({ attempt: 2, retriesUsed: { infrastructure: 1 } });
    expect(exits(world)).toMatchObject([
      {
        attempt: 1,
        at: 1_000 + LOST_AFTER,
        outcome: { cause: { code: "server-lost", message: "server a is lost: no answer" } },
      },
    ]);
  });

  it("counts its grace from when it fell silent, whatever reasons are told meanwhile", () => {
    const world = placed(aWorld());
    health(world, "a", "down", "no answer");
    world.run(200_000);
    health(world, "a", "down", "connection refused");
    world.run(1_000 + LOST_AFTER + 5_000);
    expect(serverOf(world, "job-1")).toEqual(["b"]);
    expect(exits(world)).toMatchObject([{ outcome: { cause: { message: "server a is lost: connection refused" } } }]);
  });

  it("is not lost when it comes back in time, nor while it is only suspect", () => {
    const world = placed(aWorld());
    health(world, "a", "down");
    world.run(200_000);
    health(world, "a", "up");
    health(world, "a", "suspect");
    world.run(2_000_000);
    expect(world.job("job-1")).toMatchObject({ attempt: 1, state: { status: "running" } });
  });

  it("may have a grace of its own", () => {
    const world = placed(aWorld(), {}, aServer("a", 2, { lostAfterSeconds: 10 }), aServer("b", 2));
    health(world, "a", "down");
    world.run(20_000);
    expect(serverOf(world, "job-1")).toEqual(["b"]);
  });

  it("gives nothing to anyone until it is up again", () => {
    const world = placed(aWorld(), {}, aServer("a", 2));
    health(world, "a", "down");
    world.run(400_000);
    expect(world.status("job-1")).toBe("pending");
    expect(statusReason(world.job("job-1"), world.scheduler, world.now)).toContain("a is down");
    health(world, "a", "suspect", "1 old run is being ended");
    world.run(500_000);
    expect(world.status("job-1")).toBe("pending");
    world.inUse.clear(); // as the driver has ended what ran there
    health(world, "a", "up");
    world.run(501_000);
    expect(world.job("job-1")).toMatchObject({ attempt: 2, state: { status: "running" } });
  });

  it("drops what is told late of the run that was lost", () => {
    const world = placed(aWorld());
    health(world, "a", "down");
    world.run(1_000 + LOST_AFTER + 5_000);
    const before = world.job("job-1");
    const late = { type: "RunExited", job: "job-1", attempt: 1, outcome: { kind: "succeeded" } } as const;
    world.tell({ ...late, exitCode: 0, signal: null, at: world.now });
    expect(world.job("job-1")).toEqual(before);
  });
});

describe("what a job says of lost servers", () => {
  it("wait: it stays as it is, and goes on when the server is back", () => {
    const world = placed(aWorld(), { whenServerLost: "wait" });
    health(world, "a", "down");
    world.run(3_000_000);
    expect(world.job("job-1")).toMatchObject({ attempt: 1, state: { status: "running" } });
    expect(statusReason(world.job("job-1"), world.scheduler, world.now)).toBe(
      "server a is down (no answer): it waits until that is back",
    );
    health(world, "a", "up");
    expect(serverOf(world, "job-1")).toEqual(["a"]);
    expect(exits(world)).toEqual([]);
  });

  it("fail: it has failed, whatever retries it has left", () => {
    const world = placed(aWorld(), { whenServerLost: "fail" });
    health(world, "a", "down");
    world.run(400_000);
    expect(world.job("job-1")).toMatchObject({
      state: { status: "failed", cause: { code: "server-lost", message: "server a is lost: no answer" } },
    });
  });

  it("one that is being cancelled waits for nothing", () => {
    const world = placed(aWorld(), { whenServerLost: "wait" });
    health(world, "a", "down");
    const how = { by: "ann", delete: false, graceSeconds: null };
    // The stop never reaches it.
    for (const event of requestCancel(world.scheduler, "job-1", how, world.now)) world.scheduler.observe(event);
    world.scheduler.takeCommands();
    world.run(400_000);
    expect(world.status("job-1")).toBe("cancelled");
  });
});

describe("a lost server, by what its jobs were doing", () => {
  it("starting: it is placed anew", () => {
    const world = aWorld();
    world.join(aServer("a", 2), aServer("b", 2)).submit("job-1", aSpec());
    world.observe({ type: "ServerHealthChanged", server: "b", health: "down", reason: "away", at: 0 });
    world.run(0);
    expect([world.status("job-1"), serverOf(world, "job-1")]).toEqual(["starting", ["a"]]);
    health(world, "a", "down");
    world.at(5, () => health(world, "b", "up"));
    // The order to start reaches nobody.
    world.observe({
      type: "RunPreparing",
      job: "job-1",
      attempt: 1,
      phase: "pulling",
      fraction: null,
      detail: null,
      at: 0,
    });
    expect(world.status("job-1")).toBe("starting");
    world.scheduler.observe({ type: "ServerHealthChanged", server: "a", health: "down", reason: "away", at: 0 });
    const { events } = world.scheduler.round(LOST_AFTER);
    expect(events).toMatchObject([{ type: "RunExited", attempt: 1 }]);
    expect(world.status("job-1")).toBe("pending");
  });

  it("paused by its user: it begins elsewhere only when it is resumed", () => {
    const world = placed(aWorld());
    for (const event of requestPause(world.scheduler, "job-1", world.now)) world.tell(event);
    health(world, "a", "down");
    world.run(400_000);
    expect(world.job("job-1").state).toMatchObject({ status: "pending", held: true });
    world.tell({ type: "JobResumed", job: "job-1", on: null, at: world.now });
    world.run(500_000);
    expect([world.status("job-1"), serverOf(world, "job-1")]).toEqual(["running", ["b"]]);
  });

  it("preempting: it is over, and waits like any other", () => {
    const world = placed(aWorld());
    health(world, "a", "down");
    world.scheduler.observe({ type: "JobPreempted", job: "job-1", cause: "others", at: world.now });
    world.scheduler.takeCommands();
    world.run(400_000);
    expect([world.status("job-1"), serverOf(world, "job-1")]).toEqual(["running", ["b"]]);
  });

  const migrating = (): World => {
    const world = placed(aWorld(), {}, aServer("a", 2), aServer("b", 2), aServer("c", 2));
    for (const event of requestMigrate(world.scheduler, "job-1", "b", world.now)) world.scheduler.observe(event);
    world.scheduler.takeCommands(); // neither prepared nor stopped: both are silent from here on
    expect(world.status("job-1")).toBe("migrating");
    return world;
  };

  it("the target of a move: the job never notices", () => {
    const world = migrating();
    health(world, "b", "down");
    world.run(400_000);
    expect(world.job("job-1")).toMatchObject({ attempt: 1, state: { status: "running" } });
    expect(world.scheduler.migration("job-1")).toMatchObject({ state: "failed" });
  });

  it("the source of a move: the job begins anew, and the target's room is free", () => {
    const world = migrating();
    health(world, "a", "down");
    world.run(400_000);
    expect(world.job("job-1")).toMatchObject({ attempt: 2, state: { status: "running" } });
    expect(world.commands).toContainEqual(expect.objectContaining({ type: "discard" }));
    expect(world.scheduler.ledger.holders("a")).toEqual([]);
    expect(world.scheduler.migration("job-1")).toMatchObject({ state: "superseded" });
  });

  it("both ends of a move: the job goes on at a third", () => {
    const world = migrating();
    health(world, "a", "down");
    health(world, "b", "down");
    world.run(400_000);
    expect([world.status("job-1"), serverOf(world, "job-1")]).toEqual(["running", ["c"]]);
  });

  it("the way back of a move that has arrived: nothing happens; and of one that fails then: it goes elsewhere", () => {
    const world = placed(aWorld(), {}, aServer("a", 2), aServer("b", 2), aServer("c", 2));
    for (const event of requestMigrate(world.scheduler, "job-1", "b", world.now)) world.tell(event);
    world.run(world.now + 20);
    expect(world.job("job-1").state).toMatchObject({ status: "starting", fallback: [{ server: "a" }] });
    health(world, "a", "down");
    const told = { type: "RunExited", job: "job-1", attempt: 2, exitCode: null, signal: null } as const;
    const cause = { origin: "infrastructure", code: "daemon-error", message: "no" } as const;
    world.scheduler.observe({ ...told, outcome: { kind: "failed", cause }, at: world.now });
    world.scheduler.takeCommands();
    expect(serverOf(world, "job-1")).toEqual(["a"]); // its place there is its own still
    world.inUse.clear();
    world.run(400_000);
    expect(world.status("job-1")).toBe("running");
    expect(serverOf(world, "job-1")).not.toEqual(["a"]);
  });
});

describe("a gang of which one server is lost", () => {
  const gang = (over: Partial<JobSpec> = {}): World =>
    placed(aWorld(), { gpus: gpus(4), servers: { min: 2, max: 2 }, ...over }, aServer("a", 2), aServer("b", 2));

  it("stops what is left of it first, and only then is its room free", () => {
    const world = gang();
    health(world, "b", "down");
    world.run(1_000 + LOST_AFTER);
    expect(world.job("job-1").state).toMatchObject({ status: "preempting" });
    expect(world.scheduler.ledger.holders("a")).toEqual(["job-1"]);
    expect(world.log).toContainEqual(
      expect.objectContaining({ type: "JobPreempted", cause: "server b is lost: no answer" }),
    );
    world.run(1_000 + LOST_AFTER + 100); // the rest has stopped
    expect(world.status("job-1")).toBe("pending");
    expect(world.scheduler.ledger.holders("a")).toEqual([]);
  });

  it("fails with the loss as its cause when it is to, once the rest has stopped", () => {
    const world = gang({ whenServerLost: "fail" });
    health(world, "b", "down");
    world.run(400_000);
    expect(world.job("job-1").state).toMatchObject({ status: "failed", cause: { code: "server-lost" } });
  });

  it("is over at once when all of its servers are lost", () => {
    const world = gang();
    health(world, "a", "down");
    health(world, "b", "down");
    world.run(400_000);
    expect(world.status("job-1")).toBe("pending");
    expect(exits(world)).toMatchObject([{ attempt: 1, outcome: { cause: { code: "server-lost" } } }]);
  });
});

describe("a lost server that is also", () => {
  it("draining: its jobs are not moved while it is down, and are lost with it", () => {
    const world = placed(aWorld());
    health(world, "a", "down");
    world.tell({ type: "ServerDrained", server: "a", draining: true, at: world.now });
    expect(world.status("job-1")).toBe("running");
    world.run(400_000);
    expect(serverOf(world, "job-1")).toEqual(["b"]);
  });

  it("cordoned: its jobs begin elsewhere, and it gets none when it is back", () => {
    const world = placed(aWorld(), {}, aServer("a", 2));
    world.tell({ type: "ServerCordoned", server: "a", cordoned: true, reason: "old", at: world.now });
    expect(world.status("job-1")).toBe("running");
    health(world, "a", "down");
    world.run(400_000);
    world.inUse.clear();
    health(world, "a", "up");
    world.run(500_000);
    expect(world.status("job-1")).toBe("pending");
    expect(statusReason(world.job("job-1"), world.scheduler, world.now)).toContain("a is cordoned");
    world.tell({ type: "ServerCordoned", server: "a", cordoned: false, reason: null, at: world.now });
    world.run(501_000);
    expect(world.status("job-1")).toBe("running");
  });
});
