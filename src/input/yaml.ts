import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import type { Path } from "./fault.ts";

/** A place in a text; both count from 1. */
export interface Location {
  readonly line: number;
  readonly column: number;
}

export type YamlReading =
  | {
      readonly value: unknown;
      readonly problem: null;
      /** Where a field stands; for one that is missing, the nearest field around it that is there. */
      locate(path: Path): Location;
    }
  | { readonly problem: string; readonly at: Location };

const MAX_CHARACTERS = 1024 * 1024;
/** A few lines of aliases to aliases can stand for gigabytes. */
const MAX_ALIASES = 100;

/** Reads one YAML 1.2 document (JSON is one too): keys unique and plain, tags standard. */
export function readYaml(text: string): YamlReading {
  if (text.length > MAX_CHARACTERS) return { problem: "the text is longer than 1 MiB", at: { line: 1, column: 1 } };
  const lines = new LineCounter();
  const locationOf = (offset: number): Location => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
    logLevel: "error", // what would be a warning on the terminal is told as a fault below
  });
  // The first only: those after it are mostly its echoes.
  const error = document.errors[0] ?? document.warnings[0];
  if (error) return { problem: plain(error.code, error.message), at: locationOf(error.pos[0]) };
  const aliases = checkAliases(document);
  if (aliases.problem !== null) return { problem: aliases.problem, at: locationOf(aliases.offset) };
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { value, problem: null, locate: (path) => locationOf(offsetOf(document, path)) };
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return { problem: "its aliases stand for too much", at: locationOf(aliases.offset) };
  }
}

function plain(code: string, message: string): string {
  switch (code) {
    case "MULTIPLE_DOCS":
      return "a second document begins here: only one is read";
    case "DUPLICATE_KEY":
      return "this field is given twice";
    case "RESOURCE_EXHAUSTION":
      return "it is nested too deeply";
    default:
      return message;
  }
}

/** Refuses aliases without an anchor, within their own anchor (endless), or by the hundred; else the first one's place. */
function checkAliases(document: Document.Parsed): { problem: string | null; offset: number } {
  const aliases: Alias[] = [];
  visit(document, {
    Alias: (_, alias) => {
      aliases.push(alias);
      return aliases.length > MAX_ALIASES ? visit.BREAK : undefined;
    },
  });
  const startOf = (alias: Alias | undefined): number => alias?.range?.[0] ?? 0;
  if (aliases.length > MAX_ALIASES) return { problem: "more than 100 aliases", offset: startOf(aliases.at(-1)) };
  for (const alias of aliases) {
    const offset = startOf(alias);
    const target = alias.resolve(document);
    if (!target) return { problem: `the alias *${alias.source} has no anchor before it`, offset };
    const [from, , to] = target.range ?? [0, 0, 0];
    if (from <= offset && offset < to) return { problem: `the alias *${alias.source} holds itself`, offset };
  }
  return { problem: null, offset: startOf(aliases[0]) };
}

function offsetOf(document: Document.Parsed, path: Path): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range[0] ?? 0;
  for (const name of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === name);
      if (!isScalar(pair?.key)) return offset;
      offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(name)];
      if (!isNode(node)) return offset;
      offset = node.range?.[0] ?? offset;
    } else {
      return offset;
    }
  }
  return offset;
}
