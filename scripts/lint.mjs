// The part of the gate that runs nothing: format, lint, layers, types, schema. Every step is tried, each in one line
// unless it fails.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { root, setUp } from "./setup.mjs";

const rooms = ["src", "clients", "migrations", "bench", "test"].filter((folder) => existsSync(join(root, folder)));
const steps = {
  "format and lint": [
    "biome",
    "ci",
    "--diagnostic-level=warn",
    "--error-on-warnings",
    `--colors=${process.stdout.isTTY ? "force" : "off"}`,
  ],
  layers: ["depcruise", "--config", ".dependency-cruiser.cjs", ...rooms],
  types: ["tsc", "--noEmit", "--tsBuildInfoFile", "node_modules/.cache/types.tsbuildinfo"],
  "types of the web monitor": ["tsc", "-p", "clients/web"],
  "schema fresh": ["node", "scripts/schema.mjs", "--check"],
};

setUp();
let failed = 0;
for (const [name, [program, ...args]] of Object.entries(steps)) {
  const path = `${join(root, "node_modules/.bin")}:${process.env.PATH}`;
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, PATH: path },
    maxBuffer: 64 * 1024 * 1024,
  });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  console.log(`${status === 0 ? "ok    " : "FAILED"} ${name} (${seconds} s)`);
  if (status === 0) continue;
  failed++;
  console.log(`${stdout}${stderr}`.trimEnd());
}
process.exit(failed > 0 ? 1 : 0);
