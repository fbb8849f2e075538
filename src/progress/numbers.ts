/** A number as programs print it, for use inside larger regular expressions. */
export const NUMBER = "[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?";

const WHOLE_NUMBER = new RegExp(`^${NUMBER}$`);
const MAX_METRICS = 64;
const MAX_NAME_LENGTH = 128;

/** The finite number that this text is, else undefined: no `nan`, no `inf`, no 1e400. */
export function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && WHOLE_NUMBER.test(text) ? finite(Number(text)) : undefined;
}

/** A count such as an epoch or a step: finite, not negative. */
export function toCount(value: unknown): number | undefined {
  const count = finite(typeof value === "string" ? toNumber(value) : value);
  return count !== undefined && count >= 0 ? count : undefined;
}

export function finite(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** Collects metrics from pairs, dropping what is no finite number and more than a run could sensibly have. */
export function toMetrics(pairs: Iterable<readonly [string, unknown]>): Record<string, number> {
  const metrics: Record<string, number> = {};
  let room = MAX_METRICS;
  for (const [name, value] of pairs) {
    const number = finite(value);
    if (number === undefined || name === "" || name === "__proto__" || name.length > MAX_NAME_LENGTH) continue;
    if (room-- === 0) break;
    metrics[name] = number;
  }
  return metrics;
}

// The value must end where a number ends: `3s`, `10ms/step` and `12:30` are no metrics. A percentage is kept as printed.
const PAIR = new RegExp(
  `(?:\\b(train|training|val|valid|validation|test|eval) )?(?<![\\w./-])([A-Za-z_][\\w./-]{0,127})\\s?[=:]\\s{0,8}(${NUMBER})(?=%?\\.?(?:$|[\\s,;|)\\]}]))`,
  "gi",
);
const SPLIT_NAMES: Record<string, string> = { training: "train", valid: "val", validation: "val" };
const NOT_METRICS = new Set(
  "epoch epochs step steps global_step iter iters iteration batch eta time elapsed v_num rank local_rank seed pid gpu gpus worker world_size port info debug warning".split(
    " ",
  ),
);

/** The `name=number` and `name: number` pairs of a line already known to tell progress. `Val Loss: 0.3` is `val_loss`. */
export function metricsIn(text: string): Record<string, number> {
  const pairs: [string, number | undefined][] = [];
  for (const [, split, name = "", value] of text.matchAll(PAIR)) {
    const plain = /^[A-Z][a-z_]*$|^[A-Z_]+$/.test(name) ? name.toLowerCase() : name;
    if (NOT_METRICS.has(plain.toLowerCase()) || RATE_NAMES.has(plain)) continue;
    const part = split?.toLowerCase();
    pairs.push([part ? `${SPLIT_NAMES[part] ?? part}_${plain}` : plain, toNumber(value)]);
  }
  return toMetrics(pairs);
}

const RATE_NAMES = new Set(["samples_per_s", "samples_per_sec", "samples_per_second"]);
const RATE = new RegExp(
  `(?<![\\w.])(${NUMBER})\\s?(?:samples?|images?|imgs?|examples?|sentences?|sequences?|records?)\\s?/\\s?s(?:ec(?:ond)?)?\\b`,
  "i",
);
const NAMED_RATE = new RegExp(
  `\\b(?:samples_per_s(?:ec(?:ond)?)?|(?:samples|images|examples)/s(?:ec)?)\\s?[=:]\\s?(${NUMBER})`,
  "i",
);

/** Samples per second, where the line names samples (iterations per second are not samples). */
export function samplesPerSecondIn(text: string): number | undefined {
  if (!text.includes("/s") && !text.includes("_per_s")) return undefined;
  return toCount((RATE.exec(text) ?? NAMED_RATE.exec(text))?.[1]);
}
