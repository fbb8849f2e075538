/** Texts that YAML would take for something else than a text, or not for one word. */
const PLAIN = /^[A-Za-z_/.][\w./@%+=-]*(?:[ ][\w./@%+=-]+)*$/;
const NOT_A_TEXT = /^(?:true|false|null|yes|no|on|off|y|n|~|\.(?:inf|nan)|\.\d+.*)$/i;

/** A job's spec as the YAML file that one would have written. JSON is YAML: so what is not plain is quoted as JSON has it. */
export function toYaml(value: unknown, indent = ""): string {
  return isMap(value)
    ? Object.entries(value)
        .map(([key, part]) => `${indent}${scalar(key)}:${below(part, indent)}`)
        .join("")
    : `${indent}${inline(value)}\n`;
}

function below(value: unknown, indent: string): string {
  if (typeof value === "string" && isBlock(value)) {
    const [keep, lines] = value.endsWith("\n") ? ["|", value.slice(0, -1)] : ["|-", value];
    return ` ${keep}\n${lines.replaceAll(/^(?=.)/gm, `${indent}  `)}\n`;
  }
  if (isMap(value) && Object.keys(value).length > 0) return `\n${toYaml(value, `${indent}  `)}`;
  if (Array.isArray(value) && value.some(isMap))
    return `\n${value.map((each) => `${indent}  - ${inline(each)}\n`).join("")}`;
  return ` ${inline(value)}\n`;
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const isBlock = (text: string): boolean =>
  text.includes("\n") && /^\S/.test(text) && !/\n\n$/.test(text) && /^[\t\n\x20-\x7e\u00a0-\ud7ff]*$/.test(text);

function inline(value: unknown): string {
  if (typeof value === "string") return scalar(value);
  if (Array.isArray(value)) return `[${value.map(inline).join(", ")}]`;
  if (isMap(value) && Object.keys(value).length === 0) return "{}";
  if (isMap(value))
    return `{ ${Object.entries(value)
      .map(([key, part]) => `${scalar(key)}: ${inline(part)}`)
      .join(", ")} }`;
  return JSON.stringify(value) ?? "null";
}

const scalar = (text: string): string => (PLAIN.test(text) && !NOT_A_TEXT.test(text) ? text : JSON.stringify(text));
