import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import { until } from "../../drivers/support.ts";

const clients = fileURLToPath(new URL("../../../clients/", import.meta.url));

/** The web monitor of the present sources, built once for all test files that want it. @returns its folder */
export async function builtMonitor(): Promise<string> {
  const folder = join(tmpdir(), `monitor-${digest()}`);
  const beingBuilt = `${folder}-being-built`;
  if (existsSync(folder)) return folder;
  try {
    mkdirSync(beingBuilt); // whoever makes it builds
  } catch {
    await until("another test file has built the monitor", () => existsSync(folder));
    return folder;
  }
  try {
    if (existsSync(folder)) return folder; // another has built it between the first look and now
    await build({
      configFile: join(clients, "web/vite.config.ts"),
      logLevel: "warn",
      build: { outDir: join(beingBuilt, "site") },
    });
    renameSync(join(beingBuilt, "site"), folder);
  } finally {
    rmSync(beingBuilt, { recursive: true, force: true });
  }
  return folder;
}

function digest(): string {
  const hash = createHash("sha256");
  for (const room of ["web", "sdk"])
    for (const entry of readdirSync(join(clients, room), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) hash.update(entry.name).update(readFileSync(join(entry.parentPath, entry.name)));
  return hash.digest("hex").slice(0, 16);
}
