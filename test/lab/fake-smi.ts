import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";
import { writeLines } from "./write-lines.ts";

/** The stand-in nvidia-smi, and a dmesg with a kernel's log of its own, on this process's PATH, for process servers. `vi.unstubAllEnvs` takes it away again. */
export class FakeSmi {
  readonly #folder = mkdtempSync(join(tmpdir(), "smi-"));

  constructor() {
    const bin = join(this.#folder, "bin");
    mkdirSync(bin);
    cpSync(fileURLToPath(new URL("nvidia-smi", import.meta.url)), join(bin, "nvidia-smi"));
    writeFileSync(join(bin, "dmesg"), '#!/bin/sh\ncat "$FAKE_SMI/kernel"\n', { mode: 0o755 });
    vi.stubEnv("PATH", bin + delimiter + process.env.PATH);
    vi.stubEnv("FAKE_SMI", this.#folder);
    this.tell("gpus", []);
    this.tell("kernel", []);
  }

  /** What it answers from now on. */
  tell(question: "gpus" | "list" | "apps" | "kernel", lines: readonly string[]): void {
    writeLines(join(this.#folder, question), lines);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
