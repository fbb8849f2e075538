import { describe, expect, it } from "vitest";
import type { JobEvent } from "../../src/core/event.ts";
import type { Job } from "../../src/core/job.ts";
import { newJob } from "../../src/core/new-job.ts";
import type { Placement } from "../../src/core/server.ts";
import { transition } from "../../src/core/transition.ts";
import { aSpec } from "./world.ts";

const on = (server: string): Placement => [{ server, gpus: [`${server}/0`], cores: [], memoryMiB: 0 }];
const run = (attempt: number, at: number) => ({ job: "job-1", attempt, at });

const submitted = (counts: { countsLoss?: true }): Job =>
  newJob({ type: "JobSubmitted", job: "job-1", spec: aSpec(), blockedBy: [], key: null, at: 0, ...counts });
const fold = (job: Job, ...events: JobEvent[]): Job => events.reduce(transition, job);

const placed = (attempt: number, at: number, server = "a"): JobEvent => ({
  ...run(attempt, at),
  type: "JobPlaced",
  on: on(server),
  reason: "submitted",
});
const started = (attempt: number, at: number): JobEvent => ({ ...run(attempt, at), type: "RunStarted", handle: "x" });
const exited = (attempt: number, at: number): JobEvent => ({
  ...run(attempt, at),
  type: "RunExited",
  outcome: { kind: "failed", cause: { origin: "application", code: "exit", message: "it fell" } },
  exitCode: 1,
  signal: null,
});
const reached = (attempt: number, at: number, step: number): JobEvent => ({
  ...run(attempt, at),
  type: "RunProgressed",
  progress: { step, fraction: null, at },
});
const saved = (attempt: number, at: number, step: number | null, by?: "program" | "files"): JobEvent => ({
  ...run(attempt, at),
  type: "CheckpointSaved",
  step,
  ...(by && { by }),
});

const counted = submitted({ countsLoss: true });

describe("work that a run had done when it ended too early", () => {
  it("is lost from the last save that the program told of", () => {
    const job = fold(counted, placed(1, 0), started(1, 100), saved(1, 600, 5, "program"), reached(1, 900, 8));
    expect(fold(job, exited(1, 1_000)).lost).toMatchObject({ millis: 400, steps: 3 });
  });

  it("is lost from the last change of its files, where the program tells nothing", () => {
    const job = fold(counted, placed(1, 0), started(1, 100), reached(1, 500, 4), saved(1, 600, null, "files"));
    expect(fold(job, exited(1, 1_000)).lost).toMatchObject({ millis: 400 });
  });

  it("is judged by the program where it tells of its saves, whatever its files do", () => {
    const job = fold(counted, placed(1, 0), started(1, 100), saved(1, 300, 2, "program"), saved(1, 900, null, "files"));
    expect(fold(job, exited(1, 1_000)).lost).toMatchObject({ millis: 700 });
  });

  it("is all lost where there is no sign that it ever saved, and each run counts once", () => {
    const first = fold(counted, placed(1, 0), started(1, 100), exited(1, 1_000));
    expect(first.lost).toMatchObject({ millis: 900 });
    const second = fold({ ...first, state: counted.state }, placed(2, 2_000), started(2, 2_000), exited(2, 2_500));
    expect(second.lost).toMatchObject({ millis: 1_400 });
  });

  it("is lost back to the copy with which it goes on", () => {
    const copy: JobEvent = {
      ...run(1, 450),
      type: "CheckpointBackedUp",
      generation: 1,
      step: 3,
      savedAt: 400,
      serviceMillis: 300,
      bytes: 1,
      files: 1,
    };
    const job = fold(counted, placed(1, 0), started(1, 100), saved(1, 400, 3, "program"), copy);
    const lost = fold(job, saved(1, 800, 7, "program"), reached(1, 800, 7), exited(1, 1_000));
    expect(lost.lost).toMatchObject({ millis: 200, steps: 0 });
    const again = fold({ ...lost, state: counted.state }, placed(2, 2_000, "b"), {
      ...run(2, 2_100),
      type: "CheckpointRestored",
    });
    expect(again.lost).toMatchObject({ millis: 600, steps: 4 });
    expect(again.checkpoint).toMatchObject({ step: 3, savedAt: 400 });
  });

  it("is not counted for a job that an earlier version took in, which is folded as that version did", () => {
    const before = submitted({});
    const ended = fold(before, placed(1, 0), started(1, 100), saved(1, 600, 5), reached(1, 900, 8), exited(1, 1_000));
    const moved = fold({ ...ended, state: before.state }, placed(2, 5_000, "b"), started(2, 5_100));
    expect(moved.checkpoint).toEqual({ server: "b", generation: 2, step: 5, savedAt: 600 });
    expect(moved).not.toHaveProperty("lost");
    expect(moved).not.toHaveProperty("older");
  });
});
