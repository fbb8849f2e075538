import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

/** The Chromium of this machine; undefined where there is none. */
export const chromiumPath = (process.env.PATH ?? "")
  .split(delimiter)
  .flatMap((folder) => ["chromium", "chromium-browser", "google-chrome"].map((name) => join(folder, name)))
  .find((path) => existsSync(path));

export const NO_CHROMIUM = "there is no Chromium on this machine (Debian: apt-get install chromium)";
