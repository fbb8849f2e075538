import { describe, expect, it } from "vitest";
import type { Blocker } from "../../src/core/explain/blocker.ts";
import { explain, type Why } from "../../src/core/explain/why.ts";
import { statusReason } from "../../src/core/explain.ts";
import { DEFAULT_GUARDS } from "../../src/core/guards.ts";
import type { JobId } from "../../src/core/job.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { Gpu, Server } from "../../src/core/server.ts";
import { aServer, aSpec, between, coresOnly, gpus, World } from "./world.ts";

type Options = ConstructorParameters<typeof World>[0];

/** A world in which jobs run for ever, and those of the list were submitted one behind the other. */
function worldOf(servers: Server[], specs: Partial<JobSpec>[], options: Options = {}): World {
  const durations = Object.fromEntries(specs.map((_, i) => [`job-${i + 1}`, 1e9]));
  const world = new World({ durations, ...options }).join(...servers);
  for (const [i, spec] of specs.entries()) world.submit(`job-${i + 1}`, aSpec(spec), i).run(i);
  return world.run(100);
}

const whyOf = (world: World, id: JobId): Why => explain(world.job(id), world.scheduler, world.now);
/** The kinds of what is in the way of the last of the jobs, the most decisive first. */
const kindsOf = (world: World, count: number): Blocker["kind"][] =>
  whyOf(world, `job-${count}`).blockers.map(({ kind }) => kind);

const gpu = (id: string, over: Partial<Gpu> = {}): Gpu => ({
  id: `${id}/0`,
  index: 0,
  uuid: null,
  model: "A100",
  memoryMiB: 81_920,
  ...over,
});
const STRICT = { policy: "fifo" };

describe("why a job waits", () => {
  it.each<[string, Server[], Partial<JobSpec>[], string]>([
    ["there is no server", [], [{}], "there is no server yet"],
    [
      "every server is full",
      [aServer("alpha", 2), aServer("beta", 1)],
      [{ gpus: gpus(1) }, { gpus: gpus(1) }, { gpus: gpus(2) }],
      "needs 2 GPUs; the largest free block is 1 on alpha",
    ],
    [
      "enough is free, but not together",
      [aServer("alpha", 2), aServer("beta", 3)],
      [{ gpus: gpus(1) }, { gpus: gpus(2) }, { gpus: gpus(2) }],
      "needs 2 GPUs on one server; the largest free block is 1 on alpha, though 2 are free in all",
    ],
    [
      "no server that is up would do",
      [aServer("alpha", 2, { health: "down", reason: "gone" }), aServer("beta", 2, { draining: true })],
      [{ gpus: gpus(1) }],
      "alpha is down (gone), beta is draining; no server that could hold it takes jobs now",
    ],
    [
      "the cores are taken",
      [aServer("alpha", 0, { cores: 4 })],
      [coresOnly(3), coresOnly(2)],
      "needs 2 cores; alpha has 1 free",
    ],
    [
      "the cores beside its GPUs are taken",
      [aServer("alpha", 2, { cores: 4 })],
      [
        { gpus: gpus(1), cores: { min: 3, max: 3, preferred: 3 } },
        { gpus: gpus(1), cores: { min: 2, max: 2, preferred: 2 } },
      ],
      "needs 2 cores beside its GPUs; where those are free, 1 is left, on alpha",
    ],
    [
      "the memory is taken",
      [aServer("alpha", 2, { memoryMiB: 1000 })],
      [
        { gpus: gpus(1), memoryMiB: 800 },
        { gpus: gpus(1), memoryMiB: 300 },
      ],
      "needs 300 MiB of memory; 200 are left, on alpha",
    ],
    [
      "it would fit, but nobody may pass the first in line",
      [aServer("alpha", 2)],
      [{ gpus: gpus(1) }, { gpus: gpus(2) }, { gpus: gpus(1) }],
      "1 job ahead by submission: job-2; nobody may pass job-2, which does not fit yet",
    ],
    [
      "no server could ever hold it",
      [aServer("alpha", 2)],
      [{ gpus: { ...gpus(1), model: "H100" } }],
      "no server could ever hold it: it asks for 1 H100 GPU",
    ],
  ])("%s", (_why, servers, specs, words) => {
    const world = worldOf(servers, specs);
    expect(statusReason(world.job(`job-${specs.length}`), world.scheduler, world.now)).toBe(words);
  });

  it("tells the first in line what it waits for, and not that others are put first", () => {
    const world = worldOf([aServer("alpha", 0, { cores: 4 })], [coresOnly(2), coresOnly(1, 4, 4)], STRICT);
    const { summary, blockers } = whyOf(world, "job-2");
    expect(blockers.map(({ kind }) => kind)).toEqual(["cores"]);
    expect(summary).toBe("needs 4 cores; alpha has 2 free; would start now with cores.preferred 2");
  });

  it("lists all that is in the way, the most decisive first", () => {
    const specs = [
      { gpus: gpus(2) },
      { gpus: gpus(2), priority: 5 },
      { gpus: gpus(2), priority: 5 },
      { gpus: gpus(2) },
    ];
    const world = worldOf([aServer("alpha", 3)], specs, {
      policy: "priority",
      options: { preemptive: false, backfill: "fit" },
    });
    const { blockers } = whyOf(world, "job-4");
    expect(blockers.map(({ kind, jobs }) => [kind, jobs])).toEqual([
      ["gpus", ["job-1"]],
      ["order", ["job-2", "job-3"]],
    ]);
    expect(blockers[1]?.message).toBe("2 jobs ahead by priority: job-2, job-3");
  });

  it("tells of a quota that is used up", () => {
    const options = { policy: "fair-share", options: { quotas: { ann: 2 }, borrowing: false } };
    const { blockers, change } = whyOf(worldOf([aServer("a", 4)], [{ gpus: gpus(2) }, {}], options), "job-2");
    expect(blockers).toMatchObject([{ kind: "quota", message: "quota of ann: 2 of 2 GPUs used" }]);
    expect(change?.message).toBe("would start now if the quota of ann is raised to 3");
  });

  it("tells of room that is kept for the first in line, and until when", () => {
    const seconds = { epochs: null, steps: null, seconds: 1000 };
    const specs = [{ estimate: seconds }, { gpus: gpus(2) }, {}];
    const world = worldOf([aServer("a", 2)], specs, { policy: "fifo", options: { backfill: "easy" } });
    const [first] = whyOf(world, "job-3").blockers;
    expect(first).toMatchObject({ kind: "reservation", jobs: ["job-2"] });
    expect(first?.until).toBe(1_000_010);
  });

  it("tells of runs that may not be stopped yet, by the policy's options or by the guards", () => {
    const specs = [{ gpus: gpus(2) }, { gpus: gpus(2), priority: 1 }];
    const young = worldOf([aServer("a", 2)], specs, { policy: "priority", options: { minRunSeconds: 300 } });
    expect(whyOf(young, "job-2").blockers).toContainEqual(expect.objectContaining({ kind: "guard", until: 300_010 }));
    const scheduler = { guards: DEFAULT_GUARDS };
    const cool = worldOf([aServer("a", 2)], specs, { policy: "priority", options: { minRunSeconds: 0 }, scheduler });
    expect(whyOf(cool, "job-2").blockers).toContainEqual(expect.objectContaining({ kind: "guard", until: 120_010 }));
  });

  it("tells who still has its place", () => {
    const world = worldOf([aServer("a", 1)], [{}, {}], { costs: { start: 10, stop: 1000 } });
    world.tell({ type: "JobCancelled", job: "job-1", by: "ann", delete: false, graceSeconds: null, at: world.now });
    expect(whyOf(world, "job-2").blockers).toMatchObject([{ kind: "being-freed", jobs: ["job-1"], servers: ["a"] }]);
  });

  it("tells that it starts with the next round, when nothing is in its way any more", () => {
    const world = worldOf([aServer("a", 2)], [{}]);
    world.observe({ type: "JobSubmitted", job: "job-2", spec: aSpec(), blockedBy: [], key: null, at: world.now });
    expect(kindsOf(world, 2)).toEqual(["round"]);
    world.round();
    expect(world.status("job-2")).toBe("starting");
  });

  it("tells of GPUs that nobody may be given, of other models, and of too little memory", () => {
    const faulty = aServer("a", 0, { gpus: [gpu("a", { fault: "fell off the bus" })] });
    const { blockers, change } = whyOf(worldOf([faulty], [{}]), "job-1");
    expect(blockers.map(({ kind }) => kind)).toEqual(["gpus", "gpu-unfit"]);
    expect(change).toMatchObject({
      message: "would start now if GPU a/0 is released",
      command: "schedulearn gpus release a/0",
    });
    const mixed = (over: Partial<Gpu>): Server =>
      aServer("a", 0, { gpus: [gpu("a"), { ...gpu("a", over), id: "a/1", index: 1 }] });
    const wants = (request: Partial<JobSpec["gpus"]>) => ({ gpus: { ...gpus(1), ...request } });
    const models = worldOf([mixed({ model: "V100" })], [wants({ model: "A100" }), wants({ model: "A100" })]);
    expect(kindsOf(models, 2)).toEqual(["gpus", "gpu-model"]);
    const sizes = worldOf([mixed({ memoryMiB: 16_384 })], [wants({ memoryMiB: 40_000 }), wants({ memoryMiB: 40_000 })]);
    expect(kindsOf(sizes, 2)).toEqual(["gpus", "gpu-memory"]);
    expect(whyOf(sizes, "job-2").change?.message).toBe("would start now with gpus.memoryMiB 16384");
  });

  it("tells of a disk that is too full", () => {
    const { blockers } = whyOf(worldOf([aServer("a", 1, { freeDiskMiB: 10, minFreeDiskMiB: 100 })], [{}]), "job-1");
    expect(blockers[0]).toMatchObject({ kind: "disk", message: "a has 10 MiB of free disk, 100 are kept free" });
  });

  it("tells a job that is held, that waits for another or backs off of that first, and of what would be next", () => {
    const world = worldOf([aServer("a", 1)], [{}, {}]);
    world.tell({ type: "JobPaused", job: "job-2", by: "user", at: world.now });
    expect(kindsOf(world, 2)).toEqual(["held", "gpus"]);
    world.submit("job-3", aSpec({ after: ["job-1"] })).run(world.now);
    expect(whyOf(world, "job-3").blockers[0]).toMatchObject({
      kind: "dependency",
      message: "it waits for job-1 to complete",
      jobs: ["job-1"],
    });
    const job = world.job("job-2");
    const state = { status: "pending", since: 0, held: false, notBefore: world.now + 2500 } as const;
    expect(statusReason({ ...job, state }, world.scheduler, world.now)).toBe(
      "it starts again 3 s from now, after a failure",
    );
  });

  it("tells of a policy that fails", () => {
    const decides = {
      decide: () => {
        throw new Error("no idea");
      },
    };
    expect(whyOf(worldOf([aServer("a", 1)], [{}], { decides }), "job-1").blockers).toMatchObject([
      { kind: "policy-failed", message: "the policy fifo fails: no idea" },
    ]);
  });

  it("tells a job that its policy has frozen whose cores it waits for", () => {
    const world = worldOf([aServer("a", 0, { cores: 2 })], [coresOnly(2), { ...coresOnly(2), priority: 3 }], {
      policy: "priority",
      options: { minRunSeconds: 0 },
    });
    expect(world.status("job-1")).toBe("paused");
    expect(statusReason(world.job("job-1"), world.scheduler, world.now)).toBe(
      "others have its cores: needs 2 cores; none is free",
    );
  });
});

describe("the smallest change", () => {
  const changeOf = (world: World, id: JobId): string | undefined => whyOf(world, id).change?.message;

  it("is what the job's user can do, before what takes an operator", () => {
    const world = worldOf(
      [aServer("a", 4), aServer("b", 4, { cordoned: { reason: "new disk", since: 0 } })],
      [{ gpus: gpus(2) }, { gpus: gpus(4) }, { gpus: gpus(8), servers: { min: 1, max: 2 } }],
    );
    expect(whyOf(world, "job-2").change).toMatchObject({ message: "would start now with gpus 2", fields: { gpus: 2 } });
    const full = worldOf([aServer("a", 1), aServer("b", 1, { cordoned: { reason: null, since: 0 } })], [{}, {}]);
    expect(whyOf(full, "job-2").change).toMatchObject({
      message: "would start now if server b is uncordoned",
      by: "operator",
      command: "schedulearn uncordon b",
    });
  });

  it("is less of a job that is elastic, several servers for one that would fit on them, or less beside its GPUs", () => {
    const elastic = worldOf([aServer("a", 4)], [{ gpus: gpus(1) }, { gpus: between(4, 8, 4) }], {
      policy: "elastic-fifo",
    });
    expect(changeOf(elastic, "job-2")).toBe("would start now with gpus.min 3");
    const wide = worldOf([aServer("a", 2), aServer("b", 2)], [{ gpus: gpus(4), launcher: "torchrun" }]);
    expect(changeOf(wide, "job-1")).toBe("would start now with 2 servers");
    const cores = { min: 9, max: 9, preferred: 9 };
    expect(changeOf(worldOf([aServer("a", 2, { cores: 8 })], [{ cores }]), "job-1")).toBe(
      "would start now with cores 8",
    );
  });

  it("is the least priority that does, with those that would make room", () => {
    const world = worldOf([aServer("a", 2)], [{ gpus: gpus(2), priority: 3 }, { gpus: gpus(2) }], {
      policy: "priority",
      options: { minRunSeconds: 0 },
    });
    expect(whyOf(world, "job-2").change).toMatchObject({
      message: "would start with priority 4, as soon as job-1 has made room",
      effect: "makes-room",
      stops: ["job-1"],
      command: "schedulearn update job-2 --priority 4",
    });
  });

  it("is none where the job starts by itself, and where none was found", () => {
    const world = worldOf([aServer("a", 1)], [{}, {}]);
    world.tell({ type: "JobCancelled", job: "job-1", by: "ann", delete: false, graceSeconds: null, at: world.now });
    expect(whyOf(world, "job-2").change).toBeNull();
    expect(whyOf(worldOf([], [{}]), "job-1").change).toBeNull();
  });

  it("leaves the scheduler as it was", () => {
    const world = worldOf([aServer("a", 2)], [{}, { gpus: gpus(2) }], { policy: "priority" });
    const before = JSON.stringify([[...world.scheduler.jobs], [...world.scheduler.servers], world.scheduler.setting]);
    whyOf(world, "job-2");
    expect(JSON.stringify([[...world.scheduler.jobs], [...world.scheduler.servers], world.scheduler.setting])).toBe(
      before,
    );
    expect(world.scheduler.takeCommands()).toEqual([]);
  });
});

describe("what is there to say of a job that does not wait", () => {
  it("is where it trains, or the cause of its end", () => {
    const world = worldOf([aServer("a", 1)], [{}]);
    expect(whyOf(world, "job-1")).toMatchObject({ summary: "it trains on a", blockers: [], change: null });
    const cause = { origin: "application", code: "exit", message: "exited with code 3" } as const;
    const job = { ...world.job("job-1"), state: { status: "failed", at: 1, cause } as const };
    expect(statusReason(job, world.scheduler, 2)).toBe("exited with code 3");
    const done = { ...job, state: { status: "completed", at: 1, cause: null } as const };
    expect(statusReason(done, world.scheduler, 2)).toBeNull();
  });
});
