// test.mjs [vitest's arguments…]: sets the clone up, runs the tests, looks for what they left running, tells why tests
// were skipped, and closes with "N passed, N failed, N skipped".
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, setUp } from "./setup.mjs";
import { endLeftovers, killLeftovers, markOf } from "./test/leftovers.mjs";
import { summarise } from "./test/summary.mjs";

setUp();
process.chdir(root);
const folder = mkdtempSync(join(tmpdir(), "sl-test-")); // short: socket paths end at 107 characters
Object.assign(process.env, markOf(folder));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    killLeftovers(folder);
    process.exit(1);
  });
}

const { parseCLI, startVitest } = await import("vitest/node");
const { filter, options } = parseCLI(["vitest", "run", ...process.argv.slice(2)]);
const vitest = await startVitest("test", filter, { ...options, run: true });
const { passed, failed, skipped, lines } = summarise(vitest.state, { everyTestWasWanted: !options.testNamePattern });

const leftovers = await endLeftovers(folder);
for (const line of lines) console.log(line);
for (const { pid, command } of leftovers) console.log(`left running by a test: process ${pid}: ${command}`);
if (leftovers.length === 0) rmSync(folder, { recursive: true, force: true });
else console.log(`what they may have written is kept in ${folder}`);

const faults = failed + leftovers.length;
if (passed + faults === 0) console.log("no test ran");
console.log(`${passed} passed, ${faults} failed, ${skipped} skipped`);
process.exit(passed === 0 || faults > 0 || process.exitCode ? 1 : 0);
