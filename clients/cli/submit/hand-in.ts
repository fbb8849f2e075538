import { isMap, parseDocument } from "yaml";
import { SchedulearnError } from "../../sdk/index.ts";
import { UsageError } from "../exit-code.ts";
import type { Setting } from "./values.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Fields of which a flag changes what it names and no more. */
const MERGED: readonly string[] = ["env", "secrets", "labels", "limits", "retries"];

/** The text of a file that is to be submitted, with its faults told by its name; of a job by flags alone, without places. */
export interface Handed {
  readonly yaml: string;
  naming<T>(answer: Promise<T>): Promise<T>;
}

/** @param text of the job's file; null where there is none @param file its name, `-` for the standard input */
export function handedIn(
  file: string | undefined,
  text: string | null,
  fields: Fields,
  settings: readonly Setting[],
): Handed {
  if (text === null && fields.command === undefined && !settings.some(({ path }) => path[0] === "command"))
    throw new UsageError("a file, or a command behind --, is needed; see schedulearn submit --help");
  const yaml = withFields(text ?? "{}\n", fields, settings);
  const named = (message: string): string => {
    if (text === null) return message.replace(/ \(line \d+, column \d+\)$/, "");
    return file === undefined || file === "-" || message.startsWith(`${file}:`) ? message : `${file}: ${message}`;
  };
  return {
    yaml,
    naming: (answer) =>
      answer.catch((error: unknown) => {
        if (!(error instanceof SchedulearnError)) throw error;
        throw new SchedulearnError(error.faults.map((fault) => ({ ...fault, message: named(fault.message) })));
      }),
  };
}

/**
 * The text with the flags in it. It stays as it is elsewhere, so that the places that the server names are those of the file.
 * A text that is no mapping goes as it is: the server says what is wrong with it.
 */
function withFields(yaml: string, fields: Fields, settings: readonly Setting[]): string {
  const document = parseDocument(yaml);
  const hasFlags = Object.keys(fields).length + settings.length > 0;
  if (!hasFlags || document.errors.length > 0 || !isMap(document.contents)) return yaml;
  for (const [name, value] of Object.entries(fields)) {
    if (MERGED.includes(name) && isMap(document.get(name)))
      for (const [key, inner] of Object.entries(value as object)) document.setIn([name, key], inner);
    else document.set(name, document.createNode(value));
  }
  for (const { path, value } of settings) {
    // A number, such as gpus: 2, gives way to an object.
    for (let i = 1; i < path.length; i++)
      if (
        document.hasIn(path.slice(0, i)) &&
        !isMap(document.getIn(path.slice(0, i))) &&
        !isIndexed(document.getIn(path.slice(0, i)))
      )
        document.setIn(path.slice(0, i), document.createNode({}));
    document.setIn(path, document.createNode(value));
  }
  return document.toString({ lineWidth: 0 });
}

const isIndexed = (node: unknown): boolean => typeof node === "object" && node !== null && "items" in node;
