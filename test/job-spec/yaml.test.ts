import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { locate, NOTHING_ALLOWED, parseYaml, parseYamlJobs } from "../../src/job-spec/index.ts";
import { faultsOf, messagesOf } from "../input/refused.ts";

const submission = { user: "ada", now: 0 };

test("a malformed text is told with its line and column", () => {
  expect(messagesOf(() => parseYaml("a: 1\nb: c: d"))).toEqual([
    "line 2, column 4: Nested mappings are not allowed in compact mappings",
  ]);
  expect(messagesOf(() => parseYamlJobs("command: [", submission, "job.yaml"))[0]).toMatch(
    /^job\.yaml: line 1, column 11: /,
  );
});

test("every fault of a spec is told with its line and column, in the order of the text", () => {
  const text = "name: a\ngpus:\n  min: 4\n  max: 2\ncores: {min: 1}\nenv:\n  9: x\n";
  expect(faultsOf(() => parseYamlJobs(text, submission))).toMatchObject([
    { path: ["command"], message: "command: is required (line 1, column 1)" },
    { path: ["gpus", "min"], message: "gpus.min: must be at most gpus.max (line 3, column 3)" },
    { path: ["cores", "max"], message: "cores.max: is required (line 5, column 1)" },
    { path: ["env", "9"], message: expect.stringMatching(/ \(line 7, column 3\)$/) },
  ]);
});

test("an empty text is no job", () => {
  expect(messagesOf(() => parseYamlJobs("# nothing\n", submission))[0]).toMatch(/^Job spec: must be an object/);
});

test("JSON is YAML", () => {
  expect(parseYamlJobs('{"command": ["a"], "gpus": 1}', submission).specs).toMatchObject([
    { command: ["a"], gpus: { min: 1 } },
  ]);
});

test("a field can be found in a text, unless the text is malformed", () => {
  expect(locate("command: x\ngpus: {min: 1}", ["gpus", "min"])).toEqual({ line: 2, column: 8 });
  expect(locate("command: [", ["command"])).toBeNull();
});

const examples = new URL("../../examples/", import.meta.url);
const specs = readdirSync(examples, { recursive: true, encoding: "utf8" }).filter((file) => /\.ya?ml$/.test(file));
test.each(specs)("examples/%s is a job", (file) => {
  const text = readFileSync(new URL(file, examples), "utf8");
  const shipped = text.replace(/^code: \.$/m, `code: { hash: "${"0".repeat(64)}" }`); // as the command does it
  expect(() =>
    parseYamlJobs(shipped, { ...submission, allowed: { ...NOTHING_ALLOWED, code: () => ({ bytes: 1, files: 1 }) } }),
  ).not.toThrow();
});
