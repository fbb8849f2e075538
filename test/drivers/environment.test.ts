import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Gpu } from "../../src/core/server.ts";
import { allocation, allocationFile, DISCOVER_HOSTS, runEnvironment } from "../../src/drivers/environment.ts";
import { orderOf } from "./support.ts";

const gpu = (index: number, uuid: string | null = null): Gpu => ({
  id: `left/${uuid ?? index}`,
  index,
  uuid,
  model: null,
  memoryMiB: null,
});
const order = orderOf("left", { name: "mnist", env: {} }, { job: "job-9", attempt: 2, reason: "migrated" });
const environment = (gpus: readonly Gpu[] = [], patch: Partial<typeof order> = {}) =>
  runEnvironment({ ...order, ...patch }, gpus, "/checkpoint", {});

test("a run learns who it is, why it begins and what it was granted", () => {
  const on = [{ server: "left", gpus: ["left/0", "left/1"], cores: [2, 3, 4], memoryMiB: 64 }];
  expect(environment([gpu(0), gpu(1)], { on })).toMatchObject({
    SCHEDULEARN_JOB_ID: "job-9",
    SCHEDULEARN_JOB_NAME: "mnist",
    SCHEDULEARN_ATTEMPT: "2",
    SCHEDULEARN_START_REASON: "migrated",
    SCHEDULEARN_GPUS: "2",
    SCHEDULEARN_CORES: "3",
    SCHEDULEARN_SERVERS: "1",
    SCHEDULEARN_CHECKPOINT_DIR: "/checkpoint",
    MASTER_ADDR: "localhost",
    MASTER_PORT: "29500",
    WORLD_SIZE: "1",
    RANK: "0",
    LOCAL_RANK: "0",
    NODE_RANK: "0",
    OMP_NUM_THREADS: "3",
    TF_NUM_INTRAOP_THREADS: "3",
    TF_NUM_INTEROP_THREADS: "3",
  });
});

test("without GPUs no device is visible, and the world is one process", () => {
  expect(environment()).toMatchObject({ NVIDIA_VISIBLE_DEVICES: "void", CUDA_VISIBLE_DEVICES: "", WORLD_SIZE: "1" });
});

test("devices are called by UUID only where all of them have one", () => {
  expect(environment([gpu(3, "GPU-c"), gpu(1, "GPU-a")])).toMatchObject({
    NVIDIA_VISIBLE_DEVICES: "GPU-c,GPU-a",
    CUDA_VISIBLE_DEVICES: "GPU-c,GPU-a",
  });
  expect(environment([gpu(3, "GPU-c"), gpu(1)])).toMatchObject({
    NVIDIA_VISIBLE_DEVICES: "3,1",
    CUDA_VISIBLE_DEVICES: "0,1",
  });
});

test("where nothing is renumbered, devices without UUID keep the machine's indices", () => {
  expect(runEnvironment(order, [gpu(3), gpu(1)], "/c", {}, "machine").CUDA_VISIBLE_DEVICES).toBe("3,1");
});

test("a user's variables and secrets win over defaults for libraries, never over what was granted", () => {
  const env = { OMP_NUM_THREADS: "9", SCHEDULEARN_GPUS: "8", CUDA_VISIBLE_DEVICES: "0", TOKEN: "from env" };
  const spec = { ...order.spec, env, parallelism: { interOp: 1, intraOp: 2 } };
  const built = runEnvironment({ ...order, spec }, [], "/checkpoint", {
    TOKEN: "secret",
    NVIDIA_VISIBLE_DEVICES: "all",
  });
  expect(built).toMatchObject({
    OMP_NUM_THREADS: "9",
    TF_NUM_INTRAOP_THREADS: "2",
    TF_NUM_INTEROP_THREADS: "1",
    SCHEDULEARN_GPUS: "0",
    CUDA_VISIBLE_DEVICES: "",
    NVIDIA_VISIBLE_DEVICES: "void",
    TOKEN: "secret",
  });
});

test("the allocation file is the allocation, and the discovery script beside it prints its hosts", () => {
  const share = { cores: [0], memoryMiB: 64 };
  const on = [
    { ...share, server: "left", gpus: ["left/0", "left/1"] },
    { ...share, server: "gpu-7.lab", gpus: ["gpu-7.lab/0"] },
  ];
  const gang = { ...order, on };
  expect(JSON.parse(allocationFile(gang))).toEqual(allocation(gang));
  const folder = mkdtempSync(join(tmpdir(), "sl-allocation-"));
  try {
    writeFileSync(join(folder, "allocation.json"), allocationFile(gang));
    writeFileSync(join(folder, "discover_hosts.sh"), DISCOVER_HOSTS, { mode: 0o755 });
    const printed = execFileSync(join(folder, "discover_hosts.sh"), { encoding: "utf8" });
    expect(printed).toBe("localhost:2\ngpu-7.lab:1\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
