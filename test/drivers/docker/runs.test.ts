import { Readable } from "node:stream";
import Docker from "dockerode";
import tar from "tar-stream";
import { expect, test, vi } from "vitest";
import { busyboxImage, type LabHost, pythonImage } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { Listener, Told, until } from "../support.ts";
import { DockerBench } from "./bench.ts";

const shared = useLab({ hosts: 1, gpus: 4 });

shared.describe("a run on a Docker engine", () => {
  const bench = new DockerBench(shared);

  /** An image like another one, changed by instructions of a Dockerfile. */
  async function variant({ docker }: LabHost, name: string, changes: string): Promise<string> {
    const container = await docker.createContainer({ Image: busyboxImage, Cmd: ["true"] });
    await container.commit({ repo: `lab/${name}`, tag: "1", changes });
    await container.remove();
    return `lab/${name}:1`;
  }

  test("its container carries cluster, job and attempt, and nothing restarts or rotates behind our back", async () => {
    const driver = await bench.connect();
    const run = bench.order("sleep 1000", { memoryMiB: 64, shmMiB: 32 }, { attempt: 3 });
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    const info = await bench.host().docker.getContainer(`contract-${run.job}-3`).inspect();
    expect(info.Id).toBe(handle);
    expect(info.Config.Labels).toEqual({
      "schedulearn.cluster": "contract",
      "schedulearn.job": run.job,
      "schedulearn.attempt": "3",
      "schedulearn.order": expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    expect(info.HostConfig).toMatchObject({
      Init: true,
      Memory: 64 * 1024 * 1024,
      ShmSize: 32 * 1024 * 1024,
      CpusetCpus: "0",
      RestartPolicy: { Name: "no" },
      SecurityOpt: ["no-new-privileges"],
      LogConfig: { Type: "json-file", Config: { "max-size": "1000000t", "max-file": "1", mode: "blocking" } },
    });
    expect(info.Mounts).toMatchObject([{ Name: `contract-${run.job}-ckpt-3`, Destination: "/checkpoint" }]);
  });

  test("two orders to start, told to two lives of the server, make one container", async () => {
    const first = await bench.connect();
    const run = bench.order("echo once; sleep 1000");
    first.start(run);
    const started = await bench.told.first("RunStarted", run);
    await first.close();
    const later = new Told();
    const second = await bench.connect({}, 0, later);
    second.start(run);
    expect(await later.first("RunStarted", run)).toEqual(started);
    const listener = new Listener(second, run);
    await listener.heard("once");
    second.stop(run, "SIGTERM", 0);
    await listener.done;
    expect(listener.texts("stdout")).toEqual(["once"]);
  });

  test("what an earlier life prepared for another lease gives way: devices, cores and checkpoint are the new ones", async () => {
    const first = await bench.connect({ gpus: 4 });
    const script =
      'ls /run/fake-gpu; grep Cpus_allowed_list /proc/self/status; echo "$NVIDIA_VISIBLE_DEVICES"; ls /checkpoint';
    const prepared = bench.withGpus(bench.order(script), [0]);
    first.prepare(prepared);
    await bench.told.first("RunPrepared", prepared);
    const container = bench.host().docker.getContainer(`contract-${prepared.job}-1`);
    const stray = tar.pack();
    stray.entry({ name: "half-a-copy" }, "");
    stray.finalize();
    await container.putArchive(Readable.from(stray, { objectMode: false }), { path: "/checkpoint" });
    await first.close();
    const second = await bench.connect({ gpus: 4 }, 0, new Told());
    const other = bench.withGpus(prepared, [1]);
    const run = { ...other, on: other.on.map((share) => ({ ...share, cores: [1] })) };
    second.start(run);
    const listener = new Listener(second, run);
    await listener.done;
    expect(listener.texts("stdout")).toEqual(["nvidia1", "Cpus_allowed_list:\t1", "1"]);
  });

  test("what an earlier life prepared to the same order is started", async () => {
    const first = await bench.connect();
    const run = bench.order("exit 0");
    first.prepare(run);
    await bench.told.first("RunPrepared", run);
    const { Id } = await bench.host().docker.getContainer(`contract-${run.job}-1`).inspect();
    await first.close();
    const later = new Told();
    (await bench.connect({}, 0, later)).start(run);
    expect((await later.first("RunStarted", run)).handle).toBe(Id);
  });

  test("a stop reaches the run though the driver is closed right after it", async () => {
    const driver = await bench.connect();
    const run = bench.order("trap 'exit 9' TERM; echo ready; while :; do sleep 0.1; done");
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    await new Listener(driver, run).heard("ready");
    driver.stop(run, "SIGTERM", 60);
    await driver.close();
    const container = bench.host().docker.getContainer(handle);
    await until("it has ended", async () => !(await container.inspect()).State.Running);
    expect((await container.inspect()).State.ExitCode).toBe(9);
  });

  test("a stop that overtakes the making of the container leaves neither that nor a folder", async () => {
    const driver = await bench.connect();
    const run = bench.order("echo never");
    const { docker } = bench.host();
    // An engine that is slow carries out what it was asked, also when nobody waits for the answer any more.
    let carryOut = () => {};
    const carriedOut = new Promise<void>((resolve) => {
      carryOut = resolve;
    });
    const creating = vi.spyOn(Docker.prototype, "createContainer").mockImplementation(async (options) => {
      await carriedOut;
      creating.mockRestore();
      return await docker.createContainer({ ...options, abortSignal: new AbortController().signal });
    });
    driver.start(run);
    await until("the engine is asked for the container", () => creating.mock.calls.length > 0);
    driver.stop(run, "SIGTERM", 60);
    for (let asked = 0; asked < 20; asked++) await docker.ping(); // time enough for giving up too early
    carryOut();
    await creating.mock.results[0]?.value;
    expect((await bench.told.first("RunExited", run)).outcome).toEqual({ kind: "stopped" });
    expect(bench.told.of("RunStarted", run)).toEqual([]);
    expect(await bench.remains()).toEqual([]);
  });

  test("an order to start that comes after the end tells the start and the end, and starts nothing", async () => {
    const first = await bench.connect();
    const run = bench.order("exit 6");
    first.start(run);
    const exited = await bench.told.first("RunExited", run);
    await first.close();
    const later = new Told();
    const second = await bench.connect({}, 0, later);
    second.start(run);
    expect(await later.first("RunExited", run)).toEqual(exited);
    expect(later.all.map(({ type }) => type)).toEqual(["RunStarted", "RunExited"]);
  });

  test("a run stopped by an earlier life of the server is known as stopped", async () => {
    const first = await bench.connect();
    const run = bench.order("trap 'exit 9' TERM; echo ready; while :; do sleep 0.1; done");
    first.start(run);
    await bench.told.first("RunStarted", run);
    await new Listener(first, run).heard("ready");
    first.stop(run, "SIGTERM", 60);
    await bench.told.first("RunExited", run);
    await first.close();
    const later = new Told();
    (await bench.connect({}, 0, later)).adopt(run);
    expect(await later.first("RunExited", run)).toMatchObject({ outcome: { kind: "stopped" }, exitCode: 9 });
  });

  test("a paused run that is stopped can still save", async () => {
    const driver = await bench.connect();
    const run = bench.order("trap 'echo saved; exit 0' TERM; echo ready; while :; do sleep 0.1; done");
    driver.start(run);
    await bench.told.first("RunStarted", run);
    const listener = new Listener(driver, run);
    await listener.heard("ready");
    driver.pause(run);
    const container = bench.host().docker.getContainer(`contract-${run.job}-1`);
    await until("it is paused", async () => (await container.inspect()).State.Paused);
    driver.stop(run, "SIGTERM", 60);
    await listener.done;
    expect(listener.texts("stdout")).toEqual(["ready", "saved"]);
    expect(await bench.told.first("RunExited", run)).toMatchObject({ outcome: { kind: "stopped" }, exitCode: 0 });
  });

  test("a container that someone removes is told as somebody's doing", async () => {
    const driver = await bench.connect();
    const run = bench.order("sleep 1000");
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    await bench.host().docker.getContainer(handle).remove({ force: true });
    expect((await bench.told.first("RunExited", run)).outcome).toMatchObject({
      kind: "failed",
      cause: { origin: "infrastructure", code: "interference" },
    });
  });

  test("what a run has saved outlives its container, whatever is told of the run afterwards", async () => {
    const first = await bench.connect();
    const run = bench.order("echo 41 > /checkpoint/step; sleep 1000");
    first.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    await first.close();
    await bench.host().docker.getContainer(handle).remove({ force: true });
    const later = new Told();
    const second = await bench.connect({}, 0, later);
    second.adopt(run);
    second.stop(run, "SIGTERM", 0);
    expect((await later.first("RunExited", run)).outcome).toMatchObject({ cause: { code: "server-lost" } });
    expect(await bench.remains()).toEqual([`contract-${run.job}-ckpt-1`]);
  });

  test("a run sees exactly its leased GPUs, by UUID where known", async () => {
    const { name } = bench.host();
    const gpus = [0, 1, 2, 3].map((index) => ({ index, uuid: `GPU-${name}-${index}` }));
    const driver = await bench.connect({ gpus });
    const script = 'ls /run/fake-gpu; echo "$NVIDIA_VISIBLE_DEVICES" "$CUDA_VISIBLE_DEVICES" "$WORLD_SIZE"';
    const run = bench.withGpus(bench.order(script), [`GPU-${name}-3`, `GPU-${name}-1`]);
    const uuids = `GPU-${name}-3,GPU-${name}-1`;
    expect(await bench.output(driver, run)).toEqual(["nvidia1", "nvidia3", `${uuids} ${uuids} 1`]);
  });

  test("GPUs without UUIDs are asked for by index and numbered anew inside", async () => {
    const driver = await bench.connect({ gpus: 4 });
    const script = 'ls /run/fake-gpu; echo "$NVIDIA_VISIBLE_DEVICES" "$CUDA_VISIBLE_DEVICES"';
    const run = bench.withGpus(bench.order(script), [2, 3]);
    expect(await bench.output(driver, run)).toEqual(["nvidia2", "nvidia3", "2,3 0,1"]);
  });

  test("a run without GPUs sees none, whatever its image and its user say", async () => {
    const image = await variant(bench.host(), "all-gpus", "ENV NVIDIA_VISIBLE_DEVICES=all");
    const driver = await bench.connect({ gpus: 4 });
    const env = { NVIDIA_VISIBLE_DEVICES: "0", CUDA_VISIBLE_DEVICES: "0" };
    const script = 'ls /run; echo "[$NVIDIA_VISIBLE_DEVICES]" "[$CUDA_VISIBLE_DEVICES]"';
    expect(await bench.output(driver, bench.order(script, { image, env }))).toEqual(["[void] []"]);
  });

  test("a GPU that the server has not is the server's fault, told in the engine's words", async () => {
    const driver = await bench.connect({ gpus: 5 });
    const run = bench.withGpus(bench.order("echo never"), [4]);
    driver.start(run);
    expect((await bench.told.first("RunExited", run)).outcome).toMatchObject({
      kind: "failed",
      cause: { origin: "infrastructure", code: "gpu-lost", message: expect.stringContaining("unknown device") },
    });
    expect(bench.told.of("RunStarted", run)).toEqual([]);
    expect(await bench.remains()).toEqual([]);
  });

  test("the cores leased are the cores it may use", async () => {
    const driver = await bench.connect();
    const run = bench.order("grep Cpus_allowed_list /proc/self/status; echo $OMP_NUM_THREADS $SCHEDULEARN_CORES");
    const onSecondCore = { ...run, on: run.on.map((share) => ({ ...share, cores: [1] })) };
    expect(await bench.output(driver, onSecondCore)).toEqual(["Cpus_allowed_list:\t1", "1 1"]);
  });

  test("memory used up is the application's failure, also when only a child was killed", async () => {
    const driver = await bench.connect();
    const eat = 'python3 -c "bytearray(300 << 20)"';
    const itself = bench.order(`exec ${eat}`, { image: pythonImage, memoryMiB: 32 });
    const child = bench.order(`${eat}; exit 3`, { image: pythonImage, memoryMiB: 32 });
    driver.start(itself);
    driver.start(child);
    const cause = { origin: "application", code: "oom", message: expect.stringContaining("32 MiB") };
    expect(await bench.told.first("RunExited", itself)).toMatchObject({ outcome: { cause }, exitCode: 137 });
    expect(await bench.told.first("RunExited", child)).toMatchObject({ outcome: { cause }, exitCode: 3 });
  });

  test("a program is looked for on the PATH of its image, and what may not be run is said", async () => {
    const driver = await bench.connect();
    const [found, missing, forbidden] = [
      bench.order(["echo", "found"]),
      bench.order(["trian.py", "--fast"]),
      bench.order(["etc/passwd"], { workdir: "/" }),
    ];
    expect(await bench.output(driver, found)).toEqual(["found"]);
    driver.start(missing);
    driver.start(forbidden);
    expect((await bench.told.first("RunExited", missing)).outcome).toHaveProperty(
      "cause.message",
      `command not found: "trian.py" is not in image "${busyboxImage}"`,
    );
    expect((await bench.told.first("RunExited", forbidden)).outcome).toHaveProperty(
      "cause.message",
      expect.stringContaining("command not executable"),
    );
    bench.house.logged.length = 0;
    void driver.reap(found.job, 1);
    driver.discardCheckpoint(found.job, { server: driver.server, generation: 1 });
    await until("nothing is left of them", async () => (await bench.remains()).length === 0);
  });

  test("a program that runs as another user may save", async () => {
    const image = await variant(bench.host(), "user", "USER 1000:1000");
    const driver = await bench.connect();
    const script = 'id -u; echo 1 > "$SCHEDULEARN_CHECKPOINT_DIR/step" && cat /checkpoint/step';
    expect(await bench.output(driver, bench.order(script, { image }))).toEqual(["1000", "1"]);
  });

  test("twenty runs at once all come to their end", async () => {
    const driver = await bench.connect();
    const runs = Array.from({ length: 20 }, (_, index) => bench.order(`exit ${index}`));
    for (const run of runs) driver.start(run);
    const exits = await Promise.all(runs.map((run) => bench.told.first("RunExited", run)));
    expect(exits.map(({ exitCode }) => exitCode)).toEqual(runs.map((_, index) => index));
  });
});
