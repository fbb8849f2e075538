import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { generate } from "../../../clients/sdk/codegen.ts";

const schema = readFileSync("schema.graphql", "utf8");
const operations = readFileSync("clients/sdk/operations.graphql", "utf8");
const generated = resolve("clients/sdk/generated/operations.ts");

const options: ts.CompilerOptions = {
  ...ts.parseJsonConfigFileContent(ts.readConfigFile("tsconfig.json", ts.sys.readFile).config, ts.sys, ".").options,
  noEmit: true,
  incremental: false,
};
let last: ts.Program | undefined;

/** What the check of types says of the SDK, were the schema another. */
function faultsWith(change: (schema: string) => string): readonly string[] {
  const text = generate(change(schema), operations);
  const host = ts.createCompilerHost(options);
  const read = host.readFile;
  host.readFile = (file) => (resolve(file) === generated ? text : read(file));
  const getSourceFile = host.getSourceFile;
  host.getSourceFile = (file, language, ...rest) =>
    resolve(file) === generated
      ? ts.createSourceFile(file, text, language)
      : (last?.getSourceFile(file) ?? getSourceFile(file, language, ...rest));
  last = ts.createProgram(["clients/sdk/index.ts"], options, host);
  return [
    "clients/sdk/client.ts",
    "clients/sdk/connection.ts",
    "clients/sdk/queries.ts",
    "clients/sdk/index.ts",
    "clients/sdk/generated/operations.ts",
  ]
    .flatMap((file) => last?.getSemanticDiagnostics(last.getSourceFile(file)) ?? [])
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

/** Changes the first line of this form, and fails where there is none: a test that changes nothing claims nothing. */
const edited = (from: RegExp, to: string) => (text: string) => {
  expect(text).toMatch(from);
  return text.replace(from, to);
};

test("the SDK fits the schema as it is", () => {
  expect(faultsWith((same) => same)).toEqual([]);
});

test.each([
  ["a field of an input has another name", edited(/(input CancelJobInput \{[^}]*)graceSeconds:/, "$1patience:")],
  ["a list becomes one", edited(/(type LogBatch \{[\s\S]*?\n {2}lines: )\[LogLine!\]!/, "$1LogLine!")],
  ["an item of a stream has no cursor", edited(/(type Event \{[\s\S]*?\n {2}cursor: )Cursor!/, "$1Cursor")],
  ["a mutation wants more", edited(/(input RetryJobInput \{)/, "$1\n  why: String!\n")],
])("the check of types fails when %s", (_, change) => {
  expect(faultsWith(change)).not.toEqual([]);
});

test.each([
  ["a field is gone", edited(/\n {2}queueingDelay: Duration/, "\n  delay: Duration")],
  ["an argument is gone", edited(/(jobLogs\([\s\S]*?)attempt: Int/, "$1run: Int")],
])("the generator fails, and says where, when %s", (_, change) => {
  expect(() => generate(change(schema), operations)).toThrow(/Cannot query field|Unknown argument/);
});
