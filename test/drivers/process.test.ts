import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processDriver } from "../../src/drivers/process/driver.ts";
import { killGroup } from "../../src/drivers/process/processes.ts";
import { RunFolder } from "../../src/drivers/process/run-folder.ts";
import { type Bench, driverContract } from "./contract.ts";

/** Two process servers on this machine, each with its own folder. */
export async function processBench(): Promise<Bench> {
  const root = await mkdtemp(join(tmpdir(), "sl-process-"));
  const servers = ["left", "right"] as const;
  const list = async () =>
    (await readdir(root, { recursive: true })).filter((path) => /\/(runs|checkpoints)\/./.test(path));
  return {
    servers,
    spec: {},
    open: (server, context) => processDriver({ server, root: join(root, server), gpus: 2, context }),
    remains: list,
    cleanup: async () => {
      for (const path of await list()) {
        const started =
          /\/runs\/[^/]+\/\d+$/.test(path) && (await new RunFolder(join(root, path)).read("started.json"));
        if (started) killGroup(started);
      }
      await rm(root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

driverContract("process", processBench);
