import { describe, expect, it } from "vitest";
import { statusReason } from "../../src/core/explain.ts";
import type { JobState } from "../../src/core/job.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { newJob } from "../../src/core/new-job.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import type { Server } from "../../src/core/server.ts";
import { aServer, aSpec, gpus, resolve } from "./world.ts";

/** A cluster with these servers, on which the jobs of the list were submitted one behind the other. */
function cluster(servers: Server[], specs: Partial<JobSpec>[]): Scheduler {
  const scheduler = new Scheduler(resolve, { policy: "fifo", options: {}, placement: "consolidate" });
  scheduler.restore({ servers });
  specs.forEach((spec, i) => {
    scheduler.observe({
      type: "JobSubmitted",
      job: `job-${i + 1}`,
      spec: aSpec(spec),
      blockedBy: [],
      key: null,
      at: i,
    });
  });
  scheduler.round(100);
  return scheduler;
}
const reason = (scheduler: Scheduler, job: string): string | null => statusReason(scheduler.job(job)!, scheduler, 100);

describe("why a job waits", () => {
  it.each<[string, Server[], Partial<JobSpec>[], string]>([
    ["there is no server", [], [{}], "there is no server yet"],
    [
      "every server is full",
      [aServer("alpha", 2), aServer("beta", 1)],
      [{ gpus: gpus(1) }, { gpus: gpus(1) }, { gpus: gpus(2) }],
      "no server has room for 2 GPUs now: alpha has 1 idle, beta could never hold it",
    ],
    [
      "no server that is up would do",
      [aServer("alpha", 2, { health: "down", reason: "gone" }), aServer("beta", 2, { draining: true })],
      [{ gpus: gpus(1) }],
      "no server has room for 1 GPU now: alpha is down, beta is draining",
    ],
    [
      "the cores are taken",
      [aServer("alpha", 0, { cores: 4 })],
      [
        { gpus: gpus(0), cores: { min: 3, max: 3, preferred: 3 } },
        { gpus: gpus(0), cores: { min: 2, max: 2, preferred: 2 } },
      ],
      "no server has room for 2 cores now: alpha has 1 core idle",
    ],
    [
      "the memory is taken",
      [aServer("alpha", 2, { memoryMiB: 1000 })],
      [
        { gpus: gpus(1), memoryMiB: 800 },
        { gpus: gpus(1), memoryMiB: 300 },
      ],
      "no server has room for 1 GPU now: alpha has 200 MiB of memory left",
    ],
    [
      "it would fit, but the policy is strict",
      [aServer("alpha", 2)],
      [{ gpus: gpus(1) }, { gpus: gpus(2) }, { gpus: gpus(1) }],
      "there is room for it on alpha, but the policy fifo puts others first; job-2 was submitted before it",
    ],
  ])("%s", (_why, servers, specs, words) => {
    expect(reason(cluster(servers, specs), `job-${specs.length}`)).toBe(words);
  });

  it("it is held, it waits for another, or it backs off after a failure", () => {
    const scheduler = cluster([], []);
    const job = newJob({ type: "JobSubmitted", job: "job-1", spec: aSpec(), blockedBy: [], key: null, at: 0 });
    const pending = { status: "pending", since: 0, held: false, notBefore: 0 } as const;
    const of = (state: JobState, blockedBy: string[] = []): string | null =>
      statusReason({ ...job, state, blockedBy }, scheduler, 1000);
    expect(of({ ...pending, held: true })).toBe("it is held until it is resumed");
    expect(of(pending, ["job-7", "job-8"])).toBe("it waits for job-7, job-8 to complete");
    expect(of({ ...pending, notBefore: 3500 })).toBe("it starts again 3 s from now, after a failure");
  });
});

describe("why a job is over", () => {
  it("is its cause; there is nothing to explain in one that completed", () => {
    const scheduler = cluster([], []);
    const job = newJob({ type: "JobSubmitted", job: "job-1", spec: aSpec(), blockedBy: [], key: null, at: 0 });
    const cause = { origin: "application", code: "exit", message: "exited with code 3" } as const;
    expect(statusReason({ ...job, state: { status: "failed", at: 1, cause } }, scheduler, 2)).toBe(
      "exited with code 3",
    );
    expect(statusReason({ ...job, state: { status: "completed", at: 1, cause: null } }, scheduler, 2)).toBeNull();
  });
});
