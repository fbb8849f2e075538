import { describe, expect, test } from "vitest";
import { readYaml } from "../../src/input/index.ts";

const problemIn = (text: string): string => {
  const reading = readYaml(text);
  return reading.problem === null ? "none" : `${reading.at.line}:${reading.at.column} ${reading.problem}`;
};

describe("what is refused, with its place", () => {
  test.each([
    ["a quote that is never closed", 'a: "x\nb: 1', /^2:5 Missing closing "quote/],
    ["a mapping within a line", "a: b: c", /^1:4 Nested mappings/],
    ["a tab as indentation", "a:\n\t- b", /^2:1 Tabs/],
    ["a field given twice", "a: 1\nb: 2\na: 3", /^3:1 this field is given twice$/],
    ["a second document", "a: 1\n---\nb: 2\n", /^2:1 a second document/],
    ["a tag of another language", "a: !!python/object x", /^1:4 Unresolved tag/],
    ["a field whose name is a list", "? [a]\n: b", /^1:3 /],
    ["an alias without an anchor", "a: 1\nb: *x", /^2:4 the alias \*x has no anchor before it$/],
    ["an alias that holds itself", "a: &x\n  - *x", /^2:5 the alias \*x holds itself$/],
    ["nesting without end", "[".repeat(5000), /^1:\d+ it is nested too deeply$/],
    ["a text of more than a mebibyte", `a: ${"x".repeat(1024 * 1024)}`, /^1:1 the text is longer than 1 MiB$/],
    ["aliases by the hundred", `a: &x 1\nb: [${Array(101).fill("*x").join(", ")}]`, /^2:\d+ more than 100 aliases$/],
  ])("%s", (_, text, problem) => {
    expect(problemIn(text)).toMatch(problem);
  });

  test("a few lines of aliases that stand for billions of values", () => {
    const levels = ["b", "c", "d", "e", "f", "g", "h"].map(
      (name, i) => `${name}: &${name} [${Array(9).fill(`*${"abcdefg"[i]}`).join(", ")}]`,
    );
    const bomb = [`a: &a [${Array(9).fill("x").join(", ")}]`, ...levels].join("\n");
    expect(problemIn(bomb)).toBe("2:8 its aliases stand for too much");
  });
});

test("JSON is read too, tabs and all", () => {
  expect(readYaml('{\n\t"a": [1, true, null, "x"]\n}')).toMatchObject({ value: { a: [1, true, null, "x"] } });
});

test("an anchor may be used more than once", () => {
  expect(readYaml("a: &x {n: 1}\nb: *x\nc: *x")).toMatchObject({ value: { a: { n: 1 }, b: { n: 1 }, c: { n: 1 } } });
});

describe("where a field stands", () => {
  const text = [
    "# a comment first",
    "gpus:",
    "  min: 1",
    "  'max': 2",
    "list:",
    "  - a",
    "  - b: {c: 1}",
    "shared: &s {d: 1}",
    "again: *s",
  ];

  test.each([
    [["gpus"], "2:1"],
    [["gpus", "min"], "3:3"],
    [["gpus", "max"], "4:3"],
    [["list", "0"], "6:5"],
    [["list", "1", "b", "c"], "7:9"],
    [["again", "d"], "8:13"],
    [["gpus", "count"], "2:1"],
    [["list", "7"], "5:1"],
    [["gpus", "min", "x"], "3:3"],
    [["none"], "2:1"],
    [[], "2:1"],
  ])("%j is at %s", (path, place) => {
    const reading = readYaml(text.join("\n"));
    if (reading.problem !== null) throw new Error(reading.problem);
    const { line, column } = reading.locate(path);
    expect(`${line}:${column}`).toBe(place);
  });

  test("an empty text is at its beginning", () => {
    const reading = readYaml("");
    expect(reading.problem === null && [reading.value, reading.locate(["a"])]).toEqual([null, { line: 1, column: 1 }]);
  });
});
