import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Millis } from "../../core/time.ts";
import { type EndedJob, hasEnded, jctOf, slowdownOf } from "../metrics.ts";
import { type Distribution, distributionOf } from "./distribution.ts";
import { type Group, slowdownByUser, waitingBySize } from "./groups.ts";
import type { Recording } from "./recorder.ts";
import type { ReportedRun } from "./reported-run.ts";
import { type RunData, runDataOf } from "./run-data.ts";

export interface Report {
  readonly title: string;
  /** What was typed to get it. */
  readonly command: string;
  /** Under which conditions: the cluster, the trace, costs, … */
  readonly settings: readonly (readonly [name: string, value: string])[];
  /** Of the same jobs. */
  readonly runs: readonly ReportedRun[];
}

/** What the scripts of the page find in it. */
export interface PageData extends Omit<Report, "runs"> {
  readonly runs: readonly RunData[];
  /** In seconds. */
  readonly jct: Distribution;
  readonly slowdown: Distribution;
  readonly waitingBySize: readonly Group[];
  readonly slowdownByUser: readonly Group[];
}

/** All runs together have so many stretches in the chart. */
const MOST_STRETCHES = 15_000;
/** More are only noise to the eye. */
const MOST_BINS = 160;

/** One HTML file that needs no other and asks nothing of the network. The same input gives the same bytes. */
export function renderReport(report: Report): string {
  const style = `${ofPackage("dist/uPlot.min.css")}\n${ofPage("report.css")}`;
  const script = `/*\n${ofPackage("LICENSE")}*/\n${ofPackage("dist/uPlot.iife.min.js")}\n${SCRIPTS.map(scriptOf).join("\n")}`;
  const data = JSON.stringify(pageDataOf(report)).replaceAll("<", "\\u003c"); // no text can end the element it stands in
  const policy = `default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; style-src ${hashOf(style)}; script-src ${hashOf(script)}`;
  const parts: Readonly<Record<string, string>> = {
    policy: `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    style: `<style>${style}</style>`,
    data: `<script type="application/json" id="data">${data}</script>`,
    script: `<script type="module">${script}</script>`,
  };
  return ofPage("report.html").replace(/<!-- (\w+) -->/g, (_, name: string) => parts[name] as string);
}

export function pageDataOf({ runs, ...rest }: Report): PageData {
  const most = Math.floor(MOST_STRETCHES / Math.max(1, runs.length));
  const binMillis = binFor(runs.map(({ recording }) => recording));
  const ofJobs = (figure: (job: EndedJob) => number) => runs.map(({ results }) => results.filter(hasEnded).map(figure));
  return {
    ...rest,
    runs: runs.map((run) => runDataOf(run, most, binMillis)),
    jct: distributionOf(ofJobs(jctOf), 1),
    slowdown: distributionOf(ofJobs(slowdownOf), 1e-3),
    waitingBySize: waitingBySize(runs),
    slowdownByUser: slowdownByUser(runs),
  };
}

/** One for all runs, so that they can be drawn over each other: each counts in a power of two, from the same instant. */
function binFor(recordings: readonly Recording[]): Millis {
  const longest = Math.max(0, ...recordings.map(({ begin, end }) => end - begin));
  let bin = Math.max(1, ...recordings.map(({ binMillis }) => binMillis));
  while (longest / bin > MOST_BINS) bin *= 2;
  return bin;
}

/** Each needs only those before it. They become one script: a page opened from a disk can load no modules. */
const SCRIPTS = ["human.js", "elements.js", "theme.js", "lines.js", "figures.js", "gantt.js", "jobs.js", "main.js"];

/** A module as an expression: what it exports is there for those behind it, the rest is its own. */
function scriptOf(name: string): string {
  const text = ofPage(name).replace(/^import [^;]*;\n/gm, "");
  const exported = [...text.matchAll(/^export (?:const|function) (\w+)/gm)].map(([, each]) => each).join(", ");
  return `const { ${exported} } = (() => {\n${text.replace(/^export /gm, "")}return { ${exported} };\n})();`;
}

const ofPage = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), "utf8");
const require = createRequire(import.meta.url);
const ofPackage = (path: string): string => readFileSync(require.resolve(`uplot/${path}`), "utf8");
const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
