import { describe, expect, it } from "vitest";
import type { Gang, Packing, PackingProblem } from "../../src/core/packing.ts";
import { placements } from "../../src/placement/index.ts";
import { aBin, aGang, enough, faultsOf, none, told } from "./packings.ts";

/** What hungarian does, the two that start from its answer must do as well. */
describe.each(placements.filter(({ pack }) => pack))("$key", (rule) => {
  const pack = (problem: PackingProblem): Packing => {
    const packing = rule.pack?.(problem, enough) as Packing;
    expect(faultsOf(problem, packing)).toEqual([]);
    return packing;
  };
  const packed = (bins: PackingProblem["bins"], gangs: readonly Gang[]): string[] =>
    told({ bins, gangs }, pack({ bins, gangs }));

  it("gives a job that is split its size once, not the whole again where the remainder goes", () => {
    const bins = [aBin("a", 4), aBin("b", 4)];
    expect(packed(bins, [aGang(bins, "job-1", 8, undefined, { maxServers: 2 })])).toEqual(["job-1@a:4+b:4"]);
  });

  it("comes to an end where a split job leaves as much as the next one wants", () => {
    const bins = [aBin("a", 4), aBin("b", 4)];
    const gangs = [aGang(bins, "job-1", 6, undefined, { maxServers: 2 }), aGang(bins, "job-2", 2)];
    expect(packed(bins, gangs)).toEqual(["job-1@a:4+b:2", "job-2@b"]);
  });

  it("never gives the packing of a large server to a small one", () => {
    const bins = [aBin("small", 4), aBin("large", 8)];
    const gangs = [aGang(bins, "job-1", 4, { large: 4 }), aGang(bins, "job-2", 8)];
    expect(packed(bins, gangs)).toEqual(["job-1@small", "job-2@large"]);
  });

  it("moves nothing when nothing changes, in whatever order the jobs are told", () => {
    const bins = [aBin("a", 4), aBin("b", 4), aBin("c", 8)];
    const gangs = [
      aGang(bins, "job-1", 2, { a: 2 }),
      aGang(bins, "job-2", 2, { b: 2 }),
      aGang(bins, "job-3", 6, { a: 2, c: 4 }, { minServers: 2, maxServers: 2 }),
      aGang(bins, "job-4", 4, { c: 4 }),
      aGang(bins, "job-5", 0, { b: 0 }),
    ];
    const asItWas = ["job-1@a", "job-2@b", "job-3@a:2+c:4", "job-4@c", "job-5@b"];
    expect(packed(bins, gangs)).toEqual(asItWas);
    expect(packed(bins, gangs.toReversed()).sort()).toEqual(asItWas);
  });

  it("packs more jobs than servers and more servers than jobs", () => {
    const one = [aBin("a", 4)];
    const three = [aBin("a", 4), aBin("b", 4), aBin("c", 4)];
    expect(
      packed(
        one,
        [1, 2, 3].map((n) => aGang(one, `job-${n}`, 1)),
      ),
    ).toEqual(["job-1@a", "job-2@a", "job-3@a"]);
    expect(packed(three, [aGang(three, "job-1", 4, { c: 4 })])).toEqual(["job-1@c"]);
  });

  it("makes room for a job by moving those whose move costs least", () => {
    const bins = [aBin("a", 4), aBin("b", 4)];
    const gangs = [
      aGang(bins, "job-1", 1, { a: 1 }, { moveCost: 90 }),
      aGang(bins, "job-2", 2, { b: 2 }, { moveCost: 30 }),
      aGang(bins, "job-3", 4),
    ];
    const packing = pack({ bins, gangs });
    expect(told({ bins, gangs }, packing)).toEqual(["job-1@a", "job-2@a", "job-3@b"]);
    expect(packing.cost).toEqual({ unplaced: 0, spans: 0, moved: 30 });
  });

  it("moves one job where that is enough, rather than packing all servers anew", () => {
    const bins = [aBin("a", 4), aBin("b", 4), aBin("c", 4)];
    const gangs = [
      aGang(bins, "job-1", 2, { a: 2 }),
      aGang(bins, "job-2", 1, { a: 1 }),
      aGang(bins, "job-3", 2, { b: 2 }),
      aGang(bins, "job-4", 1, { b: 1 }),
      aGang(bins, "job-5", 1, { c: 1 }),
      aGang(bins, "job-6", 4),
    ];
    expect(pack({ bins, gangs }).cost).toEqual({ unplaced: 0, spans: 0, moved: 60 });
  });

  it("packs all servers anew where moving the small ones away for the large is not enough", () => {
    const bins = [aBin("a", 6), aBin("b", 6)];
    const gangs = [
      aGang(bins, "job-1", 4),
      aGang(bins, "job-2", 3, { b: 3 }),
      aGang(bins, "job-3", 2, { b: 2 }),
      aGang(bins, "job-4", 3, { a: 3 }),
    ];
    const packing = pack({ bins, gangs });
    expect(told({ bins, gangs }, packing)).toEqual(["job-1@b", "job-2@a", "job-3@b", "job-4@a"]);
    expect(packing.cost).toEqual({ unplaced: 0, spans: 0, moved: 180 });
  });

  it("moves no job for one that finds no room anyway", () => {
    const bins = [aBin("a", 4), aBin("b", 4)];
    const gangs = [aGang(bins, "job-1", 3, { a: 3 }), aGang(bins, "job-2", 3, { b: 3 }), aGang(bins, "job-3", 2)];
    expect(pack({ bins, gangs })).toMatchObject({ cost: { unplaced: 2, spans: 0, moved: 0 }, proven: true });
  });

  it("lets jobs that fit in the same places trade them, so that only the cheapest of them moves", () => {
    const bins = [aBin("a", 4), aBin("b", 4), aBin("c", 2)];
    const gangs = [
      aGang(bins, "job-1", 2, { a: 2 }, { moveCost: 70 }),
      aGang(bins, "job-2", 2, { b: 2 }, { moveCost: 20 }),
      aGang(bins, "job-3", 2, { c: 2 }, { moveCost: 80 }),
      aGang(bins, "job-4", 4),
    ];
    expect(packed(bins, gangs)).toEqual(["job-1@a", "job-2@a", "job-3@c", "job-4@b"]);
  });

  it("puts jobs only on GPUs of the model that they want", () => {
    const bins = [aBin("v100", 4), aBin("a100", 4)];
    const wants = (...suits: number[]): Partial<Gang> => ({ suits });
    const gangs = [
      aGang(bins, "job-1", 2, { v100: 2 }),
      aGang(bins, "job-2", 4, undefined, wants(4, 0)),
      aGang(bins, "job-3", 2, undefined, wants(0, 4)),
      aGang(bins, "job-4", 1, undefined, wants(4, 0)),
    ];
    expect(packed(bins, gangs)).toEqual(["job-1@a100", "job-2@v100", "job-3@a100"]);
  });

  it("takes jobs from a server that drains, and brings none there", () => {
    const bins = [aBin("draining", 8), aBin("b", 4), aBin("c", 4)];
    const off = { suits: [0, 4, 4] };
    const gangs = [
      aGang(bins, "job-1", 2, { draining: 2 }, off),
      aGang(bins, "job-2", 4, { c: 4 }, off),
      aGang(bins, "job-3", 0, { draining: 0 }, { suits: [0, 1, 1] }),
      aGang(bins, "job-4", 2, undefined, off),
    ];
    expect(packed(bins, gangs)).toEqual(["job-1@b", "job-2@c", "job-3@b", "job-4@b"]);
  });

  it("finds a place for a job of which a server is gone", () => {
    const bins = [aBin("b", 4), aBin("c", 4)];
    const gangs = [aGang(bins, "job-1", 4, { gone: 2, b: 2 }, { maxServers: 2 })];
    expect(pack({ bins, gangs }).cost).toEqual({ unplaced: 0, spans: 0, moved: 240 });
  });

  it("counts cores and memory on each server that a job spans", () => {
    const bins = [aBin("a", 8, { cores: 6, memoryMiB: 100 }), aBin("b", 8, { cores: 6, memoryMiB: 300 })];
    const gangs = [
      aGang(bins, "job-1", 12, undefined, { cores: 4, maxServers: 2 }),
      aGang(bins, "job-2", 1, undefined, { cores: 3 }),
      aGang(bins, "job-3", 1, undefined, { memoryMiB: 200 }),
      aGang(bins, "job-4", 1, undefined, { memoryMiB: 200 }),
    ];
    const packing = pack({ bins, gangs });
    expect(packing.places[1]).toBeNull();
    expect(packing.places[2]).toEqual([0, 1]);
    expect(packing.places[3]).toBeNull();
  });

  it("keeps jobs without GPUs off servers with free ones, and where they are", () => {
    const bins = [aBin("a", 4), aBin("b", 0, { cores: 2 })];
    const gangs = [aGang(bins, "job-1", 0), aGang(bins, "job-2", 0, { a: 0 }), aGang(bins, "job-3", 0)];
    expect(packed(bins, gangs)).toEqual(["job-1@b", "job-2@a", "job-3@b"]);
  });

  it("spans servers only where the job can, over the fewest that do, and over no fewer than it wants", () => {
    const bins = [aBin("a", 4), aBin("b", 4), aBin("c", 4), aBin("d", 8)];
    const spanning = (job: string, gpus: number, minServers: number, maxServers: number) =>
      aGang(bins, job, gpus, undefined, { minServers, maxServers });
    expect(packed(bins, [spanning("job-1", 9, 1, 1)])).toEqual([]);
    expect(packed(bins, [spanning("job-1", 13, 1, 2)])).toEqual([]);
    expect(packed(bins, [spanning("job-1", 10, 1, 4)])).toEqual(["job-1@a:2+d:8"]);
    expect(packed(bins, [spanning("job-1", 6, 2, 4)])).toHaveLength(1);
    expect(packed(bins, [spanning("job-1", 2, 3, 4)])).toEqual([]);
    expect(packed(bins, [aGang(bins, "job-1", 0, undefined, { minServers: 2, maxServers: 2 })])).toEqual([]);
  });

  it("divides a job evenly over more servers than it needs", () => {
    const bins = [aBin("a", 8), aBin("b", 8), aBin("c", 1)];
    const gangs = [aGang(bins, "job-1", 6, undefined, { minServers: 2, maxServers: 2 })];
    expect(packed(bins, gangs)).toEqual(["job-1@a:3+b:3"]);
  });

  it("brings a job together that spans servers, when one has room", () => {
    const bins = [aBin("a", 4), aBin("b", 4)];
    const gangs = [aGang(bins, "job-1", 4, { a: 2, b: 2 }, { maxServers: 2 })];
    expect(packed(bins, gangs)).toEqual(["job-1@a"]);
  });

  it("leaves a job whose size changes on its server when there is room", () => {
    const bins = [aBin("a", 4), aBin("b", 8)];
    expect(packed(bins, [aGang(bins, "job-1", 4, { b: 2 })])).toEqual(["job-1@b"]);
  });

  it("places the more important of two jobs, when they are as large", () => {
    const bins = [aBin("a", 4, { cores: 8 })];
    const [first, second] = [aGang(bins, "job-1", 3, undefined, { cores: 1 }), aGang(bins, "job-2", 3)];
    const picky = aGang(bins, "job-3", 3, undefined, { suits: [3] });
    expect(packed(bins, [first, second])).toEqual(["job-1@a"]);
    expect(packed(bins, [second, first])).toEqual(["job-2@a"]);
    expect(packed(bins, [first, picky])).toEqual(["job-1@a"]);
    expect(packed(bins, [picky, first])).toEqual(["job-3@a"]);
  });
});

it("hungarian takes no effort: it answers the same with none", () => {
  const bins = [aBin("a", 8), aBin("b", 8)];
  const gangs = [4, 3, 3, 2, 2, 2].map((gpus, i) => aGang(bins, `job-${i}`, gpus));
  const rule = placements.find(({ key }) => key === "hungarian");
  expect(rule?.pack?.({ bins, gangs }, none)).toEqual(rule?.pack?.({ bins, gangs }, enough));
});
