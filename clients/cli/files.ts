import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { UsageError } from "./exit-code.ts";

/** The text of a file. Throws a UsageError that says why there is none. @param kind of file that is wanted */
export const readText = (file: string, kind = "file"): Promise<string> =>
  readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    const why = error.code === "EISDIR" ? ` is a folder; give a ${kind}` : UNREADABLE[error.code ?? ""];
    throw new UsageError(`${file}${why ?? ": it cannot be read"}`);
  });

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: ": there is no such file",
  ENOTDIR: ": there is no such file",
  EACCES: ": you may not read it",
};

/** A file that comes into being whole, or not at all. */
export class OutputFile {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Whether it can be written, before there is anything to write. Throws a UsageError. */
  static async reserve(path: string): Promise<OutputFile> {
    const part = `${path}.part`;
    await writeFile(part, "").catch((error: Error) => {
      throw new UsageError(`${path} cannot be written: ${error.message}`);
    });
    await rm(part, { force: true });
    return new OutputFile(path);
  }

  async write(text: string): Promise<void> {
    await writeFile(`${this.#path}.part`, text);
    await rename(`${this.#path}.part`, this.#path);
  }
}
