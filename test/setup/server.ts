import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const START_MILLIS = 60_000;

/** A Schedulearn server in a process of its own, as a user would start it, with what it printed. */
export class ServerProcess {
  readonly folder: string;
  readonly #env: Record<string, string>;
  readonly #entry: readonly string[];
  #child: ChildProcess | null = null;
  output = "";
  url = "";

  /**
   * Run it from the project's root. The same folder again continues the same database.
   * @param options.built the build is known to be fresh, so it is not looked at
   */
  constructor(options: { env?: Record<string, string>; built?: boolean; folder?: string } = {}) {
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), "server-"));
    this.#env = options.env ?? {};
    this.#entry = options.built ? ["bin/schedulearn.mjs"] : ["scripts/run.mjs", "bin/schedulearn.mjs"];
  }

  /** Resolves when it has told its address, after which it answers; rejects with its output when it ends before. */
  async start(port = 0): Promise<this> {
    const args = ["--enable-source-maps", ...this.#entry, "start", "--port", `${port}`, "--data", this.folder];
    const child = spawn(process.execPath, args, {
      env: { ...process.env, ...this.#env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    this.output = "";
    this.url = await new Promise<string>((started, reject) => {
      const fail = (why: string): void => reject(new Error(`the server ${why}:\n${this.output}`));
      const timer = setTimeout(fail, START_MILLIS, "did not come up");
      const look = (chunk: Buffer): void => {
        this.output += chunk.toString();
        const url = /https?:\/\/\S+\/graphql/.exec(this.output)?.[0];
        if (!url) return;
        clearTimeout(timer);
        started(url);
      };
      child.stdout?.on("data", look);
      child.stderr?.on("data", look);
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        clearTimeout(timer);
        fail(`ended with ${code ?? signal}`);
      });
    });
    return this;
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** Sends the signal and resolves when the process is gone. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill(signal);
    await gone;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const COMMAND_MILLIS = 110_000;
const COMMAND = ["scripts/run.mjs", "bin/schedulearn.mjs"].map((path) => resolve(path));

/** Runs one command of `schedulearn` to its end, as a user would; what is sent to `input` is its standard input. */
export function runCommand(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string; input?: string } = {},
): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [...COMMAND, ...args], {
      cwd: options.cwd ?? process.cwd(),
      env: { ...process.env, NO_COLOR: "1", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail(new Error(`it does not end:\n${stdout}${stderr}`));
    }, COMMAND_MILLIS);
    child.once("error", fail);
    child.once("close", (code) => {
      clearTimeout(timer);
      done({ code, stdout, stderr });
    });
    child.stdin.end(options.input ?? "");
  });
}
