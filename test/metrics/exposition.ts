/** A metric with all its samples, as the text format of Prometheus has them. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly value: number;
  }[];
}

export class Samples {
  readonly families: readonly Family[];
  constructor(families: readonly Family[]) {
    this.families = families;
  }

  /** Undefined when there is none. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number | undefined {
    const key = keyOf(labels);
    return this.#samples.find((sample) => sample.name === name && keyOf(sample.labels) === key)?.value;
  }

  labels(name: string, label: string): string[] {
    return this.#samples.flatMap((sample) => (sample.name === name ? (sample.labels[label] ?? []) : []));
  }

  /** Of all samples that there can be, those of histograms with their endings. */
  get names(): Set<string> {
    const endings = (type: string): string[] => (type === "histogram" ? ["_bucket", "_sum", "_count"] : [""]);
    return new Set(this.families.flatMap(({ name, type }) => endings(type).map((ending) => name + ending)));
  }

  get #samples() {
    return this.families.flatMap(({ samples }) => samples);
  }
}

const keyOf = (labels: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(labels).sort());

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const TYPES = ["counter", "gauge", "histogram", "summary", "untyped"];

/**
 * Reads the text format, version 0.0.4, as strictly as its description has it: each metric in one piece, its help and type before its
 * samples, no sample twice, buckets that ascend up to +Inf and agree with their count. Throws with the line that is wrong.
 */
export function parseExposition(text: string): Samples {
  if (!text.endsWith("\n")) throw new Error("the last line must end with a line feed");
  type Open = { -readonly [K in keyof Family]: Family[K] };
  const families = new Map<string, Open>();
  for (const [number, line] of text.slice(0, -1).split("\n").entries()) {
    const wrong = (problem: string): never => {
      throw new Error(`line ${number + 1}: ${problem}: ${line}`);
    };
    if (line === "") continue;
    const meta = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line);
    if (meta) {
      const [, what, name = "", rest = ""] = meta;
      if (!NAME.test(name)) wrong("no name of a metric");
      const last: Open | undefined = [...families.values()].at(-1);
      if (last?.name !== name && families.has(name)) wrong("the metric is told in two pieces");
      const present: Open = last?.name === name ? last : { name, type: "", help: "", samples: [] };
      families.set(name, present);
      if (present.samples.length > 0) wrong("it stands behind samples of the metric");
      if (what === "TYPE") {
        if (!TYPES.includes(rest)) wrong("no type");
        present.type = rest;
      } else present.help = rest;
      continue;
    }
    if (line.startsWith("#")) continue;
    const sample = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!sample) return wrong("no sample");
    const [, name = "", labelText, valueText = ""] = sample;
    const labels = labelText === undefined ? {} : labelsIn(labelText, wrong);
    const value = numberIn(valueText) ?? wrong("no number");
    const present = [...families.values()].at(-1);
    if (!present || !belongs(name, present)) return wrong("it is no sample of the metric above");
    if (present.samples.some((other) => other.name === name && keyOf(other.labels) === keyOf(labels)))
      wrong("the sample is there twice");
    if (present.type === "counter" && value < 0) wrong("a counter below 0");
    present.samples.push({ name, labels, value });
  }
  for (const family of families.values()) {
    if (family.type === "") throw new Error(`${family.name} has no type`);
    if (family.type === "histogram") checkHistogram(family);
  }
  return new Samples([...families.values()]);
}

function belongs(name: string, { name: family, type }: Family): boolean {
  if (!NAME.test(name)) return false;
  if (type === "histogram") return [`${family}_bucket`, `${family}_sum`, `${family}_count`].includes(name);
  if (type === "summary") return [family, `${family}_sum`, `${family}_count`].includes(name);
  return name === family;
}

function labelsIn(text: string, wrong: (problem: string) => never): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== "") {
    const [whole, name = "", value = ""] =
      /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/.exec(rest) ?? wrong("no label");
    if (name in labels) wrong(`label ${name} is there twice`);
    labels[name] = value.replace(/\\(.)/g, (_, escaped) => (escaped === "n" ? "\n" : escaped));
    rest = rest.slice(whole.length);
  }
  return labels;
}

function numberIn(text: string): number | null {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  if (/^[Nn]a[Nn]$/.test(text)) return Number.NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}

function checkHistogram({ name, samples }: Family): void {
  const series = new Map<string, { buckets: [number, number][]; count?: number; sum?: number }>();
  for (const { name: of, labels, value } of samples) {
    const { le, ...rest } = labels;
    const one = series.get(keyOf(rest)) ?? { buckets: [] };
    series.set(keyOf(rest), one);
    if (of.endsWith("_bucket")) one.buckets.push([numberIn(le ?? "") ?? Number.NaN, value]);
    else if (of.endsWith("_count")) one.count = value;
    else one.sum = value;
  }
  for (const { buckets, count, sum } of series.values()) {
    const ascends = buckets.every(([le, value], i) => {
      const before = buckets[i - 1];
      return !before || (before[0] < le && before[1] <= value);
    });
    const last = buckets.at(-1);
    if (!ascends || last?.[0] !== Number.POSITIVE_INFINITY || last[1] !== count || sum === undefined)
      throw new Error(`the histogram ${name} does not add up`);
  }
}
