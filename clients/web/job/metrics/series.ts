import type { GetJobProgressResult } from "../../generated/operations.ts";

export type Update = GetJobProgressResult["jobProgress"][number];

/** One curve. `values` has one for each of the times of all curves; null where nothing was told. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly values: (number | null)[];
}

/** Something drawn that belongs together: times in seconds since 1970, and curves over them. */
export interface Curves {
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

const PROGRESS = "progress";
const SPEED = "speed";

/** What a job tells of its progress, as curves that grow. Between two runs a curve has a gap. */
export class ProgressCurves {
  readonly #times: number[] = [];
  readonly #series = new Map<string, (number | null)[]>();
  #attempt = 0;

  add({ attempt, progress }: Update): void {
    const at = Date.parse(progress.at) / 1000;
    const last = this.#times.at(-1);
    if (last !== undefined && at < last) return; // clocks were set back: a curve cannot go back
    if (this.#attempt !== 0 && attempt !== this.#attempt && last !== undefined) this.#row(last + (at - last) / 2, []);
    this.#attempt = attempt;
    const told: [string, unknown][] = [
      [PROGRESS, progress.fraction === null ? null : progress.fraction * 100],
      [SPEED, progress.samplesPerSecond],
      ...Object.entries((progress.metrics as Readonly<Record<string, unknown>> | null) ?? {}),
    ];
    this.#row(at, told);
  }

  get length(): number {
    return this.#times.length;
  }

  /** Curves by themselves, in the order in which they were first told; what never had a value is left out. */
  curves(): Curves {
    const series = [...this.#series].map(([name, values]) => ({
      name: name === PROGRESS ? "Progress" : name === SPEED ? "Speed" : name,
      unit: name === PROGRESS ? "%" : name === SPEED ? "samples/s" : "",
      values,
    }));
    return { times: this.#times, series };
  }

  #row(at: number, told: readonly (readonly [string, unknown])[]): void {
    const before = this.#times.length;
    this.#times.push(at);
    for (const [name, value] of told) {
      if (typeof value !== "number" || !Number.isFinite(value)) continue;
      const known = this.#series.get(name);
      const values = known ?? new Array<number | null>(before).fill(null);
      if (!known) this.#series.set(name, values);
      values[before] = value;
    }
    for (const values of this.#series.values()) if (values.length === before) values.push(null);
  }
}
