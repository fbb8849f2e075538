import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OutputReader } from "../../../src/drivers/docker/output/output.ts";
import type { Output, OutputStream } from "../../../src/drivers/driver.ts";

const second = (s: number, nanos = 0): string => `2026-11-21T09:20:0${s}.${String(nanos).padStart(9, "0")}Z`;

function frame(stream: OutputStream, time: string, text: string): Buffer {
  const data = Buffer.from(`${time} ${text}`);
  const header = Buffer.alloc(8);
  header[0] = stream === "stdout" ? 1 : 2;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

const texts = (outputs: readonly Output[]) => outputs.map(({ stream, text }) => `${stream}: ${text}`);

const log = [
  frame("stdout", second(1), "a\n"),
  frame("stdout", second(1), "b\n"),
  frame("stderr", second(1, 5), "warn\n"),
  frame("stdout", second(2), "c\n"),
  frame("stdout", second(2), "d, the last, without end"),
];

test("frames may be cut anywhere", () => {
  const whole = Buffer.concat(log);
  for (const size of [1, 7, 8, 9, 40]) {
    const reader = new OutputReader({});
    const outputs: Output[] = [];
    for (let at = 0; at < whole.length; at += size) outputs.push(...reader.push(whole.subarray(at, at + size)));
    outputs.push(...reader.end());
    expect(texts(outputs)).toEqual([
      "stdout: a",
      "stdout: b",
      "stderr: warn",
      "stdout: c",
      "stdout: d, the last, without end",
    ]);
  }
});

test("reading on skips exactly what was pushed, wherever the stream had broken off", () => {
  for (let cut = 0; cut <= log.length; cut++) {
    const reader = new OutputReader({});
    const before = log.slice(0, cut).flatMap((each) => reader.push(each));
    reader.readOn();
    const after = [...log.flatMap((each) => reader.push(each)), ...reader.end()];
    expect(texts([...before, ...after]).sort()).toEqual([
      "stderr: warn",
      "stdout: a",
      "stdout: b",
      "stdout: c",
      "stdout: d, the last, without end",
    ]);
  }
});

test("reading on begins early enough for an output that came late", () => {
  const reader = new OutputReader({});
  expect(reader.since).toBe("0");
  reader.push(frame("stdout", "2026-11-21T09:20:30.000000001Z", "x\n"));
  reader.readOn();
  expect(reader.since).toBe(`${Date.parse("2026-11-21T09:20:20Z") / 1000}.000000001`);
  expect(texts(reader.push(frame("stderr", "2026-11-21T09:20:29.9Z", "late\n")))).toEqual(["stderr: late"]);
});

test("a place to resume from is asked for by the earlier of both streams, and early enough for a clock that is set back", () => {
  const places = log.slice(0, 4).flatMap((each) => new OutputReader({}).push(each));
  const [stdout, , stderr] = places.map((output) => (output.kind === "line" ? output.position : ""));
  const { since } = new OutputReader({ stdout, stderr });
  expect(since).toBe(`${Date.parse(second(1)) / 1000 - 60}.000000000`);
});

describe("a reader that is cut off anywhere, and taken up anywhere", () => {
  const START = Date.parse("2026-11-21T09:20:00Z") / 1000;
  const stampOf = (nanos: number): string =>
    `${new Date((START + Math.floor(nanos / 1e9)) * 1000).toISOString().slice(0, 19)}.${String(nanos % 1e9).padStart(9, "0")}Z`;

  interface LogEntry {
    readonly stream: OutputStream;
    readonly nanos: number;
    readonly text: string;
  }

  /** An engine's log as it lies there; `setBack` lets its clock go back now and then. */
  const logs = (setBack: boolean): fc.Arbitrary<LogEntry[]> =>
    fc
      .array(
        fc.record({
          stream: fc.constantFrom<OutputStream>("stdout", "stderr"),
          step: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 3e9 }), fc.integer({ min: 1, max: 9e11 })),
          back: fc.nat(19).map((n) => setBack && n === 0),
          text: fc.oneof(
            fc.constant("\n"),
            fc.constant("part"),
            fc.string({ unit: "grapheme", maxLength: 8 }).map((t) => `${t}\n`),
          ),
        }),
        { maxLength: 40 },
      )
      .map((steps) => {
        let now = 5_000e9;
        return steps.map(({ stream, step, back, text }) => {
          now = back ? now - 3e9 : now + step;
          return { stream, nanos: now, text };
        });
      });

  /** What the engine sends from `since` on: by the times of the lines, in the order of its log. */
  const sent = (log: readonly LogEntry[], since: string): Buffer[] =>
    log
      .filter(({ nanos }) => since === "0" || START + nanos / 1e9 >= Number(since) - 1e-6)
      .map(({ stream, nanos, text }) => frame(stream, stampOf(nanos), text));

  /** Where its clock goes back, the other output is silent, and so far behind that it was not asked for. */
  const backAndSilent: LogEntry[] = [
    { stream: "stdout", nanos: 4_997e9, text: "part" },
    { stream: "stdout", nanos: 4_997e9 + 1, text: "\n" },
    { stream: "stderr", nanos: 5_657e9 + 5_000, text: "\n" },
    { stream: "stderr", nanos: 5_654e9 + 5_000, text: "part" },
    { stream: "stdout", nanos: 5_651e9 + 5_000, text: "part" },
  ];

  test.each([
    ["", false],
    [", though the engine's clock was set back", true],
  ])("gives every line once and in order%s", (_, setBack) => {
    fc.assert(
      fc.property(logs(setBack), fc.array(fc.nat(60), { maxLength: 5 }), (log, cuts) => {
        const kept: Output[] = [];
        const positions: Partial<Record<OutputStream, string>> = {};
        const keep = (outputs: readonly Output[]): void => {
          for (const output of outputs) {
            if (output.kind !== "line") continue;
            kept.push(output);
            positions[output.stream] = output.position;
          }
        };
        // Each life sees the log as long as it is by then, and dies after some frames.
        for (const cut of cuts.sort((a, b) => a - b)) {
          const reader = new OutputReader(positions);
          for (const each of sent(log.slice(0, cut), reader.since)) keep(reader.push(each));
        }
        const last = new OutputReader(positions);
        const all = sent(log, last.since);
        for (const each of all.slice(0, all.length - 1)) keep(last.push(each)); // the last frame is missed by whoever follows
        last.readOn();
        for (const each of sent(log, last.since)) keep(last.push(each));
        keep(last.end());
        for (const stream of ["stdout", "stderr"] as const) {
          const whole = log.filter((one) => one.stream === stream).map(({ text }) => text);
          const lines = whole.join("").split("\n");
          if (lines.at(-1) === "") lines.pop();
          expect(kept.filter((output) => output.stream === stream).map(({ text }) => text)).toEqual(lines);
        }
      }),
      { numRuns: 500, examples: [[backAndSilent, [3]]] },
    );
  });
});
