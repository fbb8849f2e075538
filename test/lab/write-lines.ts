import { renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/** Whoever reads the file meanwhile reads what it was or what it is now; whoever copies its folder finds nothing else there. */
export function writeLines(path: string, lines: readonly string[]): void {
  const aside = `${dirname(path)}.new`;
  writeFileSync(aside, lines.map((line) => `${line}\n`).join(""));
  renameSync(aside, path);
}
