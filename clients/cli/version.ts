import { readFileSync } from "node:fs";

/** Of this program. The package is two folders up from the sources, and one more from what is compiled. */
export const VERSION: string = (() => {
  for (const path of ["../../package.json", "../../../package.json"]) {
    try {
      return (JSON.parse(readFileSync(new URL(path, import.meta.url), "utf8")) as { version: string }).version;
    } catch {}
  }
  return "unknown";
})();

/** Each answer of the API to somebody it knows bears its version. */
const HEADER = "schedulearn-version";

/** Tells once when the server is of another version than this program. */
export class VersionWatch {
  #isTold = false;
  readonly #tell: (words: string) => void;

  constructor(tell: (words: string) => void) {
    this.#tell = tell;
  }

  see({ headers }: Pick<Response, "headers">): void {
    const other = headers.get(HEADER);
    if (this.#isTold || other === null || other === VERSION) return;
    this.#isTold = true;
    this.#tell(
      `this is schedulearn ${VERSION}, and the server is ${other}: what only one of them knows will fail; install ${other} here, or bring the server to ${VERSION}`,
    );
  }
}
