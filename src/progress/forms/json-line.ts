import { finite, toCount, toMetrics } from "../numbers.ts";
import { type Progress, told } from "../progress.ts";

/** The exact form, `{"schedulearn": {...}}`. Fields that are unknown or of a wrong type are as if not there. */
export function jsonLine(line: string): Progress | null {
  if (!line.startsWith("{") || !line.includes('"schedulearn"')) return null;
  const said = fields(fields(parse(line))?.schedulearn);
  if (!said) return null;
  const checkpoint = fields(said.checkpoint);
  return told({
    epoch: count(said.epoch),
    epochs: count(said.epochs),
    step: count(said.step),
    steps: count(said.steps),
    samplesPerSecond: count(said.samples_per_s),
    metrics: toMetrics(Object.entries(fields(said.metrics) ?? {})),
    generation: positive(said.generation),
    checkpoint: told({ step: count(checkpoint?.step), epoch: count(checkpoint?.epoch) }) ?? undefined,
  });
}

/** Only a JSON number counts: `"3"` is a wrongly typed field. */
const count = (value: unknown) => toCount(finite(value));

function positive(value: unknown): number | undefined {
  const whole = count(value);
  return whole !== undefined && whole > 0 && Number.isInteger(whole) ? whole : undefined;
}

function fields(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    // Python prints NaN and Infinity as they are: a loss that ran away must not cost the epoch on the same line.
    try {
      return JSON.parse(line.replace(/([:[,] ?)(?:NaN|-?Infinity)\b/g, "$1null"));
    } catch {
      return null;
    }
  }
}
