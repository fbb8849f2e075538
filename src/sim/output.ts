import { closeSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { domainError } from "../core/errors.ts";
import type { JobResult } from "./simulation.ts";

/** The columns `job_id,first_start_s,end_s,preemptions`, then what else is known; empty for a job that did not get so far. */
export function jobsCsv(results: readonly JobResult[]): string {
  const seconds = (at: number | null): string => (at === null ? "" : String(at / 1000));
  const rows = results.map(({ name, firstStartedAt, endedAt, preemptions }) =>
    [quoted(name), seconds(firstStartedAt), seconds(endedAt), preemptions].join(","),
  );
  return `${["job_id,first_start_s,end_s,preemptions", ...rows].join("\n")}\n`;
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** `jobs.csv` for the one policy; `jobs.tiresias.csv` where there are several. */
export function fileFor(path: string, policy: string, isOnly: boolean): string {
  if (isOnly) return path;
  const dot = path.lastIndexOf(".");
  const hasExtension = dot > path.lastIndexOf("/") + 1;
  return hasExtension ? `${path.slice(0, dot)}.${policy}${path.slice(dot)}` : `${path}.${policy}`;
}

/** Files that come into being whole, all at the end, or not at all. */
export class Outputs {
  readonly #files = new Map<string, string>();

  /** Whether it can be written at all, before hours are spent on its content. Throws a DomainError. */
  reserve(path: string): void {
    attempt(path, () => {
      closeSync(openSync(partOf(path), "w"));
      rmSync(partOf(path));
    });
  }

  add(path: string, content: string): void {
    this.#files.set(path, content);
  }

  /** Throws a DomainError. */
  write(): void {
    try {
      for (const [path, content] of this.#files) attempt(path, () => writeFileSync(partOf(path), content));
      for (const path of this.#files.keys()) attempt(path, () => renameSync(partOf(path), path));
    } finally {
      for (const path of this.#files.keys()) rmSync(partOf(path), { force: true });
    }
  }
}

const partOf = (path: string): string => `${path}.part`;

function attempt(path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw domainError("INVALID_INPUT", `${path} cannot be written: ${(error as Error).message}`);
  }
}
