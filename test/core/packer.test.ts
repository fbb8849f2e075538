import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Declared } from "../../src/core/estimates.ts";
import { Guard, NO_GUARDS } from "../../src/core/guards.ts";
import type { Job } from "../../src/core/job.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { Packer } from "../../src/core/packer.ts";
import { aServer, aSpec, between, gpus, World } from "./world.ts";

/** A cluster in which these jobs run, and a fresh draft of it. */
function draftOf(servers: Parameters<typeof aServer>[], jobs: readonly Partial<JobSpec>[], placement = "consolidate") {
  const world = new World({ policy: "fifo", options: { backfill: "fit" }, placement }).join(
    ...servers.map((args) => aServer(...args)),
  );
  for (const [i, spec] of jobs.entries()) world.submit(`job-${i + 1}`, aSpec(spec));
  world.run(100);
  const { scheduler } = world;
  return { world, packer: scheduler.packer(scheduler.snapshot(world.now)), job: (id: string) => world.job(id) };
}
const placesOf = (packer: Packer, { id }: Job): [string, number][] =>
  (packer.grants.get(id) ?? []).map(({ server, gpus: held }) => [server, held.length]);

describe("a draft of the cluster", () => {
  it("has every running job where it is, and knows of no other", () => {
    const { packer, job } = draftOf([["a", 2]], [{ gpus: gpus(2) }, { gpus: gpus(1) }]);
    expect([packer.sizeOf(job("job-1")), packer.sizeOf(job("job-2"))]).toEqual([2, 0]);
  });

  it("gives a job that was evicted exactly what it had, when it is placed again", () => {
    const { packer, job } = draftOf(
      [
        ["a", 4],
        ["b", 4],
      ],
      [{ gpus: gpus(3) }],
    );
    const before = packer.grants.get("job-1");
    packer.evict(job("job-1"));
    expect(packer.place(job("job-1"), 3)).toBe(true);
    expect(packer.grants.get("job-1")).toBe(before);
  });

  it("grows a job on its own server only, and changes nothing when that is full", () => {
    const { packer, job } = draftOf(
      [
        ["a", 4],
        ["b", 4],
      ],
      [{ gpus: between(2, 8) }, { gpus: gpus(1) }],
    );
    expect(packer.resize(job("job-1"), 4)).toBe(false);
    expect(packer.resize(job("job-1"), 3)).toBe(true);
    expect(placesOf(packer, job("job-1"))).toEqual([["a", 3]]);
  });

  it("keeps what a job really holds when it is shrunk and grown again", () => {
    const { packer, job } = draftOf([["a", 4]], [{ gpus: between(3, 4, 3) }]);
    packer.resize(job("job-1"), 1);
    packer.resize(job("job-1"), 3);
    expect(packer.grants.get("job-1")?.[0]?.gpus).toEqual(["a/0", "a/1", "a/2"]);
  });

  it("makes room by the least important job that will do, and by no more than needed", () => {
    const { packer, job } = draftOf(
      [
        ["a", 2],
        ["b", 2],
      ],
      [gpus(1), gpus(1), gpus(2)].map((g) => ({ gpus: g })),
    );
    const order = ["job-3", "job-2", "job-1"].map(job); // who yields first
    const yielding = {
      rank: ({ id }: Job) => -order.findIndex((each) => each.id === id),
      on: (server: string) => order.filter(({ state }) => "on" in state && state.on[0]?.server === server),
      all: () => order,
    };
    const newcomer = {
      ...job("job-1"),
      id: "job-9",
      state: { status: "pending", since: 0, held: false, notBefore: 0 },
    };
    expect(packer.makeRoom(newcomer as Job, 1, yielding)).toBe(true);
    expect([packer.sizeOf(job("job-1")), packer.sizeOf(job("job-2")), packer.sizeOf(job("job-3"))]).toEqual([1, 1, 0]);
  });

  it("spreads a gang over the fewest servers, only where its launcher can span them", () => {
    const { world } = draftOf(
      [
        ["a", 4],
        ["b", 4],
        ["c", 2],
      ],
      [],
    );
    world
      .submit("job-1", aSpec({ gpus: gpus(6) }))
      .submit("job-2", aSpec({ gpus: gpus(6), servers: { min: 1, max: 3 } }));
    world.run(10);
    const fresh = world.scheduler.packer(world.scheduler.snapshot(world.now));
    expect(world.status("job-1")).toBe("pending");
    expect(placesOf(fresh, world.job("job-2"))).toEqual([
      ["a", 4],
      ["b", 2],
    ]);
  });

  it("gives a gang that wants several servers at least so many, alike where it can", () => {
    const { world } = draftOf(
      [
        ["a", 4],
        ["b", 4],
      ],
      [{ gpus: gpus(4), servers: { min: 2, max: 2 } }],
    );
    const { state } = world.job("job-1");
    expect("on" in state && state.on.map(({ server, gpus: held }) => [server, held.length])).toEqual([
      ["a", 2],
      ["b", 2],
    ]);
  });

  it("gives a gang that is shrunk to one server and grown again the very GPUs that it has on the others", () => {
    const { packer, job } = draftOf(
      [
        ["a", 1],
        ["b", 4],
        ["c", 4],
      ],
      [{ gpus: between(2, 8, 2), servers: { min: 1, max: 3 }, elasticity: "live" }, { gpus: gpus(3) }],
    );
    packer.resize(job("job-1"), 6);
    const grown = packer.grants.get("job-1");
    packer.resize(job("job-1"), 1);
    packer.resize(job("job-1"), 6);
    expect(packer.grants.get("job-1")).toEqual(grown);
  });

  it("respects model and memory of GPUs, also on a server with several kinds", () => {
    const mixed = aServer("a", 4).gpus.map((gpu, i) => ({
      ...gpu,
      model: i < 2 ? "V100" : "A100",
      memoryMiB: 16_000 * (i + 1),
    }));
    const { world } = draftOf(
      [["a", 4, { gpus: mixed }]],
      [
        { gpus: { ...gpus(1), model: "A100" } },
        { gpus: { ...gpus(2), memoryMiB: 40_000 } },
        { gpus: { ...gpus(1), memoryMiB: 64_000 } },
      ],
    );
    const held = (id: string) => {
      const { state } = world.job(id);
      return "on" in state ? state.on[0]?.gpus : null;
    };
    expect([held("job-1"), held("job-2"), held("job-3")]).toEqual([["a/2"], null, ["a/3"]]);
  });
});

describe("packing the cluster anew", () => {
  const scattered: Parameters<typeof draftOf>[1] = [{ gpus: gpus(1) }, { gpus: gpus(1) }];

  it.each(["hungarian", "genetic", "branch-and-bound"])(
    "%s moves a running job so that a gang finds room",
    (placement) => {
      const world = new World({
        policy: "fifo",
        placement,
        durations: { "job-1": 1e6, "job-2": 1_000, "job-3": 1e6, "job-4": 1e6 },
      }).join(aServer("a", 2), aServer("b", 2));
      for (const [id, at] of [
        ["job-1", 0],
        ["job-2", 1],
        ["job-3", 2],
      ] as const)
        world.submit(id, aSpec(), at);
      world.submit("job-4", aSpec({ gpus: gpus(2) }), 2_000).run(60_000);
      expect(world.status("job-4")).toBe("running");
      expect(world.log.filter(({ type }) => type === "JobMigrated")).toMatchObject([{ cause: "defragmentation" }]);
      expect([world.job("job-1").migrations + world.job("job-3").migrations]).toEqual([1]);
    },
  );

  it("changes nothing where the counts come out and the kinds of GPUs do not", () => {
    // Two of each kind; by counts job-3 and job-4 have room, by devices both want the same two.
    const kinds = aServer("a", 4).gpus.map((gpu, i) => ({ ...gpu, model: i < 2 ? "V100" : "A100" }));
    const world = new World({ policy: "fifo", options: { backfill: "fit" }, placement: "hungarian" }).join(
      aServer("a", 4, { gpus: kinds }),
      aServer("b", 1),
    );
    const a100 = { ...gpus(2), model: "A100" };
    world.submit("job-1", aSpec({ gpus: a100 })).submit("job-2", aSpec({ gpus: gpus(1) }));
    world.submit("job-3", aSpec({ gpus: a100 }), 5).run(100);
    expect(world.log.filter(({ type }) => type === "RoundFailed")).toEqual([]);
    expect([world.status("job-1"), world.status("job-2"), world.status("job-3")]).toEqual([
      "running",
      "running",
      "pending",
    ]);
  });

  it.each(["a server that is down", "a GPU that has vanished"])("leaves alone who runs on %s", (what) => {
    const world = new World({ placement: "hungarian", options: { backfill: "fit" } }).join(aServer("a", 2));
    world.submit("job-1", aSpec({ gpus: gpus(1) })).run(50);
    world.tell(
      what === "a server that is down"
        ? { type: "ServerHealthChanged", server: "a", health: "down", reason: "no answer", at: 50 }
        : { type: "ServerInventoried", server: "a", gpus: [], cores: 64, memoryMiB: 1_000_000, at: 50 },
    );
    world
      .join(aServer("b", 2))
      .submit("job-2", aSpec({ gpus: gpus(1) }), 51)
      .run(80);
    world
      .join(aServer("c", 1))
      .submit("job-3", aSpec({ gpus: gpus(2) }), 81)
      .run(200);
    expect(world.log.filter(({ type }) => type === "RoundFailed")).toEqual([]);
    expect(world.log.filter(({ type }) => type === "JobMigrated")).toMatchObject([{ job: "job-2" }]);
    expect(world.status("job-3")).toBe("running");
  });

  it("is never done by placements that do not search, nor beyond the migrations allowed", () => {
    for (const [placement, maxConcurrentMigrations] of [
      ["consolidate", 9],
      ["hungarian", 0],
    ] as const) {
      const world = new World({
        policy: "fifo",
        placement,
        durations: { "job-1": 1e6, "job-2": 1_000, "job-3": 1e6, "job-4": 1e6 },
        scheduler: { guards: { ...NO_GUARDS, maxConcurrentMigrations } },
      }).join(aServer("a", 2), aServer("b", 2));
      for (const [id, at] of [
        ["job-1", 0],
        ["job-2", 1],
        ["job-3", 2],
      ] as const)
        world.submit(id, aSpec(), at);
      world.submit("job-4", aSpec({ gpus: gpus(2) }), 2_000).run(60_000);
      expect(world.status("job-4")).toBe("pending");
    }
  });

  it("does not touch a job that fits as things are", () => {
    const { packer } = draftOf(
      [
        ["a", 2],
        ["b", 2],
      ],
      scattered,
      "hungarian",
    );
    expect(packer.defragments.size).toBe(0);
  });
});

describe("whatever is done to a draft", () => {
  type Deed = readonly ["place" | "resize" | "evict", number, number];
  const deeds = fc.array(
    fc.tuple(
      fc.constantFrom("place", "resize", "evict"),
      fc.nat(5),
      fc.integer({ min: 1, max: 6 }),
    ) as fc.Arbitrary<Deed>,
    { maxLength: 30 },
  );

  it("no GPU has two owners, sizes are what was asked for, and counts stay true", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }), deeds, (servers, todo) => {
        const { packer, job } = draftOf(
          servers.map((count, i) => [`s${i}`, count]),
          Array.from({ length: 6 }, () => ({ gpus: between(1, 6, 2), servers: { min: 1, max: 2 } })),
        );
        for (const [deed, which, size] of todo) {
          const each = job(`job-${which + 1}`);
          const had = packer.sizeOf(each);
          if (deed === "evict") packer.evict(each);
          else if (packer[deed](each, size)) expect(packer.sizeOf(each)).toBe(size);
          else expect(packer.sizeOf(each)).toBe(had);
          const given = [...packer.grants.values()].flatMap((on) => on.flatMap((share) => share.gpus));
          expect(new Set(given).size).toBe(given.length);
          expect(given.length).toBeLessThanOrEqual(servers.reduce((sum, count) => sum + count, 0));
        }
        // What the counts call full is full: everybody evicted, all of it can be had again.
        for (let i = 1; i <= 6; i++) packer.evict(job(`job-${i}`));
        const largest = Math.max(...servers);
        expect(packer.place(job("job-1"), largest)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe("a guard", () => {
  it("tells when the first of those that it holds back may be moved", () => {
    const { job } = draftOf([["a", 2]], [{ gpus: gpus(1) }]);
    const guard = new Guard(
      { ...NO_GUARDS, cooldownMillis: 500 },
      100,
      new Declared().estimates(100),
      Number.NEGATIVE_INFINITY,
    );
    expect(guard.wakeAt).toBeNull();
    expect(guard.pins(job("job-1"))).toBe(true);
    expect(guard.wakeAt).toBe(510);
  });

  it("tells when a run may be migrated that is left where it is for now", () => {
    const { job } = draftOf([["a", 2]], [{ gpus: gpus(1) }]);
    const none = new Declared().estimates(100);
    const guard = new Guard({ ...NO_GUARDS, migrationRestMillis: 500 }, 100, none, Number.NEGATIVE_INFINITY);
    expect(guard.mayMigrate(job("job-1"))).toBe(false);
    expect(guard.wakeAt).toBe(510);
  });

  it("leaves a job alone for a minute after a move that failed, whatever the settings", () => {
    const { job } = draftOf([["a", 2]], [{ gpus: gpus(1) }]);
    const at = (now: number): Guard =>
      new Guard(NO_GUARDS, now, new Declared().estimates(now), Number.NEGATIVE_INFINITY);
    const failed = { ...job("job-1"), moveFailedAt: 100 };
    expect([at(100).pins(failed), at(60_099).pins(failed), at(60_100).pins(failed)]).toEqual([true, true, false]);
  });
});
