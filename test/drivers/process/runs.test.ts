import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import type { JobSpec } from "../../../src/core/job-spec.ts";
import { declaredGpus } from "../../../src/core/server.ts";
import type { Driver } from "../../../src/drivers/driver.ts";
import type { ProcessOptions } from "../../../src/drivers/process/driver.ts";
import { allowedCpus } from "../../../src/drivers/process/inventory.ts";
import { identify } from "../../../src/drivers/process/processes.ts";
import { smiLine } from "../../lab/host.ts";
import { House, Listener, orderOf, until } from "../support.ts";
import { type ProcessBench, processBench } from "./bench.ts";

let bench: ProcessBench;
let house: House;
let driver: Driver;

async function set(options: Partial<ProcessOptions> = {}): Promise<void> {
  bench = await processBench(options);
  house = new House((server, context) => bench.open(server, context));
  driver = await house.connect("left");
}
beforeEach(() => set());
afterEach(async () => {
  vi.unstubAllEnvs();
  await house.close();
  await bench.cleanup();
});

const job = (script: string, spec: Partial<JobSpec> = {}, patch: Partial<RunOrder> = {}): RunOrder =>
  orderOf("left", { command: ["/bin/sh", "-c", script], ...spec }, patch);

async function linesOf(run: RunOrder): Promise<string[]> {
  driver.start(run);
  const listener = new Listener(driver, run);
  await listener.done;
  return listener.texts();
}

async function outcomeOf(run: RunOrder) {
  driver.start(run);
  return (await house.told.first("RunExited", run)).outcome;
}

describe("a process run", () => {
  it("takes its background processes along when it ends", async () => {
    const [pid] = await linesOf(job("sleep 1000 & echo $!"));
    expect(pid).toMatch(/^\d+$/);
    await until("it is gone", () => identify(Number(pid)) === null);
  });

  it("takes its background processes along when it is stopped", async () => {
    const run = job("sleep 1000 & echo $!; trap 'exit 0' TERM; while :; do sleep 0.05; done");
    driver.start(run);
    const listener = new Listener(driver, run);
    const pid = await until("it prints a number", () => listener.texts()[0]);
    driver.stop(run, "SIGTERM", 60);
    await house.told.first("RunExited", run);
    await until("it is gone", () => identify(Number(pid)) === null);
  });

  it("starts in its workdir where that is there, else in a folder of its own", async () => {
    const own = join(bench.root, "code");
    await mkdir(own);
    expect(await linesOf(job("pwd", { workdir: own }))).toEqual([own]);
    const elsewhere = job("pwd", { workdir: "/no/such/folder" });
    expect(await linesOf(elsewhere)).toEqual([bench.runFolder("left", elsewhere.job).work]);
  });

  it("inherits what finds programs, and no secret of the server's", async () => {
    vi.stubEnv("SCHEDULEARN_TOKEN", "top-secret");
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", "top-secret");
    const lines = await linesOf(job("env"));
    expect(lines).toContain(`PATH=${process.env.PATH}`);
    expect(lines.join("\n")).not.toContain("top-secret");
  });

  it("has its secrets in its environment, and nobody has them on disk or on a command line", async () => {
    house.secrets.API_KEY = "s3cret-value";
    // biome-ignore lint/suspicious/noTemplateCurlyInString: for the shell
    const run = job("[ ${#API_KEY} = 12 ] && echo known; while :; do sleep 0.05; done", {
      secretNames: ["API_KEY"],
    });
    driver.start(run);
    await house.told.first("RunStarted", run); // no file in its folder is being replaced any more
    const listener = new Listener(driver, run);
    await listener.heard("known");
    const folder = bench.runFolder("left", run.job);
    for (const entry of await readdir(bench.root, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) expect(await readFile(join(entry.parentPath, entry.name), "utf8")).not.toContain("s3cret");
    }
    const supervisor = await folder.read("supervisor.json");
    for (const name of ["cmdline", "environ"]) {
      expect(await readFile(`/proc/${supervisor?.pid}/${name}`, "utf8")).not.toContain("s3cret-value");
    }
    driver.stop(run, "SIGTERM", 0);
    await listener.done;
  });

  it("keeps to the cores it was given", async () => {
    const last = allowedCpus().length - 1;
    const run = job(
      "grep Cpus_allowed_list /proc/self/status",
      {},
      { on: [{ server: "left", gpus: [], cores: [last], memoryMiB: 1 }] },
    );
    expect(await linesOf(run)).toEqual([`Cpus_allowed_list:\t${allowedCpus()[last]}`]);
  });

  it("sees exactly the GPUs it was given, by UUID where they are known", async () => {
    const print = 'echo "$NVIDIA_VISIBLE_DEVICES $CUDA_VISIBLE_DEVICES"';
    const on = (...gpus: string[]) => ({ on: [{ server: "left", gpus, cores: [0], memoryMiB: 1 }] });
    expect(await linesOf(job(print, {}, on("left/1")))).toEqual(["1 1"]);
    await house.close();
    await bench.cleanup();
    await set({
      gpus: [
        { index: 0, uuid: "GPU-aa" },
        { index: 1, uuid: "GPU-bb" },
      ],
    });
    expect(await linesOf(job(print, {}, on("left/GPU-bb")))).toEqual(["GPU-bb GPU-bb"]);
  });

  it("is not started with a GPU that is not there", async () => {
    const run = job("exit 0", {}, { on: [{ server: "left", gpus: ["left/7"], cores: [0], memoryMiB: 1 }] });
    expect(await outcomeOf(run)).toMatchObject({ cause: { origin: "infrastructure", code: "gpu-lost" } });
  });

  it("takes nothing over that an earlier life carried for another plan, and does not carry twice for the same", async () => {
    const list = 'ls "$SCHEDULEARN_CHECKPOINT_DIR"';
    const run = (generation: number) =>
      job(list, {}, { attempt: 2, checkpoint: { generation: 2, from: { server: "right", generation } } });
    for (const [carriedFor, startedFor, lines] of [
      [1, 1, ["weights"]],
      [1, null, []],
    ] as const) {
      const carried = run(carriedFor);
      const folder = bench.runFolder("left", carried.job, 2);
      await folder.make();
      await folder.write("order.json", { cluster: "contract", order: carried });
      const path = join(bench.root, "left/checkpoints/contract", carried.job, "2");
      await mkdir(path, { recursive: true });
      await writeFile(join(path, "weights"), "");
      await writeFile(`${path}.whole`, JSON.stringify({ attempt: 2, from: carried.checkpoint.from }));
      const checkpoint = startedFor === null ? { generation: 2, from: null } : carried.checkpoint;
      expect(await linesOf({ ...carried, checkpoint })).toEqual(lines);
    }
  });

  it("that never started leaves a folder that is older than itself", async () => {
    const folder = { server: "left", generation: 1 };
    const first = job("exit 0");
    await linesOf(first);
    const again = { ...first, attempt: 2, spec: { ...first.spec, command: ["/no/such/program"] } };
    expect(await outcomeOf(again)).toMatchObject({ cause: { code: "command-not-found" } });
    const { folders } = await driver.connect(AbortSignal.timeout(30_000));
    expect(folders).toEqual([{ job: first.job, generation: folder.generation }]);
  });

  it("is told apart when its command cannot be executed", async () => {
    const file = join(bench.root, "notes.txt");
    await writeFile(file, "no program", { mode: 0o644 });
    const outcome = await outcomeOf(job("", { command: [file] }));
    expect(outcome).toMatchObject({ cause: { origin: "application", code: "command-not-found" } });
    expect(outcome).toHaveProperty("cause.message", expect.stringContaining("notes.txt"));
  });

  it("that a shell ends with 127 is said to miss a command", async () => {
    const outcome = await outcomeOf(job("no-such-program"));
    expect(outcome).toMatchObject({ cause: { origin: "application", code: "exit" } });
    expect(outcome).toHaveProperty("cause.message", expect.stringMatching(/127.*not found/));
  });

  it("that a signal ends is told with its name", async () => {
    const run = job("kill -USR1 $$");
    expect(await outcomeOf(run)).toMatchObject({ cause: { code: "signal", message: "killed by SIGUSR1" } });
    expect(house.told.of("RunExited", run)).toMatchObject([{ exitCode: null, signal: "SIGUSR1" }]);
  });
});

describe("the inventory of a process server", () => {
  let bin: string;

  /** Puts a shell script in the place of nvidia-smi. */
  async function smi(script: string): Promise<void> {
    bin = await mkdtemp(join(tmpdir(), "sl-bin-"));
    await writeFile(join(bin, "nvidia-smi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    vi.stubEnv("PATH", `${bin}${delimiter}${process.env.PATH}`);
    await house.close();
    await bench.cleanup();
  }
  afterEach(() => rm(bin, { recursive: true }));

  it("has the GPUs that nvidia-smi names", async () => {
    const lines = [
      smiLine("GPU-aa", 0, { total: 81_559, name: "NVIDIA H100 80GB HBM3" }),
      smiLine("GPU-bb", 1, { total: "[N/A]", name: "Tesla T4" }),
    ];
    await smi(`case $1 in --query-gpu*) ${lines.map((line) => `echo '${line}'`).join("; ")};; esac`);
    await set({ gpus: "auto" });
    const { inventory } = await driver.connect(AbortSignal.timeout(30_000));
    expect(inventory.gpus).toEqual([
      { id: "left/GPU-aa", index: 0, uuid: "GPU-aa", model: "NVIDIA H100 80GB HBM3", memoryMiB: 81_559 },
      { id: "left/GPU-bb", index: 1, uuid: "GPU-bb", model: "Tesla T4", memoryMiB: null },
    ]);
    expect(inventory.cores).toBe(allowedCpus().length);
  });

  it("keeps the GPUs that are known of while nvidia-smi fails, and says so; without any it says why there are none", async () => {
    await smi("echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18");
    const known = declaredGpus("left", [{ index: 0, uuid: "GPU-aa" }]);
    const why = "Failed to initialize NVML: Driver/library version mismatch";
    await set({ gpus: "auto", knownGpus: known });
    const { inventory } = await driver.connect(AbortSignal.timeout(30_000));
    expect(inventory).toMatchObject({ gpus: known, notice: `gpus: auto may not have found all: ${why}` });
    await house.close();
    await bench.cleanup();
    await set({ gpus: "auto" });
    const { inventory: none } = await driver.connect(AbortSignal.timeout(30_000));
    expect(none).toMatchObject({ gpus: [], notice: `gpus: auto found none: ${why}` });
  });

  it("is not waited for when nvidia-smi hangs, and nothing of that is left", async () => {
    await smi(`echo $$ > "$(dirname "$0")/pid"; trap '' TERM; while :; do sleep 0.1; done`);
    bench = await processBench({ gpus: "auto" });
    const hasty = new House((server, context) => {
      const made = bench.open(server, context);
      const giveUp = new AbortController();
      void until("nvidia-smi runs", () => readFile(join(bin, "pid"), "utf8").catch(() => "")).then(() =>
        giveUp.abort(),
      );
      return { connect: () => made.connect(giveUp.signal), close: () => made.close() } as unknown as Driver;
    });
    await expect(hasty.connect("left")).rejects.toThrow("nvidia-smi failed: it did not answer in time");
    const pid = Number(await readFile(join(bin, "pid"), "utf8"));
    await until("it is killed", () => identify(pid) === null);
    house = hasty;
  });
});
