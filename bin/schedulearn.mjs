#!/usr/bin/env node
// Only dispatches: what needs more than the API to src, everything else to the client.
import { existsSync } from "node:fs";

if (!existsSync(new URL("../dist", import.meta.url))) (await import("../scripts/setup.mjs")).setUp();
process.setSourceMapsEnabled(true);

const [command, ...rest] = process.argv.slice(2);
if (["start", "token", "verify-log", "backup"].includes(command)) {
  const { main } = await import("../dist/src/main.js");
  await main([command, ...rest]);
} else if (command === "simulate") {
  const { simulate } = await import("../dist/src/simulate/index.js");
  process.exitCode = await simulate(rest);
} else if (command === "demo") {
  const { runDemo } = await import("../dist/src/demo.js");
  const { demo } = await import("../dist/clients/cli/demo.js");
  process.exitCode = await runDemo(rest, demo);
} else {
  const { main } = await import("../dist/clients/cli/main.js");
  const { serverSide } = await import("../dist/src/server-side.js");
  process.exitCode = await main(process.argv.slice(2), undefined, serverSide);
}
