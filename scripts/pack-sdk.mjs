// pack-sdk.mjs [FOLDER]: packs the SDK as npm publishes it, type-checked, into FOLDER (or here), and prints the archive's path.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { installDependencies, isInstalled } from "./setup/dependencies.mjs";
import { withLock } from "./setup/lock.mjs";
import { root } from "./setup.mjs";

if (!isInstalled(root)) withLock(root, () => isInstalled(root) || installDependencies(root)); // no build is needed
const read = (path) => JSON.parse(readFileSync(join(root, path), "utf8"));
const target = resolve(process.argv[2] ?? ".");
const folder = mkdtempSync(join(tmpdir(), "schedulearn-sdk-")); // aside: nobody publishes half of it
try {
  run(process.execPath, [
    "node_modules/typescript/bin/tsc",
    "-p",
    "clients/sdk/tsconfig.package.json",
    "--outDir",
    join(folder, "dist"),
  ]);
  const manifest = { ...read("clients/sdk/package.json"), version: read("package.json").version };
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(root, "clients/sdk/README.md"), join(folder, "README.md"));
  if (existsSync(join(root, "LICENSE"))) cpSync(join(root, "LICENSE"), join(folder, "LICENSE"));
  const [{ filename }] = JSON.parse(run("npm", ["pack", folder, "--json", "--pack-destination", target]));
  console.log(join(target, filename));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** What the program prints; its failure ends this one. */
function run(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: "utf8" });
  if (status === 0) return stdout;
  console.error(`${stdout}${stderr}`.trimEnd());
  rmSync(folder, { recursive: true, force: true });
  process.exit(1);
}
