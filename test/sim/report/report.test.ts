import { expect, test } from "vitest";
import { metricsOf } from "../../../src/sim/metrics.ts";
import { renderReport } from "../../../src/sim/report/index.ts";
import { pageDataOf } from "../../../src/sim/report/report.ts";
import { aLargeRun, aReport, manyRows, recorded } from "./recorded.ts";

const scene = { cluster: "2x2", rows: ["a,0,2,100,ann,vgg", "b,10,4,50,bob,vgg", "c,20,2,30,ann,lstm"] };
const MIB = 2 ** 20;

test("the same runs give the same page, byte for byte", () => {
  const render = (): string => renderReport(aReport(["fifo", "tiresias"].map((policy) => recorded(policy, scene))));
  expect(render()).toBe(render());
});

test("a page asks for nothing from elsewhere", () => {
  const html = renderReport(aReport([recorded("fifo", scene)]));
  expect(html).toContain("default-src 'none'");
  expect(html.match(/(?:src|href)="(?!data:)[^"]*"/g)).toBeNull();
});

test("no name ends the element that holds the data", () => {
  const name = "</script><script>alert(1)</script><!--";
  const run = recorded("fifo", scene);
  const results = run.results.map((result) => ({ ...result, name, user: name, type: name }));
  const html = renderReport(
    aReport([{ ...run, name, results }], { title: name, command: name, settings: [[name, name]] }),
  );
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html).not.toContain("alert(1)<");
  const [, data] = /id="data">(.*?)<\/script>/s.exec(html) as unknown as [string, string];
  expect(JSON.parse(data).title).toBe(name);
});

test("distributions count every job that ended, at the place where it did", () => {
  const { jct } = pageDataOf(aReport([recorded("fifo", scene)]));
  // fifo, one at a time: 100, 140 and 160 s
  expect([jct.x[0], jct.x.at(-1)]).toEqual([100, 160]);
  const at = (seconds: number): number => jct.parts[0]![jct.x.findLastIndex((x) => x <= seconds)]!;
  expect([at(100), at(139), at(143), at(159), at(160)]).toEqual([1 / 3, 1 / 3, 2 / 3, 2 / 3, 1]);
});

test("groups tell the mean of their own jobs, for each policy", () => {
  const runs = ["fifo", "srtf"].map((policy) => recorded(policy, scene));
  const { waitingBySize, slowdownByUser } = pageDataOf(aReport(runs));
  expect(waitingBySize.map(({ name, jobs }) => [name, jobs])).toEqual([
    ["2", 2],
    ["3–4", 1],
  ]);
  expect(waitingBySize.map(({ means }) => means[0])).toEqual([(0 + 130) / 2, 90]);
  expect(slowdownByUser.map(({ name, jobs }) => [name, jobs])).toEqual([
    ["ann", 2],
    ["bob", 1],
  ]);
  expect(slowdownByUser[0]!.means[0]).toBeCloseTo((1 + 160 / 30) / 2);
  for (const { means } of [...waitingBySize, ...slowdownByUser]) expect(means).toHaveLength(2);
});

test("users with few jobs are told of together", () => {
  const rows = manyRows(60).map((row, i) => row.replace(/user-\d/, `user-${i % 20}`));
  const run = recorded("fifo", { cluster: "2x4", rows });
  const groups = pageDataOf(aReport([run])).slowdownByUser;
  expect(groups.map(({ name }) => name).slice(-2)).toEqual(["user-18", "9 others"]);
  expect(groups).toHaveLength(12);
  expect(groups.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(60);
  const mean = groups.reduce((sum, { jobs, means }) => sum + jobs * means[0]!, 0) / 60;
  expect(mean).toBeCloseTo(run.metrics.meanSlowdown);
});

test("courses of runs of any length are drawn over the same times", () => {
  const runs = ["fifo", "round-robin"].map((policy) => recorded(policy, { cluster: "1x8", rows: manyRows(50) }));
  const { runs: drawn } = pageDataOf(aReport(runs));
  expect(new Set(drawn.map(({ course }) => course.binSeconds)).size).toBe(1);
  for (const [i, { course }] of drawn.entries()) {
    const { begin, end } = runs[i]!.recording;
    expect(course.waiting).toHaveLength(Math.ceil((end - begin) / 1000 / course.binSeconds));
    const last = course.training.length - 1;
    const seconds = course.training.map((value, bin) =>
      bin < last ? value * course.binSeconds : value * ((end - begin) / 1000 - last * course.binSeconds),
    );
    const expected = runs[i]!.results.reduce((sum, { gpuMillis }) => sum + gpuMillis / 1000, 0);
    expect(seconds.reduce((a, b) => a + b, 0) / expected).toBeCloseTo(1, 3);
  }
});

test("five policies over 20,000 jobs fit into 3 MiB", () => {
  const runs = ["one", "two", "three", "four", "five"].map((name) => aLargeRun(name, 20_000));
  const report = aReport(runs);
  expect(Buffer.byteLength(renderReport(report))).toBeLessThan(3 * MIB);
  const { runs: drawn } = pageDataOf(report);
  for (const { chart, jobs, jobsLeftOut } of drawn) {
    expect(chart.stretches.length + chart.leftOut).toBe(8_000 + 60_000);
    expect(jobs.length + jobsLeftOut).toBe(20_000);
    expect(chart.stretches.every(([, , , , job]) => jobs[job] !== undefined)).toBe(true);
  }
});

test("a run in which no job ended has no times", () => {
  const run = recorded("fifo", scene);
  const results = run.results.map((result) => ({ ...result, endedAt: null }));
  const metrics = metricsOf(results, { gpus: 4, cores: 0, fragmentedGpuMillis: 0 });
  const { jct, waitingBySize } = pageDataOf(aReport([{ ...run, results, metrics }]));
  expect(jct).toEqual({ x: [], parts: [[]] });
  expect(waitingBySize.map(({ means }) => means)).toEqual([[null], [null]]);
});
