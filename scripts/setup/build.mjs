// dist/ = the compiled sources, the files they read and the web monitor as browsers get it, built aside and swapped in
// whole: nobody runs half a build.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetUpError } from "./error.mjs";

const sourceFolders = ["src", "migrations", "clients", "bench"];
const settings = ["package-lock.json", "tsconfig.json", "tsconfig.build.json", "scripts/setup/build.mjs"];
const stamp = "sources.sha256";
/** Its sources are for Vite alone. */
const monitor = "clients/web";

/** Whether dist/ was built from exactly the sources that lie here now. */
export function isBuilt(root) {
  const stampPath = join(root, "dist", stamp);
  return existsSync(stampPath) && readFileSync(stampPath, "utf8") === digest(root);
}

/**
 * Compiles without checking types: the gate does that, and a start need not wait for it.
 * @throws {SetUpError} with the compiler's words when a source cannot be parsed
 */
export function build(root) {
  const [fresh, stale] = [join(root, ".setup-dist"), join(root, ".setup-dist-stale")];
  for (const folder of [fresh, stale]) rmSync(folder, { recursive: true, force: true });
  const builtFrom = digest(root); // taken first: a source saved while it compiles must not count as built
  run(root, "typescript/bin/tsc", ["-p", "tsconfig.build.json", "--outDir", fresh, "--pretty", "false"]);
  const isAsset = (path) => !/\.(ts|tsx|md)$/.test(path) && !path.startsWith(`${monitor}/`);
  for (const asset of sources(root).filter(isAsset)) cpSync(join(root, asset), join(fresh, asset));
  const site = ["build", "--config", join(monitor, "vite.config.ts"), "--outDir", join(fresh, monitor)];
  if (existsSync(join(root, monitor, "index.html"))) run(root, "vite/bin/vite.js", [...site, "--logLevel", "warn"]);
  writeFileSync(join(fresh, stamp), builtFrom);
  if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), stale);
  renameSync(fresh, join(root, "dist"));
  rmSync(stale, { recursive: true, force: true });
}

function run(root, program, args) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, "node_modules", program), ...args], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new SetUpError(`the sources do not compile\n${`${stdout}${stderr}`.trimEnd()}`);
}

function digest(root) {
  const hash = createHash("sha256");
  for (const path of [...settings, ...sources(root)]) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  }
  return hash.digest("hex");
}

/** Paths of all files in the source folders, relative to `root`, sorted. */
function sources(root) {
  return sourceFolders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(join(root, "/").length)),
    )
    .sort();
}
