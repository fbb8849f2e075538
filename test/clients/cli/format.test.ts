import { expect, test } from "vitest";
import {
  formatAge,
  formatBytes,
  formatMiB,
  formatProgress,
  formatSeconds,
  formatShare,
} from "../../../clients/cli/format.ts";

test.each([
  [0.04, "0.0s"],
  [59.94, "59.9s"],
  [59.96, "1m 00s"],
  [185, "3m 05s"],
  [7800, "2h 10m"],
  [273_600, "3d 4h"],
  [null, "-"],
])("%s seconds are %s", (seconds, words) => expect(formatSeconds(seconds)).toBe(words));

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1.0 KiB"],
  [3_565_158, "3.4 MiB"],
  [2 ** 50, "1024.0 TiB"],
  [null, "-"],
])("%s bytes are %s", (bytes, words) => expect(formatBytes(bytes)).toBe(words));

test("memory is told in the unit that fits", () => expect(formatMiB(16_000)).toBe("15.6 GiB"));

test("an age is one number", () => {
  const now = Date.parse("2030-01-02T00:00:00Z");
  expect(
    ["2030-01-01T23:59:18Z", "2030-01-01T23:01:00Z", "2030-01-01T00:00:00Z"].map((at) => formatAge(at, now)),
  ).toEqual(["42s", "59m", "1d"]);
});

test("progress names what is known, and only that", () => {
  const nothing = {
    epoch: null,
    epochs: null,
    step: null,
    steps: null,
    fraction: null,
    samplesPerSecond: null,
    metrics: null,
  };
  expect(formatProgress({ ...nothing, epoch: 2, epochs: 5, step: 12, metrics: { loss: 0.412345 } })).toBe(
    "epoch 2/5, step 12, loss=0.4123",
  );
  expect(formatProgress({ ...nothing, samplesPerSecond: 812.54 })).toBe("812.5 samples/s");
  expect(formatShare({ ...nothing, fraction: 0.999 })).toBe("99%");
  expect(formatShare({ ...nothing, epoch: 3 })).toBe("epoch 3");
  expect(formatShare(null)).toBe("-");
});
