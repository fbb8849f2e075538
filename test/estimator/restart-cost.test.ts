import { describe, expect, it } from "vitest";
import type { JobId } from "../../src/core/job.ts";
import { Lab } from "./lab.ts";

const other = { command: ["another", "program"] };
const stranger = { type: "keras" };

/** A job that has trained a while. */
const running = (lab: Lab, over = {}): JobId => {
  const job = lab.submit(over);
  lab.start(job).train(job, 0, 40, 1, { steps: 1000 });
  return job;
};
const cost = (lab: Lab, over = {}): number => lab.estimate(lab.submit(over)).restartSeconds;

describe("what a restart costs", () => {
  it("is taken for a minute while none was seen", () => {
    const lab = new Lab();
    running(lab);
    expect(cost(lab)).toBe(60);
  });

  it("is the time to stop and the time to train again, without the wait between", () => {
    const lab = new Lab();
    const job = running(lab);
    lab.preempt(job, 7);
    lab.seconds += 5000;
    lab.start(job, 2, 1, 20);
    lab.seconds += 13; // until it has loaded what it saved
    lab.train(job, 40, 50, 0.5, { steps: 1000 });
    expect(cost(lab)).toBeCloseTo(40, 6);
  });

  it("is a second for jobs that take a second", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job).train(job, 0, 10, 0.1, { steps: 100 }).preempt(job, 0.25);
    lab.start(job, 1, 1, 0.75).train(job, 10, 20, 0.1, { steps: 100 });
    expect(lab.estimate(job).restartSeconds).toBeCloseTo(1, 6);
    expect(cost(lab, stranger)).toBeCloseTo(1, 6);
  });

  it("does not hold the first epoch of a job that tells whole epochs", () => {
    const lab = new Lab();
    const job = lab.submit();
    const epochs = (from: number, to: number) => {
      for (let epoch = from; epoch <= to; epoch++) {
        lab.seconds += 900;
        lab.progress(job, { epoch, epochs: 20, fraction: epoch / 20 });
      }
    };
    lab.start(job);
    epochs(1, 3);
    lab.preempt(job, 10).start(job, 1, 1, 20);
    epochs(4, 5);
    expect(cost(lab)).toBeCloseTo(30, 6);
  });

  it("ends with the start of a job that never tells of progress", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job);
    lab.seconds += 100;
    lab.preempt(job, 4).start(job, 1, 1, 6);
    expect(cost(lab)).toBe(10);
  });

  it("of a move begins with the order to stop: what is prepared meanwhile costs nothing", () => {
    for (const type of ["JobMigrated", "JobResized"] as const) {
      const lab = new Lab();
      const job = running(lab);
      const to = lab.place(job, 2);
      if (type === "JobMigrated") lab.tell({ type, job, migration: "m", to, cause: "user", at: lab.now });
      else lab.tell({ type, job, to, live: false, cause: "policy", at: lab.now });
      lab.train(job, 40, 140, 1, { steps: 1000 });
      const { attempt } = lab.job(job);
      lab.tell({ type: "RunPrepared", job, attempt: attempt + 1, at: lab.now });
      lab.seconds += 8;
      lab.exit(job, { kind: "stopped" });
      lab.seconds += 12;
      lab.tell({ type: "RunStarted", job, attempt: attempt + 1, handle: "h", at: lab.now });
      lab.train(job, 140, 150, 0.5, { steps: 1000 });
      expect(cost(lab)).toBeCloseTo(20, 6);
    }
  });

  it("is not learned from a move that failed, a job that crashed, or one that was cancelled on the way", () => {
    const lab = new Lab();
    const moving = running(lab);
    lab.tell({
      type: "JobMigrated",
      job: moving,
      migration: "m",
      to: lab.place(moving, 2),
      cause: "user",
      at: lab.now,
    });
    const { attempt } = lab.job(moving);
    const failure = { origin: "infrastructure", code: "server-lost", message: "it is gone" } as const;
    lab.tell({ type: "RunPrepared", job: moving, attempt: attempt + 1, at: lab.now });
    lab.seconds += 5;
    lab.exit(moving, { kind: "stopped" });
    lab.seconds += 500;
    lab.exit(moving, { kind: "failed", cause: failure }); // the start on the target
    lab.tell({ type: "RunStarted", job: moving, attempt: attempt + 2, handle: "h", at: lab.now });
    lab.train(moving, 40, 60, 1, { steps: 1000 });

    const crashed = running(lab);
    lab.exit(crashed, { kind: "failed", cause: failure });
    lab.seconds += 100;
    lab.start(crashed).train(crashed, 40, 60, 1, { steps: 1000 });

    const cancelled = running(lab);
    lab.tell({ type: "JobPreempted", job: cancelled, cause: "policy", at: lab.now });
    lab.tell({ type: "JobCancelled", job: cancelled, by: "ann", delete: false, graceSeconds: null, at: lab.now });
    lab.exit(cancelled, { kind: "stopped" });
    expect(cost(lab)).toBe(60);
  });

  it("is the mean of the newest, of the family first, then of the category, then of all", () => {
    const lab = new Lab();
    const restarted = (over: object, seconds: number) => {
      const job = running(lab, over);
      lab.preempt(job, seconds).start(job).train(job, 40, 50, 1, { steps: 1000 });
    };
    restarted({}, 10);
    restarted(other, 30);
    expect([cost(lab), cost(lab, other)]).toEqual([10, 30].map((seconds) => expect.closeTo(seconds, 6)));
    expect(cost(lab, { command: ["a", "third"] })).toBeCloseTo(10 + 0.3 * 20, 6);
    expect(cost(lab, stranger)).toBeCloseTo(16, 6);
    for (let i = 0; i < 20; i++) restarted({}, 50);
    expect(cost(lab)).toBeCloseTo(50, 0);
  });
});
