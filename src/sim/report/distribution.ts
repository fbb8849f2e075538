import { countWhile } from "../../core/sorted.ts";

/** So many places, evenly apart on a logarithmic scale, at which distributions are compared. */
const PLACES = 200;

/** Of several sets of positive values: which part of each is at most x. */
export interface Distribution {
  readonly x: readonly number[];
  /** By set: part of it, 0 to 1, by place; empty for a set without values. */
  readonly parts: readonly (readonly number[])[];
}

/** @param sets values below `least` count as that: a logarithm has no zero */
export function distributionOf(sets: readonly (readonly number[])[], least: number): Distribution {
  const sorted = sets.map((values) => Float64Array.from(values, (value) => Math.max(least, value)).sort());
  const withValues = sorted.filter(({ length }) => length > 0);
  const low = Math.min(...withValues.map((values) => values[0] as number));
  const high = Math.max(...withValues.map((values) => values.at(-1) as number));
  if (withValues.length === 0) return { x: [], parts: sets.map(() => []) };
  const places = low === high ? 1 : PLACES;
  const x = Array.from({ length: places }, (_, i) =>
    i === places - 1 ? high : low * (high / low) ** (i / (places - 1)),
  );
  return {
    x,
    parts: sorted.map((values) =>
      values.length === 0 ? [] : x.map((at) => countWhile(values, (value) => value <= at) / values.length),
    ),
  };
}
