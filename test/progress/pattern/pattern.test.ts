import { describe, expect, it } from "vitest";
import { checkPattern, createRecogniser } from "../../../src/progress/index.ts";

describe("checkPattern", () => {
  it.each([
    "epoch (?<epoch>\\d+) of (?<epochs>\\d+)",
    "^\\[(?<step>\\d+)/(?<steps>\\d+)\\].*loss (?<loss>[\\d.e+-]+)",
    "(?:step (?<step>\\d+))?, acc=(?<acc>\\S+)$",
    "(?:ab|cd)+(?<loss>\\d)",
    "(?:\\d{4}-){2}(?<epoch>\\d+)",
  ])("accepts %s", (pattern) => {
    expect(checkPattern(pattern)).toBeNull();
  });

  it.each([
    ["epoch (?<epoch>", /Invalid regular expression/],
    ["epoch (\\d+)", /no named group/],
    ["", /no named group/],
    ["(?:\\w+)+(?<loss>x)", /repeat within a repeat/],
    ["(?:a*,?)*(?<loss>x)", /repeat within a repeat/],
    ["(?:(?:a+){2})+(?<loss>x)", /repeat within a repeat/],
    ["(?:a|a)*(?<loss>x)", /same character/],
    ["(?:\\w|\\d)+(?<loss>x)", /same character/],
    ["(?:a|)+(?<loss>x)", /same character/],
    ["(?:(?:x|ab|a)c)+(?<loss>x)", /same character/],
    ["(?:a?b|b)+(?<loss>x)", /same character/],
    ["(?<step>\\d+){2}", /repeated/],
    ["(?<a>\\d)\\1", /back-references/],
    ["(?<=x)(?<a>\\d)", /lookbehind/],
    [`(?<a>${"x".repeat(1000)})`, /longer than/],
    ["(?<a>x{5000})", /too large/],
  ])("refuses %s and says why", (pattern, reason) => {
    expect(checkPattern(pattern)).toMatch(reason);
  });

  it("ends on the most tangled pattern that fits", () => {
    expect(checkPattern(`(?:${"(?:x|y".repeat(120)}${")".repeat(120)})*(?<a>z)`)).toBeNull();
  });
});

describe("a run's own pattern", () => {
  it("known groups are fields and others are metrics", () => {
    const { read } = createRecogniser({
      pattern:
        "ep (?<epoch>\\d+)/(?<epochs>\\d+) it (?<step>\\d+)/(?<steps>\\d+) l (?<loss>\\S+) (?<samples_per_s>\\d+)/s",
    });
    expect(read("ep 1/2 it 3/4 l 0.5 600/s")).toEqual({
      epoch: 1,
      epochs: 2,
      step: 3,
      steps: 4,
      samplesPerSecond: 600,
      metrics: { loss: 0.5 },
    });
  });

  it("only it and the JSON line count", () => {
    const { read } = createRecogniser({ pattern: "E(?<epoch>\\d+)" });
    expect(read("epoch=3 loss=0.4")).toBeNull();
    expect(read("E7")).toEqual({ epoch: 7 });
    expect(read('{"schedulearn": {"epoch": 9}}')).toEqual({ epoch: 9 });
  });

  it("what a group holds must be a finite number", () => {
    const { read } = createRecogniser({ pattern: "e=(?<epoch>\\S+) l=(?<loss>\\S+)" });
    expect(read("e=-1 l=nan")).toBeNull();
    expect(read("e=2 l=1e400")).toEqual({ epoch: 2 });
    expect(read("e=0x10 l=Infinity")).toBeNull();
  });

  it("sees the first 4,096 characters of a line", () => {
    const { read } = createRecogniser({ pattern: "E(?<epoch>\\d+)" });
    expect(read(`${" .".repeat(2000)}E1`)).toEqual({ epoch: 1 });
    expect(read(`${".".repeat(4096)}E1`)).toBeNull();
  });

  it("a line it would take too long on tells nothing and uses up what was saved; quiet lines save anew", () => {
    const slow = "[^5]*[^5]*[^5]*!(?<loss>\\d)";
    expect(checkPattern(slow)).toBeNull();
    const { read } = createRecogniser({ pattern: slow });
    const hard = `${"a".repeat(20)}5!7`; // some 47,000 steps
    expect(read(hard)).toEqual({ metrics: { loss: 7 } });
    expect(read("a".repeat(4096))).toBeNull();
    expect(read(hard)).toBeNull();
    for (let i = 0; i < 20; i++) read("quiet");
    expect(read(hard)).toEqual({ metrics: { loss: 7 } });
  });

  it("one that checkPattern refuses makes no recogniser", () => {
    expect(() => createRecogniser({ pattern: "no group" })).toThrow("no named group");
  });
});
