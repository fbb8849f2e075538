import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../src/core/errors.ts";
import { isOver, placementOf } from "../../src/core/job.ts";
import { migrationEvent } from "../../src/core/plan.ts";
import {
  requestCancel,
  requestDrain,
  requestMigrate,
  requestPause,
  requestRemove,
  requestResume,
  requestRetry,
  requestSubmit,
  requestUpdate,
} from "../../src/core/request.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import type { Placement } from "../../src/core/server.ts";
import { aServer, aSpec, between, coresOnly, gpus, resolve, World } from "./world.ts";

const faultOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof DomainError) return error.message;
    throw error;
  }
  throw new Error("it was not refused");
};

describe("a job's life", () => {
  it("goes from pending over starting and running to completed, and gives its GPUs back", () => {
    const world = new World({ durations: { "job-1": 500 } }).join(aServer("alpha", 2)).submit("job-1", aSpec());
    world.run();
    expect(world.log.map(({ type }) => type)).toEqual([
      "ServerJoined",
      "JobSubmitted",
      "JobPlaced",
      "RunStarted",
      "RunExited",
    ]);
    expect(world.job("job-1")).toMatchObject({
      state: { status: "completed", at: 510 },
      serviceMillis: 500,
      gpuMillis: 500,
    });
    expect(world.scheduler.ledger.rooms.get("alpha")?.idleGpus).toBe(2);
  });

  it("is tried again after an infrastructure failure, with growing pauses, and fails when the budget is spent", () => {
    const cause = { origin: "infrastructure", code: "daemon-error", message: "the daemon said no" } as const;
    const world = new World({ outcome: () => ({ kind: "failed", cause }) }).join(aServer("alpha", 1));
    world.submit("job-1", aSpec({ retries: { application: 0, infrastructure: 2 } })).run();
    expect(world.starts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    const gaps = world.starts.slice(1).map(({ at }, i) => at - (world.starts[i] as { at: number }).at);
    expect(gaps[1]).toBeGreaterThan(gaps[0] as number);
    expect(world.job("job-1").state).toMatchObject({ status: "failed", cause });
  });

  it("does not spend its application retries on infrastructure failures", () => {
    const infrastructure = { origin: "infrastructure", code: "server-lost", message: "lost" } as const;
    const application = { origin: "application", code: "exit", message: "exit code 3" } as const;
    const world = new World({
      outcome: (_, attempt) => ({ kind: "failed", cause: attempt <= 2 ? infrastructure : application }),
    }).join(aServer("alpha", 1));
    world.submit("job-1", aSpec({ retries: { application: 1, infrastructure: 2 } })).run();
    expect(world.starts).toHaveLength(4);
    expect(world.job("job-1").state).toMatchObject({ status: "failed", cause: application });
  });

  it("has all its infrastructure retries again when a run has trained for an hour, and not before", () => {
    const cause = { origin: "infrastructure", code: "server-lost", message: "lost" } as const;
    const fails = (millis: number): World =>
      new World({ durations: { "job-1": millis }, outcome: () => ({ kind: "failed", cause }) })
        .join(aServer("alpha", 1))
        .submit("job-1", aSpec({ retries: { application: 0, infrastructure: 1 } }));
    expect(fails(3_599_000).run().starts).toHaveLength(2);
    expect(fails(3_601_000).run(24 * 3_600_000).starts.length).toBeGreaterThan(20);
  });

  it("fails at once when trying again cannot help", () => {
    const cause = { origin: "infrastructure", code: "image-pull", message: "no such image", permanent: true } as const;
    const world = new World({ outcome: () => ({ kind: "failed", cause }) }).join(aServer("alpha", 1));
    world.submit("job-1", aSpec()).run();
    expect(world.starts).toHaveLength(1);
    expect(world.status("job-1")).toBe("failed");
  });

  it("that completes while it is being cancelled has completed", () => {
    const world = new World({ durations: { "job-1": 100 }, costs: { start: 0, stop: 50 } }).join(aServer("alpha", 1));
    world.submit("job-1", aSpec()).run(50);
    world.now = 60;
    world.tell({ type: "JobCancelled", job: "job-1", by: "ann", delete: false, graceSeconds: null, at: 60 });
    world.tell({
      type: "RunExited",
      job: "job-1",
      attempt: 1,
      outcome: { kind: "succeeded" },
      exitCode: 0,
      signal: null,
      at: 61,
    });
    expect(world.status("job-1")).toBe("completed");
  });

  it("waits for the jobs it depends on, and fails when one of them does", () => {
    const failure = { origin: "application", code: "exit", message: "exit code 1" } as const;
    const world = new World({
      durations: { "job-1": 100 },
      outcome: (job) => (job === "job-2" ? { kind: "failed", cause: failure } : { kind: "succeeded" }),
    }).join(aServer("alpha", 4));
    world.submit("job-1", aSpec()).submit("job-2", aSpec());
    world
      .submit("job-3", aSpec({ after: ["job-1"] }))
      .submit("job-4", aSpec({ after: ["job-1", "job-2"] }))
      .run();
    expect(world.starts.find(({ job }) => job === "job-3")?.at).toBeGreaterThanOrEqual(110);
    expect(world.status("job-3")).toBe("completed");
    expect(world.job("job-4").state).toMatchObject({ status: "failed", cause: { code: "dependency" } });
  });

  it("is given up when a time limit of its own passes", () => {
    const limits = { queueSeconds: 1, pullSeconds: null, runSeconds: 2, idleSeconds: null };
    const world = new World({ durations: { "job-1": 60_000, "job-2": 60_000 } }).join(aServer("alpha", 1));
    world.submit("job-1", aSpec({ limits })).submit("job-2", aSpec({ limits })).run();
    expect(world.job("job-1").state).toMatchObject({ status: "failed", cause: { code: "time-limit" }, at: 2020 });
    expect(world.job("job-2").state).toMatchObject({ status: "failed", cause: { code: "time-limit" }, at: 1000 });
  });

  it("keeps the time of a pause out of its service", () => {
    const world = new World({ durations: { "job-1": 10_000 } }).join(aServer("alpha", 1));
    world.submit("job-1", aSpec()).run(10);
    world.now = 1010;
    world.tell({ type: "JobPaused", job: "job-1", by: "user", at: 1010 });
    world.now = 5010;
    world.tell({ type: "JobResumed", job: "job-1", on: null, at: 5010 });
    world.now = 6010;
    world.tell({
      type: "RunExited",
      job: "job-1",
      attempt: 1,
      outcome: { kind: "succeeded" },
      exitCode: 0,
      signal: null,
      at: 6010,
    });
    expect(world.job("job-1").serviceMillis).toBe(2000);
    expect(world.commands.map(({ type }) => type)).toEqual(["start", "pause", "resume"]);
  });
});

describe("a migration", () => {
  const ready = (): World => {
    const world = new World({ durations: { "job-1": 10_000 } }).join(aServer("alpha", 1), aServer("beta", 1));
    world.submit("job-1", aSpec()).run(100);
    world.now = 100;
    for (const event of requestMigrate(world.scheduler, "job-1", "beta", 100)) world.tell(event);
    return world;
  };

  it("prepares the target, stops the source, starts with the next attempt, and only then lets the source go", () => {
    const world = ready();
    expect(world.commands.map(({ type }) => type)).toEqual(["start", "prepare"]);
    expect(world.scheduler.ledger.rooms.get("beta")?.idleGpus).toBe(0);
    world.run(125); // prepared at 110, stopped at 120, running at 130
    expect(world.status("job-1")).toBe("starting");
    expect(world.scheduler.ledger.rooms.get("alpha")?.idleGpus).toBe(0);
    world.run(131);
    expect(world.status("job-1")).toBe("running");
    expect(world.scheduler.ledger.rooms.get("alpha")?.idleGpus).toBe(1);
    world.run();
    expect(world.starts.map(({ attempt, server }) => [attempt, server])).toEqual([
      [1, "alpha"],
      [2, "beta"],
    ]);
    expect(world.scheduler.migration("job-1")).toMatchObject({ state: "completed", downtimeMillis: 10, cause: "user" });
    expect(world.job("job-1")).toMatchObject({ migrations: 1, state: { status: "completed" } });
  });

  it("carries the checkpoint of the source, and drops the old copy once the new one is in use", () => {
    const world = ready().run();
    const start = world.commands.filter(({ type }) => type === "start").at(-1);
    expect(start).toMatchObject({ run: { checkpoint: { generation: 2, from: { server: "alpha", generation: 1 } } } });
    expect(world.commands.at(-1)).toEqual({
      type: "discardCheckpoint",
      job: "job-1",
      folder: { server: "alpha", generation: 1 },
    });
  });

  it("whose target cannot be prepared leaves the job running as if nothing had been", () => {
    const world = ready();
    const cause = { origin: "infrastructure", code: "image-pull", message: "no such image" } as const;
    world.tell({
      type: "RunExited",
      job: "job-1",
      attempt: 2,
      outcome: { kind: "failed", cause },
      exitCode: null,
      signal: null,
      at: 105,
    });
    expect(world.status("job-1")).toBe("running");
    expect(world.scheduler.migration("job-1")).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("no such image"),
    });
    expect(world.scheduler.ledger.rooms.get("beta")?.idleGpus).toBe(1);
    world.run();
    expect(world.job("job-1")).toMatchObject({ migrations: 0, state: { status: "completed" }, attempt: 1 });
  });

  it("whose start on the target fails goes back to the source, and costs the job no retry", () => {
    const cause = { origin: "infrastructure", code: "daemon-error", message: "no" } as const;
    const world = new World({
      durations: { "job-1": 10_000 },
      outcome: (_, attempt) => (attempt === 2 ? { kind: "failed", cause } : { kind: "succeeded" }),
    }).join(aServer("alpha", 1), aServer("beta", 1));
    world.submit("job-1", aSpec()).run(100);
    world.now = 100;
    for (const event of requestMigrate(world.scheduler, "job-1", null, 100)) world.tell(event);
    world.run(125);
    world.tell({
      type: "RunExited",
      job: "job-1",
      attempt: 2,
      outcome: { kind: "failed", cause },
      exitCode: null,
      signal: null,
      at: 125,
    });
    expect(world.scheduler.run("job-1")).toMatchObject({ attempt: 3, on: [{ server: "alpha" }] });
    expect(world.scheduler.migration("job-1")).toMatchObject({ state: "failed" });
    expect(world.job("job-1").retriesUsed).toEqual({ application: 0, infrastructure: 0 });
  });

  it("counts the steps that were done and not saved", () => {
    const world = new World({ durations: { "job-1": 10_000 } }).join(aServer("alpha", 1), aServer("beta", 1));
    world.submit("job-1", aSpec()).run(100);
    world.now = 100;
    world.tell({ type: "CheckpointSaved", job: "job-1", attempt: 1, step: 100, by: "program", at: 100 });
    world.tell({
      type: "RunProgressed",
      job: "job-1",
      attempt: 1,
      progress: { step: 120, steps: 400, fraction: 0.3, at: 100 },
      at: 100,
    });
    for (const event of requestMigrate(world.scheduler, "job-1", "beta", 100)) world.tell(event);
    world.run();
    expect(world.scheduler.migration("job-1")?.lostSteps).toBe(20);
  });

  it("is refused, and changes nothing, where there is no room or no sense", () => {
    const world = new World({ durations: { "job-1": 10_000 } }).join(aServer("alpha", 2), aServer("beta", 1));
    world
      .submit("job-1", aSpec({ gpus: gpus(2) }))
      .submit("job-2", aSpec())
      .run(100);
    const { scheduler } = world;
    expect(faultOf(() => requestMigrate(scheduler, "job-1", "beta", 100))).toBe(
      "server beta has no room for 2 GPUs now",
    );
    expect(faultOf(() => requestMigrate(scheduler, "job-1", "alpha", 100))).toContain("runs on alpha already");
    expect(faultOf(() => requestMigrate(scheduler, "job-1", "gamma", 100))).toContain("there are: alpha, beta");
    expect(faultOf(() => requestMigrate(scheduler, "job-9", null, 100))).toContain("no job job-9");
    expect(world.status("job-1")).toBe("running");
  });

  it("of a gang goes only where all of it is idle now", () => {
    const world = new World({ durations: { "job-1": 1e6, "job-2": 1e6 } }).join(aServer("alpha", 4));
    world.submit("job-1", aSpec({ gpus: gpus(4), servers: { min: 1, max: 2 } })).run(50);
    world
      .join(aServer("beta", 2), aServer("gamma", 2))
      .submit("job-2", aSpec({ gpus: gpus(2) }))
      .run(100);
    world.observe({ type: "JobCancelled", job: "job-2", by: "ann", delete: false, graceSeconds: null, at: 100 });
    expect(() => requestMigrate(world.scheduler, "job-1", null, 100)).toThrow("no other server has room");
  });

  it("moves jobs off a draining server, and new ones stay away from it", () => {
    const world = new World({ durations: { "job-1": 5000, "job-2": 5000 } }).join(
      aServer("alpha", 2),
      aServer("beta", 2),
    );
    world.submit("job-1", aSpec()).submit("job-2", aSpec()).run(100);
    expect(world.starts.map(({ server }) => server)).toEqual(["alpha", "alpha"]);
    world.now = 100;
    for (const event of requestDrain(world.scheduler, "alpha", true, 100)) world.tell(event);
    world.submit("job-3", aSpec(), 200).run();
    expect(world.starts.slice(2).map(({ server }) => server)).toEqual(["beta", "beta", "beta"]);
    expect(world.scheduler.ledger.holders("alpha")).toEqual([]);
    for (const event of requestRemove(world.scheduler, "alpha", false, world.now)) world.tell(event);
    expect([...world.scheduler.servers.keys()]).toEqual(["beta"]);
  });
});

describe("a request", () => {
  const world = new World({ durations: { "job-1": 1e6 } }).join(aServer("alpha", 2));
  world
    .submit("job-1", aSpec())
    .submit("job-2", aSpec({ gpus: gpus(2) }))
    .run(100);
  const { scheduler } = world;

  it("for a job that no server could ever hold is refused with what there is", () => {
    expect(faultOf(() => requestSubmit(scheduler, "job-3", aSpec({ gpus: gpus(8) }), null, 0))).toContain(
      "no server could ever hold 8 GPUs",
    );
  });
  it("to change the size of a running job is refused; of a waiting one it is taken", () => {
    expect(faultOf(() => requestUpdate(scheduler, "job-1", { gpus: gpus(2) }, 0))).toContain(
      "only change while it waits",
    );
    expect(requestUpdate(scheduler, "job-2", { gpus: gpus(1) }, 0)).toHaveLength(1);
  });
  it("to change the cores of a running program is taken where it can change its size, and they follow at once", () => {
    const w = new World({ durations: { "job-1": 1e6, "job-2": 1e6 } }).join(aServer("alpha", 0, { cores: 4 }));
    w.submit("job-1", aSpec({ ...coresOnly(1, 2, 2), elasticity: "live" }))
      .submit("job-2", aSpec({ ...coresOnly(1), elasticity: "none" }))
      .run(100);
    const { cores } = coresOnly(1, 3, 3);
    for (const event of requestUpdate(w.scheduler, "job-1", { cores }, w.now)) w.tell(event);
    expect(w.job("job-1")).toMatchObject({
      attempt: 1,
      resizes: 1,
      state: { on: [{ cores: expect.objectContaining({ length: 3 }) }] },
    });
    expect(faultOf(() => requestUpdate(w.scheduler, "job-2", { cores }, w.now))).toContain(
      "only change while it waits",
    );
  });
  it("that does not suit the state is refused with the state", () => {
    expect(faultOf(() => requestResume(scheduler, "job-1", 0))).toContain("it is running");
    expect(faultOf(() => requestRetry(scheduler, "job-1", [], 0))).toContain("it is running");
    expect(faultOf(() => requestRemove(scheduler, "alpha", false, 0))).toContain("drain it first");
  });
  it("to pause holds a waiting job back and freezes a running one", () => {
    expect(requestPause(scheduler, "job-1", 0)).toEqual([{ type: "JobPaused", job: "job-1", by: "user", at: 0 }]);
    expect(requestPause(scheduler, "job-2", 0)).toEqual([{ type: "JobPaused", job: "job-2", by: "user", at: 0 }]);
  });
  it("to cancel a job that is over is refused, to delete it is taken", () => {
    const other = new World({}).join(aServer("alpha", 1)).submit("job-1", aSpec()).run();
    const how = { by: "ann", delete: false, graceSeconds: null };
    expect(faultOf(() => requestCancel(other.scheduler, "job-1", how, 0))).toContain("it has completed");
    expect(requestCancel(other.scheduler, "job-1", { ...how, delete: true }, 0)).toEqual([
      { type: "JobDeleted", job: "job-1", at: 0 },
    ]);
  });
});

describe("a failing policy", () => {
  const broken = (decide: () => never) => () => ({
    policy: { decide },
    rule: resolve({ policy: "fifo", options: {}, placement: "spread" }).rule,
  });

  it("stops no job and is told once", () => {
    let failing = false;
    const scheduler = new Scheduler(
      (setting) =>
        failing
          ? broken(() => {
              throw new Error("division by zero");
            })()
          : resolve(setting),
      { policy: "fifo", options: {}, placement: "consolidate" },
    );
    scheduler.observe({ type: "ServerJoined", server: "alpha", joined: aServer("alpha", 1), at: 0 });
    scheduler.observe({ type: "JobSubmitted", job: "job-1", spec: aSpec(), blockedBy: [], key: null, at: 0 });
    scheduler.round(0);
    scheduler.observe({ type: "RunStarted", job: "job-1", attempt: 1, handle: "h", at: 1 });
    failing = true;
    expect(scheduler.round(2).events).toEqual([
      { type: "RoundFailed", policy: "fifo", reason: "division by zero", at: 2 },
    ]);
    expect(scheduler.round(3)).toMatchObject({ events: [], commands: [] });
    expect(scheduler.job("job-1")?.state.status).toBe("running");
  });
});

describe("whatever happens", () => {
  it("no GPU is in use twice, no job is lost, every run ends once, and the log folds to the same state", () => {
    const chaos = fc.record({
      policy: fc.constantFrom("fifo", "round-robin"),
      placement: fc.constantFrom("consolidate", "spread"),
      costs: fc.record({ start: fc.integer({ min: 1, max: 700 }), stop: fc.integer({ min: 1, max: 700 }) }),
      jobs: fc.array(
        fc.record({
          at: fc.integer({ min: 0, max: 4000 }),
          gpus: fc.integer({ min: 0, max: 4 }),
          millis: fc.integer({ min: 1, max: 4000 }),
        }),
        { minLength: 1, maxLength: 12 },
      ),
      meddling: fc.array(
        fc.record({
          at: fc.integer({ min: 0, max: 8000 }),
          job: fc.integer({ min: 1, max: 12 }),
          what: fc.constantFrom("cancel", "delete", "migrate", "pause", "resume", "repeat", "switch"),
        }),
        { maxLength: 25 },
      ),
      failures: fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 4 })), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(chaos, ({ policy, placement, costs, jobs, meddling, failures }) => {
        const options = policy === "round-robin" ? { quantumSeconds: 1 } : {};
        const cause = { origin: "infrastructure", code: "daemon-error", message: "no" } as const;
        const world = new World({
          policy,
          options,
          placement,
          costs,
          durations: Object.fromEntries(jobs.map(({ millis }, i) => [`job-${i + 1}`, millis])),
          outcome: (job, attempt) =>
            failures.some(([n, a]) => job === `job-${n}` && a === attempt)
              ? { kind: "failed", cause }
              : { kind: "succeeded" },
        }).join(aServer("alpha", 4), aServer("beta", 2), aServer("gamma", 4));
        jobs.forEach((job, i) => {
          world.submit(
            `job-${i + 1}`,
            aSpec({ gpus: gpus(job.gpus), cores: { min: 1, max: 1, preferred: 1 } }),
            job.at,
          );
        });
        for (const { at, job: n, what } of meddling)
          world.at(at, () => {
            const id = `job-${n}`;
            const { scheduler, now } = world;
            try {
              const how = { by: "ann", delete: what === "delete", graceSeconds: null };
              const events =
                what === "cancel" || what === "delete"
                  ? requestCancel(scheduler, id, how, now)
                  : what === "migrate"
                    ? requestMigrate(scheduler, id, null, now)
                    : what === "pause"
                      ? requestPause(scheduler, id, now)
                      : what === "resume"
                        ? requestResume(scheduler, id, now)
                        : what === "switch"
                          ? [
                              {
                                type: "PolicyChanged",
                                policy: "fifo",
                                options: { backfill: "fit" },
                                placement: "spread",
                                at: now,
                              } as const,
                            ]
                          : world.log
                              .filter((event) => event.type === "RunExited" || event.type === "RunStarted")
                              .slice(-3);
              for (const event of events) world.observe(event);
            } catch (error) {
              if (!(error instanceof DomainError)) throw error;
            }
          });
        // In the end everything that is paused goes on.
        world.at(20_000, () => {
          for (const job of world.scheduler.jobs.values()) {
            const { state } = job;
            if (state.status === "paused" || (state.status === "pending" && state.held))
              world.observe({ type: "JobResumed", job: job.id, on: null, at: world.now });
          }
        });
        world.run();
        for (const job of jobs.keys()) {
          const found = world.scheduler.job(`job-${job + 1}`);
          if (found) expect(isOver(found), `job-${job + 1} is ${found.state.status}`).toBe(true);
        }
        expect(world.log.filter(({ type }) => type === "RoundFailed")).toEqual([]);
        expect(world.inUse.size).toBe(0);
        for (const room of world.scheduler.ledger.rooms.values()) {
          expect(room.idleGpus).toBe(room.server.gpus.length);
          expect(room.idleCores).toBe(room.server.cores);
          expect(room.usedMemoryMiB).toBe(0);
        }
        const exits = world.log
          .filter((event) => event.type === "RunExited")
          .map((event) => `${event.job}.${event.attempt}`);
        expect(new Set(exits).size).toBe(exits.length);

        const folded = new Scheduler(resolve, { policy, options, placement });
        for (const event of world.log) folded.observe(event);
        for (const job of jobs.keys())
          expect(folded.job(`job-${job + 1}`)).toEqual(world.scheduler.job(`job-${job + 1}`));
      }),
      { numRuns: 300 },
    );
  });
});

describe("ends that meet", () => {
  const failure = { origin: "application", code: "exit", message: "exit code 1" } as const;
  const failing = (...jobs: string[]) =>
    new World({
      outcome: (job) => (jobs.includes(job) ? { kind: "failed", cause: failure } : { kind: "succeeded" }),
    }).join(aServer("alpha", 8));
  const cancelled = (job: string, at: number) =>
    ({ type: "JobCancelled", job, by: "ann", delete: false, graceSeconds: null, at }) as const;

  it("give a job up once, though all it depends on fails at once", () => {
    const world = failing();
    const held = aSpec({ gpus: gpus(8) });
    world
      .submit("job-1", held)
      .submit("job-2", held)
      .submit("job-3", held)
      .submit("job-4", aSpec({ after: ["job-2", "job-3"] }))
      .run(5);
    world.observe(cancelled("job-2", 5));
    world.observe(cancelled("job-3", 5));
    world.round();
    expect(world.job("job-4").state).toMatchObject({ status: "failed", cause: { code: "dependency" } });
    expect(world.log.filter(({ type }) => type === "RoundFailed")).toEqual([]);
  });

  it("run down a chain in one round, so that no restart can come between", () => {
    const world = failing("job-1");
    world
      .submit("job-1", aSpec())
      .submit("job-2", aSpec({ after: ["job-1"] }))
      .submit("job-3", aSpec({ after: ["job-2"] }));
    world.submit("job-4", aSpec({ after: ["job-2", "job-3"] })).run();
    expect(["job-2", "job-3", "job-4"].map((id) => world.status(id))).toEqual(["failed", "failed", "failed"]);
    expect(new Set(["job-1", "job-2", "job-3", "job-4"].map((id) => world.endOf(id))).size).toBe(1);
  });

  it("let a retried job wait only for what has not completed since", () => {
    const world = failing("job-1");
    world
      .submit("job-1", aSpec())
      .submit("job-2", aSpec({ after: ["job-1"] }))
      .run();
    for (const event of requestRetry(world.scheduler, "job-2", [], world.now)) world.tell(event);
    world.run();
    expect(world.status("job-2")).toBe("completed");
  });
});

describe("a GPU that vanishes from the inventory under a run", () => {
  it("stays the run's: others are scheduled on, the job can be cancelled, and the next life takes it all up", () => {
    const world = new World({ durations: { "job-1": 1e6, "job-2": 100 } }).join(aServer("alpha", 2));
    world.submit("job-1", aSpec()).run(50);
    const { gpus: all } = aServer("alpha", 2);
    world.now = 50;
    world.tell({ type: "ServerInventoried", server: "alpha", gpus: all.slice(1), cores: 64, memoryMiB: 1000, at: 50 });
    world.tell({ type: "RunProgressed", job: "job-1", attempt: 1, progress: { fraction: 0.5, at: 51 }, at: 51 });
    world.submit("job-2", aSpec(), 60).run(1000);
    expect(world.status("job-2")).toBe("completed");

    const next = new Scheduler(resolve, world.scheduler.setting);
    next.restore({ servers: [...world.scheduler.servers.values()], jobs: [...world.scheduler.jobs.values()] });
    expect(next.round(1000).events).toEqual([]);

    world.now = 1000;
    for (const event of requestCancel(world.scheduler, "job-1", { by: "ann", delete: false, graceSeconds: 0 }, 1000))
      world.tell(event);
    world.run(2000);
    expect(world.status("job-1")).toBe("cancelled");
    expect(world.log.filter(({ type }) => type === "RoundFailed")).toEqual([]);
  });
});

describe("a checkpoint folder", () => {
  const deleted = { by: "ann", delete: true, graceSeconds: 0 };

  it("made for a run that never came to train goes with the job", () => {
    const world = new World({ costs: { start: 1000, stop: 10 } }).join(aServer("alpha", 1));
    world.submit("job-1", aSpec()).run(10);
    world.now = 10;
    for (const event of requestCancel(world.scheduler, "job-1", deleted, 10)) world.tell(event);
    world.run();
    expect(world.commands.at(-1)).toEqual({
      type: "discardCheckpoint",
      job: "job-1",
      folder: { server: "alpha", generation: 1 },
    });
  });

  it("of a run that began to train while it was being cancelled goes when the job is deleted", () => {
    const world = new World({ costs: { start: 1000, stop: 10 } }).join(aServer("alpha", 1));
    world.submit("job-1", aSpec()).run(10);
    world.now = 10;
    for (const event of requestCancel(world.scheduler, "job-1", deleted, 10)) world.observe(event);
    world.tell({ type: "RunStarted", job: "job-1", attempt: 1, handle: "late", at: 11 });
    world.run();
    expect(world.commands.filter(({ type }) => type === "discardCheckpoint")).toHaveLength(1);
  });

  it("that jobs wait for keeps its server from being removed; by force they begin anew", () => {
    const world = new World({
      policy: "round-robin",
      options: { quantumSeconds: 1 },
      durations: { "job-1": 5000, "job-2": 5000 },
      costs: { start: 1, stop: 1 },
    });
    world.join(aServer("alpha", 1), aServer("beta", 0)).submit("job-1", aSpec()).submit("job-2", aSpec()).run(1010);
    world.now = 1010;
    expect(world.status("job-1")).toBe("pending");
    for (const event of requestCancel(world.scheduler, "job-2", { ...deleted, delete: false }, 1010))
      world.observe(event);
    world.tell({ type: "ServerDrained", server: "alpha", draining: true, at: 1010 });
    world.run(1500);
    expect(faultOf(() => requestRemove(world.scheduler, "alpha", false, 1500))).toContain(
      "the checkpoint of job-1 lies on alpha",
    );
    for (const event of requestRemove(world.scheduler, "alpha", true, 1500)) world.tell(event);
    expect(world.job("job-1").checkpoint).toBeNull();
  });
});

describe("the scheduler's patience", () => {
  it("does not move a job off a draining server again at once when the move has failed", () => {
    const cause = { origin: "infrastructure", code: "image-pull", message: "no such image" } as const;
    const world = new World({ durations: { "job-1": 1e6 } }).join(aServer("alpha", 1), aServer("beta", 1));
    world.submit("job-1", aSpec()).run(50);
    world.now = 50;
    for (const event of requestDrain(world.scheduler, "alpha", true, 50)) world.tell(event);
    for (let i = 0; i < 5; i++)
      world.tell({
        type: "RunExited",
        job: "job-1",
        attempt: 2,
        outcome: { kind: "failed", cause },
        exitCode: null,
        signal: null,
        at: 51 + i,
      });
    expect(world.log.filter(({ type }) => type === "JobMigrated")).toHaveLength(1);
    world.now = 70_000;
    world.round();
    expect(world.log.filter(({ type }) => type === "JobMigrated")).toHaveLength(2);
  });

  it("does not begin to move a job off a draining server that is down, since nothing there can be stopped", () => {
    const world = new World({ durations: { "job-1": 1e6 } }).join(aServer("alpha", 1), aServer("beta", 1));
    world.submit("job-1", aSpec()).run(50);
    const health = { type: "ServerHealthChanged", server: "alpha", reason: null } as const;
    world.tell({ ...health, health: "down", at: 60 });
    for (const event of requestDrain(world.scheduler, "alpha", true, 60)) world.tell(event);
    expect(world.status("job-1")).toBe("running");
    world.tell({ ...health, health: "up", at: 70 });
    expect(world.status("job-1")).toBe("migrating");
  });

  it("asks no more GPUs for an elastic job than any server has", () => {
    const world = new World({}).join(aServer("alpha", 4));
    world.submit("job-1", aSpec({ gpus: { ...gpus(1), max: 8, preferred: 8 } })).run(5);
    expect(world.inUse.size).toBe(4);
  });

  it("counts a queue limit neither while a job is held nor after it has run", () => {
    const limits = { queueSeconds: 1, pullSeconds: null, runSeconds: null, idleSeconds: null };
    const world = new World({ durations: { "job-1": 50 } }).join(aServer("alpha", 1));
    world.submit("job-1", aSpec({ limits }));
    world.at(0, () => world.observe({ type: "JobPaused", job: "job-1", by: "user", at: 0 }));
    world.at(5000, () => world.observe({ type: "JobResumed", job: "job-1", on: null, at: 5000 }));
    world.run();
    expect(world.status("job-1")).toBe("completed");
  });
});

describe("a run that is adopted", () => {
  it("does not have its service counted twice when it was paused and is cancelled", () => {
    const world = new World({ durations: { "job-1": 1e6 } }).join(aServer("alpha", 1));
    world.submit("job-1", aSpec()).run(50);
    for (const [type, at] of [
      ["JobPaused", 1010],
      ["JobCancelled", 100_000],
    ] as const) {
      world.now = at;
      world.observe(
        type === "JobPaused"
          ? { type, job: "job-1", by: "user", at }
          : { type, job: "job-1", by: "ann", delete: false, graceSeconds: 5, at },
      );
    }
    world.observe({ type: "RunStarted", job: "job-1", attempt: 1, handle: "again", at: 10 });
    world.observe({
      type: "RunExited",
      job: "job-1",
      attempt: 1,
      outcome: { kind: "stopped" },
      exitCode: null,
      signal: null,
      at: 100_010,
    });
    expect(world.job("job-1").serviceMillis).toBe(1000);
  });
});

describe("a server removed by force", () => {
  it("lets its running jobs go on elsewhere, and ends those that were being stopped", () => {
    const world = new World({ durations: { "job-1": 1000, "job-2": 1e6 } }).join(
      aServer("alpha", 2),
      aServer("beta", 2),
    );
    world.submit("job-1", aSpec()).submit("job-2", aSpec()).run(50);
    world.now = 50;
    world.observe({ type: "JobCancelled", job: "job-2", by: "ann", delete: false, graceSeconds: null, at: 50 });
    for (const event of requestRemove(world.scheduler, "alpha", true, 50)) world.observe(event);
    world.run();
    expect(world.status("job-2")).toBe("cancelled");
    expect(world.status("job-1")).toBe("completed");
    expect(world.starts.at(-1)).toMatchObject({ job: "job-1", server: "beta" });
  });

  it("is no way back for a move: its job begins anew, or goes on where it was to go", () => {
    for (const lost of ["alpha", "both"]) {
      const world = new World({ durations: { "job-1": 1000 } }).join(aServer("alpha", 2), aServer("beta", 2));
      world.submit("job-1", aSpec({ gpus: between(1, 2) })).run(50);
      const on = placementOf(world.job("job-1")) as Placement;
      const to = lost === "alpha" ? [{ ...on[0], server: "beta", gpus: ["beta/0"] } as Placement[0]] : on; // or a resize in place
      const exit = { outcome: { kind: "stopped" }, exitCode: null, signal: null } as const;
      const event = lost === "alpha" ? migrationEvent(world.job("job-1"), to, "user", 50) : null;
      world.observe(event ?? { type: "JobResized", job: "job-1", to, live: false, cause: "a test", at: 50 });
      world.observe({ type: "RunPrepared", job: "job-1", attempt: 2, at: 51 });
      world.observe({ type: "RunExited", job: "job-1", attempt: 1, ...exit, at: 52 });
      expect(world.job("job-1").state).toMatchObject({ status: "starting", fallback: on });
      for (const event of requestRemove(world.scheduler, "alpha", true, 53)) world.observe(event);
      const { state } = world.job("job-1");
      if (lost === "alpha") expect(state).toMatchObject({ status: "starting", on: to, fallback: null });
      else expect(state.status).toBe("pending");
    }
  });
});
