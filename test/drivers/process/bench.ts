import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ProcessOptions, processDriver } from "../../../src/drivers/process/driver.ts";
import { isAlive, killGroup, send } from "../../../src/drivers/process/processes.ts";
import { RunFolder } from "../../../src/drivers/process/run-folder.ts";
import type { Bench } from "../contract.ts";

export interface ProcessBench extends Bench {
  readonly root: string;
  runFolder(server: string, job: string, attempt?: number): RunFolder;
}

/** Two process servers on this machine, each with its own folder. */
export async function processBench(options: Partial<ProcessOptions> = {}): Promise<ProcessBench> {
  const root = await mkdtemp(join(tmpdir(), "sl-process-"));
  const below = async () => (await namesBelow(root)).filter((path) => /\/(runs|checkpoints)\/./.test(path));
  const runFolder = (server: string, job: string, attempt = 1) =>
    new RunFolder(join(root, server, "runs", job, String(attempt)));
  return {
    root,
    servers: ["left", "right"],
    spec: {},
    runFolder,
    open: (server, context) => processDriver({ server, root: join(root, server), gpus: 2, context, ...options }),
    remains: below,
    cleanup: async () => {
      for (const path of await below()) {
        const [server = "", , job = "", attempt, ...rest] = path.split("/");
        if (!path.includes("/runs/") || attempt === undefined || rest.length > 0) continue;
        await end(runFolder(server, job, Number(attempt)));
      }
      await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

/** Walks again when a folder went while it walked. */
async function namesBelow(folder: string): Promise<string[]> {
  for (;;) {
    try {
      return await readdir(folder, { recursive: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

/** Ends what still runs, the job first: its supervisor then ends by itself, unless it never got that far. */
async function end(folder: RunFolder): Promise<void> {
  const [job, supervisor] = [await folder.read("started.json"), await folder.read("supervisor.json")];
  if (supervisor && isAlive(supervisor)) send(supervisor.pid, "SIGKILL");
  if (job && isAlive(job)) killGroup(job);
}
