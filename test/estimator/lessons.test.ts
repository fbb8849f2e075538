import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Lesson } from "../../src/core/estimates.ts";
import { createLearner } from "../../src/estimator/index.ts";
import { play, type Step, steps } from "./any-life.ts";
import { Lab } from "./lab.ts";

/** All that a learner says of the jobs of a lab. */
const wisdom = (lab: Lab) => {
  const estimates = lab.learner.estimates(lab.now + 5000);
  const jobs = Array.from({ length: 10 }, (_, i) => lab.job(`job-${i + 1}`));
  return {
    jobs: jobs.map((job) => {
      const { speedup, source, remainingSeconds, spread, restartSeconds, largestMeasured } = estimates.of(job);
      const said = { source, remainingSeconds, spread, restartSeconds, largestMeasured };
      return { ...said, speedups: [1, 2, 3, 8].map((size) => speedup(size)), across: speedup(8, 2) };
    }),
    services: [estimates.services("gpus"), estimates.services("cores")],
    accuracy: lab.learner.accuracy(),
  };
};

/** The rows, without the numbers that only order them. */
const written = (lab: Lab) => Object.fromEntries([...lab.rows].map(([key, body]) => [key, { ...body, serial: null }]));

describe("any lives of any jobs", () => {
  it("leave numbers to every estimate, and something to do for every job that runs", () => {
    fc.assert(
      fc.property(steps, (life) => {
        play(life, (lab, at) => {
          if (at % 4 > 0 && at < life.length) return;
          for (const { remainingSeconds, spread, restartSeconds, source, speedups } of wisdom(lab).jobs) {
            expect([spread, restartSeconds, ...speedups].every((value) => Number.isFinite(value) && value >= 0)).toBe(
              true,
            );
            if (source === "none") expect(remainingSeconds).toBeNull();
            else expect(Number.isFinite(remainingSeconds) && (remainingSeconds as number) > 0).toBe(true);
          }
          for (const { bias, error } of lab.learner.accuracy()) expect(Number.isFinite(bias + error)).toBe(true);
        });
      }),
      { numRuns: 80 },
    );
  });

  const areRemembered = (life: readonly Step[], cuts: readonly number[]): void => {
    const whole = play(life, (lab) => lab.save());
    const cut = play(life, (lab, at) => {
      if (!cuts.includes(at)) return;
      lab.save();
      lab.restart();
    });
    cut.save();
    expect(wisdom(cut)).toEqual(wisdom(whole));
    expect(written(cut)).toEqual(written(whole));
  };

  it("are remembered over a restart at any moment as if there had been none", () => {
    const cuts = fc.array(fc.nat({ max: 120 }), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(steps, cuts, areRemembered), { numRuns: 150 });
  });

  it("are remembered also of a job that had done next to nothing when it told first", () => {
    const step = (act: Step["act"], done = 0): Step => ({ job: 0, after: 1, act, size: 2, done });
    const life = [step("work"), step("work", 1e-15), step("preempt"), step("work"), step("work", 20), step("complete")];
    for (const cut of life.keys()) areRemembered(life, [cut]);
  });

  it("give the same rows again when they happen again", () => {
    fc.assert(
      fc.property(steps, (life) => {
        const rows = () => {
          const found: Lesson[] = [];
          play(life, (lab) => found.push(...lab.learner.takeChanges()));
          return found;
        };
        expect(rows()).toEqual(rows());
      }),
      { numRuns: 50 },
    );
  });

  it("of one pool tell nothing of the other, whatever the order in which they are mixed", () => {
    const isOnCores = (job: number) => job % 5 === 4;
    fc.assert(
      fc.property(steps, (life) => {
        const mixed = play(life);
        const learner = createLearner();
        const [gpus, cores] = [false, true].map((onCores) =>
          mixed.facts.filter(({ event }) => isOnCores(Number(event.job.slice(4)) - 1) === onCores),
        );
        for (const { before, after, event, model } of [...(cores ?? []), ...(gpus ?? [])])
          learner.observe(before, after, event, model);
        const estimates = learner.estimates(mixed.now + 5000);
        wisdom(mixed).jobs.forEach(({ speedups: _, across: __, ...estimate }, i) => {
          expect(estimates.of(mixed.job(`job-${i + 1}`))).toMatchObject(estimate);
        });
      }),
      { numRuns: 100 },
    );
  });

  it("that only end leave the same, in whatever order the families end", () => {
    const ends = fc.array(fc.record({ family: fc.nat({ max: 3 }), seconds: fc.integer({ min: 0, max: 10_000 }) }), {
      minLength: 1,
      maxLength: 30,
    });
    fc.assert(
      fc.property(ends, (list) => {
        const remaining = (order: typeof list) => {
          const lab = new Lab();
          const over = (family: number) => ({ type: `type-${family % 2}`, command: [`family-${family}`] });
          for (const { family, seconds } of order) lab.complete(seconds, over(family.valueOf()));
          return [0, 1, 2, 3].map((family) => lab.estimate(lab.submit(over(family))).remainingSeconds);
        };
        const byFamily = [...list].sort((a, b) => a.family - b.family);
        expect(remaining(byFamily)).toEqual(remaining(list));
      }),
    );
  });
});

describe("what is written", () => {
  it("is a row per half minute of a job, not one per line", () => {
    const lab = new Lab();
    const job = lab.submit();
    lab.start(job);
    let rows = 0;
    for (let second = 1; second <= 3600; second++) {
      lab.seconds++;
      lab.progress(job, { step: second, steps: 7200, fraction: second / 7200 });
      rows += lab.save().length;
    }
    expect(rows).toBeLessThan(3600 / 30 + 50);
  });

  it("stays small, however many jobs, sizes and families there are", () => {
    const lab = new Lab();
    for (let i = 0; i < 1200; i++) {
      const job = lab.submit({
        type: `type-${i % 300}`,
        command: [`program-${String.fromCharCode(97 + (i % 26))}${i}x`],
      });
      lab.start(job, 1 + (i % 12));
      lab.train(job, 0, 3, 1, { steps: 3 }).exit(job);
      lab.save();
    }
    expect(lab.rows.size).toBeLessThan(1300);
    const sizes = [...lab.rows.values()].map((body) => JSON.stringify(body).length);
    expect(Math.max(...sizes)).toBeLessThan(20_000);
  });

  it("of a job goes when the job is over, and its row is used again", () => {
    const lab = new Lab();
    for (let i = 0; i < 20; i++) {
      const job = lab.submit();
      lab.start(job).train(job, 0, 3, 1, { steps: 3 });
      lab.save();
      lab.exit(job);
      lab.save();
    }
    const trails = [...lab.rows].filter(([key]) => key.startsWith("trail:"));
    expect(trails).toEqual([["trail:0", {}]]);
  });

  it("is left alone where it cannot be read: by another version, or damaged", () => {
    const lab = new Lab();
    for (let i = 0; i < 3; i++) {
      const job = lab.submit();
      lab.start(job, 2).train(job, 0, 100, 1, { steps: 100 }).exit(job);
    }
    const open = lab.submit();
    lab.start(open).train(open, 0, 50, 1, { steps: 100 });
    lab.save();
    const rows = [...lab.rows];
    const paths = (value: unknown): string[][] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => [[key], ...paths(inner).map((path) => [key, ...path])])
        : [];
    const damaged = (body: object, path: readonly string[], value: unknown): object => {
      const copy = structuredClone(body);
      const parent = path.slice(0, -1).reduce((at, key) => (at as Record<string, unknown>)[key], copy as unknown);
      (parent as Record<string, unknown>)[path.at(-1) as string] = value;
      return copy;
    };
    const wrong = fc.constantFrom(null, undefined, "text", -1, Number.NaN, [], {}, true, 1e308);
    fc.assert(
      fc.property(fc.nat(), fc.nat(), wrong, (which, where, value) => {
        const [key, body] = rows[which % rows.length] as (typeof rows)[0];
        const all = paths(body);
        const path = all[where % all.length] as string[];
        lab.rows.clear();
        for (const [each, kept] of rows) lab.rows.set(each, kept);
        lab.rows.set(key, damaged(body, path, value) as Record<string, unknown>);
        lab.restart();
        const { remainingSeconds, speedup, restartSeconds } = lab.estimate(open);
        expect(remainingSeconds === null || remainingSeconds > 0).toBe(true);
        expect(Number.isFinite(speedup(4)) && Number.isFinite(restartSeconds)).toBe(true);
        expect(speedup(1)).toBe(1);
      }),
      { numRuns: 500 },
    );
    const strange: Lesson[] = [
      { key: "circle:x", body: {} },
      { key: "circle:1e9", body: { id: "a", serial: 1, state: {} } },
      { key: "", body: {} },
      { key: "of:another", body: { state: null } },
    ];
    expect(() => createLearner().restore(strange)).not.toThrow();
  });

  it("is JSON: what is read back is what was written", () => {
    const lab = play([{ job: 0, after: 1, act: "work", size: 2, done: 0 }]);
    for (const { body } of lab.learner.takeChanges()) expect(JSON.parse(JSON.stringify(body))).toEqual(body);
  });
});
