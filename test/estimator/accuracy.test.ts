import { describe, expect, it } from "vitest";
import { declares, Lab } from "./lab.ts";

const told = (lab: Lab, steps: number, pace: (step: number) => number, over = {}): void => {
  const job = lab.submit(over);
  lab.start(job);
  for (let step = 1; step <= steps; step++) {
    lab.seconds += pace(step);
    lab.progress(job, { step, steps, fraction: step / steps });
  }
  lab.exit(job);
};

describe("the accuracy of estimates", () => {
  it("is not told before there was any", () => {
    const lab = new Lab();
    lab.complete(100); // nothing was known then
    expect(lab.learner.accuracy()).toEqual([]);
  });

  it("is good for jobs that do as they tell, at each quarter, by category and for all", () => {
    const lab = new Lab();
    for (const type of ["pytorch", "keras"]) told(lab, 400, () => 1, { type });
    const accuracy = lab.learner.accuracy();
    expect(accuracy.map(({ category, at }) => `${category} ${at}`)).toEqual(
      ["all", "keras", "pytorch"].flatMap((category) => [0.1, 0.25, 0.5, 0.75].map((at) => `${category} ${at}`)),
    );
    for (const { category, error, bias, estimates } of accuracy) {
      expect(estimates).toBe(category === "all" ? 2 : 1);
      expect(error).toBeLessThan(0.1);
      expect(Math.abs(bias)).toBeLessThanOrEqual(error);
    }
  });

  it("has the bias of the logarithm: below 0 where jobs took longer than was believed", () => {
    const lab = new Lab();
    told(lab, 400, (step) => (step <= 200 ? 1 : 3));
    const half = lab.learner.accuracy().find(({ category, at }) => category === "all" && at === 0.5);
    // it had told of 200 seconds, and took 600
    expect(half?.bias).toBeCloseTo(Math.log(200 / 600), 1);
    expect(half?.error).toBeCloseTo(-(half?.bias as number), 6);
  });

  it("judges what was believed then, not what is known afterwards", () => {
    const lab = new Lab();
    lab.complete(100, declares({ seconds: 400 }));
    const first = lab.learner.accuracy().filter(({ category }) => category === "all");
    // of a job that declared 400 and took 100, at a half: 350 were believed to be left, and 50 were
    expect(first.find(({ at }) => at === 0.5)?.bias).toBeGreaterThan(Math.log(5));
    for (let i = 0; i < 5; i++) lab.complete(100, declares({ seconds: 100 }));
    const later = lab.learner.accuracy().find(({ category, at }) => category === "all" && at === 0.5);
    expect(later?.estimates).toBe(6);
    expect(later?.error).toBeLessThan(Math.log(5));
  });

  it("gets better with history for jobs that tell nothing", () => {
    const lab = new Lab();
    lab.complete(100_000);
    for (let i = 0; i < 30; i++) lab.complete(500, { type: "keras" });
    const at = (category: string) => lab.learner.accuracy().find((one) => one.category === category && one.at === 0.25);
    expect(at("keras")?.estimates).toBe(30);
    expect(at("keras")?.error).toBeLessThan(0.5);
  });

  it("leaves out jobs that failed", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job).train(job, 0, 90, 1, { steps: 100 });
    lab.exit(job, { kind: "failed", cause: { origin: "application", code: "exit", message: "exit code 1" } });
    expect(lab.learner.accuracy()).toEqual([]);
  });

  it("is kept over a restart of the server between the estimate and the end", () => {
    const [whole, restarted] = [new Lab(), new Lab()];
    for (const lab of [whole, restarted]) {
      const job = lab.submit();
      lab.start(job).train(job, 0, 60, 1, { steps: 100 });
      lab.save();
      if (lab === restarted) lab.restart();
      lab.train(job, 60, 100, 2, { steps: 100 }).exit(job);
    }
    expect(restarted.learner.accuracy()).toEqual(whole.learner.accuracy());
    expect(whole.learner.accuracy().length).toBeGreaterThan(0);
  });
});
