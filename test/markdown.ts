import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** A block of code in a document. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** The nearest heading above it. */
  readonly heading: string;
  /** Where it begins, for messages: `docs/api.md:17`. */
  readonly place: string;
}

/** The blocks of code of a document of the project, in order. */
export function blocksOf(path: string): readonly Block[] {
  const lines = readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), "utf8").split("\n");
  const blocks: Block[] = [];
  let heading = "";
  for (let at = 0; at < lines.length; at++) {
    heading = /^#+ (.*)/.exec(lines[at]!)?.[1] ?? heading;
    const language = /^```(\w+)/.exec(lines[at]!)?.[1];
    if (!language) continue;
    const end = lines.indexOf("```", at);
    blocks.push({ language, heading, place: `${path}:${at + 1}`, text: `${lines.slice(at + 1, end).join("\n")}\n` });
    at = end;
  }
  return blocks;
}

/** What a program says in comments that it prints, as in `console.log(status); // COMPLETED`. */
export const promised = (text: string): readonly string[] =>
  [...text.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said!);
