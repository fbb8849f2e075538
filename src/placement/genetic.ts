import type { Effort, PackingCost } from "../core/packing.ts";
import type { PlacementRule } from "../core/placement-rule.ts";
import { bestFit, largestFirst } from "./best-fit.ts";
import { leastCost } from "./bound.ts";
import { consolidate } from "./consolidate.ts";
import { finish } from "./exchange.ts";
import { solveHungarian } from "./hungarian.ts";
import { seeded } from "./random.ts";
import { type Answer, better, compareAnswers, compareCosts, isHome, prepare, type Task, toPacking } from "./task.ts";

export const genetic: PlacementRule = {
  key: "genetic",
  description:
    "Like hungarian, and then breeds packings from that one for as long as it may: fewer jobs without room, on fewer servers, with less moved.",
  choose: consolidate.choose,
  pack(problem, effort) {
    const task = prepare(problem);
    const least = leastCost(task);
    return toPacking(task, evolve(task, effort, least), least);
  },
};

const SEED = 1;
const POPULATION = 50;
const GENERATIONS = 60;
/** So many of the best live on as they are. */
const ELITE = 2;
const TOURNAMENT = 3;
const MUTATION = 0.2;

/** An order in which best fit places the gangs, and what comes of it. */
interface Individual {
  readonly order: readonly number[];
  readonly answer: Answer;
}

/** A random integer from 0 to below the given one. */
type Draw = (below: number) => number;

/** Permutations with elitism, tournaments, order crossover and swaps. A step is one packing. */
function evolve(task: Task, effort: Effort, least: PackingCost): Answer {
  const draw: Draw = (
    (random) => (below: number) =>
      Math.floor(random() * below)
  )(seeded(SEED));
  let best = solveHungarian(task, least);
  let steps = 0;
  const isOver = (): boolean =>
    steps >= effort.steps || compareCosts(best.cost, least) <= 0 || effort.expired?.() === true;
  const grow = (order: readonly number[]): Individual => {
    steps++;
    const answer = finish(task, bestFit(task, order));
    best = better(best, answer);
    return { order, answer };
  };

  const arrival = task.gangs.map((_, at) => at);
  const adam: Individual = { order: stayersFirst(task, best), answer: best };
  let population = [adam];
  const known = [adam.order, largestFirst(task), arrival];
  for (let i = 0; population.length < POPULATION && !isOver(); i++)
    population.push(grow(known[i] ?? shuffled(arrival, draw)));

  for (let generation = 1; generation < GENERATIONS && !isOver(); generation++) {
    const fittest = population.toSorted((a, b) => compareAnswers(a.answer, b.answer));
    const parent = (): readonly number[] => {
      const rivals = Array.from({ length: TOURNAMENT }, () => draw(fittest.length));
      return (fittest[Math.min(...rivals)] as Individual).order;
    };
    population = fittest.slice(0, ELITE);
    while (population.length < POPULATION && !isOver()) {
      const child = crossed(parent(), parent(), draw);
      if (draw(1 / MUTATION) === 0) swap(child, draw);
      population.push(grow(child));
    }
  }
  return best;
}

/** The order that comes closest to leading to the answer: who is at home, then the others, the largest first. */
function stayersFirst(task: Task, { places }: Answer): number[] {
  const order = largestFirst(task);
  const atHome = (at: number): boolean => isHome(task, at, places[at] ?? null);
  return [...order.filter(atHome), ...order.filter((at) => !atHome(at))];
}

/** Fisher and Yates. */
function shuffled(order: readonly number[], draw: Draw): number[] {
  const mixed = [...order];
  for (let at = mixed.length - 1; at > 0; at--) exchange(mixed, at, draw(at + 1));
  return mixed;
}

/** Order crossover: a stretch of one parent where it was there, and around it the others as they come in the other parent. */
function crossed(one: readonly number[], other: readonly number[], draw: Draw): number[] {
  const [a, b] = [draw(one.length + 1), draw(one.length + 1)];
  const from = Math.min(a, b);
  const stretch = one.slice(from, Math.max(a, b));
  const inStretch = new Set(stretch);
  const rest = other.filter((gang) => !inStretch.has(gang));
  return [...rest.slice(0, from), ...stretch, ...rest.slice(from)];
}

const swap = (order: number[], draw: Draw): void => exchange(order, draw(order.length), draw(order.length));

function exchange(order: number[], a: number, b: number): void {
  [order[a], order[b]] = [order[b] as number, order[a] as number];
}
