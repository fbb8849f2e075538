import { nearest } from "../input/index.ts";
import { Curve } from "./curve.ts";
import { Csv, numberIn } from "./traces/csv.ts";

/** Measurements that are comparable: one model, one source, one batch size, one kind of GPU. */
interface Series {
  readonly isStrong: boolean;
  readonly globalBatch: string;
  readonly points: (readonly [size: number, throughput: number])[];
  curve: Curve | null;
}

/** Speed-up curves by model, from a table with the columns `model,num_gpus,throughput` and what tells its series apart. */
export class SpeedupTable {
  readonly #models = new Map<string, Map<string, Series>>();

  /** Throws a DomainError. */
  constructor(file: string, text: string) {
    const csv = new Csv(file, text);
    const at = (...names: string[]): number => csv.find(names);
    const [model, size, throughput] = [at("model"), at("num_gpus"), at("throughput")];
    for (const [name, found] of [
      ["model", model],
      ["num_gpus", size],
      ["throughput", throughput],
    ] as const)
      if (found < 0) csv.faults.add({ line: 1, column: 1 }, `there is no column ${name}`);
    csv.faults.tell();
    const [source, scaling, gpu, local, global] = [
      at("source"),
      at("scaling"),
      at("gpu"),
      at("local_bsz"),
      at("global_bsz"),
    ];
    for (const row of csv.rows()) {
      const text = (i: number): string => row.text(i);
      const units = numberIn(row.cell(size), "num_gpus", csv.faults, { least: 1, isWhole: true });
      const speed = numberIn(row.cell(throughput), "throughput", csv.faults, { least: Number.MIN_VALUE });
      if (units === null || speed === null) continue;
      const isStrong = text(scaling) === "strong";
      const key = [text(source), text(scaling), text(gpu), isStrong ? text(global) : text(local)].join("|");
      const ofModel = this.#models.get(text(model).toLowerCase()) ?? new Map<string, Series>();
      this.#models.set(text(model).toLowerCase(), ofModel);
      const series = ofModel.get(key) ?? { isStrong, globalBatch: text(global), points: [], curve: null };
      ofModel.set(key, series);
      series.points.push([units, speed]);
    }
    csv.faults.tell();
  }

  /**
   * The curve of that model: the one measured at exactly the job's global batch where there is one, else of a fixed global batch,
   * else any; among those the one with most sizes. Null for an unknown model.
   */
  curve(model: string, globalBatch: number | null): Curve | null {
    const series = [...(this.#models.get(model.toLowerCase())?.values() ?? [])];
    const worth = ({ isStrong, globalBatch: batch, points }: Series): number =>
      (isStrong && globalBatch !== null && Number(batch) === globalBatch ? 2e6 : 0) +
      (isStrong ? 1e6 : 0) +
      points.length;
    const [first] = series;
    if (!first) return null;
    const best = series.reduce((a, b) => (worth(b) > worth(a) ? b : a), first);
    best.curve ??= new Curve(best.points);
    return best.curve;
  }

  get models(): readonly string[] {
    return [...this.#models.keys()];
  }

  /** The model that was probably meant. */
  nearest(model: string): string | null {
    return nearest(model, [...this.#models.keys()]);
  }
}
