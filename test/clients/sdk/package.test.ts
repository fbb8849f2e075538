import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { blocksOf, promised } from "../../markdown.ts";
import { type House, startHouse } from "../house.ts";

const run = promisify(execFile);
const examples = blocksOf("clients/sdk/README.md").filter(({ language }) => language === "ts");
const read = (path: string) => JSON.parse(readFileSync(resolve(path), "utf8"));

let house: House;
const folder = mkdtempSync(join(tmpdir(), "sdk-user-"));
let whyNot = "";

/** The SDK as npm would publish it, installed by somebody who has nothing else. */
beforeAll(async () => {
  const packed = await run(process.execPath, ["scripts/pack-sdk.mjs", folder]);
  const archive = packed.stdout.trim();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module", private: true }));
  const types = resolve("node_modules/@types/node");
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", archive, types], { cwd: folder }).catch(
    (error) => {
      whyNot = `npm cannot install here: ${String(error.stderr).split("\n")[0]}`;
    },
  );
  for (const [i, { text }] of examples.entries()) writeFileSync(join(folder, `example-${i}.ts`), text);
  house = await startHouse();
});
afterAll(async () => {
  await house?.end();
  rmSync(folder, { recursive: true, force: true });
});

test("it is whole: a README, types for each file, no source, and no package of the project", (context) => {
  context.skip(whyNot !== "", whyNot);
  const home = join(folder, "node_modules/schedulearn-sdk");
  expect(readdirSync(home).sort()).toEqual(["README.md", "dist", "package.json"]);
  const files = readdirSync(join(home, "dist"), { recursive: true }).map(String);
  for (const file of files.filter((name) => name.endsWith(".js"))) expect(files).toContain(file.replace(/js$/, "d.ts"));
  expect(files).not.toContain("codegen.js");
  const installed = readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith("."));
  expect(installed).toContain("graphql-ws");
  expect(installed).not.toContain("schedulearn");
});

test("it depends on the versions that the project is tested with", () => {
  const { dependencies } = read("package.json");
  const { dependencies: needed, optionalDependencies: optional, version, engines } = read("clients/sdk/package.json");
  for (const [name, range] of Object.entries({ ...needed, ...optional })) expect(range).toBe(`^${dependencies[name]}`);
  expect({ version, engines }).toEqual({
    version: read("package.json").version,
    engines: read("package.json").engines,
  });
});

/** What a strict compiler says of files of the user. */
function faultsOf(files: readonly string[], options: ts.CompilerOptions): readonly string[] {
  const program = ts.createProgram(
    files.map((file) => join(folder, file)),
    {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
      target: ts.ScriptTarget.ES2022,
      typeRoots: [join(folder, "node_modules/@types")],
      ...options,
    },
  );
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText, file }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`);
}

test("a strict compiler accepts the examples, as Node resolves", (context) => {
  context.skip(whyNot !== "", whyNot);
  const files = examples.map((_, i) => `example-${i}.ts`);
  const { NodeNext } = ts.ModuleKind;
  expect(faultsOf(files, { module: NodeNext, lib: ["lib.es2023.d.ts"], types: ["node"] })).toEqual([]);
});

test("a strict compiler accepts it in a page, as bundlers resolve, and knows the types of the schema", (context) => {
  context.skip(whyNot !== "", whyNot);
  const page = `import { createClient, type JobStatus } from "schedulearn-sdk";
    const job = await createClient({ url: "/graphql" }).submit({ command: "true" });
    export const status: JobStatus = job.status;
    export const line: string = job.statuss;`;
  writeFileSync(join(folder, "page.ts"), page);
  const { ESNext } = ts.ModuleKind;
  const lib = ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.dom.asynciterable.d.ts"];
  const faults = faultsOf(["page.ts"], {
    module: ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib,
    types: [],
  });
  expect(faults).toEqual([expect.stringMatching(/page\.ts: Property 'statuss' does not exist/)]);
});

describe.concurrent("each example of the README runs, ends by itself and prints what it says", () => {
  const named = examples.map(({ heading, place }, i) => [`${heading}, ${place}`, i] as const);
  test.for(named)("%s", async ([, i], { skip, expect }) => {
    skip(whyNot !== "", whyNot);
    const { text } = examples[i]!;
    const { ESNext } = ts.ModuleKind;
    const compilerOptions = { module: ESNext, target: ts.ScriptTarget.ES2022 };
    const file = join(folder, `example-${i}.mjs`);
    writeFileSync(file, ts.transpileModule(text, { compilerOptions }).outputText);
    const env = { ...process.env, SCHEDULEARN_URL: house.url };
    const { stdout } = await run(process.execPath, [file], { cwd: folder, env, timeout: 60_000 });
    for (const line of promised(text)) expect(stdout.split("\n")).toContain(line);
  });
});
