import { domainError } from "../../core/errors.ts";
import { COLD, speedupOf } from "../../estimator/curve.ts";
import { type Cell, fitted } from "../../estimator/fit.ts";
import type { Curve } from "../../sim/curve.ts";
import { SpeedupTable } from "../../sim/speedups.ts";
import type { Row, Study } from "./study.ts";

/** Measurements of a table are taken to be long ones: windows of the estimator. */
const WINDOWS = 8;
/** One job alone: nothing is known of how jobs of its kind differ. */
const KINSHIP = 1;

/** How much faster each type is with more GPUs: as measured, and as the estimator would put it after seeing just that. */
export const speedup: Study = {
  about: "speed-up by type and size, from --speedups and as the estimator fits it; without a trace",
  policies: [],
  isOfSameJobs: false,
  trials: () => [],
  rows: () => [],
  known: ({ speedups, trace }) => {
    if (!speedups) throw domainError("INVALID_INPUT", "--study speedup needs --speedups FILE");
    const table = new SpeedupTable(speedups.file, speedups.text);
    const wanted = new Set(trace.flatMap(({ model }) => model?.toLowerCase() ?? []));
    const models = wanted.size === 0 ? table.models : table.models.filter((model) => wanted.has(model));
    return models.flatMap((model) => {
      const curve = table.curve(model, null);
      return curve ? rowsOf(model, curve) : [];
    });
  },
};

function rowsOf(model: string, curve: Curve): Row[] {
  const sizes: number[] = [];
  for (let size = 1; size < curve.largest; size *= 2) sizes.push(size);
  sizes.push(curve.largest);
  const cells = sizes.map(
    (size): Cell => ({
      job: model,
      model: null,
      unit: "step",
      size,
      servers: 1,
      seconds: 1 / curve.speed(size),
      windows: WINDOWS,
    }),
  );
  const believed = speedupOf(fitted(cells, COLD, null, KINSHIP).coefficients);
  return sizes.map((size) => ({
    type: model,
    gpus: size,
    speedup: rounded(curve.speed(size)),
    efficiency: rounded(curve.speed(size) / size),
    fitted: rounded(believed(size)),
  }));
}

const rounded = (value: number): number => Math.round(value * 1e4) / 1e4;
