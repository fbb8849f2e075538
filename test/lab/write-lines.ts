import { renameSync, writeFileSync } from "node:fs";

/** Whoever reads the file meanwhile reads what it was or what it is now, never a part. */
export function writeLines(path: string, lines: readonly string[]): void {
  writeFileSync(`${path}.new`, lines.map((line) => `${line}\n`).join(""));
  renameSync(`${path}.new`, path);
}
