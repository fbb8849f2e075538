// policies-table.mjs [--only WORKLOAD] [--patience SECONDS]: runs every policy over every workload and writes what came of it
// into docs/policies.md. A workload's table is written as soon as it is measured, so that a run that was stopped goes on with --only.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root, setUp } from "./setup.mjs";

const TRACES = process.env.SCHEDULEARN_TRACES ?? join(root, "../shared/traces");
const DOCUMENT = join(root, "docs/policies.md");
const trace = (name) => ["--trace", join(TRACES, `${name}.csv`)];
const restart = ["--costs", "start=30"];

/** What `schedulearn simulate` is told of each; without costs where other simulators know none. */
const workloads = {
  "philly-vc-6c71a0 at 32": [...trace("philly-vc-6c71a0"), "--cluster", "pool:32", "--costs", "none"],
  "philly-vc-6c71a0 at 64": [...trace("philly-vc-6c71a0"), "--cluster", "pool:64", "--costs", "none"],
  "synthetic-480 at 60": [...trace("synthetic-480"), "--cluster", "pool:60", "--costs", "none"],
  "synthetic-480 at 128": [...trace("synthetic-480"), "--cluster", "pool:128", "--costs", "none"],
  "tiresias-60 at 8": [...trace("tiresias-60"), "--cluster", "pool:8", "--costs", "none"],
  "pollux-160-w6 at 64": [
    ...[...trace("pollux-160-w6"), "--cluster", "16x4", ...restart],
    ...["--speedups", join(TRACES, "speedups.csv")],
  ],
  "nas burst at 32": ["--generate", "nas", "--seed", "1", "--cluster", "8x4", ...restart],
};

setUp();
const { policies } = await import("../dist/src/policies/index.js");
const { values } = parseArgs({ options: { only: { type: "string" }, patience: { type: "string", default: "600" } } });
if (!existsSync(TRACES)) fail(`there are no traces in ${TRACES}; SCHEDULEARN_TRACES may say where they are`);
const wanted = Object.keys(workloads).filter((name) => name.startsWith(values.only ?? ""));
if (wanted.length === 0) fail(`there is no workload ${values.only}; there are: ${Object.keys(workloads).join(", ")}`);
for (const name of wanted) {
  const rows = [];
  for (const { key, needs } of policies) {
    // Those that reckon with how long jobs take are told it, and have to find it out.
    const told = needs.includes("estimates") ? { everything: "exact", nothing: "learned" } : { nothing: "learned" };
    for (const [knows, estimates] of Object.entries(told)) {
      const metrics = await simulate([...workloads[name], "--policy", key, "--estimates", estimates]);
      rows.push({ key, knows, metrics });
      console.log(`${name}: ${rowOf(rows.at(-1))}`);
    }
  }
  write(name, rows);
}

/** The metrics; what went wrong as a text. */
async function simulate(args) {
  const command = [join(root, "bin/schedulearn.mjs"), "simulate", ...args, "--json", "--quiet"];
  const child = spawn(process.execPath, command, { timeout: Number(values.patience) * 1000, killSignal: "SIGKILL" });
  const told = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"]) child[stream].on("data", (chunk) => (told[stream] += chunk));
  const [code, signal] = await new Promise((resolve) => child.on("close", (...how) => resolve(how)));
  if (signal === "SIGKILL") return `not within ${values.patience} s`;
  return code === 0 ? Object.values(JSON.parse(told.stdout).policies)[0] : told.stderr.trim().split("\n")[0];
}

/** Between its markers in the document, the shortest mean JCT first. */
function write(name, rows) {
  const jctOf = ({ metrics }) => (typeof metrics === "string" ? Number.POSITIVE_INFINITY : metrics.meanJct);
  const lines = [
    "| policy | is told | mean JCT | median | p95 | makespan | preemptions |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    ...rows.sort((a, b) => jctOf(a) - jctOf(b) || 0).map((row) => `| ${rowOf(row)} |`),
  ];
  const text = readFileSync(DOCUMENT, "utf8");
  const [begin, end] = [`<!-- measured: ${name} -->\n`, "\n<!-- end -->"];
  const from = text.indexOf(begin);
  if (from < 0) fail(`${DOCUMENT} has no line ${begin}`);
  const to = text.indexOf(end, from);
  writeFileSync(DOCUMENT, `${text.slice(0, from)}${begin}\n${lines.join("\n")}\n${text.slice(to)}`);
}

function rowOf({ key, knows, metrics }) {
  if (typeof metrics === "string") return [`\`${key}\``, knows, metrics, "", "", "", ""].join(" | ");
  const { meanJct, medianJct, p95Jct, makespan, preemptions } = metrics;
  const numbers = [meanJct, medianJct, p95Jct, makespan, preemptions];
  return [`\`${key}\``, knows, ...numbers.map((value) => Math.round(value).toLocaleString("en-US"))].join(" | ");
}

function fail(reason) {
  console.error(reason);
  process.exit(1);
}
