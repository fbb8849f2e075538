import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";

/** The stand-in nvidia-smi on this process's own PATH, for process servers. `vi.unstubAllEnvs` takes it away again. */
export class FakeSmi {
  readonly #folder = mkdtempSync(join(tmpdir(), "smi-"));

  constructor() {
    const bin = join(this.#folder, "bin");
    mkdirSync(bin);
    cpSync(fileURLToPath(new URL("nvidia-smi", import.meta.url)), join(bin, "nvidia-smi"));
    vi.stubEnv("PATH", bin + delimiter + process.env.PATH);
    vi.stubEnv("FAKE_SMI", this.#folder);
    this.tell("gpus", []);
  }

  /** What it answers from now on. */
  tell(question: "gpus" | "list" | "apps", lines: readonly string[]): void {
    writeFileSync(join(this.#folder, question), lines.map((line) => `${line}\n`).join(""));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
