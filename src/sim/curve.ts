/** Speed by size, relative to one unit, as it was measured: in between, on the line; beyond the largest, no more. */
export class Curve {
  /** The largest size that was measured. */
  readonly largest: number;
  readonly #speeds: Float64Array;
  readonly #hull: Float64Array;

  /** @param points throughput (in any unit) at sizes; below the smallest it is in proportion */
  constructor(points: readonly (readonly [size: number, throughput: number])[]) {
    const sorted = [...points].sort((a, b) => a[0] - b[0]);
    this.largest = sorted.at(-1)?.[0] ?? 1;
    const at = (size: number): number => {
      const after = sorted.findIndex(([measured]) => measured >= size);
      const [high, fast] = sorted[after] as readonly [number, number];
      const [low, slow] = sorted[after - 1] ?? [0, 0];
      return slow + ((fast - slow) * (size - low)) / (high - low);
    };
    const one = at(1);
    this.#speeds = Float64Array.from({ length: this.largest + 1 }, (_, size) => (size === 0 ? 0 : at(size) / one));
    this.#hull = concaveAbove(this.#speeds);
  }

  speed(size: number): number {
    return this.#speeds[Math.min(size, this.largest)] ?? 0;
  }

  /** The least curve above it that never falls and is concave, at most in proportion: what an estimate promises to be. */
  envelope(size: number): number {
    return this.#hull[Math.min(size, this.largest)] ?? 0;
  }
}

export interface SpeedBySize {
  /** The size beyond which it is not known to get faster. */
  readonly largest: number;
  /** @param servers over so many, where that is known to matter; 1 when not given */
  speed(size: number, servers?: number): number;
  envelope(size: number): number;
}

/** Twice as fast with twice as many, for jobs whose size never changes. */
export const LINEAR: SpeedBySize = {
  largest: Number.POSITIVE_INFINITY,
  speed: (size) => size,
  envelope: (size) => size,
};

/** `size ** exponent`: for elastic jobs of which nothing is measured. */
export const powerCurve = (exponent: number): SpeedBySize => {
  const speed = (size: number): number => size ** exponent;
  return { largest: Number.POSITIVE_INFINITY, speed, envelope: speed };
};

/** Upper hull of the points from size 1 on, by Andrew's monotone chain; flat after its top. */
function concaveAbove(speeds: Float64Array): Float64Array {
  const hull: number[] = [];
  let top = 1;
  for (let size = 1; size < speeds.length; size++) if ((speeds[size] as number) > (speeds[top] as number)) top = size;
  const at = (size: number): number => Math.min(size, speeds[size] as number);
  for (let size = 1; size <= top; size++) {
    while (hull.length >= 2) {
      const [a, b] = [hull[hull.length - 2] as number, hull[hull.length - 1] as number];
      if ((at(b) - at(a)) * (size - a) > (at(size) - at(a)) * (b - a)) break;
      hull.pop();
    }
    hull.push(size);
  }
  const result = new Float64Array(speeds.length).fill(at(top));
  result[0] = 0;
  for (let i = 1; i < hull.length; i++) {
    const [a, b] = [hull[i - 1] as number, hull[i] as number];
    for (let size = a; size < b; size++) result[size] = at(a) + ((at(b) - at(a)) * (size - a)) / (b - a);
  }
  return result;
}
