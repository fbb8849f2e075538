import fc from "fast-check";
import { expect, it } from "vitest";
import type { Bin, Gang } from "../../src/core/packing.ts";
import { bind } from "../../src/placement/binding.ts";
import { finish } from "../../src/placement/exchange.ts";
import type { Place } from "../../src/placement/room.ts";
import { costOf, prepare } from "../../src/placement/task.ts";
import { aBin, aGang } from "./packings.ts";

/** Servers of two sizes with jobs of few kinds, and another packing of the same jobs. */
const repacked = fc
  .record({
    servers: fc.array(
      fc.record({ gpus: fc.constantFrom(2, 4), cores: fc.constantFrom(2, 9), memoryMiB: fc.constantFrom(2, 9) }),
      { minLength: 1, maxLength: 6, size: "max" },
    ),
    jobs: fc.array(
      fc.record({
        gpus: fc.integer({ min: 1, max: 3 }),
        cores: fc.integer({ min: 1, max: 2 }),
        memoryMiB: fc.integer({ min: 1, max: 2 }),
        moveCost: fc.nat({ max: 9 }),
        now: fc.nat(),
        later: fc.nat(),
      }),
      { maxLength: 12, size: "max" },
    ),
  })
  .map(({ servers, jobs }) => {
    const bins = servers.map(({ gpus, ...rest }, at) => aBin(`s${at}`, gpus, rest));
    const [before, after] = [bins.map((): Gang[] => []), bins.map((): Gang[] => [])];
    const gangs: Gang[] = [];
    const places: Place[] = [];
    for (const { gpus, now, later, ...rest } of jobs) {
      const [from, to] = [now % bins.length, later % bins.length];
      const gang = aGang(bins, `job-${gangs.length}`, gpus, { [`s${from}`]: gpus }, rest);
      if (!holds(bins[from]!, [...before[from]!, gang]) || !holds(bins[to]!, [...after[to]!, gang])) continue;
      before[from]!.push(gang);
      after[to]!.push(gang);
      gangs.push(gang);
      places.push([{ bin: to, gpus }]);
    }
    return { bins, gangs, places, shapes: after };
  });

const total = (gangs: readonly Gang[], of: "gpus" | "cores" | "memoryMiB"): number =>
  gangs.reduce((sum, gang) => sum + gang[of], 0);

const holds = (bin: Bin, gangs: readonly Gang[]): boolean =>
  (["gpus", "cores", "memoryMiB"] as const).every((of) => total(gangs, of) <= bin[of]);

const permutations = (items: readonly number[]): number[][] =>
  items.length === 0
    ? [[]]
    : items.flatMap((first) => permutations(items.filter((each) => each !== first)).map((rest) => [first, ...rest]));

/** What moves when shapes go to servers in this way and of each kind the dearest stay, as many as the server then has. */
function movedBy(way: readonly number[], gangs: readonly Gang[], places: readonly Place[]): number {
  const kindOf = ({ gpus, cores, memoryMiB }: Gang): string => `${gpus} ${cores} ${memoryMiB}`;
  const comes = gangs.map((gang, at) => `${kindOf(gang)} on ${way[places[at]![0]!.bin]}`);
  return gangs
    .toSorted((a, b) => b.moveCost - a.moveCost)
    .reduce((moved, gang) => {
      const seat = comes.indexOf(`${kindOf(gang)} on ${gang.current!.findIndex((gpus) => gpus > 0)}`);
      if (seat < 0) return moved + gang.moveCost;
      comes.splice(seat, 1);
      return moved;
    }, 0);
}

it("moves the least work of all ways to give the shapes of a packing to servers on which they fit", () => {
  fc.assert(
    fc.property(repacked, ({ bins, gangs, places, shapes }) => {
      const task = prepare({ bins, gangs });
      const ways = permutations([...bins.keys()]).filter((way) => way.every((to, at) => holds(bins[to]!, shapes[at]!)));
      const least = Math.min(...ways.map((way) => movedBy(way, gangs, places)));
      expect(finish(task, bind(task, places)).cost.moved).toBe(least);
    }),
    { numRuns: 200 },
  );
});

it("finds back what is only renamed, jobs over several servers too", () => {
  const bins = ["a", "b", "c"].map((server) => aBin(server, 4));
  const gangs = [
    aGang(bins, "job-1", 6, { a: 4, b: 2 }, { maxServers: 2 }),
    aGang(bins, "job-2", 1, { b: 1 }),
    aGang(bins, "job-3", 3, { c: 3 }),
  ];
  const task = prepare({ bins, gangs });
  const renamed: Place[] = [
    [
      { bin: 0, gpus: 2 },
      { bin: 2, gpus: 4 },
    ],
    [{ bin: 0, gpus: 1 }],
    [{ bin: 1, gpus: 3 }],
  ];
  expect(costOf(task, bind(task, renamed)).moved).toBe(0);
});

it("lets those stay who are at home where moving another costs the same", () => {
  const bins = [aBin("a", 4), aBin("b", 4)];
  const gangs = [1, 2, 3].map((n) => aGang(bins, `job-${n}`, 2, { a: 2 }));
  const places: Place[] = [[{ bin: 1, gpus: 2 }], [{ bin: 0, gpus: 2 }], [{ bin: 0, gpus: 2 }]];
  expect(finish(prepare({ bins, gangs }), places).places).toEqual(places);
});
