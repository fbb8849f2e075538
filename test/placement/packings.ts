import fc from "fast-check";
import type { Bin, Effort, Gang, Packing, PackingCost, PackingProblem } from "../../src/core/packing.ts";

export const aBin = (server: string, gpus: number, more: Partial<Bin> = {}): Bin => ({
  server,
  gpus,
  cores: 64,
  memoryMiB: 65_536,
  ...more,
});

/** Where a gang is: GPUs by server; for one without GPUs any number. */
type Now = Readonly<Record<string, number>>;

/** A gang that suits every GPU, on one server; `now` says where it is. */
export function aGang(bins: readonly Bin[], job: string, gpus: number, now?: Now, more: Partial<Gang> = {}): Gang {
  return {
    job,
    gpus,
    cores: 1,
    memoryMiB: 0,
    suits: bins.map((bin) => Math.max(1, bin.gpus)),
    minServers: 1,
    maxServers: 1,
    current: now && gpus > 0 ? bins.map(({ server }) => now[server] ?? 0) : null,
    currentBin: now && gpus === 0 ? bins.findIndex(({ server }) => server in now) : -1,
    moveCost: gpus * 60,
    ...more,
  };
}

/** `job@server` or `job@server:gpus+server:gpus`, for those that are placed. */
export const told = ({ bins, gangs }: PackingProblem, { places }: Packing): string[] =>
  places.flatMap((place, at) => {
    if (!place) return [];
    const parts = bins.flatMap(({ server }, bin) => (place[bin] ? [[server, place[bin]] as const] : []));
    const where = parts.length === 1 ? parts[0]?.[0] : parts.map(([server, gpus]) => `${server}:${gpus}`).join("+");
    return [`${gangs[at]?.job}@${where}`];
  });

export const enough: Effort = { steps: 200_000 };
export const none: Effort = { steps: 0 };

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const sizeOf = (gang: Gang): number => (gang.gpus === 0 ? 1 : gang.gpus);
const isRunning = (gang: Gang): boolean => gang.current !== null || gang.currentBin >= 0;

/** What the places cost, from the words of the contract. */
export function priceOf({ gangs }: PackingProblem, places: Packing["places"]): PackingCost {
  const stays = (gang: Gang, place: readonly number[]): boolean =>
    gang.gpus === 0 ? place[gang.currentBin] === 1 : place.every((gpus, bin) => gpus === gang.current?.[bin]);
  const each = gangs.map((gang, at) => ({ gang, place: places[at] ?? null }));
  return {
    unplaced: sum(each.map(({ gang, place }) => (place ? 0 : sizeOf(gang)))),
    spans: sum(each.map(({ place }) => (place ? place.filter((gpus) => gpus > 0).length - 1 : 0))),
    moved: sum(each.map(({ gang, place }) => (isRunning(gang) && !(place && stays(gang, place)) ? gang.moveCost : 0))),
  };
}

/** Everything that is wrong with a packing. */
export function faultsOf(problem: PackingProblem, { places, cost }: Packing): string[] {
  const { bins, gangs } = problem;
  const faults: string[] = [];
  const fault = (is: boolean, words: string): void => void (is && faults.push(words));
  fault(places.length !== gangs.length, "not a place for each gang");
  gangs.forEach((gang, at) => {
    const place = places[at];
    if (!place) return;
    const spanned = place.filter((gpus) => gpus > 0).length;
    fault(place.length !== bins.length, `${gang.job}: not a number for each bin`);
    fault(sum(place) !== sizeOf(gang), `${gang.job} got ${sum(place)}`);
    fault(
      place.some((gpus, bin) => gpus < 0 || !Number.isInteger(gpus) || gpus > (gang.suits[bin] as number)),
      `${gang.job} got what does not suit it`,
    );
    fault(spanned < gang.minServers || spanned > gang.maxServers, `${gang.job} spans ${spanned}`);
  });
  bins.forEach((bin, i) => {
    const here = gangs.filter((_, at) => (places[at]?.[i] ?? 0) > 0);
    const gpus = gangs.map((gang, at) => (gang.gpus > 0 ? (places[at]?.[i] ?? 0) : 0));
    fault(sum(gpus) > bin.gpus, `${bin.server}: too many GPUs`);
    fault(sum(here.map((gang) => gang.cores)) > bin.cores, `${bin.server}: too many cores`);
    fault(sum(here.map((gang) => gang.memoryMiB)) > bin.memoryMiB, `${bin.server}: too much memory`);
  });
  const price = priceOf(problem, places);
  fault(JSON.stringify(price) !== JSON.stringify(cost), `costs ${JSON.stringify(price)}, not ${JSON.stringify(cost)}`);
  return faults;
}

const isSound = (problem: PackingProblem, places: Packing["places"]): boolean =>
  faultsOf(problem, { places, cost: priceOf(problem, places), proven: false }).length === 0;

/** Negative when `a` is the cheaper. */
export const byCost = (a: PackingCost, b: PackingCost): number =>
  a.unplaced - b.unplaced || a.spans - b.spans || a.moved - b.moved;

/** Everything stays that can, and nothing else is placed. */
export function leftAsItIs(problem: PackingProblem): PackingCost {
  const places: (readonly number[] | null)[] = problem.gangs.map(() => null);
  problem.gangs.forEach((gang, at) => {
    const now = gang.gpus === 0 ? problem.bins.map((_, bin) => Number(bin === gang.currentBin)) : gang.current;
    const kept = places.with(at, isRunning(gang) ? now : null);
    if (isSound(problem, kept)) places[at] = kept[at] ?? null;
  });
  return priceOf(problem, places);
}

/** The least cost of all packings there are: each gang in each way over the servers, or left out. */
export function leastByBruteForce(problem: PackingProblem): PackingCost {
  const { bins, gangs } = problem;
  const ways = gangs.map((gang) => [
    null,
    ...waysOver(bins.length, sizeOf(gang)).filter((way) => isSound({ bins, gangs: [gang] }, [way])),
  ]);
  let least: PackingCost | null = null;
  const places: (readonly number[] | null)[] = [];
  const visit = (at: number): void => {
    if (!isSound({ bins, gangs: gangs.slice(0, at) }, places.slice(0, at))) return;
    if (at === gangs.length) {
      const cost = priceOf(problem, places);
      if (!least || byCost(cost, least) < 0) least = cost;
      return;
    }
    for (const way of ways[at] ?? []) {
      places[at] = way;
      visit(at + 1);
    }
  };
  visit(0);
  return least ?? { unplaced: 0, spans: 0, moved: 0 };
}

/** Every way to divide so many over so many bins. */
function waysOver(bins: number, count: number): number[][] {
  if (bins === 0) return count === 0 ? [[]] : [];
  return Array.from({ length: count + 1 }, (_, first) => first).flatMap((first) =>
    waysOver(bins - 1, count - first).map((rest) => [first, ...rest]),
  );
}

export interface Sizes {
  readonly bins: number;
  readonly gangs: number;
  readonly gpus: number;
  /** Over how many servers a gang may span at most. */
  readonly span: number;
}

/** Lists in which some elements are alike in all that `shape` draws; `own` each has for itself. */
const someAlike = <S extends object, O extends object>(
  shape: fc.Arbitrary<S>,
  own: fc.Arbitrary<O>,
  maxLength: number,
) =>
  fc
    .tuple(
      fc.array(shape, { minLength: 1, maxLength: 3 }),
      fc.array(fc.tuple(fc.nat({ max: 5 }), shape, own), {
        minLength: Math.ceil(maxLength / 2),
        maxLength,
        size: "max",
      }),
    )
    .map(([common, drawn]) => drawn.map(([pick, shape, own]): S & O => ({ ...(common[pick] ?? shape), ...own })));

/** Problems with servers of every size, GPU models, scarce cores and memory, and gangs that run where there really was room. */
export const problems = (sizes: Sizes): fc.Arbitrary<PackingProblem> =>
  fc
    .record({
      bins: someAlike(
        fc.record({
          gpus: fc.oneof(fc.constant(sizes.gpus), fc.nat({ max: sizes.gpus })),
          cores: fc.constantFrom(8, 8, 8, 4, 1),
          memoryMiB: fc.constantFrom(8, 8, 8, 4, 0),
        }),
        /** How many of its GPUs are of each of two models. */
        fc.record({ models: fc.constantFrom([1, 1], [1, 1], [1, 0], [0, 1], [0.5, 1]) }),
        sizes.bins,
      ),
      gangs: someAlike(
        fc.record({
          gpus: fc.integer({ min: 0, max: sizes.gpus }),
          cores: fc.integer({ min: 1, max: 3 }),
          memoryMiB: fc.integer({ min: 0, max: 3 }),
          model: fc.constantFrom(0, 1, 2, 2, 2),
          minServers: fc.constantFrom(1, 1, 1, 1, Math.min(2, sizes.span), Math.min(3, sizes.span)),
          maxServers: fc.integer({ min: 1, max: sizes.span }),
        }),
        fc.record({
          ran: fc.constantFrom(false, true, true),
          resized: fc.constantFrom(false, false, false, true),
          moveCost: fc.integer({ min: 0, max: 4 }),
          /** Which bins it took first, when it ran. */
          towards: fc.nat({ max: 5 }),
        }),
        sizes.gangs,
      ),
    })
    .map((drawn) => build(drawn.bins, drawn.gangs));

interface DrawnBin {
  gpus: number;
  cores: number;
  memoryMiB: number;
  models: readonly number[];
}

interface DrawnGang extends Omit<Gang, "job" | "suits" | "current" | "currentBin"> {
  model: number;
  ran: boolean;
  resized: boolean;
  towards: number;
}

function build(drawnBins: readonly DrawnBin[], drawnGangs: readonly DrawnGang[]): PackingProblem {
  const bins = drawnBins.map(({ models: _, ...bin }, at): Bin => ({ server: `s${at}`, ...bin }));
  const gangs: Gang[] = [];
  const free = drawnBins.map(({ gpus }) => gpus);
  drawnGangs.forEach(({ model, ran, resized, towards, ...rest }, at) => {
    const suits = drawnBins.map(({ gpus, models }) => {
      const share = models[model] ?? 1;
      return rest.gpus === 0 ? Math.ceil(share) : Math.floor(gpus * share);
    });
    let left = rest.gpus;
    const current = bins.map(() => 0);
    for (let i = 0; i < bins.length; i++) {
      const bin = (i + towards) % bins.length;
      const gpus = Math.min(left, free[bin] as number, suits[bin] as number);
      if (rest.maxServers === 1 && gpus < left) continue;
      current[bin] = gpus;
      left -= gpus;
    }
    const runs = ran && left === 0 && rest.gpus > 0;
    if (runs) for (const [bin, gpus] of current.entries()) free[bin] = (free[bin] as number) - gpus;
    if (runs && resized) current[current.findIndex((gpus) => gpus > 0)] = 0;
    const currentBin = ran && rest.gpus === 0 && bins.length > 0 ? towards % bins.length : -1;
    gangs.push({ job: `job-${at + 1}`, ...rest, suits, current: runs ? current : null, currentBin });
  });
  return { bins, gangs };
}
