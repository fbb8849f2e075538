import { parameterVariable } from "../core/batch.ts";
import type { Fault } from "../core/errors.ts";
import { faultAt, listed, type Path } from "../input/index.ts";
import type { JobSpecInput } from "./input.ts";
import type { Parameters } from "./points.ts";
import { placeBehind, quoted } from "./shell.ts";

/** `{{lr}}`; with a backslash before it, it stands for itself. */
const PLACEHOLDER = /(\\?)\{\{\s*([A-Za-z_][\w.-]*)\s*\}\}/g;

/** The fields of a spec in which placeholders stand, with the values in them. @param faults gets what is wrong with them */
export function expanded(
  { name, command, env }: Partial<JobSpecInput>,
  values: Parameters,
  faults: Fault[],
): Partial<Pick<JobSpecInput, "name" | "command" | "env">> {
  const filled = (text: string, path: Path, quote = (value: string, _before: string): string | null => value): string =>
    text.replace(PLACEHOLDER, (whole, mark: string, key: string, at: number) => {
      if (mark) return whole.slice(1);
      const value = Object.hasOwn(values, key) ? quote(String(values[key]), text.slice(0, at)) : undefined;
      if (value === undefined) faults.push(faultAt(path, unknown(key, Object.keys(values))));
      if (value === null) faults.push(faultAt(path, unquotable(key)));
      return value ?? "";
    });
  const inShell = (value: string, before: string): string | null => quoted(value, placeBehind(before));
  return {
    ...(name !== undefined && { name: filled(name, ["name"]) }),
    ...(command !== undefined && {
      command:
        typeof command === "string"
          ? filled(command, ["command"], inShell)
          : command.map((word, i) => filled(word, ["command", String(i)])),
    }),
    ...(env && {
      env: Object.fromEntries(
        Object.entries(env).map(([key, value]) => [
          key,
          typeof value === "string" ? filled(value, ["env", key]) : value,
        ]),
      ),
    }),
  };
}

const LONGEST_NAME = 128;

/** What one job of a batch is called: as its spec says with a placeholder, or after its number or its parameters. */
export function memberName(batch: string, filled: string | undefined, index: number, parameters?: Parameters): string {
  if (filled !== undefined && filled !== batch) return filled;
  const words = Object.entries(parameters ?? {}).map(([name, value]) => `${name}=${value}`);
  const name = parameters ? [batch, ...words].join(" ") : `${batch}.${index}`;
  const safe = [...name.replaceAll(/\p{Cc}/gu, " ")];
  return safe.length > LONGEST_NAME ? `${safe.slice(0, LONGEST_NAME - 1).join("")}…` : safe.join("");
}

const unknown = (key: string, known: readonly string[]): string =>
  `there is no parameter ${key}: there ${known.length === 1 ? "is" : "are"} ${listed(known).replace(" or ", " and ")}; write \\{{${key}}} for the text itself`;

const unquotable = (key: string): string =>
  `a value of ${key} has characters that a shell reads, and stands within $(…), \`…\`, \${…} or <<: use "$${parameterVariable(key)}" there`;
