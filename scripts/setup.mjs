// Makes a clone ready to run: dependencies installed, sources built. Plain Node, since nothing is installed yet.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, isBuilt } from "./setup/build.mjs";
import { installDependencies, isInstalled } from "./setup/dependencies.mjs";
import { SetUpError } from "./setup/error.mjs";
import { withLock } from "./setup/lock.mjs";

/** The clone's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * Installs what is missing or older than the lockfile and builds what is missing or older than the sources.
 * Says nothing when there is nothing to do. Two set-ups at once take turns. A failure is told to the user in its own
 * words and ends the process with code 1.
 */
export function setUp() {
  try {
    checkNode();
    if (isInstalled(root) && isBuilt(root)) return;
    withLock(root, () => {
      if (!isInstalled(root)) installDependencies(root);
      if (isBuilt(root)) return;
      console.error("building");
      build(root);
    });
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(`set-up failed: ${error.message}`);
    process.exit(1);
  }
}

function checkNode() {
  const wanted = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).engines.node.replace(">=", "");
  const isOlder = process.versions.node.localeCompare(wanted, "en", { numeric: true }) < 0;
  if (isOlder)
    throw new SetUpError(`Node ${wanted} or newer is needed; ${process.execPath} is ${process.versions.node}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp();
