import { describe, expect, it } from "vitest";
import { declares, Lab, onCores } from "./lab.ts";

const other = { command: ["another", "program"] };

describe("what is left of a job", () => {
  it("is not known before anything is known, and no number is made up", () => {
    const lab = new Lab();
    const job = lab.submit();
    expect(lab.estimate(job)).toMatchObject({ source: "none", remainingSeconds: null, largestMeasured: 0 });
    lab.start(job);
    lab.seconds += 100;
    expect(lab.estimate(job)).toMatchObject({ source: "none", remainingSeconds: null });
  });

  it("is not 0 for a new job once others have completed: it is what they took", () => {
    const lab = new Lab();
    for (const seconds of [100, 140, 120]) lab.complete(seconds);
    expect(lab.estimate(lab.submit())).toMatchObject({ source: "category" });
    expect(lab.remaining(lab.submit())).toBeCloseTo(120, 0);
  });

  it("comes from the family, else the category, else from all jobs of its pool", () => {
    const lab = new Lab();
    for (let i = 0; i < 10; i++) {
      lab.complete(100);
      lab.complete(1000, other);
      lab.complete(20_000, { type: "mxnet" });
    }
    expect(Math.abs(Math.log(lab.remaining(lab.submit()) / 100))).toBeLessThan(0.3);
    expect(Math.abs(Math.log(lab.remaining(lab.submit(other)) / 1000))).toBeLessThan(0.3);
    const third = lab.submit({ command: ["a", "third"] });
    expect(lab.estimate(third).source).toBe("category");
    expect(lab.remaining(third)).toBeGreaterThan(500);
    expect(lab.remaining(third)).toBeLessThan(1500);
    const stranger = lab.submit({ type: "keras" });
    expect(lab.estimate(stranger).source).toBe("global");
    expect(lab.remaining(stranger)).toBeGreaterThan(2000);
    expect(lab.estimate(lab.submit(onCores)).source).toBe("none");
  });

  it("looks first at jobs that asked for the very same", () => {
    const lab = new Lab();
    const epochs = (count: number) => ({ command: ["python", "train.py", "--epochs", String(count)] });
    for (let i = 0; i < 4; i++) {
      lab.complete(100, epochs(1));
      lab.complete(1000, epochs(10));
    }
    expect(lab.remaining(lab.submit(epochs(10)))).toBeGreaterThan(2 * lab.remaining(lab.submit(epochs(1))));
  });

  it("is the work on one unit, whatever the jobs before ran on", () => {
    const lab = new Lab();
    for (let i = 0; i < 5; i++) {
      const job = lab.submit();
      lab.start(job, 4).train(job, 0, 200, 0.4, { steps: 300 });
      lab.preempt(job).start(job, 1).train(job, 200, 300, 1, { steps: 300 }).exit(job);
    }
    expect(Math.abs(Math.log(lab.remaining(lab.submit()) / 300))).toBeLessThan(0.1);
  });

  it("shrinks as a job works, and faster on more units", () => {
    const lab = new Lab();
    for (let i = 0; i < 20; i++) lab.complete(1000);
    const [slow, fast] = [lab.submit(), lab.submit()];
    lab.start(slow, 1).start(fast, 4);
    lab.seconds += 200;
    expect(lab.remaining(slow)).toBeCloseTo(800, -2);
    expect(lab.remaining(fast)).toBeCloseTo(1000 - 200 * lab.estimate(fast).speedup(4), -2);
  });

  it("grows again when a job outlives all that came before", () => {
    const lab = new Lab();
    for (let i = 0; i < 20; i++) lab.complete(100);
    const job = lab.submit();
    lab.start(job);
    lab.seconds += 90;
    const nearEnd = lab.remaining(job);
    lab.seconds += 60;
    const over = lab.remaining(job);
    lab.seconds += 1000;
    expect([nearEnd < 20, over > 50, lab.remaining(job) > over]).toEqual([true, true, true]);
  });

  it("reaches over days", () => {
    const lab = new Lab();
    for (let i = 0; i < 3; i++) lab.complete(3 * 86_400);
    expect(lab.remaining(lab.submit())).toBeCloseTo(3 * 86_400, -1);
  });

  it("is unmoved by jobs that failed or were cancelled, however short they were", () => {
    const lab = new Lab();
    for (let i = 0; i < 5; i++) lab.complete(100);
    const before = lab.remaining(lab.submit());
    for (let i = 0; i < 5; i++) {
      const failing = lab.submit();
      lab.start(failing);
      lab.seconds += 1;
      const cause = { origin: "application", code: "exit", message: "exit code 1" } as const;
      lab.exit(failing, { kind: "failed", cause });
      const cancelled = lab.submit();
      lab.tell({ type: "JobCancelled", job: cancelled, by: "ann", delete: false, graceSeconds: null, at: lab.now });
    }
    expect(lab.remaining(lab.submit())).toBe(before);
    expect(lab.learner.estimates(lab.now).services("gpus")).toEqual([100, 100, 100, 100, 100]);
  });

  it("is not made of what was estimated before: asking teaches nothing", () => {
    const [asked, silent] = [new Lab(), new Lab()];
    for (const lab of [asked, silent])
      for (const seconds of [10, 50, 1000]) {
        const job = lab.complete(seconds, declares({ seconds: 7777 }));
        if (lab === asked) for (let i = 0; i < 50; i++) lab.estimate(job);
      }
    expect(asked.estimate(asked.submit()).remainingSeconds).toBe(silent.estimate(silent.submit()).remainingSeconds);
    expect(asked.remaining(asked.submit())).toBeLessThan(1000);
  });

  it("is a number though all jobs before took no time at all", () => {
    const lab = new Lab();
    for (let i = 0; i < 3; i++) lab.complete(0);
    expect(lab.remaining(lab.submit())).toBeGreaterThan(0);
  });
});

describe("what users declare", () => {
  it("is believed of a job that is new, in seconds", () => {
    const lab = new Lab();
    const job = lab.submit(declares({ seconds: 500 }));
    expect(lab.estimate(job).source).toBe("declared");
    expect(lab.remaining(job)).toBeCloseTo(500, 6);
    lab.start(job);
    lab.seconds += 250;
    expect(lab.remaining(job)).toBeCloseTo(250, -2);
  });

  it("counts more than a history that says something else", () => {
    const lab = new Lab();
    for (let i = 0; i < 20; i++) lab.complete(10_000);
    expect(lab.remaining(lab.submit(declares({ seconds: 500 })))).toBeLessThan(700);
  });

  it("in epochs or steps is turned into seconds once the family has shown its pace", () => {
    const lab = new Lab();
    expect(lab.estimate(lab.submit(declares({ steps: 1000 }))).source).toBe("none");
    const job = lab.submit();
    lab.start(job).train(job, 0, 200, 2).exit(job);
    const declared = lab.submit(declares({ steps: 1000 }));
    expect(lab.estimate(declared).source).toBe("declared");
    expect(lab.remaining(declared)).toBeCloseTo(2000, -2);
  });

  it("gives a job that tells only steps its end", () => {
    const lab = new Lab();
    const job = lab.submit(declares({ steps: 1000 }));
    lab.start(job).train(job, 0, 200, 1);
    expect(lab.estimate(job).source).toBe("progress");
    expect(lab.remaining(job)).toBeCloseTo(800, -1);
  });

  it("and is wrong does not make the rest 0: a job beyond it is like others that lived so long", () => {
    const lab = new Lab();
    for (let i = 0; i < 10; i++) lab.complete(1000);
    const job = lab.submit(declares({ seconds: 100 }));
    lab.start(job);
    lab.seconds += 300;
    expect(lab.estimate(job).source).toBe("category");
    expect(lab.remaining(job)).toBeGreaterThan(400);
    const stepping = lab.submit(declares({ steps: 10 }));
    lab.start(stepping).train(stepping, 0, 20, 1);
    expect(lab.estimate(stepping).source).toBe("category");
    expect(lab.remaining(stepping)).toBeGreaterThan(400);
  });

  it("and is wrong leaves something even where there is no history", () => {
    const lab = new Lab();
    const job = lab.submit(declares({ seconds: 100 }));
    lab.start(job);
    lab.seconds += 300;
    expect(lab.estimate(job).source).toBe("declared");
    expect(lab.remaining(job)).toBeGreaterThan(100);
  });
});

describe("a job that tells its progress", () => {
  it("is believed more the more it has told, and history less", () => {
    const lab = new Lab();
    for (let i = 0; i < 20; i++) lab.complete(100);
    const job = lab.submit();
    lab.start(job);
    const estimates = [2, 100, 500].map((step, i, steps) => {
      lab.train(job, steps[i - 1] ?? 0, step, 1, { steps: 1000 });
      return lab.estimate(job);
    });
    const [early, later, half] = estimates as [(typeof estimates)[0], (typeof estimates)[0], (typeof estimates)[0]];
    expect(early.spread).toBeGreaterThan(later.spread);
    expect(later.spread).toBeGreaterThan(half.spread);
    expect(early.remainingSeconds).toBeLessThan(900);
    expect(early.remainingSeconds).toBeGreaterThan(100);
    expect(half.remainingSeconds).toBeCloseTo(500, -2);
  });

  it("goes on towards its end between two lines", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job);
    for (let epoch = 1; epoch <= 4; epoch++) {
      lab.seconds += 1000;
      lab.progress(job, { epoch, epochs: 10, fraction: epoch / 10 });
    }
    lab.seconds += 500;
    expect(lab.remaining(job)).toBeCloseTo(5500, -2);
  });

  it("never has nothing left while it runs, though all is told or nothing comes any more", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job).train(job, 0, 100, 1, { steps: 100 });
    expect(lab.remaining(job)).toBeGreaterThan(0);
    expect(lab.remaining(job)).toBeLessThan(1);
    lab.seconds += 1000;
    expect(lab.remaining(job)).toBeGreaterThan(100);
  });

  it("keeps what it has shown while it waits for its next turn", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job, 2).train(job, 0, 200, 0.5, { steps: 1000 }).preempt(job);
    const waiting = lab.remaining(job);
    lab.seconds += 5000;
    expect(lab.remaining(job)).toBe(waiting);
    expect(lab.estimate(job).source).toBe("progress");
    expect(Math.abs(Math.log(waiting / (800 * 0.5 * lab.estimate(job).speedup(2))))).toBeLessThan(0.05);
  });
});

describe("services", () => {
  it("are the unit-seconds of completed jobs, ascending, by pool", () => {
    const lab = new Lab();
    lab.complete(100, {}, 4);
    lab.complete(10);
    lab.complete(50, onCores, 2);
    const estimates = lab.learner.estimates(lab.now);
    expect(estimates.services("gpus")).toEqual([10, 400]);
    expect(estimates.services("cores")).toEqual([100]);
  });

  it("are those of the newest thousand, over restarts", () => {
    const lab = new Lab();
    for (let i = 1; i <= 1250; i++) {
      lab.complete(i);
      if (i % 333 === 0) {
        lab.save();
        lab.restart();
      }
    }
    const services = lab.learner.estimates(lab.now).services("gpus");
    expect(services).toEqual(Array.from({ length: 1000 }, (_, i) => 251 + i));
    lab.save();
    expect(lab.restart().learner.estimates(0).services("gpus")).toEqual(services);
  });
});
