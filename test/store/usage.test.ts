import { appendFileSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { UsageHistory } from "../../src/store/usage/history.ts";
import { merged, type UsageSample } from "../../src/store/usage/sample.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BEGIN = 1_800_000_000_000;

let folder: string;
let history: UsageHistory;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "usage-"));
  history = new UsageHistory(folder);
});

/** The n-th span of ten seconds; one GPU that is busier each time. */
const sample = (n: number, more: Partial<UsageSample> = {}): UsageSample => ({
  at: BEGIN + (n + 1) * 10 * SECOND,
  millis: 10 * SECOND,
  cores: { total: 8, granted: n % 8, used: null },
  memoryMiB: { total: 1024, granted: 512, used: 100 },
  gpus: [
    { gpu: "a/0", utilisationPercent: n % 100, memoryUsedMiB: 7, temperatureC: null, job: `job-${n % 2}`, held: 1 },
  ],
  jobs: [{ job: "job-1", cores: 0.5, memoryMiB: 100 }],
  ...more,
});
const fill = async (from: number, to: number): Promise<void> => {
  for (let n = from; n < to; n++) await history.add("alpha", sample(n));
};

describe("one sample in place of several", () => {
  test("weighs by time, leaves out what is not known, and names the longest holder", () => {
    const one = sample(0, { millis: 30 * SECOND });
    const two = sample(4, { millis: 10 * SECOND, cores: { total: 8, granted: 4, used: 2 } });
    const third = { ...sample(1).gpus[0]!, utilisationPercent: null, job: "job-9", held: 0.5 };
    const three = sample(1, { millis: 10 * SECOND, gpus: [third], jobs: [] });
    expect(merged([one, two, three])).toMatchObject({
      at: three.at,
      millis: 50 * SECOND,
      cores: { total: 8, granted: (0 * 30 + 4 * 10 + 1 * 10) / 50, used: 2 },
      gpus: [
        { gpu: "a/0", utilisationPercent: (0 * 30 + 4 * 10) / 40, temperatureC: null, job: "job-0", held: 45 / 50 },
      ],
      jobs: [{ job: "job-1", cores: 0.5 }],
    });
  });
});

describe("the history of usage", () => {
  test("is thinned by the minute and by ten minutes, and keeps what it means", async () => {
    await fill(0, 2 * 6 * 60); // two hours
    const end = BEGIN + 2 * HOUR;
    const means = [10 * SECOND, MINUTE, 10 * MINUTE].map(async (step) => {
      const samples = await history.read("alpha", BEGIN, end, step);
      expect(samples.reduce((sum, { millis }) => sum + millis, 0)).toBe(2 * HOUR); // no gap, nothing twice
      return merged(samples).cores.granted;
    });
    for (const mean of await Promise.all(means)) expect(mean).toBeCloseTo(3.5, 2);
    const coarse = await history.read("alpha", BEGIN, end - 10 * MINUTE, 10 * MINUTE);
    expect(coarse.map(({ millis }) => millis)).toEqual(Array(11).fill(10 * MINUTE));
  });

  test("is the same over a restart, and a line that a crash cut short costs that one sample", async () => {
    await fill(0, 9);
    const [name = ""] = readdirSync(join(folder, "alpha", "fine"));
    appendFileSync(join(folder, "alpha", "fine", name), "\n[1800000100000,100");
    history = new UsageHistory(folder);
    await fill(10, 20);
    const found = await history.fine("alpha", 0, Number.POSITIVE_INFINITY);
    expect(found.map(({ at }) => (at - BEGIN) / SECOND / 10 - 1)).toEqual([
      ...Array(9).keys(),
      ...Array.from({ length: 10 }, (_, i) => i + 10),
    ]);
    const minutes = await history.read("alpha", BEGIN, BEGIN + 3 * MINUTE, MINUTE);
    expect(minutes.slice(0, 2).map(({ millis }) => millis)).toEqual([MINUTE, 50 * SECOND]);
  });

  test("stays within bounds: fine for an hour, by the minute for a day, by ten minutes for 30 days", async () => {
    await history.add("gone", sample(0));
    const spans = [0, 12 * HOUR, 25 * HOUR, 29 * DAY, 31 * DAY];
    for (const span of spans) await fill(span / (10 * SECOND), span / (10 * SECOND) + 70);
    const now = BEGIN + 31 * DAY + 700 * SECOND;
    await history.prune(now);
    expect(readdirSync(folder)).toEqual(["alpha"]); // a server that is gone leaves nothing for ever
    const ages = async (step: number): Promise<number[]> =>
      (await history.read("alpha", BEGIN - DAY, now, step)).map(({ at }) => (now - at) / DAY);
    expect(Math.max(...(await ages(10 * MINUTE)))).toBeLessThan(33);
    expect(Math.max(...(await ages(10 * MINUTE)))).toBeGreaterThan(29);
    const fine = await history.fine("alpha", 0, now);
    expect(Math.min(...fine.map(({ at }) => at))).toBeGreaterThan(now - HOUR - 20 * MINUTE);
  });

  test("rejects when it cannot be written, and goes on when it can", async () => {
    const blocked = new UsageHistory("/dev/null/usage");
    await expect(blocked.add("alpha", sample(0))).rejects.toThrow(/ENOTDIR|EEXIST/);
    await history.add("alpha", sample(1));
    expect(await history.fine("alpha", 0, Number.POSITIVE_INFINITY)).toHaveLength(1);
  });
});
