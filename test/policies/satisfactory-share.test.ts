import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Job } from "../../src/core/job.ts";
import type { Contender } from "../../src/core/pool.ts";
import { FreeProfile } from "../../src/policies/free-profile.ts";
import { type Outlook, satisfactoryShares } from "../../src/policies/satisfactory-share.ts";

interface Task {
  readonly work: number | null;
  readonly deadline: number;
  readonly sizes: readonly number[];
  readonly isPromised: boolean;
  readonly submittedAt: number;
}
interface Release {
  readonly at: number;
  readonly units: number;
}

/** Shares by the code under test, null for who cannot be in time; speed is in proportion to size. */
function shares(tasks: readonly Task[], free: number, releases: readonly Release[], admission = false) {
  const contenders = tasks.map(
    ({ sizes, submittedAt }, i): Contender => ({
      job: { id: `job-${i}`, submittedAt } as Job,
      min: sizes[0] as number,
      max: sizes.at(-1) as number,
      preferred: sizes[0] as number,
      size: 0,
      isRunning: false,
      isPinned: false,
      mayYield: false,
    }),
  );
  const taskOf = (contender: Contender): Task => tasks[contenders.indexOf(contender)] as Task;
  const outlook: Outlook = {
    deadline: (contender) => taskOf(contender).deadline,
    needs(contender) {
      const { work, sizes } = taskOf(contender);
      return { work, sizes, speeds: sizes };
    },
    isPromised: (contender) => taskOf(contender).isPromised,
    profile() {
      const profile = new FreeProfile(free);
      for (const { at, units } of releases) profile.release(at, units);
      return profile;
    },
  };
  const found = satisfactoryShares(contenders, outlook, admission);
  return contenders.map((contender) => found.get(contender) ?? null);
}

/** The same, tick by tick: what is free in each, and for each job every size from the least up, until one is in time. */
function byTicks(tasks: readonly Task[], units: number, releases: readonly Release[], ticks: number) {
  const free = Array.from({ length: ticks }, (_, tick) =>
    releases.reduce((sum, release) => sum + (tick >= release.at ? release.units : 0), units),
  );
  return tasks.map(({ work, deadline, sizes, isPromised }) => {
    if (!isPromised && (free[0] as number) < (sizes[0] as number)) return null;
    for (const most of sizes) {
      const taken: number[] = [];
      let left = work as number;
      for (let tick = 0; tick <= deadline && left > 0; tick++) {
        const size = Math.max(0, ...sizes.filter((each) => each <= most && each <= (free[tick] as number)));
        taken.push(size);
        left -= size;
      }
      if (left > 0) continue;
      for (const [tick, size] of taken.entries()) free[tick] = (free[tick] as number) - size;
      return taken[0] as number;
    }
    return null;
  });
}

/** So fine that with three jobs at speeds of 1, 2 and 4 everything ends between two ticks. */
const TICKS = 64;
const tasks = fc
  .array(
    fc.record({
      work: fc.integer({ min: 1, max: 12 }).map((work) => work * TICKS),
      deadline: fc.integer({ min: 1, max: 10 }).map((deadline) => deadline * TICKS),
      sizes: fc.constantFrom([1], [2], [4], [1, 2], [1, 2, 4], [2, 4]),
      isPromised: fc.boolean(),
      submittedAt: fc.integer({ min: 0, max: 100 }),
    }),
    { maxLength: 3 },
  )
  .map((list) => list.toSorted((a, b) => a.deadline - b.deadline));
const releases = fc.array(
  fc.record({ at: fc.integer({ min: 0, max: 8 }).map((at) => at * TICKS), units: fc.integer({ min: 1, max: 2 }) }),
  { maxLength: 2 },
);
const units = fc.integer({ min: 0, max: 6 });

describe("the minimum satisfactory share", () => {
  it("is what trying every size, tick by tick, finds", () => {
    fc.assert(
      fc.property(tasks, units, releases, (list, free, later) => {
        expect(shares(list, free, later)).toEqual(byTicks(list, free, later, 12 * TICKS));
      }),
      { numRuns: 2000 },
    );
  });

  it("uses less while less is free, and more when that comes", () => {
    const task: Task = { work: 8000, deadline: 3000, sizes: [1, 2, 4], isPromised: false, submittedAt: 0 };
    expect(shares([task], 2, [{ at: 1000, units: 2 }])).toEqual([2]); // 1 s with 2, then 4: in time
    expect(shares([task], 2, [{ at: 2000, units: 2 }])).toEqual([2]); // 2 s with 2 and 1 s with 4: exactly in time
    expect(shares([task], 2, [{ at: 2100, units: 2 }])).toEqual([null]);
  });

  it("of a job of which nothing is known is its least, held until its deadline", () => {
    const unknown: Task = { work: null, deadline: 1000, sizes: [2, 4], isPromised: false, submittedAt: 0 };
    const known: Task = { work: 4000, deadline: 2000, sizes: [1, 2, 4], isPromised: false, submittedAt: 0 };
    expect(shares([unknown, known], 3, [])).toEqual([2, null]); // 1 s with 1 of 3, 1 s with 2: 3 of 4
    expect(shares([unknown, { ...known, work: 3000 }], 3, [])).toEqual([2, 1]);
  });
});

describe("admission", () => {
  it("breaks no promise that could be kept without the new ones", () => {
    fc.assert(
      fc.property(tasks, units, releases, (list, free, later) => {
        const before = byTicks(
          list.filter(({ isPromised }) => isPromised),
          free,
          later,
          12 * TICKS,
        );
        const after = shares(list, free, later, true).filter((_, i) => list[i]?.isPromised);
        for (const [i, share] of before.entries()) if (share !== null) expect(after[i]).not.toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it("refuses the newest of those in the way, and only as many as needed", () => {
    const promised: Task = { work: 8000, deadline: 5000, sizes: [2], isPromised: true, submittedAt: 0 };
    const first: Task = { work: 4000, deadline: 3000, sizes: [2], isPromised: false, submittedAt: 10 };
    const second: Task = { work: 4000, deadline: 4000, sizes: [2], isPromised: false, submittedAt: 20 };
    expect(shares([first, second, promised], 4, [])).toEqual([2, 2, null]);
    expect(shares([first, second, promised], 4, [], true)).toEqual([2, null, 2]);
    expect(shares([first, { ...second, submittedAt: 5 }, promised], 4, [], true)).toEqual([null, 2, 2]);
  });

  it("still comes to an end, and keeps the promise, with very many in the way", () => {
    const promised: Task = { work: 2000, deadline: 2000, sizes: [1], isPromised: true, submittedAt: 0 };
    const crowd = Array.from(
      { length: 300 },
      (_, i): Task => ({
        work: 10,
        deadline: 1000 + i,
        sizes: [1],
        isPromised: false,
        submittedAt: i + 1,
      }),
    );
    expect(shares([...crowd, promised], 1, [], true).at(-1)).toBe(1);
  });
});
