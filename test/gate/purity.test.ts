import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { makeClone, root } from "../setup/clone.ts";

/** Ways out of a pure room, each in a file of its own. */
const leaks: Record<string, string> = {
  "reads the clock": "export const leak = (): number => Date.now();",
  "makes a date": "export const leak = (): string => new Date(0).toISOString();",
  "reads the fine clock": "export const leak = (): number => performance.now();",
  "sets a timer": "export const leak = (work: () => void): unknown => setTimeout(work, 1);",
  "sets a repeating timer": "export const leak = (work: () => void): unknown => setInterval(work, 1);",
  "reads the environment": "export const leak = (): unknown => process.env;",
  "takes a global by a back door": 'export const leak = (): unknown => globalThis["process"];',
  "draws a random number": "export const leak = (): number => Math.random();",
  "draws a random number in brackets": 'export const leak = (): number => Math["random"]();',
  "takes the random function out": "const { random } = Math;\nexport const leak = (): number => random();",
  "draws a random id": "export const leak = (): string => crypto.randomUUID();",
  "calls over the network": 'export const leak = (): unknown => fetch("http://localhost");',
  prints: 'export const leak = (): void => console.log("leak");',
};
const pureRooms = ["core", "policies", "placement", "estimator", "progress"];
const complaints = lint();

describe.each(pureRooms)("in %s", (room) => {
  test.each(Object.keys(leaks))("code that %s is refused", (leak) => {
    expect(complaints.filter(({ path }) => path === pathOf(room, leak))).not.toHaveLength(0);
  });

  test("code that is handed all it needs is allowed", () => {
    expect(complaints.filter(({ path }) => path === `src/${room}/pure.ts`)).toEqual([]);
  });
});

test("the engine may do all of it", () => {
  expect(complaints.filter(({ path }) => path.startsWith("src/engine/"))).toEqual([]);
});

function pathOf(room: string, leak: string): string {
  return `src/${room}/${leak.replaceAll(" ", "-")}.ts`;
}

interface Complaint {
  readonly path: string;
  readonly rule: string;
}

/** What the purity rules say about every leak in every pure room and in the engine. */
function lint(): Complaint[] {
  const files: Record<string, string> = {};
  for (const room of [...pureRooms, "engine"]) {
    for (const [leak, code] of Object.entries(leaks)) files[pathOf(room, leak)] = code;
    files[`src/${room}/pure.ts`] = "export const later = (now: number): number => Math.max(0, now) + 1;\n";
  }
  const { vcs: _outsideGit, ...settings } = JSON.parse(readFileSync(join(root, "biome.json"), "utf8"));
  files["biome.json"] = JSON.stringify(settings);
  const { stdout, stderr } = spawnSync(
    join(root, "node_modules/.bin/biome"),
    ["lint", "--reporter=json", "--max-diagnostics=none", "src"],
    { cwd: makeClone(["scripts/lint"], files), encoding: "utf8", maxBuffer: 16 * 1024 * 1024 },
  );
  if (stdout === "") throw new Error(stderr);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { category: string; location: { path: string } }[] };
  return diagnostics
    .map(({ category, location }) => ({ path: location.path, rule: category }))
    .filter(({ rule }) => rule === "plugin" || rule === "lint/style/noRestrictedGlobals");
}
