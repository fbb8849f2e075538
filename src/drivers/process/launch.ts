import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const SUPERVISOR = fileURLToPath(new URL("./supervisor.mjs", import.meta.url));
const COMPLAINT_CHARACTERS = 500;

/** What the supervisor is told, on its standard input. */
export interface JobProcess {
  readonly command: readonly string[];
  readonly cwd: string;
  /** All of the job's environment, its secrets among it. */
  readonly env: Readonly<Record<string, string>>;
}

/** A supervisor as the one who started it sees it. It goes on without us, and we do not wait for it to end. */
export class Launch {
  readonly since: number;
  readonly #child: ChildProcess;
  readonly #log: string;
  #ended = false;
  #error: Error | null = null;

  /** @param since milliseconds since the epoch @param onEnd called once */
  constructor(child: ChildProcess, log: string, since: number, onEnd: () => void) {
    this.#child = child;
    this.#log = log;
    this.since = since;
    const end = (error?: Error) => {
      this.#error ??= error ?? null;
      this.#ended = true;
      onEnd();
    };
    child.once("error", end);
    child.once("exit", () => end());
    child.unref();
  }

  get ended(): boolean {
    return this.#ended;
  }

  kill(): void {
    if (!this.#ended) this.#child.kill("SIGKILL");
  }

  /** Why it did not take the run. */
  async complaint(): Promise<string> {
    const said = this.#error?.message ?? (await readFile(this.#log, "utf8").catch(() => ""));
    return `its supervisor did not start: ${said.trim().slice(0, COMPLAINT_CHARACTERS)}`;
  }
}

/**
 * Starts a supervisor that outlives this process. The job inherits its cores; so the job's own command is found, or not, by
 * itself and not by taskset.
 * @param folder of the run @param cpus the kernel's numbers of the job's cores, none for any
 */
export async function launch(
  folder: string,
  job: JobProcess,
  cpus: readonly number[],
  env: Readonly<Record<string, string>>,
  now: number,
  onEnd: () => void,
): Promise<Launch> {
  const logPath = join(folder, "supervisor.log");
  const log = await open(logPath, "a", 0o600);
  try {
    const node = [process.execPath, SUPERVISOR, folder];
    const taskset = cpus.length > 0 ? findTaskset() : null;
    const [file = "", ...args] = taskset ? [taskset, "--cpu-list", cpus.join(","), ...node] : node;
    const child = spawn(file, args, { cwd: folder, env, detached: true, stdio: ["pipe", "ignore", log.fd] });
    child.stdin?.once("error", () => {}); // it ended early: `onEnd` tells
    child.stdin?.end(JSON.stringify(job));
    return new Launch(child, logPath, now, onEnd);
  } finally {
    await log.close();
  }
}

function findTaskset(): string | null {
  if (process.platform !== "linux") return null;
  const candidates = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "taskset"));
  return candidates.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
