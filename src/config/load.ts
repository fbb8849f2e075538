import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { domainError } from "../core/errors.ts";
import { type ConfigSources, checkConfig } from "./check.ts";
import type { Config } from "./config.ts";

export const CONFIG_FILE = "schedulearn.yaml";

export interface ConfigRequest extends Omit<ConfigSources, "file"> {
  /** `--config`; else SCHEDULEARN_CONFIG, else `schedulearn.yaml` if the working folder has one. */
  readonly file?: string | undefined;
}

/** Reads the configuration file and checks it together with the environment and the flags, as `checkConfig` says. */
export function loadConfig({ file, ...sources }: ConfigRequest): Config {
  const named = file || sources.env.SCHEDULEARN_CONFIG;
  const path = resolve(sources.cwd, named || CONFIG_FILE);
  const text = readText(path, !named);
  return checkConfig({ ...sources, file: text === null ? null : { path, text } });
}

function readText(path: string, mayBeMissing: boolean): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" && mayBeMissing) return null;
    const problem = code === "ENOENT" ? "does not exist" : `cannot be read (${code})`;
    throw domainError("INVALID_INPUT", `the configuration file ${path} ${problem}`);
  }
}
