import { expect, test } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import type { JobSpec } from "../../../src/core/job-spec.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { resized } from "../contract-resize.ts";
import { Listener, Told, until } from "../support.ts";
import { DockerBench } from "./bench.ts";

const shared = useLab({ hosts: 1, gpus: 4 });
const TELLING = `
  trap 'sed -n "s/.*generation.:\\([0-9]*\\).*devices.:\\[\\([^]]*\\)\\].*/\\1 \\2/p" /schedulearn/allocation.json' CONT
  ls /run/fake-gpu; echo "$NVIDIA_VISIBLE_DEVICES $CUDA_VISIBLE_DEVICES"; while :; do sleep 0.1; done`;

shared.describe("a resize on a Docker engine", () => {
  const bench = new DockerBench(shared);

  const live = (gpus: Partial<JobSpec["gpus"]> = {}): Partial<JobSpec> => ({
    elasticity: "live",
    resizeSignal: "SIGCONT",
    gpus: { min: 1, max: 4, preferred: 1, model: null, memoryMiB: null, ...gpus },
  });
  const onGpus = (run: RunOrder, ids: readonly (string | number)[], generation = 1): RunOrder => ({
    ...bench.withGpus(run, ids),
    generation,
  });
  const texts = async (listener: Listener, count: number): Promise<string[]> => {
    await until(`${count} lines are printed`, () => listener.texts("stdout").length >= count);
    return listener.texts("stdout");
  };

  test("a job that may grow while it runs is shown its server's GPUs and told which are its own, others see exactly theirs", async () => {
    const driver = await bench.connect({ gpus: 4 });
    const [growing, fixed] = [bench.order(TELLING, live()), bench.order(TELLING, { ...live(), elasticity: "restart" })];
    driver.start(onGpus(growing, [2]));
    driver.start(onGpus(fixed, [3]));
    for (const run of [growing, fixed]) await bench.told.first("RunStarted", run);
    const [seen, alone] = [new Listener(driver, growing), new Listener(driver, fixed)];
    const all = ["nvidia0", "nvidia1", "nvidia2", "nvidia3", "0,1,2,3 2"];
    expect(await texts(seen, 5)).toEqual(all);
    expect(await texts(alone, 2)).toEqual(["nvidia3", "3 0"]);
    driver.resize(onGpus(growing, [0, 2], 2));
    expect(await texts(seen, 6)).toEqual([...all, '2 "0","2"']);
    driver.resize(onGpus(growing, [0], 3));
    expect(await texts(seen, 7)).toEqual([...all, '2 "0","2"', '3 "0"']);
    expect(alone.texts("stdout")).toEqual(["nvidia3", "3 0"]);
  });

  test("a job that may grow is shown only what suits its request, by UUID where they are known", async () => {
    const { name } = bench.host();
    const uuid = (index: number) => `GPU-${name}-${index}`;
    const gpus = [0, 1, 2, 3].map((index) => ({ index, uuid: uuid(index), model: index < 3 ? "A100" : "T4" }));
    const driver = await bench.connect({ gpus });
    const run = bench.order(TELLING, live({ model: "A100" }));
    driver.start(onGpus(run, [uuid(1)]));
    await bench.told.first("RunStarted", run);
    const listener = new Listener(driver, run);
    const shown = ["nvidia0", "nvidia1", "nvidia2", `${uuid(0)},${uuid(1)},${uuid(2)} ${uuid(1)}`];
    expect(await texts(listener, 4)).toEqual(shown);
    driver.resize(onGpus(run, [uuid(2), uuid(1)], 2));
    expect(await texts(listener, 5)).toEqual([...shown, `2 "${uuid(2)}","${uuid(1)}"`]);
  });

  const watching = () =>
    bench.order(
      `echo ready; until grep -q 'generation":2' /schedulearn/allocation.json; do sleep 0.1; done
       grep Cpus_allowed_list /proc/self/status; while :; do sleep 0.1; done`,
    );
  const heardOf = async (listener: Listener) => {
    await listener.heard("Cpus_allowed_list:\t0-1");
  };

  test("that is told to a hanging engine returns at once, and is done when the engine answers again", async () => {
    const driver = await bench.connect();
    const run = watching();
    driver.start(run);
    await bench.told.first("RunStarted", run);
    const listener = new Listener(driver, run);
    await listener.heard("ready");
    await bench.host().hang();
    try {
      const since = performance.now();
      driver.resize(resized(run, 2, { cores: [0, 1] }));
      expect(performance.now() - since).toBeLessThan(1_000); // an engine that hangs is waited for much longer
      await until("the engine counts as down", () => bench.told.healths.includes("down"));
      expect(bench.told.of("RunResized", run)).toEqual([]);
    } finally {
      bench.host().unhang();
    }
    await bench.told.first("RunResized", run);
    await bench.notDown();
    await heardOf(new Listener(driver, run));
  });

  test("of a run that ends meanwhile is not answered any more", async () => {
    const driver = await bench.connect();
    const run = bench.order("echo ready; while :; do sleep 0.1; done");
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    await new Listener(driver, run).heard("ready");
    const { Pid } = (await bench.host().docker.getContainer(handle).inspect()).State;
    await bench.host().hang();
    try {
      driver.resize(resized(run, 2));
      process.kill(Pid, "SIGKILL");
    } finally {
      bench.host().unhang();
    }
    expect(await bench.told.first("RunExited", run)).toMatchObject({ exitCode: 137 });
    const next = bench.order("exit 0");
    driver.start(next);
    await bench.told.first("RunExited", next);
    const told = bench.told.all.filter((event) => "job" in event && event.job === run.job);
    expect(told.at(-1)?.type).toBe("RunExited");
  });

  test("that the engine refuses is tried again until a later one takes its place", async () => {
    const driver = await bench.connect();
    const run = watching();
    driver.start(run);
    await bench.told.first("RunStarted", run);
    driver.resize(resized(run, 2, { cores: [4_000] }));
    await until("that is complained of", () =>
      bench.house.logged.some((line) => line.includes("tried again") && line.includes("CPUs are not available")),
    );
    expect(bench.told.of("RunResized", run)).toEqual([]);
    driver.resize(resized(run, 3, { cores: [1] }));
    await until("both are answered", () => bench.told.of("RunResized", run).length === 2);
    expect(bench.told.of("RunResized", run).map(({ generation }) => generation)).toEqual([3, 2]);
    const container = bench.host().docker.getContainer(`contract-${run.job}-1`);
    expect((await container.inspect()).HostConfig.CpusetCpus).toBe("1");
  });

  test("in whose middle the server died leaves a run that its next life lets go on", async () => {
    const first = await bench.connect();
    const run = watching();
    first.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    await new Listener(first, run).heard("ready");
    await first.close();
    await bench.host().docker.getContainer(handle).pause(); // as far as it had come
    const later = new Told();
    const second = await bench.connect({}, 0, later);
    const order = resized(run, 2, { cores: [0, 1] });
    second.adopt(order);
    second.resize(order);
    second.resume(run);
    await later.first("RunResized", run);
    await heardOf(new Listener(second, run));
  });
});
