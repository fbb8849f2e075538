// node_modules as the lockfile says, with a compiler where no prebuilt binary of sqlite3 can be had.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { SetUpError } from "./error.mjs";

/** Whether every required package of the lockfile is installed in its version, and sqlite3 has its binary. */
export function isInstalled(root) {
  const installedPath = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedPath) || !existsSync(join(root, "node_modules/sqlite3/build/Release/node_sqlite3.node"))) {
    return false;
  }
  const installed = readPackages(installedPath);
  return Object.entries(readPackages(join(root, "package-lock.json"))).every(
    ([path, { version, optional }]) => path === "" || optional || installed[path]?.version === version,
  );
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages;
}

/** @throws {SetUpError} with npm's own words, and what to install when the compilation failed */
export function installDependencies(root) {
  const folder = join(root, "node_modules");
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new SetUpError(
      `${folder} is a link and does not fit the lockfile: npm would empty the folder that others use`,
    );
  console.error(
    "installing dependencies; sqlite3 is compiled here when no prebuilt binary can be had, which takes about 2 minutes",
  );
  const headers = nodeHeaders();
  const { status, stdout, stderr, error } = spawnSync("npm", ["ci", "--loglevel=error", "--include=dev"], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
    env: headers ? { ...process.env, npm_config_nodedir: headers } : process.env,
  });
  if (error) throw new SetUpError(`npm cannot be run: ${error.message}`);
  if (status !== 0) {
    const output = `${stdout}${stderr}`.trimEnd();
    throw new SetUpError(`npm ci ended with code ${status}\n${output}${compilerAdvice(output, headers)}`);
  }
}

/** The prefix of a Node installation that has its C headers beside it, so that none need be downloaded. */
function nodeHeaders() {
  const prefixes = [dirname(dirname(process.execPath)), "/usr", "/usr/local"];
  return prefixes.find((prefix) => {
    const versionHeader = join(prefix, "include/node/node_version.h");
    return existsSync(versionHeader) && isForThisNode(readFileSync(versionHeader, "utf8"));
  });
}

function isForThisNode(versionHeader) {
  const major = /#define NODE_MAJOR_VERSION (\d+)/.exec(versionHeader)?.[1];
  return major === process.versions.node.split(".")[0];
}

function compilerAdvice(output, headers) {
  if (!/gyp/.test(output)) return "";
  const lines = ["", "", "sqlite3 could not be compiled. It needs python3, make and a C++ compiler:"];
  lines.push("  Debian, Ubuntu: apt-get install python3 make g++", "  macOS: xcode-select --install");
  if (!headers)
    lines.push("and Node's headers (include/node beside bin/node), which were not found and not downloaded.");
  return lines.join("\n");
}
