import { expect, test } from "vitest";
import { pythonImage } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { isAlive, Listener, until } from "../support.ts";
import { DockerBench } from "./bench.ts";

const shared = useLab({ hosts: 1 });

shared.describe("the output of a run whose Docker engine is away for a while", () => {
  const bench = new DockerBench(shared);
  /** Most of it is printed when it gets SIGUSR1. */
  const ENDS = `import signal
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
print('begun')
signal.sigwait([signal.SIGUSR1])
for i in range(30): print(i)`;
  const PRINTS =
    "import os, time\nwhile not os.path.exists('/checkpoint/enough'): print('more'); time.sleep(0.05)\nprint('the last')";

  test("is said to lack its end when the run ended meanwhile, once, however often it is read", async () => {
    const [host] = shared.hosts;
    const driver = await bench.connect();
    const run = bench.order(["python3", "-c", ENDS], { image: pythonImage });
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    const listener = new Listener(driver, run);
    await listener.heard("begun");
    const { State } = (await host?.docker.getContainer(handle).inspect()) ?? { State: { Pid: 0 } };
    await host?.kill();
    process.kill(State.Pid, "SIGUSR1");
    await until("it has ended", () => !isAlive(State.Pid));
    await host?.start();
    await bench.told.first("RunExited", run);
    await bench.notDown();

    const again = new Listener(driver, run);
    await again.done;
    expect(again.texts().at(-1)).toMatch(/engine was away when this run ended/);
    expect(again.texts().length).toBeLessThan(32);
    const positions = Object.fromEntries(again.lines.map(({ stream, position }) => [stream, position]));
    const third = new Listener(driver, run, positions);
    await third.done;
    expect(third.texts()).toEqual([]);
  });

  test("is whole when the engine is back before the run ends", async () => {
    const [host] = shared.hosts;
    const driver = await bench.connect();
    const run = bench.order(["python3", "-c", PRINTS], { image: pythonImage });
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    await host?.kill();
    await host?.start();
    await end(handle);
    await bench.told.first("RunExited", run);
    await bench.notDown();
    const listener = new Listener(driver, run);
    await listener.done;
    expect(listener.texts().at(-1)).toBe("the last");
  });

  async function end(handle: string): Promise<void> {
    const exec = await shared.hosts[0]?.docker.getContainer(handle).exec({ Cmd: ["touch", "/checkpoint/enough"] });
    await exec?.start({ Detach: true });
  }
});
