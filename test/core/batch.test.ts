import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { numbered } from "../../src/core/batch.ts";
import { statusReason } from "../../src/core/explain.ts";
import { isOver, type Job, type JobId } from "../../src/core/job.ts";
import type { BatchPlace } from "../../src/core/job-spec.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import {
  requestCancel,
  requestPause,
  requestResume,
  requestRetry,
  requestSubmitAll,
  requestUpdate,
} from "../../src/core/request.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import { aServer, aSpec, resolve, World } from "./world.ts";

type Limits = Pick<BatchPlace, "maxParallel" | "maxFailures">;
const FAILED: Outcome = { kind: "failed", cause: { origin: "application", code: "exit", message: "exit code 1" } };

/** `size` jobs of one GPU, `job-1` and on, submitted as one batch. */
function submitBatch(world: World, size: number, limits: Limits, over: Parameters<typeof aSpec>[0] = {}): World {
  const specs = Array.from({ length: size }, (_, index) =>
    aSpec({ ...over, name: `a.${index}`, batch: { id: "", name: "a", index, size, ...limits } }),
  );
  const { now, scheduler } = world;
  world.at(now, () => {
    for (const event of requestSubmitAll(scheduler, numbered("job-1", specs), null, now)) world.observe(event);
  });
  return world;
}

/** What the log says of who had a turn when: an oracle of its own. */
function mostAtOnce(world: World): number {
  const active = new Set<JobId>();
  let most = 0;
  for (const event of world.log) {
    if (event.type === "BatchTurnCame") active.add(event.job);
    const isEnd = event.type === "RunExited" && event.outcome.kind !== "stopped";
    if ("job" in event && (isEnd || event.type === "JobCancelled")) active.delete(event.job);
    most = Math.max(most, active.size);
  }
  return most;
}

const durations = (size: number, of: (i: number) => number): Record<JobId, number> =>
  Object.fromEntries(Array.from({ length: size }, (_, i) => [`job-${i + 1}`, of(i)]));

describe("a batch with maxParallel", () => {
  test("runs so many at a time though there is room for more, the first ones first", () => {
    const world = new World({ durations: durations(5, () => 100) }).join(aServer("alpha", 8));
    submitBatch(world, 5, { maxParallel: 2 }).run();
    expect(world.starts.map(({ job }) => job)).toEqual(["job-1", "job-2", "job-3", "job-4", "job-5"]);
    expect(new Set(world.starts.map(({ at }) => at)).size).toBe(3);
    expect(mostAtOnce(world)).toBe(2);
    expect([1, 2, 3, 4, 5].map((n) => world.status(`job-${n}`))).toEqual(Array(5).fill("completed"));
  });

  test("says why the others wait", () => {
    const world = new World({ durations: durations(4, () => 1000) }).join(aServer("alpha", 8));
    submitBatch(world, 4, { maxParallel: 3 }).run(500);
    expect(statusReason(world.job("job-4"), world.scheduler, world.now)).toBe(
      "3 of 3 jobs of batch-1 that may run at a time have their turn",
    );
  });

  test("lets one with a higher priority go first", () => {
    const world = new World({ durations: durations(4, () => 100) }).join(aServer("alpha", 8));
    submitBatch(world, 4, { maxParallel: 1 }).run(50);
    for (const event of requestUpdate(world.scheduler, "job-4", { priority: 5 }, world.now)) world.tell(event);
    world.run();
    expect(world.starts.map(({ job }) => job)).toEqual(["job-1", "job-4", "job-2", "job-3"]);
  });

  test("keeps the turn of a job that is tried again, and gives that of one that is held to the next", () => {
    let failures = 0;
    const outcome = (job: JobId): Outcome => (job === "job-1" && failures++ < 1 ? FAILED : { kind: "succeeded" });
    const world = new World({ durations: durations(3, () => 100), outcome }).join(aServer("alpha", 8));
    submitBatch(world, 3, { maxParallel: 1 }, { retries: { application: 1, infrastructure: 3 } });
    world.run(20);
    for (const event of requestPause(world.scheduler, "job-2", world.now)) world.tell(event);
    world.run();
    expect(world.starts.map(({ job, attempt }) => `${job}.${attempt}`)).toEqual(["job-1.1", "job-1.2", "job-3.1"]);
    expect(world.job("job-2").state).toMatchObject({ status: "pending", held: true });
    for (const event of requestResume(world.scheduler, "job-2", world.now)) world.tell(event);
    expect(world.run().status("job-2")).toBe("completed");
  });

  test("a held job that had its turn waits for another when it is resumed", () => {
    // No room: job-1 has its turn and waits.
    const world = new World({ durations: durations(3, () => 100) }).join(aServer("alpha", 1, { draining: true }));
    submitBatch(world, 3, { maxParallel: 1 }).run(10);
    for (const event of requestPause(world.scheduler, "job-1", world.now)) world.tell(event);
    expect(world.job("job-2").awaitsTurn).toBeUndefined();
    for (const event of requestResume(world.scheduler, "job-1", world.now)) world.tell(event);
    expect(world.job("job-1").awaitsTurn).toBe(true);
    expect(world.scheduler.batches.active("batch-1")).toBe(1);
  });

  test("does not count waiting for a turn into the limit of waiting", () => {
    const limits = { queueSeconds: 0.15, pullSeconds: null, runSeconds: null, idleSeconds: null };
    const world = new World({ durations: durations(4, () => 100) }).join(aServer("alpha", 1));
    submitBatch(world, 4, { maxParallel: 1 }, { limits }).run();
    expect([1, 2, 3, 4].map((n) => world.status(`job-${n}`))).toEqual(Array(4).fill("completed"));
  });
});

describe("a batch with maxFailures", () => {
  test("cancels the rest when more have failed, what runs and what waits, and says why", () => {
    const outcome = (job: JobId): Outcome => (job === "job-1" || job === "job-2" ? FAILED : { kind: "succeeded" });
    const world = new World({ durations: durations(6, (i) => [100, 200, 50, 900, 900, 900][i] ?? 0), outcome });
    world.join(aServer("alpha", 4));
    submitBatch(world, 6, { maxFailures: 1 }).run();
    expect([1, 2, 3, 4, 5, 6].map((n) => world.status(`job-${n}`))).toEqual([
      "failed",
      "failed",
      "completed",
      "cancelled",
      "cancelled",
      "cancelled",
    ]);
    const why = "2 of batch-1 have failed, and at most 1 may: the rest is cancelled";
    for (const id of ["job-4", "job-6"]) {
      expect(statusReason(world.job(id), world.scheduler, world.now)).toBe(why);
      expect(world.job(id).state).toMatchObject({ cause: { code: "batch" } });
    }
    expect(world.log.filter(({ type }) => type === "JobCancelled")).toHaveLength(3);
  });

  test("goes on while no more have failed than may, and counts a job once however often it was tried", () => {
    const outcome = (job: JobId): Outcome => (job === "job-1" ? FAILED : { kind: "succeeded" });
    const world = new World({ outcome }).join(aServer("alpha", 1));
    submitBatch(world, 4, { maxFailures: 1 }, { retries: { application: 2, infrastructure: 0 } }).run();
    expect([1, 2, 3, 4].map((n) => world.status(`job-${n}`))).toEqual([
      "failed",
      "completed",
      "completed",
      "completed",
    ]);
  });

  test("0 cancels the rest at the first failure; a job that is retried then is let run", () => {
    const outcome = (job: JobId, attempt: number): Outcome =>
      job === "job-1" && attempt === 1 ? FAILED : { kind: "succeeded" };
    const world = new World({ outcome }).join(aServer("alpha", 1));
    submitBatch(world, 3, { maxFailures: 0 }).run();
    expect([1, 2, 3].map((n) => world.status(`job-${n}`))).toEqual(["failed", "cancelled", "cancelled"]);
    for (const id of ["job-2", "job-1"])
      for (const event of requestRetry(world.scheduler, id, [], world.now)) world.tell(event);
    world.run();
    expect([1, 2, 3].map((n) => world.status(`job-${n}`))).toEqual(["completed", "completed", "cancelled"]);
  });
});

test("jobs that were submitted alone are left alone by a batch beside them", () => {
  const world = new World({
    durations: { "job-9": 50 },
    outcome: (job) => (job === "job-9" ? { kind: "succeeded" } : FAILED),
  });
  world.join(aServer("alpha", 1));
  submitBatch(world, 3, { maxParallel: 1, maxFailures: 0 }).submit("job-9", aSpec()).run();
  expect(world.status("job-9")).toBe("completed");
});

test("whatever happens no more than maxParallel have a turn, all come to an end, and a restart at any moment changes nothing", () => {
  fc.assert(
    fc.property(
      fc.record({
        size: fc.integer({ min: 1, max: 12 }),
        maxParallel: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
        maxFailures: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
        gpus: fc.integer({ min: 1, max: 6 }),
        fates: fc.array(fc.tuple(fc.integer({ min: 1, max: 300 }), fc.boolean()), { minLength: 12, maxLength: 12 }),
        cancelled: fc.integer({ min: 1, max: 12 }),
        restartAt: fc.integer({ min: 0, max: 1500 }),
      }),
      ({ size, maxParallel, maxFailures, gpus, fates, cancelled, restartAt }) => {
        const outcome = (job: JobId): Outcome =>
          fates[Number(job.slice(4)) - 1]?.[1] ? FAILED : { kind: "succeeded" };
        const world = new World({ durations: durations(size, (i) => fates[i]?.[0] ?? 1), outcome });
        world.join(aServer("alpha", gpus));
        const limits = { ...(maxParallel && { maxParallel }), ...(maxFailures !== undefined && { maxFailures }) };
        submitBatch(world, size, limits);
        world.at(100, () => {
          const job = world.scheduler.job(`job-${cancelled}`);
          const options = { by: "ann", delete: false, graceSeconds: null };
          if (job && !isOver(job))
            for (const event of requestCancel(world.scheduler, job.id, options, world.now)) world.observe(event);
        });
        world.run(restartAt);
        expectSameAfterRestart(world);
        world.run();
        const jobs = Array.from({ length: size }, (_, i) => world.job(`job-${i + 1}`));
        expect(jobs.every(isOver)).toBe(true);
        if (maxParallel && maxParallel < size) expect(mostAtOnce(world)).toBeLessThanOrEqual(maxParallel);
        const failed = jobs.filter(({ state }) => state.status === "failed").length;
        const dropped = jobs.filter(({ state }) => "cause" in state && state.cause?.code === "batch").length;
        if (dropped > 0) expect(failed).toBeGreaterThan(maxFailures ?? Number.POSITIVE_INFINITY);
      },
    ),
    { numRuns: 60 },
  );
});

/** What another scheduler makes of the rows: the same counts, and nothing to do that this one has not done. */
function expectSameAfterRestart(world: World): void {
  const { scheduler, now } = world;
  const jobs = [...scheduler.jobs.values()];
  const all = [...Array(12).keys()].flatMap((i) => scheduler.job(`job-${i + 1}`) ?? []) as Job[];
  const failed = all.filter(({ state }) => state.status === "failed").length;
  const again = new Scheduler(resolve, scheduler.setting);
  again.restore({
    servers: [...scheduler.servers.values()],
    jobs,
    runs: jobs.flatMap(({ id }) => scheduler.run(id) ?? []),
    failures: { "batch-1": failed },
  });
  expect(again.batches.active("batch-1")).toBe(scheduler.batches.active("batch-1"));
  expect(again.batches.failures("batch-1")).toBe(scheduler.batches.failures("batch-1"));
  expect(again.round(now).events.filter(({ type }) => type !== "JobPlaced")).toEqual([]);
}
