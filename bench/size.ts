import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clusterId } from "../src/store/settings.ts";
import { openStore } from "../src/store/store.ts";
import type { Figures } from "./figures.ts";

/** The database of a system that has seen no job yet, closed in order. */
export async function size(): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), "size-"));
  const file = join(folder, "schedulearn.db");
  const store = await openStore(file);
  await clusterId(store);
  await store.close();
  const { size: bytes } = statSync(file);
  rmSync(folder, { recursive: true });
  return { bytes, "goal bytes": 30_720 };
}
