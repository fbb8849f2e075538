import type { BatchPlace } from "../core/job-spec.ts";

export type Parameters = NonNullable<BatchPlace["parameters"]>;

/** What a random sweep draws one parameter from. */
export type Draw =
  | readonly (string | number | boolean)[]
  | { readonly min: number; readonly max: number; readonly log?: boolean; readonly whole?: boolean };

export type Points = readonly Parameters[];

/** Each combination; the last parameter changes first. */
export function grid(parameters: Readonly<Record<string, readonly (string | number | boolean)[]>>): Points {
  let points: Parameters[] = [{}];
  for (const [name, values] of Object.entries(parameters))
    points = points.flatMap((point) => values.map((value) => ({ ...point, [name]: value })));
  return points;
}

/** So often it is drawn for one that is not there yet. */
const PATIENCE = 1000;

/** So many different points; fewer where there seem to be no more. */
export function drawn(parameters: Readonly<Record<string, Draw>>, count: number, seed: number): Points {
  const random = dice(seed);
  const points = new Map<string, Parameters>();
  for (let draws = 0; points.size < count && draws < count * PATIENCE; draws++) {
    const point = Object.fromEntries(Object.entries(parameters).map(([name, draw]) => [name, pickFrom(draw, random)]));
    points.set(JSON.stringify(point), point);
  }
  return [...points.values()];
}

function pickFrom(draw: Draw, random: () => number): string | number | boolean {
  if ("length" in draw) return draw[Math.floor(random() * draw.length)] as string;
  const { min, max, log, whole } = draw;
  // Whole numbers are cut off: the last one is to be as likely as the others.
  const end = whole ? max + 1 : max;
  const at = random();
  const value = log ? Math.exp(Math.log(min) + at * (Math.log(end) - Math.log(min))) : min + at * (end - min);
  if (whole) return Math.min(max, Math.floor(value));
  return Math.min(max, Math.max(min, Number(value.toPrecision(6))));
}

/** Numbers from 0 to 1, the same for the same seed on any machine: a Weyl sequence through a mixer of 32 bits (SplitMix; Steele, Lea and Flood 2014). */
function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}
