import { assignment } from "./assignment.ts";
import { carry } from "./carry.ts";
import { estimates } from "./estimates.ts";
import type { Figures } from "./figures.ts";
import { logs } from "./logs.ts";
import { logview } from "./logview.ts";
import { monitor } from "./monitor.ts";
import { reconnect } from "./reconnect.ts";
import { rounds } from "./rounds.ts";
import { simulate } from "./simulate.ts";
import { size } from "./size.ts";
import { start } from "./start.ts";
import { submit } from "./submit.ts";
import { why } from "./why.ts";

/** The measurements by name: a new one is a file and a line here. */
const benchmarks: Readonly<Record<string, () => Promise<Figures>>> = {
  start,
  size,
  submit,
  logs,
  logview,
  carry,
  monitor,
  reconnect,
  rounds,
  why,
  assignment,
  estimates,
  simulate,
};

const HELP = `Usage: npm run bench -- [NAME...] [--json]

Measures, side by side with something known in the same run: machines are noisy, ratios are less so.
Names: ${Object.keys(benchmarks).join(", ")} (default: all)
`;

const args = process.argv.slice(2);
const names = args.filter((arg) => !arg.startsWith("--"));
const unknown = names.filter((name) => !(name in benchmarks));
if (args.includes("--help")) process.stdout.write(HELP);
else if (unknown.length > 0) {
  console.error(`unknown: ${unknown.join(", ")}\n\n${HELP}`);
  process.exitCode = 2;
} else {
  const found: Record<string, Figures> = {};
  for (const [name, measure] of Object.entries(benchmarks)) {
    if (names.length > 0 && !names.includes(name)) continue;
    const figures = await measure();
    found[name] = figures;
    if (args.includes("--json")) continue;
    console.log(name);
    for (const [figure, value] of Object.entries(figures)) console.log(`  ${figure.padEnd(44)} ${value}`);
  }
  if (args.includes("--json")) console.log(JSON.stringify(found));
}
