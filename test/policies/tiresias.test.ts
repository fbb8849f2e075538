import { describe, expect, it } from "vitest";
import type { DomainError } from "../../src/core/errors.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import { completeOptions, findPolicy } from "../../src/policies/index.ts";
import { aServer, aSpec, coresOnly, gpus, resolve, World } from "../core/world.ts";
import { knowing } from "./learner.ts";

interface Asked {
  readonly gpus?: number;
  /** Seconds, as all times here. */
  readonly lasts: number;
  readonly at?: number;
  readonly priority?: number;
}

/** Two queues, of promoted to 100 GPU-seconds and beyond, and no promotion, when not said otherwise. */
function worldOf(
  gpuCount: number,
  jobs: readonly Asked[],
  options: Record<string, unknown> = {},
  services: readonly number[] = [],
): World {
  const world = new World({
    policy: "tiresias",
    options: { thresholds: [100], promoteKnob: 0, ...options },
    durations: Object.fromEntries(jobs.map(({ lasts }, i) => [`job-${i + 1}`, lasts * 1000])),
    costs: { start: 0, stop: 0 },
    scheduler: { learner: knowing({}, services) },
  }).join(aServer("a", gpuCount));
  for (const [i, { gpus: count = 1, at = 0, priority = 0 }] of jobs.entries())
    world.submit(`job-${i + 1}`, aSpec({ gpus: gpus(count), priority }), at * 1000);
  return world;
}

const runs = (world: World): string => world.starts.map(({ job, at }) => `${job.slice(4)}@${at / 1000}`).join(" ");
/** Who went to which queue when. */
const moves = (world: World): readonly string[] =>
  world.log.flatMap((event) =>
    event.type === "JobRequeued"
      ? [`${event.job.slice(4)} ${event.promoted ? "promoted" : "goes"} to ${event.level} at ${event.at / 1000}`]
      : [],
  );

describe("tiresias", () => {
  it("puts a job one queue down when it has had so many GPU-seconds, at that very moment, and serves newer ones first", () => {
    const world = worldOf(1, [{ lasts: 150 }, { lasts: 20, at: 50 }]).run();
    expect(moves(world)).toEqual(["1 goes to 1 at 100"]);
    expect(runs(world)).toBe("1@0 2@100 1@120");
  });

  it("counts GPUs times seconds: a gang of four is there in a quarter of the time", () => {
    const world = worldOf(4, [
      { gpus: 4, lasts: 60 },
      { gpus: 4, lasts: 20, at: 5 },
    ]).run();
    expect(moves(world)).toEqual(["1 goes to 1 at 25"]);
    expect(runs(world)).toBe("1@0 2@25 1@45");
  });

  it("counts cores for jobs without GPUs", () => {
    const world = new World({
      policy: "tiresias",
      options: { thresholds: [100] },
      durations: { "job-1": 90_000, "job-2": 10_000 },
      costs: { start: 0, stop: 0 },
    }).join(aServer("a", 0, { cores: 2 }));
    world
      .submit("job-1", aSpec(coresOnly(2)), 0)
      .submit("job-2", aSpec(coresOnly(2)), 1000)
      .run();
    expect(moves(world)).toContain("1 goes to 1 at 50");
    expect(world.endOf("job-2")).toBe(60_000);
  });

  it("serves within a queue who started first, whoever was submitted first: nobody is stopped for its like", () => {
    const jobs = [
      { gpus: 1, lasts: 10 },
      { gpus: 2, lasts: 10, at: 1 },
      { gpus: 1, lasts: 50, at: 2 },
    ];
    expect(runs(worldOf(2, jobs).run())).toBe("1@0 3@2 2@52");
  });

  it("serves those that have not started yet after those that have, as they were submitted", () => {
    const jobs = [{ lasts: 10 }, { lasts: 10, at: 2 }, { lasts: 10, at: 1 }];
    expect(runs(worldOf(1, jobs).run())).toBe("1@0 3@10 2@20");
  });

  it("fills what the first queue leaves with jobs of lower ones", () => {
    const jobs = [{ lasts: 300 }, { gpus: 2, lasts: 10, at: 110 }, { gpus: 1, lasts: 10, at: 111 }];
    expect(runs(worldOf(2, jobs).run())).toBe("1@0 2@110 3@120 1@120");
  });

  it("sorts into the right queue who has passed several limits at once", () => {
    const world = worldOf(1, [{ lasts: 5000 }], { thresholds: [1000, 2000, 3000] }).run(900_000);
    world.now = 2_500_000;
    world.round();
    expect(moves(world)).toEqual(["1 goes to 2 at 2500"]);
  });

  describe("with promotion", () => {
    const starving = [
      { lasts: 200 },
      { lasts: 90, at: 1 },
      { lasts: 90, at: 2 },
      { lasts: 90, at: 3 },
      { lasts: 90, at: 4 },
    ];

    it("brings a job back to the first queue when it has waited so many times as long as it ran", () => {
      const world = worldOf(1, starving, { promoteKnob: 2 }).run(350_000);
      expect(moves(world)).toEqual(["1 goes to 1 at 100", "1 promoted to 0 at 300"]);
      expect(runs(world)).toBe("1@0 2@100 3@190 4@280 1@300");
    });

    it("counts it anew from then on, so that it does not fall back at once, and rises no more than it should", () => {
      const world = worldOf(1, starving, { promoteKnob: 2 }).run();
      expect(moves(world)).toEqual(["1 goes to 1 at 100", "1 promoted to 0 at 300"]);
      expect(world.endOf("job-1")).toBe(400_000);
    });

    it("falls again after as much service as the first time", () => {
      const world = worldOf(1, [{ lasts: 500 }, ...starving.slice(1), { lasts: 90, at: 5 }], { promoteKnob: 2 });
      expect(moves(world.run(450_000))).toEqual(["1 goes to 1 at 100", "1 promoted to 0 at 300", "1 goes to 1 at 400"]);
    });

    it("does without when the knob is 0", () => {
      expect(moves(worldOf(1, starving).run())).toEqual(["1 goes to 1 at 100"]);
    });
  });

  it("counts over all runs of a job, so that who is stopped again and again does not stay in the first queue for ever", () => {
    const world = worldOf(1, [{ lasts: 400 }]);
    for (const at of [30, 60, 90])
      world.at(at * 1000, () =>
        world.observe({ type: "JobPreempted", job: "job-1", cause: "for the test", at: world.now }),
      );
    world.run();
    expect(runs(world)).toBe("1@0 1@30 1@60 1@90");
    expect(moves(world)).toEqual(["1 goes to 1 at 100"]);
  });

  it("keeps the users' priority apart from its queues", () => {
    const world = worldOf(1, [
      { lasts: 10, priority: 7 },
      { lasts: 10, priority: -3 },
    ]).run();
    expect(runs(world)).toBe("1@0 2@10");
    expect(moves(world)).toEqual([]);
  });

  it("goes on after a restart where it was: what was attained, and which queue", () => {
    const world = worldOf(1, [{ lasts: 500 }, { lasts: 500, at: 1 }], { promoteKnob: 4 }).run(150_000);
    const { scheduler } = world;
    const again = new Scheduler(resolve, scheduler.setting);
    again.restore({ servers: [...scheduler.servers.values()], jobs: [...scheduler.jobs.values()] });
    const decisions = [scheduler, again].map((each) => {
      const { events, wakeAt } = each.round(160_000);
      return { events, wakeAt, jobs: [...each.jobs.values()] };
    });
    expect(decisions[1]).toEqual(decisions[0]);
    expect(again.job("job-1")?.queue?.level).toBe(1);
  });

  it("takes new limits at once: the queue follows from what a job has had", () => {
    const world = worldOf(1, [{ lasts: 500 }, { lasts: 500, at: 1 }]).run(150_000);
    const change = (options: Record<string, unknown>): void => {
      world.now += 10_000;
      world.tell({ type: "PolicyChanged", policy: "tiresias", options, placement: "consolidate", at: world.now });
    };
    world.now = 150_000;
    change({ thresholds: [1000], promoteKnob: 0 });
    expect(moves(world).at(-1)).toBe("1 goes to 0 at 160");
    change({ thresholds: [10, 20, 30], promoteKnob: 0 });
    expect(moves(world)).toContain("1 goes to 3 at 170");
  });

  it("refuses limits that do not ascend, and none at all, and says what would do", () => {
    const problem = (thresholds: unknown): string => {
      try {
        completeOptions(findPolicy("tiresias"), { thresholds });
        return "";
      } catch (error) {
        return (error as DomainError).message;
      }
    };
    expect(problem([3250, 7200])).toBe("");
    expect(problem("1000")).toBe("");
    for (const wrong of [[7200, 3250], [100, 100], []])
      expect(problem(wrong)).toMatch(/thresholds must .*ascend.*3250, 7200/);
    expect(problem([0, 5])).toMatch(/at least 1/);
  });
});

describe("tiresias with gittins", () => {
  /** Most jobs need 100 GPU-seconds, the others 5000: who has had 90 is likely to end soon, who has had 200 is not. */
  const history = [...Array(30).fill(100), ...Array(10).fill(5000)];
  const options = { gittins: true, thresholds: [1000] };

  it("serves first who is most likely to end soon, not who started first", () => {
    const jobs = [{ lasts: 400 }, { lasts: 40, at: 300 }, { lasts: 40, at: 301 }];
    const gittins = worldOf(1, jobs, options, history).run();
    expect(runs(gittins)).toBe("1@0 2@300 3@340 1@380");
    expect(runs(worldOf(1, jobs, { ...options, gittins: false }, history).run())).toBe("1@0 2@400 3@440");
  });

  it("serves who started first until 30 jobs have completed", () => {
    const jobs = [{ lasts: 400 }, { lasts: 40, at: 300 }];
    expect(runs(worldOf(1, jobs, options, history.slice(0, 29)).run())).toBe("1@0 2@400");
  });

  it("serves who started first in the last queue", () => {
    const jobs = [{ lasts: 300 }, { lasts: 300, at: 1 }, { lasts: 10, at: 250 }];
    const world = worldOf(1, jobs, { gittins: true, thresholds: [50] }, history).run();
    expect(runs(world)).toBe("1@0 2@50 1@100 3@250 1@260 2@360");
  });

  it("does not let jobs that are alike take turns at each round, though the longer one runs, the longer it is likely to", () => {
    const services = Array.from({ length: 100 }, (_, i) => 10 * 1.1 ** i);
    const world = worldOf(1, [{ lasts: 5000 }, { lasts: 5000 }], options, services);
    for (let seconds = 10; seconds <= 1000; seconds += 10) {
      world.run(seconds * 1000);
      world.now = seconds * 1000;
      world.round();
    }
    expect(runs(world.run(1_000_000))).toBe("1@0 2@250 1@500 2@750 1@1000");
  });
});
