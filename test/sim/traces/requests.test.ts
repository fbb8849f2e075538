import fc from "fast-check";
import { expect, test } from "vitest";
import { randomRequests } from "../../../src/sim/traces/random-requests.ts";
import { readRequests, requestsText } from "../../../src/sim/traces/requests.ts";

const read = (...lines: string[]) => readRequests("requests.csv", lines.join("\n"));
const faultsOf = (...lines: string[]): string => {
  try {
    read(...lines);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
};

test("each delay counts from the request before, and some are written in brackets", () => {
  expect(
    read("execution,0,tf,8,2.5,3", "# a remark", "", "execution,1,tf,2+4,[1.5],0,600\r", "update,0,tf,4,10,1"),
  ).toEqual([
    {
      kind: "execution",
      instance: "0",
      image: "tf",
      threads: { count: 8, interOp: null, intraOp: null },
      atSeconds: 2.5,
      priority: 3,
      durationSeconds: null,
      line: 1,
    },
    {
      kind: "execution",
      instance: "1",
      image: "tf",
      threads: { count: 6, interOp: 2, intraOp: 4 },
      atSeconds: 4,
      priority: 0,
      durationSeconds: 600,
      line: 4,
    },
    {
      kind: "update",
      instance: "0",
      threads: { count: 4, interOp: null, intraOp: null },
      atSeconds: 14,
      priority: 1,
      line: 5,
    },
  ]);
});

test.each([
  ["exceution,0,tf,8,0,0", '1:1: expected execution or update, found "exceution": did you mean execution?'],
  [
    "execution,0,tf,8,0",
    "1:1: expected 6 values or 7 (kind,instance,image,threads,delay,priority,duration_s), found 5",
  ],
  ["execution,,tf,8,0,0", "1:11: instance must not be empty"],
  ["execution,0,,8,0,0", "1:13: image must not be empty"],
  ["execution,0,tf,0,0,0", '1:16: threads must be a whole number of at least 1, not "0"'],
  ["execution,0,tf,8,-1,0", '1:18: delay must be a number of at least 0, not "-1"'],
  ["execution,0,tf,8,0,high", '1:20: priority must be a whole number of at least 0, not "high"'],
  ["execution,0,tf,8,0,0,long", '1:22: duration_s must be a number of at least 0, not "long"'],
  ['execution,0,"tf,8,0,0', "1:13: the quote that begins here has no end"],
  ["update,7,tf,8,0,0", "1:8: no line above starts instance 7"],
  ["", "1:1: expected requests: kind,instance,image,threads,delay,priority,duration_s"],
])("%j is refused with its place: %s", (line, problem) => {
  expect(faultsOf(line)).toBe(`requests.csv:${problem}`);
});

test("an instance is started once, an update has no duration, and all faults are told at once", () => {
  const start = "execution,0,tf,8,0,0";
  expect(faultsOf(start, start, "update,0,tf,8,0,0,60")).toBe(
    "requests.csv:2:11: line 1 starts instance 0 already; requests.csv:3:19: an update has no duration: a program's work stays what it is",
  );
});

test("what is written reads as what was drawn", () => {
  fc.assert(
    fc.property(
      fc.record({
        count: fc.integer({ min: 1, max: 30 }),
        gap: fc.integer({ min: 0, max: 100 }),
        deviation: fc.integer({ min: 0, max: 100 }),
        updates: fc.double({ min: 0, max: 1, noNaN: true }),
        seed: fc.nat(),
      }),
      ({ count, gap, deviation, updates, seed }) => {
        const text = `count=${count},gap=${gap},deviation=${deviation},updates=${updates.toFixed(3)},threads=2-8`;
        const drawn = randomRequests(text, seed);
        expect(readRequests("requests.csv", requestsText(drawn))).toEqual(
          drawn.map((each) => ({ ...each, atSeconds: expect.closeTo(each.atSeconds, 6) })),
        );
        expect(randomRequests(text, seed)).toEqual(drawn);
        const starts = drawn.filter(({ kind }) => kind === "execution");
        expect(starts).toHaveLength(count);
        for (const { threads } of drawn) expect([2, 3, 4, 5, 6, 7, 8]).toContain(threads.count);
      },
    ),
    { numRuns: 50 },
  );
});

test.each([
  ["coutn=3", 'found "coutn=3": did you mean count?'],
  ["count=0", 'count must be a whole number from 1 to 1000000, not "0"'],
  ["threads=8-2", 'threads must be LEAST-MOST, not "8-2"'],
  ["updates=2", 'updates must be a number from 0 to 1, not "2"'],
  ["image=a b", 'image must be the name of an image, not "a b"'],
])("random:%s is refused: %s", (text, problem) => {
  expect(() => randomRequests(text, 1)).toThrow(problem);
});
