import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A training program as a real process in a group of its own, as a driver runs it. */
export class Program {
  /** Of both streams, as it came. */
  output = "";
  stdout = "";
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;

  constructor(command: string[], env: Record<string, string>) {
    const [file = "", ...args] = command;
    this.#child = spawn(file, args, { env: { PATH: process.env.PATH, ...env }, detached: true });
    this.#closed = once(this.#child, "close");
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (chunk) => {
        this.output += chunk;
      });
    }
    this.#child.stdout?.on("data", (chunk) => {
      this.stdout += chunk;
    });
  }

  /** Resolves when the program has printed this, or has ended without. */
  async printed(text: string): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      const look = () => {
        if (this.output.includes(text)) resolve();
      };
      this.#child.stdout?.on("data", look);
      look();
    });
    await Promise.race([seen, this.#closed]);
  }

  /** Signals the whole process group, unless the program has ended. */
  signal(name: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid && exitCode === null && signalCode === null) process.kill(-pid, name);
  }

  async exit(): Promise<number | NodeJS.Signals | null> {
    await this.#closed;
    return this.#child.exitCode ?? this.#child.signalCode;
  }

  get result(): string | undefined {
    return this.output.split("\n").find((line) => line.startsWith("result "));
  }
}

export function temporaryFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), "schedulearn-example-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}
