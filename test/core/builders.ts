import { type Guards, NO_GUARDS } from "../../src/core/guards.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { PolicySetting } from "../../src/core/policy.ts";
import type { Server } from "../../src/core/server.ts";
import { findPlacement } from "../../src/placement/index.ts";
import { completeOptions, findPolicy } from "../../src/policies/index.ts";

export const resolve = ({ policy, options, placement }: PolicySetting) => {
  const entry = findPolicy(policy);
  return { policy: entry.create(completeOptions(entry, options)), rule: findPlacement(placement) };
};

export function aSpec(over: Partial<JobSpec> = {}): JobSpec {
  return {
    name: "a job",
    type: "generic",
    image: "image",
    command: ["true"],
    workdir: null,
    env: {},
    secretNames: [],
    gpus: { min: 1, max: 1, preferred: 1, model: null, memoryMiB: null },
    cores: { min: 0, max: 0, preferred: 0 },
    parallelism: { interOp: null, intraOp: null },
    memoryMiB: null,
    shmMiB: 64,
    servers: { min: 1, max: 1 },
    elasticity: "restart",
    resizeSignal: null,
    priority: 0,
    deadline: null,
    user: "ann",
    labels: {},
    estimate: { seconds: null, epochs: null, steps: null },
    progressPattern: null,
    checkpoint: { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 30 },
    retries: { application: 0, infrastructure: 3 },
    limits: { queueSeconds: null, pullSeconds: null, runSeconds: null, idleSeconds: null },
    after: [],
    ...over,
  };
}

export const gpus = (count: number): JobSpec["gpus"] => ({
  min: count,
  max: count,
  preferred: count,
  model: null,
  memoryMiB: null,
});

/** An elastic job's request. */
export const between = (min: number, max: number, preferred = min): JobSpec["gpus"] => ({
  ...gpus(preferred),
  min,
  max,
});

/** A job without GPUs, of so many cores. */
export const coresOnly = (min: number, max = min, preferred = min): Pick<JobSpec, "gpus" | "cores"> => ({
  gpus: gpus(0),
  cores: { min, max, preferred },
});

export function aServer(id: string, gpuCount: number, over: Partial<Server> = {}): Server {
  return {
    id,
    driver: "simulated",
    endpoint: "simulated",
    gpus: Array.from({ length: gpuCount }, (_, index) => ({
      id: `${id}/${index}`,
      index,
      uuid: null,
      model: "A100",
      memoryMiB: 81_920,
    })),
    cores: 64,
    memoryMiB: 1_000_000,
    health: "up",
    reason: null,
    healthSince: 0,
    draining: false,
    setup: {},
    ...over,
  };
}

/** Short enough to bite in a trace of seconds. */
export const BRISK_GUARDS: Guards = {
  ...NO_GUARDS,
  planSpacingMillis: 300,
  cooldownMillis: 700,
  maxTransitions: 4,
  maxConcurrentMigrations: 1,
};
