import { describe, expect, it } from "vitest";
import type { Event } from "../../../../clients/sdk/index.ts";
import { ProgressCurves, type Update } from "../../../../clients/web/job/metrics/series.ts";
import { spansOf } from "../../../../clients/web/job/timeline/model.ts";

const T0 = Date.parse("2026-03-01T12:00:00Z");
const event = (second: number, type: string, body: Record<string, unknown> = {}): Event =>
  ({
    at: new Date(T0 + second * 1000).toISOString(),
    type,
    body,
    summary: type,
    cursor: String(second),
    jobId: "job-1",
    serverId: null,
  }) as Event;
const on = (server: string, gpus = 1) => [
  { server, gpus: Array.from({ length: gpus }, (_, i) => `g${i}`), cores: [0] },
];
const told = (events: Event[], end: Parameters<typeof spansOf>[1] = null): string[] =>
  spansOf(events, end).map(
    ({ kind, phase, attempt, servers, gpus, from, to }) =>
      `${(from - T0) / 1000}-${to === null ? "" : (to - T0) / 1000} ${phase ?? kind} ${attempt}${servers.length > 0 ? ` ${servers.join()} ${gpus}` : ""}`,
  );

describe("the timeline of a job", () => {
  it("tells waiting, each part of starting, running and the end", () => {
    const events = [
      event(0, "JobSubmitted"),
      event(5, "JobPlaced", { attempt: 1, on: on("alpha", 2) }),
      event(6, "RunPreparing", { attempt: 1, phase: "pulling" }),
      event(9, "RunPreparing", { attempt: 1, phase: "pulling", fraction: 0.5 }),
      event(12, "RunPreparing", { attempt: 1, phase: "creating" }),
      event(13, "RunStarted", { attempt: 1 }),
      event(60, "RunExited", { attempt: 1, outcome: { kind: "succeeded" } }),
    ];
    expect(told(events, { kind: "completed", at: T0 + 60_000 })).toEqual([
      "0-5 pending 0",
      "5-6 creating 1 alpha 2",
      "6-12 pulling 1 alpha 2",
      "12-13 creating 1 alpha 2",
      "13-60 running 1 alpha 2",
      "60- completed 1 alpha 2",
    ]);
  });

  it("follows a move to its target, and back when that fails", () => {
    const begin = [
      event(0, "JobSubmitted"),
      event(0, "JobPlaced", { attempt: 1, on: on("alpha") }),
      event(1, "RunStarted", { attempt: 1 }),
      event(10, "JobMigrated", { to: on("beta") }),
      event(12, "RunPrepared", { attempt: 2 }),
      event(14, "RunExited", { attempt: 1, outcome: { kind: "stopped" } }),
    ];
    expect(told([...begin, event(20, "RunStarted", { attempt: 2 })])).toEqual([
      "0-1 creating 1 alpha 1",
      "1-10 running 1 alpha 1",
      "10-14 migrating 1 alpha 1",
      "14-20 creating 2 beta 1",
      "20- running 2 beta 1",
    ]);
    const failed = event(16, "RunExited", { attempt: 2, outcome: { kind: "failed", cause: { message: "no" } } });
    expect(told([...begin, failed]).slice(-2)).toEqual(["14-16 creating 2 beta 1", "16- creating 3 alpha 1"]);
    const unprepared = event(11, "RunExited", { attempt: 2, outcome: { kind: "failed", cause: { message: "no" } } });
    expect(told([...begin.slice(0, 4), unprepared]).slice(-1)).toEqual(["11- running 1 alpha 1"]);
  });

  it("tells preemptions, pauses, holds, sizes, cancellations, and tries after a failure", () => {
    expect(
      told(
        [
          event(0, "JobSubmitted"),
          event(1, "JobPaused", { by: "user" }),
          event(3, "JobResumed", { on: null }),
          event(4, "JobPlaced", { attempt: 1, on: on("alpha") }),
          event(5, "RunStarted", { attempt: 1 }),
          event(6, "JobResized", { live: true, to: on("alpha", 3) }),
          event(8, "JobPaused", { by: "user" }),
          event(9, "JobResumed", { on: null }),
          event(10, "JobPreempted"),
          event(12, "RunExited", { attempt: 1, outcome: { kind: "stopped" } }),
          event(20, "JobPlaced", { attempt: 2, on: on("beta") }),
          event(21, "RunStarted", { attempt: 2 }),
          event(25, "RunExited", { attempt: 2, outcome: { kind: "failed", cause: { message: "exit 1" } } }),
          event(27, "JobPlaced", { attempt: 3, on: on("beta") }),
          event(28, "RunStarted", { attempt: 3 }),
          event(30, "JobCancelled"),
          event(33, "RunExited", { attempt: 3, outcome: { kind: "stopped" } }),
        ],
        { kind: "cancelled", at: T0 + 33_000 },
      ),
    ).toEqual([
      "0-1 pending 0",
      "1-3 held 0",
      "3-4 pending 0",
      "4-5 creating 1 alpha 1",
      "5-6 running 1 alpha 1",
      "6-8 running 1 alpha 3",
      "8-9 paused 1 alpha 3",
      "9-10 running 1 alpha 3",
      "10-12 preempting 1 alpha 3",
      "12-20 pending 1",
      "20-21 creating 2 beta 1",
      "21-25 running 2 beta 1",
      "25-27 pending 2",
      "27-28 creating 3 beta 1",
      "28-30 running 3 beta 1",
      "30-33 cancelling 3 beta 1",
      "33- cancelled 3 beta 1",
    ]);
  });

  it("ends as the job says where its last run failed for good", () => {
    const events = [
      event(0, "JobSubmitted"),
      event(1, "JobPlaced", { attempt: 1, on: on("alpha") }),
      event(2, "RunStarted", { attempt: 1 }),
      event(5, "RunExited", { attempt: 1, outcome: { kind: "failed", cause: { message: "exit 1" } } }),
    ];
    expect(told(events, { kind: "failed", at: T0 + 5_000 }).slice(-2)).toEqual([
      "2-5 running 1 alpha 1",
      "5- failed 1",
    ]);
  });
});

describe("the curves of a job", () => {
  const update = (
    second: number,
    attempt: number,
    metrics: Record<string, number>,
    fraction: number | null = null,
  ): Update => ({
    cursor: String(second),
    attempt,
    progress: {
      epoch: null,
      epochs: null,
      step: null,
      steps: null,
      samplesPerSecond: null,
      fraction,
      metrics,
      at: new Date(T0 + second * 1000).toISOString(),
    },
  });

  it("are of all figures it ever told, each with a value or a gap at each time, and apart between runs", () => {
    const curves = new ProgressCurves();
    for (const each of [
      update(0, 1, { loss: 3 }, 0.1),
      update(1, 1, { loss: 2, acc: 0.5 }),
      update(9, 2, { loss: 2.5 }),
    ])
      curves.add(each);
    const { times, series } = curves.curves();
    expect(times.map((at) => at - T0 / 1000)).toEqual([0, 1, 5, 9]);
    expect(series.map(({ name, values }) => [name, values])).toEqual([
      ["Progress", [10, null, null, null]],
      ["loss", [3, 2, null, 2.5]],
      ["acc", [null, 0.5, null, null]],
    ]);
  });
});
