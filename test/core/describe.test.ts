import { describe, expect, it } from "vitest";
import { describeEvent } from "../../src/core/describe.ts";
import type { Event } from "../../src/core/event.ts";
import { aServer, aSpec } from "./world.ts";

const on = [{ server: "alpha", gpus: ["alpha/0", "alpha/1"], cores: [0], memoryMiB: 0 }];
const job = { job: "job-7", at: 0 } as const;
const run = { ...job, attempt: 2 } as const;
const cause = { origin: "application", code: "exit", message: "exited with code 3" } as const;

const SENTENCES: [Event, string][] = [
  [
    { ...job, type: "JobSubmitted", spec: aSpec({ name: "mnist" }), blockedBy: [], key: null },
    "job-7 was submitted by ann: mnist",
  ],
  [{ ...job, type: "JobCancelled", by: "bob", delete: false, graceSeconds: null }, "bob cancelled job-7"],
  [{ ...job, type: "JobCancelled", by: "bob", delete: true, graceSeconds: null }, "bob deleted job-7"],
  [{ ...job, type: "JobUpdated", patch: { priority: 3, name: "x" } }, "job-7 was changed: priority, name"],
  [{ ...job, type: "JobGivenUp", attempt: null, cause }, "job-7 was given up: exited with code 3"],
  [{ ...run, type: "JobPlaced", on, reason: "submitted" }, "run 2 of job-7 was placed on 2 GPUs of alpha (submitted)"],
  [
    { ...job, type: "JobMigrated", migration: "job-7.m1", to: [{ ...on[0]!, gpus: [] }], cause: "drain" },
    "job-7 began to move to 1 core of alpha (drain)",
  ],
  [
    {
      ...job,
      type: "JobMigrated",
      migration: "job-7.m1",
      to: [{ ...on[0]!, gpus: [] }],
      cause: "defragmentation",
      makesRoomFor: "job-9",
    },
    "job-7 began to move to 1 core of alpha (defragmentation: job-9 can start)",
  ],
  [
    { ...run, type: "RunPreparing", phase: "pulling", fraction: 0.429, detail: null },
    "run 2 of job-7 is pulling (42 %)",
  ],
  [
    { ...run, type: "CheckpointCarried", bytes: 2048, files: 1, millis: 1500 },
    "the checkpoint of job-7 was carried: 2048 bytes in 1.5 s",
  ],
  [
    { ...run, type: "RunExited", outcome: { kind: "failed", cause }, exitCode: 3, signal: null },
    "run 2 of job-7 failed: exited with code 3",
  ],
  [
    { ...run, type: "RunExited", outcome: { kind: "succeeded" }, exitCode: 0, signal: null },
    "run 2 of job-7 ended well",
  ],
  [
    { ...run, type: "RunProgressed", progress: { epoch: 2, epochs: 5, step: 10, fraction: 0.3, at: 0 } },
    "job-7 is at epoch 2 of 5, step 10",
  ],
  [{ ...run, type: "RunProgressed", progress: { fraction: 0.999, at: 0 } }, "job-7 is at 99 %"],
  [{ ...run, type: "RunProgressed", progress: { fraction: null, at: 0 } }, "job-7 told new figures"],
  [{ ...run, type: "CheckpointSaved", step: null }, "job-7 saved a checkpoint"],
  [
    { type: "ServerJoined", server: "alpha", joined: aServer("alpha", 1, { endpoint: "tcp://a:1" }), at: 0 },
    "server alpha joined (tcp://a:1)",
  ],
  [
    { type: "ServerHealthChanged", server: "alpha", health: "down", reason: "no answer", at: 0 },
    "server alpha is down: no answer",
  ],
  [{ type: "ServerDrained", server: "alpha", draining: false, at: 0 }, "server alpha takes jobs again"],
  [
    { type: "PolicyChanged", policy: "fifo", options: {}, placement: "spread", at: 0 },
    "the policy is fifo with the placement spread",
  ],
];

describe("an event in one sentence", () => {
  it.each(SENTENCES)("%j", (event, sentence) => {
    expect(describeEvent(event)).toBe(sentence);
  });
});
