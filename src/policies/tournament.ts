import type { Sizes } from "./sizes.ts";

export interface Player {
  readonly least: number;
  readonly most: number;
  /** Work left, in seconds on one unit. */
  readonly length: number;
  /** What it has before it begins. */
  readonly has: number;
  speed(size: number): number;
}

/** So many pairs are compared at most, about 30 ms; with more players and units, several units are handed out at a time. */
const MOST_PAIRS = 8_000_000;

/**
 * Apathetic future share with known lengths (Hwang et al., NSDI 2021): each unit goes to the winner of a tournament. Of two players the one
 * that would end sooner with what it has wins, unless the other makes sufficiently more of the unit: unless the part of its new speed that the other
 * gains is greater than the part of its old speed that the shorter one gains. Of two that have nothing the shorter one wins. A player that
 * has nothing gets its least at once, which counts by its units. The relation is not transitive: the outcome is that of a walk over the players
 * in the order given, in which a tie is the earlier one's. Who would not be faster with more leaves; so does who begins with more than is left.
 *
 * The winners of the first players among themselves are kept: after a grant the walk goes on from where the winner stands.
 */
export function playForUnits(players: readonly Player[], units: number, mostPairs = MOST_PAIRS): Sizes {
  const count = players.length;
  const sizes = Uint32Array.from(players, ({ has }) => has);
  const atOnce = Math.max(1, Math.ceil((count * units) / mostPairs));
  const steps = new Uint32Array(count);
  const ends = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  const ofNew = new Float64Array(count);
  const ofOld = new Float64Array(count);
  const isIn = new Uint8Array(count);
  const lengths = Float64Array.from(players, ({ length }) => length);
  let left = units - sizes.reduce((sum, size) => sum + size, 0);

  /** What a player thinks of its next step. */
  const look = (i: number): void => {
    const { least, most, length, speed } = players[i] as Player;
    const size = sizes[i] as number;
    const step = size === 0 ? least : Math.min(atOnce, most - size, left);
    const [before, after] = [speed(size), speed(size + step)];
    const gain = (after - before) / step;
    isIn[i] = step > 0 && step <= left && gain > 0 ? 1 : 0;
    steps[i] = step;
    ends[i] = size === 0 ? Number.POSITIVE_INFINITY : length / before;
    ofNew[i] = gain / after;
    ofOld[i] = gain / before;
  };
  for (let i = 0; i < count; i++) look(i);

  /** Whether the later one takes the place of the earlier one. */
  const takesOver = (earlier: number, later: number): boolean => {
    if (sizes[earlier] === 0 && sizes[later] === 0) return (lengths[later] as number) < (lengths[earlier] as number);
    if ((ends[later] as number) < (ends[earlier] as number))
      return (ofNew[earlier] as number) <= (ofOld[later] as number);
    return (ofNew[later] as number) > (ofOld[earlier] as number);
  };

  const winners = new Int32Array(count + 1).fill(-1); // by how many players have been passed
  for (let from = 0; left > 0; ) {
    let winner = winners[from] as number;
    for (let i = from; i < count; i++) {
      if (isIn[i] === 1 && (winner < 0 || takesOver(winner, i))) winner = i;
      winners[i + 1] = winner;
    }
    if (winner < 0) break;
    const step = steps[winner] as number;
    if (step <= left) {
      sizes[winner] = (sizes[winner] as number) + step;
      left -= step;
    }
    look(winner);
    from = winner;
  }
  return sizes;
}
