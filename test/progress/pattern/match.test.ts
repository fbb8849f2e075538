import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { match } from "../../../src/progress/pattern/match.ts";
import { PatternFault, parse } from "../../../src/progress/pattern/parse.ts";
import { compile, type Program } from "../../../src/progress/pattern/program.ts";

const ENOUGH = 1_000_000;
const run = (pattern: string, text: string, maxSteps = ENOUGH) => match(compile(parse(pattern)), text, maxSteps);

const anyAssert = fc.constantFrom("^", "$", "\\b", "\\B");
const anyChar = fc.constantFrom(
  ...["a", "b", "1", " ", "é", ".", "\\d", "\\w", "\\s", "\\x61", "\\u00e9", "\\.", "\\-", "{", "]"],
  ...["[ab]", "[^a1]", "[\\]\\d-]", "[^]"],
);
const anyQuantifier = fc.constantFrom("", "", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,}", "{0,2}", "{1,3}?");
const { body: anyBody } = fc.letrec<{ body: string; part: string }>((tie) => ({
  body: fc
    .array(fc.array(tie("part"), { maxLength: 4 }), { minLength: 1, maxLength: 3 })
    .map((options) => options.map((parts) => parts.join("")).join("|")),
  part: fc.oneof(
    { maxDepth: 3 },
    anyAssert,
    fc.tuple(anyChar, anyQuantifier).map(([char, quantifier]) => char + quantifier),
    fc.tuple(tie("body"), fc.constantFrom("(?:", "("), anyQuantifier).map(([body, open, q]) => `${open}${body})${q}`),
  ),
}));
const anyPattern = fc
  .tuple(anyBody, anyBody, anyBody, fc.constantFrom("", "?"))
  .map(([before, group, after, optional]) => `(?:${before})(?<g>${group})${optional}(?:${after})`);
const anyText = fc
  .array(fc.constantFrom(..."aab11 é.-]{\n".split("")), { maxLength: 12 })
  .map((chars) => chars.join(""));

/** Null for one that is refused because it is too large. */
function compiled(pattern: string): Program | null {
  try {
    return compile(parse(pattern));
  } catch (error) {
    if (error instanceof PatternFault && /too large/.test(error.message)) return null;
    throw error;
  }
}

describe("matching", () => {
  it("agrees with JavaScript's own expressions on any pattern and text", () => {
    fc.assert(
      fc.property(anyPattern, anyText, (pattern, text) => {
        const found = new RegExp(pattern).exec(text);
        const program = compiled(pattern);
        fc.pre(program !== null);
        const { groups } = match(program, text, 5_000);
        fc.pre(groups !== "cut off");
        const { g } = found?.groups ?? {};
        expect(groups).toEqual(found && (g === undefined ? {} : { g }));
      }),
      { numRuns: 2000 },
    );
  });

  it("stops after the steps it may take, even where JavaScript would take for ever", () => {
    const { groups, steps } = run("(?:a+)+(?<g>b)", "a".repeat(4096));
    expect(groups).toBe("cut off");
    expect(steps).toBe(ENOUGH + 1);
  });

  it("a loop around nothing ends", () => {
    expect(run("(?:a*)*(?<g>b)", "aab").groups).toEqual({ g: "b" });
    expect(run("(?:(?:){1000000000}){1000000000}(?<g>b)", "b").groups).toEqual({ g: "b" });
  });
});

describe("parsing", () => {
  it.each([
    ["(?<a>x", /Invalid regular expression/],
    ["(?<a>x)\\1", /back-references/],
    ["(?<a>x)\\k<a>", /back-references/],
    ["(?=x)(?<a>x)", /lookahead/],
    ["(?!x)(?<a>x)", /lookahead/],
    ["(?<=x)(?<a>x)", /lookbehind/],
    ["(?<!x)(?<a>x)", /lookbehind/],
  ])("refuses %s", (pattern, reason) => {
    expect(() => parse(pattern)).toThrow(PatternFault);
    expect(() => parse(pattern)).toThrow(reason);
  });

  it("a program that repeat counts blow up is refused instead of built", () => {
    expect(() => compile(parse("(?:(?:a{100}){100}){100}(?<g>b)"))).toThrow("too large");
    expect(() => compile(parse("(?<g>b)a{0,999999999}"))).toThrow("too large");
  });
});
