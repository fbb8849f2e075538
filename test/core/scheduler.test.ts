import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DomainError } from "../../src/core/errors.ts";
import { isOver } from "../../src/core/job.ts";
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
import { aServer, aSpec, gpus, resolve, World } from "./world.ts";

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
    world.tell({ type: "JobPaused", job: "job-1", at: 1010 });
    world.now = 5010;
    world.tell({ type: "JobResumed", job: "job-1", at: 5010 });
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
    world.tell({ type: "CheckpointSaved", job: "job-1", attempt: 1, step: 100, at: 100 });
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
  it("that does not suit the state is refused with the state", () => {
    expect(faultOf(() => requestResume(scheduler, "job-1", 0))).toContain("it is running");
    expect(faultOf(() => requestRetry(scheduler, "job-1", [], 0))).toContain("it is running");
    expect(faultOf(() => requestRemove(scheduler, "alpha", false, 0))).toContain("drain it first");
  });
  it("to pause holds a waiting job back and freezes a running one", () => {
    expect(requestPause(scheduler, "job-1", 0)).toEqual([{ type: "JobPaused", job: "job-1", at: 0 }]);
    expect(requestPause(scheduler, "job-2", 0)).toEqual([{ type: "JobPaused", job: "job-2", at: 0 }]);
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
          world.submit(`job-${i + 1}`, aSpec({ gpus: gpus(job.gpus), cores: { min: 1, max: 1 } }), job.at);
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
              world.observe({ type: "JobResumed", job: job.id, at: world.now });
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
