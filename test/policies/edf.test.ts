import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aServer, aSpec, coresOnly, gpus, World } from "../core/world.ts";

interface Asked {
  readonly gpus?: number;
  /** How long it runs, and what is said of that; in seconds, as all times here. */
  readonly lasts: number;
  readonly said?: number | null;
  readonly due?: number;
  readonly at?: number;
}

function worldOf(gpuCount: number, jobs: readonly Asked[], options: Record<string, unknown> = {}): World {
  const world = new World({
    policy: "edf",
    options,
    durations: Object.fromEntries(jobs.map(({ lasts }, i) => [`job-${i + 1}`, lasts * 1000])),
    costs: { start: 0, stop: 0 },
  }).join(aServer("a", gpuCount));
  for (const [i, { gpus: count = 1, lasts, said = lasts, due, at = 0 }] of jobs.entries()) {
    const estimate = { seconds: said === null ? null : said * count, epochs: null, steps: null };
    const spec = aSpec({ gpus: gpus(count), estimate, deadline: due === undefined ? null : due * 1000 });
    world.submit(`job-${i + 1}`, spec, at * 1000);
  }
  return world;
}

const order = (world: World): string => world.starts.map(({ job }) => job.slice(4)).join(" ");
const ends = (world: World, count: number): readonly number[] =>
  Array.from({ length: count }, (_, i) => (world.endOf(`job-${i + 1}`) ?? Number.NaN) / 1000);
/** What was promised to whom, and what was taken back. */
const promises = (world: World): readonly string[] =>
  world.log.flatMap((event) =>
    event.type === "JobRequeued" ? [`${event.job} ${event.level === 0 ? "promised" : "taken back"}`] : [],
  );

describe("edf", () => {
  it("runs the earliest deadline first, and jobs without one last, in the order of submission", () => {
    const jobs = [
      { lasts: 10 },
      { lasts: 10, due: 500 },
      { lasts: 10 },
      { lasts: 10, due: 100 },
      { lasts: 10, due: 500 },
    ];
    expect(order(worldOf(1, jobs).run())).toBe("4 2 5 1 3");
  });

  it("stops a running job for an earlier deadline, unless it is not preemptive", () => {
    const jobs = [
      { lasts: 100, due: 500 },
      { lasts: 10, due: 200, at: 20 },
    ];
    expect(order(worldOf(1, jobs).run())).toBe("1 2 1");
    expect(order(worldOf(1, jobs, { preemptive: false }).run())).toBe("1 2");
  });

  it("without estimates is a plain sort", () => {
    const jobs = [
      { lasts: 100, due: 120 },
      { lasts: 100, due: 110 },
      { lasts: 100, due: 130 },
    ];
    expect(
      order(
        worldOf(
          1,
          jobs.map((job) => ({ ...job, said: null })),
        ).run(105_000),
      ),
    ).toBe("2 1");
  });

  it("puts a job that can no longer be in time behind those that can, so that one late job does not make all late", () => {
    const jobs = [
      { lasts: 100, due: 90 },
      { lasts: 50, due: 100 },
      { lasts: 40, due: 110 },
    ];
    const world = worldOf(1, jobs).run();
    expect(order(world)).toBe("2 3 1");
    expect(ends(world, 3)).toEqual([190, 50, 90]);
  });

  it("late: keep leaves it where its deadline puts it", () => {
    const jobs = [
      { lasts: 100, due: 90 },
      { lasts: 50, due: 100 },
      { lasts: 40, due: 110 },
    ];
    expect(order(worldOf(1, jobs, { late: "keep" }).run())).toBe("1 2 3");
  });

  it("keeps late jobs before those without a deadline", () => {
    const jobs = [{ lasts: 10 }, { lasts: 100, due: 90 }, { lasts: 10, due: 100 }];
    expect(order(worldOf(1, jobs).run())).toBe("3 2 1");
  });

  it("stops a job when its deadline passes and it has not ended as it should have", () => {
    const jobs = [
      { lasts: 100, said: 20, due: 50 },
      { lasts: 10, due: 200 },
    ];
    const world = worldOf(1, jobs).run();
    expect(order(world)).toBe("1 2 1");
    expect(ends(world, 2)[1]).toBeCloseTo(60, 1);
  });

  it("calls nobody late who ends at the very deadline", () => {
    const jobs = [
      { lasts: 30, due: 90 },
      { lasts: 60, due: 60 },
    ];
    expect(ends(worldOf(1, jobs).run(), 2)).toEqual([90, 60]);
  });

  it("lets pass who does not stand in the way", () => {
    const jobs = [
      { gpus: 3, lasts: 50, due: 60 },
      { gpus: 2, lasts: 10, due: 100 },
      { gpus: 1, lasts: 10, due: 300 },
    ];
    expect(order(worldOf(4, jobs).run())).toBe("1 3 2");
  });

  it("orders jobs without GPUs alike", () => {
    const world = new World({ policy: "edf", costs: { start: 0, stop: 0 } }).join(aServer("a", 0, { cores: 2 }));
    world
      .submit("job-1", aSpec({ ...coresOnly(2), deadline: 9e6 }))
      .submit("job-2", aSpec({ ...coresOnly(2), deadline: 8e6 }));
    expect(order(world.run())).toBe("2 1");
  });
});

describe("edf with admission", () => {
  const admission = { admission: true };

  it("promises a deadline only if all earlier promises can be kept", () => {
    const jobs = [
      { lasts: 100, due: 120 },
      { lasts: 50, due: 60, at: 10 },
      { lasts: 10, due: 100, at: 20 },
    ];
    const world = worldOf(1, jobs, admission).run();
    expect(promises(world)).toEqual(["job-1 promised", "job-3 promised"]);
    expect(ends(world, 3)).toEqual([110, 160, 30]);
    expect(ends(worldOf(1, jobs).run(), 3)).toEqual([160, 60, 70]); // without it job-2 is let in, at the cost of job-1
  });

  it("lets who was promised nothing run in what the others leave, and refuses nobody for good", () => {
    const jobs = [
      { gpus: 2, lasts: 100, due: 100 },
      { gpus: 2, lasts: 30, due: 90 },
      { gpus: 1, lasts: 30, due: 20 },
    ];
    const world = worldOf(3, jobs, admission).run();
    expect(ends(world, 3)).toEqual([100, 130, 30]);
  });

  it("plans with the time to come: a gang is let in that has to wait for its turn", () => {
    const jobs = [
      { gpus: 2, lasts: 40, due: 50 },
      { gpus: 4, lasts: 50, due: 90 },
      { gpus: 4, lasts: 10, due: 101 },
      { gpus: 4, lasts: 10, due: 99 },
    ];
    const world = worldOf(4, jobs, admission).run();
    expect(promises(world)).toEqual(["job-1 promised", "job-2 promised", "job-3 promised"]);
    expect(ends(world, 4)).toEqual([40, 90, 100, 110]);
  });

  it("promises nothing to a job of which nothing is known", () => {
    const jobs = [
      { lasts: 10, said: null, due: 50 },
      { lasts: 40, due: 100 },
    ];
    const world = worldOf(1, jobs, admission).run();
    expect(order(world)).toBe("2 1");
    expect(promises(world)).toEqual(["job-2 promised"]);
  });

  it("promises nothing to a job that is larger than all there is", () => {
    const world = worldOf(
      2,
      [
        { gpus: 4, lasts: 10, due: 1000 },
        { lasts: 10, due: 2000 },
      ],
      admission,
    ).run();
    expect(promises(world)).toEqual(["job-2 promised"]);
  });

  it("breaks no promise for an older job that could be in time now, since another ended early", () => {
    const jobs = [
      { gpus: 2, lasts: 3, said: 10, due: 10 },
      { gpus: 1, lasts: 20, due: 25 },
      { gpus: 2, lasts: 14, due: 25, at: 1 },
    ];
    const world = worldOf(2, jobs, admission).run();
    expect(promises(world)).toEqual(["job-1 promised", "job-3 promised"]);
    expect(ends(world, 3)).toEqual([3, 37, 17]);
  });

  it("takes a promise back when it can no longer be kept, and then makes others", () => {
    const jobs = [
      { lasts: 200, said: 50, due: 100 },
      { lasts: 60, due: 130, at: 10 },
      { lasts: 60, due: 300, at: 20 },
    ];
    const world = worldOf(1, jobs, admission).run();
    expect(promises(world)).toContain("job-1 taken back");
    expect(ends(world, 3)[2]).toBeLessThanOrEqual(300);
  });

  it("keeps every promise, and never takes one back, if the estimates are true", () => {
    const traces = fc.record({
      gpuCount: fc.integer({ min: 1, max: 6 }),
      jobs: fc.array(
        fc.record({
          gpus: fc.integer({ min: 1, max: 6 }),
          lasts: fc.integer({ min: 1, max: 30 }),
          at: fc.integer({ min: 0, max: 40 }),
          due: fc.option(fc.integer({ min: 20, max: 150 }), { nil: undefined }),
        }),
        { maxLength: 12 },
      ),
    });
    fc.assert(
      fc.property(traces, ({ gpuCount, jobs }) => {
        const asked = jobs.map((job) => ({ ...job, gpus: Math.min(job.gpus, gpuCount) }));
        const world = worldOf(gpuCount, asked as Asked[], admission).run();
        for (const promise of promises(world)) {
          expect(promise).toMatch(/promised$/);
          const i = Number(promise.slice(4, promise.indexOf(" "))) - 1;
          expect((world.endOf(`job-${i + 1}`) as number) / 1000).toBeLessThanOrEqual(asked[i]!.due as number);
        }
        // and a job alone in the cluster that can be in time is promised it
        const [only] = asked;
        if (asked.length === 1 && only?.due !== undefined)
          expect(promises(world)).toHaveLength(only.at + only.lasts <= only.due ? 1 : 0);
      }),
      { numRuns: 300 },
    );
  });
});
