import { statfs } from "node:fs/promises";
import type { Check } from "./api/house.ts";
import type { Millis } from "./core/time.ts";
import type { Engine } from "./engine/engine.ts";
import { canWrite, type Store } from "./store/store.ts";

const MIB = 1024 * 1024;
/** With less, the database can soon not be written any more. */
const LEAST_FREE_MIB = 64;
const PATIENCE: Millis = 5_000;

/** Whether the server can do its work: record what happens, and go on doing so. */
export async function checks(engine: Engine, store: Store, dataDir: string): Promise<Check[]> {
  return Promise.all([database(engine, store), disk(dataDir), servers(engine)]);
}

async function database({ trouble, clock }: Engine, store: Store): Promise<Check> {
  const name = "database";
  if (trouble !== null) return { name, ok: false, detail: `nothing can be recorded at present: ${trouble}` };
  let cancel = (): void => {};
  const late = new Promise<string>((resolve) => {
    cancel = clock.at(clock.now() + PATIENCE, () => resolve(`no answer within ${PATIENCE / 1000} s`));
  });
  const problem = await Promise.race([canWrite(store), late]).finally(cancel);
  return { name, ok: problem === null, detail: problem ?? "it can be written" };
}

async function disk(dataDir: string): Promise<Check> {
  const name = "disk";
  try {
    const { bavail, bsize } = await statfs(dataDir);
    const freeMiB = Math.floor((bavail * bsize) / MIB);
    return { name, ok: freeMiB >= LEAST_FREE_MIB, detail: `${freeMiB} MiB free in the data folder` };
  } catch {
    return { name, ok: false, detail: "the data folder cannot be looked at" };
  }
}

/** One that is away is no reason to turn requests away. */
async function servers({ scheduler }: Engine): Promise<Check> {
  const all = [...scheduler.servers.values()];
  const up = all.filter(({ health }) => health === "up").length;
  return { name: "servers", ok: true, detail: `${up} of ${all.length} up` };
}
