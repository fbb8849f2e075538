import { describe, expect, it } from "vitest";
import { Lab, onCores } from "./lab.ts";

const off = (found: number, real: number): number => Math.abs(Math.log(found / real));

describe("jobs of a known law, told only through their progress", () => {
  const time = (size: number): number => 0.3 + 0.7 / size;

  /** Steps one after the other at these sizes, each for so many. */
  const trained = (lab: Lab, sizes: readonly number[], stepsAtEach: number, steps: number, scale = 1) => {
    const job = lab.submit();
    sizes.forEach((size, i) => {
      if (i > 0) lab.preempt(job, 5);
      lab.seconds += 200;
      lab.start(job, size, 1, 5).train(job, i * stepsAtEach, (i + 1) * stepsAtEach, scale * time(size), { steps });
    });
    return job;
  };

  it("have their curve within 5 % at the sizes of the sample and up to twice the largest, and are known half-way within 10 %", () => {
    const lab = new Lab();
    const job = trained(lab, [1, 2, 4], 250, 1500);
    const { speedup, source, largestMeasured } = lab.estimate(job);
    for (const size of [1, 2, 3, 4, 6, 8]) expect(off(speedup(size), time(1) / time(size))).toBeLessThan(0.05);
    expect(source).toBe("progress");
    expect(largestMeasured).toBe(4);
    expect(off(lab.remaining(job), 750 * time(1))).toBeLessThan(0.1);
  });

  it("have it when each job is seen at another pair of sizes, and none on one unit", () => {
    const lab = new Lab();
    for (const [sizes, scale] of [
      [[2, 4], 1],
      [[4, 8], 3],
      [[8, 2], 0.5],
    ] as const)
      lab.exit(trained(lab, sizes, 300, 600, scale));
    const { speedup } = lab.estimate(lab.submit());
    for (const size of [2, 4, 8]) expect(off(speedup(size), time(1) / time(size))).toBeLessThan(0.1);
  });

  it("teach others of their category, and those the ones of other categories", () => {
    const lab = new Lab();
    lab.exit(trained(lab, [1, 2, 4], 250, 750));
    for (const type of ["pytorch", "mxnet"]) {
      const { speedup } = lab.estimate(lab.submit({ type, command: ["something", "else"] }));
      expect(off(speedup(4), time(1) / time(4))).toBeLessThan(0.15);
    }
    expect(lab.estimate(lab.submit(onCores)).speedup(4)).toBeGreaterThan(3.5); // cores are another matter
  });
});

describe("what is measured", () => {
  it("leaves out the warm-up: the first samples and half a minute after each start", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job).train(job, 0, 10, 3, { steps: 1000 }).train(job, 10, 200, 1, { steps: 1000 });
    expect(off(lab.remaining(job), 800)).toBeLessThan(0.02);
    lab.preempt(job).start(job).train(job, 200, 205, 6, { steps: 1000 }).train(job, 205, 400, 1, { steps: 1000 });
    expect(off(lab.remaining(job), 600)).toBeLessThan(0.02);
  });

  it("is not thrown by a stop of a few minutes in between", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job).train(job, 0, 300, 1, { steps: 1000 });
    lab.seconds += 300;
    lab.train(job, 300, 500, 1, { steps: 1000 });
    expect(off(lab.remaining(job), 500)).toBeLessThan(0.1);
  });

  it("follows a job that has become slower for good", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job).train(job, 0, 300, 1, { steps: 2000 }).train(job, 300, 700, 2, { steps: 2000 });
    expect(off(lab.remaining(job), 2600)).toBeLessThan(0.1);
  });

  it("is what there is, where a job is over before it is warm", () => {
    const lab = new Lab();
    for (const size of [1, 2, 4]) {
      const job = lab.submit();
      lab
        .start(job, size)
        .train(job, 0, 40, 0.1 * (0.5 + 0.5 / size), { steps: 40 })
        .exit(job);
    }
    const { speedup, largestMeasured } = lab.estimate(lab.submit());
    expect(largestMeasured).toBe(4);
    expect(off(speedup(4), 1 / (0.5 + 0.5 / 4))).toBeLessThan(0.3);
  });

  it("is told by whole epochs as well", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job);
    for (let epoch = 1; epoch <= 5; epoch++) {
      lab.seconds += 600;
      lab.progress(job, { epoch, epochs: 10, fraction: epoch / 10 });
      if (epoch === 1) expect(off(lab.remaining(job), 9 * 600)).toBeLessThan(0.01);
    }
    expect(off(lab.remaining(job), 5 * 600)).toBeLessThan(0.02);
  });

  it("is told by a bare fraction as well", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job);
    for (let part = 1; part <= 50; part++) {
      lab.seconds += 10;
      lab.progress(job, { fraction: part / 100 });
    }
    expect(off(lab.remaining(job), 500)).toBeLessThan(0.02);
  });

  it("is the same work where the number of steps depends on the size, with epochs and without", () => {
    for (const epochs of [undefined, 10]) {
      const lab = new Lab();
      const job = lab.submit();
      lab.start(job, 1);
      const tell = (done: number, steps: number) => {
        const whole = Math.floor(done * (epochs ?? 1));
        const step = (done * (epochs ?? 1) - whole) * steps;
        lab.progress(job, { ...(epochs && { epoch: whole + 1, epochs }), step, steps, fraction: done });
      };
      for (let i = 1; i <= 90; i++) {
        lab.seconds += 10;
        tell(i / 300, 1200);
      }
      lab.preempt(job).start(job, 4); // four times the batch, a quarter of the steps
      for (let i = 1; i <= 60; i++) {
        lab.seconds += 5;
        tell(0.3 + i / 300, 300);
      }
      const { speedup } = lab.estimate(job);
      expect(off(speedup(4), 2)).toBeLessThan(0.05);
      expect(off(lab.remaining(job), 1500)).toBeLessThan(0.05);
    }
  });

  it("is what a live resize changes, without a new start", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job, 1).train(job, 0, 200, 1, { steps: 1000 });
    lab.resizeLive(job, 4);
    lab.train(job, 200, 600, 0.4, { steps: 1000 });
    expect(off(lab.estimate(job).speedup(4), 2.5)).toBeLessThan(0.05);
    expect(off(lab.remaining(job), 400)).toBeLessThan(0.05);
  });

  it("knows what several servers cost", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job, 4, 1).train(job, 0, 300, 0.25, { steps: 2000 });
    lab.preempt(job).start(job, 4, 2).train(job, 300, 600, 0.5, { steps: 2000 });
    const { speedup } = lab.estimate(job);
    expect(off(speedup(4, 2) / speedup(4, 1), 0.5)).toBeLessThan(0.1);
  });

  it("is kept apart by GPU model", () => {
    const lab = new Lab();
    for (const [model, pace] of [
      ["A100", 1],
      ["K80", 8],
    ] as const) {
      lab.model = model;
      const job = lab.submit();
      lab.start(job).train(job, 0, 200, pace, { steps: 200 }).exit(job);
    }
    for (const [model, pace] of [
      ["A100", 1],
      ["K80", 8],
    ] as const) {
      const gpus = { min: 1, max: 4, preferred: 1, memoryMiB: null, model };
      const job = lab.submit({ gpus, estimate: { seconds: null, epochs: null, steps: 5000 } });
      expect(off(lab.remaining(job), 5000 * pace)).toBeLessThan(0.1);
    }
  });

  it("does not count the time that a job is paused", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job).train(job, 0, 100, 1, { steps: 400 });
    lab.tell({ type: "JobPaused", job, by: "user", at: lab.now });
    lab.seconds += 10_000;
    lab.tell({ type: "JobResumed", job, on: null, at: lab.now });
    lab.train(job, 100, 200, 1, { steps: 400 });
    expect(off(lab.remaining(job), 200)).toBeLessThan(0.02);
    lab.train(job, 200, 400, 1, { steps: 400 }).exit(job);
    expect(lab.learner.estimates(lab.now).services("gpus")).toEqual([400]);
    expect(lab.remaining(lab.submit())).toBeCloseTo(400, 0);
  });
});

describe("progress that makes no sense", () => {
  it("from a clock that was set back gives no negative pace", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.seconds = 10_000;
    lab.start(job).train(job, 0, 100, 1, { steps: 1000 });
    lab.seconds -= 5000;
    lab.train(job, 100, 150, 1, { steps: 1000 });
    expect(lab.remaining(job)).toBeGreaterThan(0);
    lab.seconds += 5000;
    lab.train(job, 150, 500, 1, { steps: 1000 });
    expect(off(lab.remaining(job), 500)).toBeLessThan(0.3);
  });

  it("that counts anew is measured anew", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job).train(job, 0, 100, 1, { steps: 1000 });
    lab.train(job, 0, 100, 2, { steps: 1000 });
    expect(off(lab.remaining(job), 1800)).toBeLessThan(0.2);
  });

  it("repeated does not slow the job down", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job);
    for (let epoch = 1; epoch <= 5; epoch++) {
      lab.seconds += 100;
      lab.progress(job, { epoch, epochs: 10, fraction: epoch / 10 });
      lab.seconds += 20;
      lab.progress(job, { epoch, epochs: 10, fraction: epoch / 10, metrics: { loss: 1 } });
    }
    expect(off(lab.remaining(job), 5 * 120)).toBeLessThan(0.1);
  });

  it("that comes after the end, or before a start, teaches nothing and breaks nothing", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job).train(job, 0, 50, 1, { steps: 100 }).preempt(job);
    lab.save();
    lab.seconds += 1000;
    lab.progress(job, { step: 50, steps: 100, fraction: 0.5 });
    expect(lab.save()).toEqual([]);
    lab.start(job).exit(job).progress(job, { step: 100, steps: 100, fraction: 1 });
    expect(lab.estimate(lab.submit()).remainingSeconds).toBeGreaterThan(0);
  });
});
