import { cpSync, mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project under test. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * A small project in a temporary folder with this project's packages, some of its settings, and files of its own.
 * @param settings paths to copy from this project
 * @param files content by path
 * @returns its folder
 */
export function makeClone(settings: readonly string[], files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "clone-")));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const path of settings) cpSync(join(root, path), join(folder, path), { recursive: true });
  writeFiles(folder, files);
  return folder;
}

/** Writes files into a folder, making the folders that they lie in. */
export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
