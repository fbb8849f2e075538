import { expect, test } from "vitest";
import { OutputReader } from "../../../src/drivers/docker/output.ts";
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

test("a place to resume from is asked for by the earlier of both streams", () => {
  const places = log.slice(0, 4).flatMap((each) => new OutputReader({}).push(each));
  const [stdout, , stderr] = places.map((output) => (output.kind === "line" ? output.position : ""));
  const { since } = new OutputReader({ stdout, stderr });
  expect(since).toBe(`${Date.parse(second(1)) / 1000}.000000000`);
});
