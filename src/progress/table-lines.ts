import { jsonLine } from "./forms/json-line.ts";
import { toCount, toMetrics, toNumber } from "./numbers.ts";
import { type Progress, told } from "./progress.ts";

type Counts = "epoch" | "epochs" | "step" | "steps" | "samplesPerSecond";

/** What columns and fields are called by the loggers of Keras, Lightning, Hugging Face and others. */
const NAMES: Readonly<Record<string, Counts>> = {
  epoch: "epoch",
  epochs: "epochs",
  num_epochs: "epochs",
  max_epochs: "epochs",
  total_epochs: "epochs",
  num_train_epochs: "epochs",
  step: "step",
  global_step: "step",
  iter: "step",
  iteration: "step",
  steps: "steps",
  max_steps: "steps",
  num_steps: "steps",
  total_steps: "steps",
  samples_per_s: "samplesPerSecond",
  samples_per_second: "samplesPerSecond",
};
const MAX_COLUMNS = 256;
const DELIMITERS = [",", ";", "\t"] as const;

/** Reads a file of progress line after line: CSV whose first line names its columns, or a JSON object a line. Never throws. */
export function tableLines(): { read(line: string): Progress | null } {
  let header: { readonly names: readonly string[]; readonly delimiter: string } | null = null;
  return {
    read(line) {
      const text = line.replace(/^\uFEFF/, "").trim();
      if (text === "") return null;
      if (text.startsWith("{")) return jsonLine(text) ?? fromObject(text);
      if (!header || isHeader(text, header.delimiter)) {
        header = headerOf(text);
        return null;
      }
      const cells = cellsOf(text, header.delimiter);
      // A program that died while it wrote leaves half a line: of what it lacks nothing is told.
      return fromPairs(header.names.flatMap((name, i) => (cells[i] === undefined ? [] : [[name, toNumber(cells[i])]])));
    },
  };
}

function headerOf(text: string): { names: string[]; delimiter: string } {
  const delimiter = DELIMITERS.reduce((a, b) => (text.split(b).length > text.split(a).length ? b : a));
  return { names: cellsOf(text, delimiter).map((name) => name.trim()), delimiter };
}

/** A program that starts anew writes its names once more. */
const isHeader = (text: string, delimiter: string): boolean =>
  cellsOf(text, delimiter).every((cell) => cell !== "" && toNumber(cell) === undefined && /^[A-Za-z_]/.test(cell));

/** Quotes as RFC 4180 has them, but no line breaks within: no figure has any. */
function cellsOf(text: string, delimiter: string): string[] {
  if (!text.includes('"')) return text.split(delimiter, MAX_COLUMNS).map((cell) => cell.trim());
  const cells: string[] = [];
  let cell = "";
  let quoted = false;
  for (let i = 0; i < text.length && cells.length < MAX_COLUMNS; i++) {
    const character = text[i] as string;
    if (character === '"' && quoted && text[i + 1] === '"') cell += text[i++];
    else if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) {
      cells.push(cell.trim());
      cell = "";
    } else cell += character;
  }
  return [...cells, cell.trim()];
}

function fromObject(text: string): Progress | null {
  try {
    const found: unknown = JSON.parse(text.replace(/([:[,] ?)(?:NaN|-?Infinity)\b/g, "$1null"));
    return typeof found === "object" && found !== null ? fromPairs(Object.entries(found)) : null;
  } catch {
    return null;
  }
}

function fromPairs(pairs: readonly (readonly (string | unknown)[])[]): Progress | null {
  const counts: Partial<Record<Counts, number>> = {};
  const metrics: [string, unknown][] = [];
  for (const [name, value] of pairs as readonly (readonly [string, unknown])[]) {
    const known = name.toLowerCase();
    const count = Object.hasOwn(NAMES, known) ? NAMES[known] : undefined;
    if (!count) metrics.push([name, value]);
    else {
      const number = toCount(value);
      if (number !== undefined) counts[count] = number;
    }
  }
  return told({ ...counts, metrics: toMetrics(metrics) });
}
