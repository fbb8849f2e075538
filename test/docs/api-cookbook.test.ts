import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { createClient } from "graphql-ws/client";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { type House, startHouse } from "../clients/house.ts";
import { blocksOf, promised } from "../markdown.ts";

const run = promisify(execFile);
const blocks = blocksOf("docs/api-cookbook.md");
const [shell, ...recipes] = blocks;
const folder = mkdtempSync(join(tmpdir(), "cookbook-"));
let house: House;
let hasTools = true;

beforeAll(async () => {
  house = await startHouse();
  await Promise.all(["curl", "jq"].map((name) => run(name, ["--version"]))).catch(() => {
    hasTools = false;
  });
});
afterAll(async () => {
  await house.end();
  rmSync(folder, { recursive: true, force: true });
});

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly unknown[];
}

/** An answer without errors, neither those of the request nor those that the caller could mend. */
function expectGood(answer: Answer): void {
  expect(answer.errors ?? []).toEqual([]);
  expect(answer.data).toBeTruthy();
  for (const field of Object.values(answer.data ?? {}))
    if (field !== null && typeof field === "object" && "errors" in field) expect(field.errors).toEqual([]);
}

const runners: Readonly<Record<string, (text: string) => Promise<void>>> = {
  async sh(text) {
    const env = { ...process.env, SCHEDULEARN_URL: house.url };
    const { stdout } = await run("bash", ["-euo", "pipefail", "-c", `${shell?.text}${text}`], { env });
    const answers = stdout.split(/(?<=\})\s*(?=\{"data")/).filter((each) => each.trim() !== "");
    expect(answers.length).toBeGreaterThan(0);
    for (const answer of answers) expectGood(JSON.parse(answer) as Answer);
  },
  async graphql(query) {
    if (query.startsWith("subscription")) return expectGood(await firstItem(query));
    const headers = { "content-type": "application/json" };
    const response = await fetch(house.url, { method: "POST", headers, body: JSON.stringify({ query }) });
    expectGood((await response.json()) as Answer);
  },
  async ts(text) {
    const here = text.replaceAll(
      '"schedulearn-sdk"',
      JSON.stringify(pathToFileURL(resolve("dist/clients/sdk/index.js")).href),
    );
    const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
    const file = join(folder, "recipe.mjs");
    writeFileSync(file, ts.transpileModule(here, { compilerOptions }).outputText);
    const env = { ...process.env, SCHEDULEARN_URL: house.url };
    const { stdout } = await run(process.execPath, [file], { env, timeout: 60_000 });
    for (const line of promised(text)) expect(stdout.split("\n")).toContain(line);
  },
};

async function firstItem(query: string): Promise<Answer> {
  const client = createClient({ url: house.url.replace(/^http/, "ws"), webSocketImpl: WebSocket });
  try {
    for await (const item of client.iterate({ query })) return item as Answer;
    throw new Error("the stream ended without an item");
  } finally {
    await client.dispose();
  }
}

test("the cookbook has each recipe with curl, in GraphQL and with the SDK", () => {
  const headings = [...new Set(recipes.map(({ heading }) => heading))];
  expect(headings.length).toBeGreaterThanOrEqual(10);
  expect(recipes.map(({ heading, language }) => [heading, language])).toEqual(
    headings.flatMap((heading) => ["sh", "graphql", "ts"].map((language) => [heading, language])),
  );
});

// In order, each on what those before have left.
test.for(recipes.map((block) => [block.heading, block.language, block] as const))(
  "%s: what stands there for %s works",
  async ([, language, { text }], { skip }) => {
    skip(language === "sh" && !hasTools, "curl and jq are needed");
    await runners[language]?.(text);
  },
);
