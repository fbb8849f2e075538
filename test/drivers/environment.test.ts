import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunOrder } from "../../src/core/command.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { Gpu } from "../../src/core/server.ts";
import {
  allocation,
  allocationFile,
  type Devices,
  DISCOVER_HOSTS,
  runEnvironment,
  visibleDevices,
} from "../../src/drivers/environment.ts";
import { orderOf } from "./support.ts";

const gpu = (index: number, uuid: string | null = null): Gpu => ({
  id: `left/${uuid ?? index}`,
  index,
  uuid,
  model: null,
  memoryMiB: null,
});
const order = orderOf("left", { name: "mnist", env: {} }, { job: "job-9", attempt: 2, reason: "migrated" });
const exactly = (gpus: readonly Gpu[]): Devices => ({ leased: gpus, visible: gpus });
const environment = (gpus: readonly Gpu[] = [], patch: Partial<typeof order> = {}) =>
  runEnvironment({ ...order, ...patch }, exactly(gpus), "/checkpoint", {});

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
  const devices = { leased: [gpu(3), gpu(1)], visible: null };
  expect(runEnvironment(order, devices, "/c", {}).CUDA_VISIBLE_DEVICES).toBe("3,1");
});

describe("a run that is to grow while it runs", () => {
  const live = (patch: Partial<JobSpec["gpus"]> = {}, elasticity: JobSpec["elasticity"] = "live") => {
    const gpus = { min: 1, max: 4, preferred: 1, model: null, memoryMiB: null, ...patch };
    return { ...order, spec: { ...order.spec, elasticity, gpus } };
  };
  const all = [gpu(2), gpu(0), { ...gpu(1), model: "T4", memoryMiB: 16_000 }, { ...gpu(3), memoryMiB: 8_000 }];
  const seen = (run: RunOrder, leased = all.slice(0, 1)) => visibleDevices(run, leased, all).map(({ index }) => index);

  test("is shown all GPUs of its server that it may be given", () => {
    expect(seen(live())).toEqual([0, 1, 2, 3]);
    expect(seen(live({ model: "T4" }), all.slice(2, 3))).toEqual([1]);
    expect(seen(live({ memoryMiB: 8_000 }), all.slice(3))).toEqual([1, 3]);
  });

  test("is the only one that is shown more than its own", () => {
    expect(seen(live({ max: 1 }))).toEqual([2]);
    expect(seen(live({}, "restart"))).toEqual([2]);
  });

  test("is told which of them are its own, by UUID or by their place among those shown", () => {
    const shown = [gpu(0), gpu(2), gpu(3)];
    const devices = { leased: [shown[2], shown[1]] as Gpu[], visible: shown };
    expect(runEnvironment(live(), devices, "/c", {})).toMatchObject({
      NVIDIA_VISIBLE_DEVICES: "0,2,3",
      CUDA_VISIBLE_DEVICES: "2,1",
    });
    expect(allocation(live(), devices).devices).toEqual(["2", "1"]);
    const named = [gpu(0, "GPU-a"), gpu(2, "GPU-c")];
    const some = { leased: named.slice(1), visible: named };
    expect(runEnvironment(live(), some, "/c", {})).toMatchObject({
      NVIDIA_VISIBLE_DEVICES: "GPU-a,GPU-c",
      CUDA_VISIBLE_DEVICES: "GPU-c",
    });
    expect(allocation(live(), some).devices).toEqual(["GPU-c"]);
  });
});

test("a user's variables and secrets win over defaults for libraries, never over what was granted", () => {
  const env = { OMP_NUM_THREADS: "9", SCHEDULEARN_GPUS: "8", CUDA_VISIBLE_DEVICES: "0", TOKEN: "from env" };
  const spec = { ...order.spec, env, parallelism: { interOp: 1, intraOp: 2 } };
  const built = runEnvironment({ ...order, spec }, exactly([]), "/checkpoint", {
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
  const gang = { ...order, on, generation: 7, hosts: ["10.0.0.7", "gpu-7.lab"] };
  const devices = exactly([gpu(0), gpu(1)]);
  expect(allocation(gang, devices)).toMatchObject({ generation: 7, gpus: 3, cores: 2, devices: ["0", "1"] });
  expect(JSON.parse(allocationFile(gang, devices))).toEqual(allocation(gang, devices));
  const folder = mkdtempSync(join(tmpdir(), "sl-allocation-"));
  try {
    writeFileSync(join(folder, "allocation.json"), allocationFile(gang, devices));
    writeFileSync(join(folder, "discover_hosts.sh"), DISCOVER_HOSTS, { mode: 0o755 });
    const printed = execFileSync(join(folder, "discover_hosts.sh"), { encoding: "utf8" });
    expect(printed).toBe("10.0.0.7:2\ngpu-7.lab:1\n");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
