import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import type { JobSpec } from "../../../src/core/job-spec.ts";
import { dockerDriver } from "../../../src/drivers/docker/docker-driver.ts";
import { statusOf } from "../../../src/drivers/docker/engine/engine.ts";
import type { Driver, OutputPosition } from "../../../src/drivers/driver.ts";
import { busyboxImage } from "../../lab/docker-lab.ts";
import { type PodmanHost, usePodman } from "../../lab/podman.ts";
import { driverContract } from "../contract.ts";
import { House, Listener, orderOf, until } from "../support.ts";
import { clear, remains } from "./bench.ts";

const shared = usePodman(2);
const FIXED = "Podman's Docker API cannot change the cores of a container";

shared.describe("the Docker driver on Podman", () => {
  driverContract(
    "podman",
    () => {
      const [first, second] = shared.hosts;
      if (!first || !second) throw new Error("the contract needs two engines");
      return Promise.resolve({
        servers: [first.name, second.name] as const,
        spec: { image: busyboxImage },
        open: (server, context) => {
          const { name, unixSocket } = server === first.name ? first : second;
          const endpoint = `unix://${unixSocket}`;
          return dockerDriver({ server: name, endpoint, gpus: 2, context, carryPatienceMillis: 2_000 });
        },
        remains: () => remains(shared.hosts),
        cleanup: () => clear(shared.hosts),
      });
    },
    {
      exceptions: {
        "a resized run has its cores with all its processes, finds its grant, and is told of it": FIXED,
        "a resize that is told twice is done once and answered twice, an older one is only answered": FIXED,
        "a paused run is resized as it stands, and goes on with its new grant when it is resumed": FIXED,
        "the next life of a server brings a resize that it is told again to the same end": FIXED,
      },
    },
  );

  describe("where it differs from Docker", () => {
    let house: House;
    let driver: Driver;
    const host = (): PodmanHost => shared.hosts[0] as PodmanHost;

    beforeEach(async () => {
      house = new House((server, context) =>
        dockerDriver({ server, endpoint: `unix://${host().unixSocket}`, gpus: 2, context }),
      );
      driver = await house.connect(host().name);
    });
    afterEach(async () => {
      await house.close();
      await clear(shared.hosts);
    });
    const order = (script: string, spec: Partial<JobSpec> = {}): RunOrder =>
      orderOf(host().name, { image: busyboxImage, command: ["/bin/sh", "-c", script], ...spec });
    const started = async (run: RunOrder): Promise<void> => {
      driver.start(run);
      await house.told.first("RunStarted", run);
    };

    it("says that it is Podman, what it cannot do, and that it gives no GPUs", async () => {
      const { inventory, identity } = await driver.connect(AbortSignal.timeout(30_000));
      expect(inventory.engine).toMatchObject({
        name: expect.stringMatching(/^Podman \d+\.\d+/),
        fixedCores: FIXED,
        noLiveMigration: expect.stringContaining("no checkpoints"),
      });
      expect(inventory.gpus).toEqual([]);
      expect(inventory.notice).toContain("GPUs are given to nobody");
      // It makes up another one each time it is asked.
      expect(identity).toBeNull();
    });

    it("a container of the same name is a conflict, also where it is told as a fault of the server", async () => {
      const container = { name: "twice", Image: busyboxImage };
      await host().docker.createContainer(container);
      const again = await host()
        .docker.createContainer(container)
        .catch((error: unknown) => error);
      expect(again).toHaveProperty("statusCode", 500);
      expect(statusOf(again)).toBe(409);
    });

    it("a run that is paused twice is paused", async () => {
      const run = order("while :; do sleep 0.1; done");
      await started(run);
      const rests = async (): Promise<boolean> => {
        const { Id } = (await host().docker.listContainers({ all: true }))[0] as { Id: string };
        return (await host().docker.getContainer(Id).inspect()).State.Paused;
      };
      driver.pause(run);
      await until("it rests", rests);
      driver.pause(run);
      driver.resume(run);
      await until("it goes on", async () => !(await rests()));
      expect(house.told.of("RunPauseFailed", run)).toEqual([]);
    });

    it("a run that is killed at its memory's limit is probably out of memory, and that is all that is said", async () => {
      const run = order("x=a; while :; do x=$x$x; done", { memoryMiB: 24 });
      await started(run);
      const { outcome, exitCode } = await house.told.first("RunExited", run);
      expect(exitCode).toBe(137);
      expect(outcome).toMatchObject({ kind: "failed", cause: { origin: "application", code: "oom" } });
      expect(outcome).toHaveProperty("cause.message", expect.stringContaining("probably out of memory"));
    });

    it("many lines of one second, and lines of many parts, are read on from any of them: nothing is lost or doubled", async () => {
      const run = order(`i=0; while [ $i -lt 60 ]; do i=$((i+1)); echo $i
        [ $((i % 20)) = 0 ] && { head -c 20000 /dev/zero | tr '\\0' x; echo; }; done; printf end`);
      await started(run);
      const whole = new Listener(driver, run);
      await whole.done;
      const texts = whole.texts();
      expect(texts.filter((text) => /^\d+$/.test(text)).map(Number)).toEqual(
        Array.from({ length: 60 }, (_, i) => i + 1),
      );
      expect(texts.filter((text) => text.startsWith("x")).map((text) => text.length)).toEqual([20_000, 20_000, 20_000]);
      for (const count of [1, 19, 21, 41, texts.length - 1]) {
        const from: OutputPosition = { stdout: whole.lines[count - 1]?.position as string };
        const rest = new Listener(driver, run, from);
        await rest.done;
        expect(rest.texts()).toEqual(texts.slice(count));
      }
    });

    it("a run that is told of other cores keeps its own, and the server's log says so", async () => {
      const run = order("while :; do sleep 0.1; done");
      await started(run);
      driver.resize({ ...run, generation: 2, on: run.on.map((share) => ({ ...share, cores: [0, 1] })) });
      await house.told.first("RunResized", run);
      expect(house.logged.join("\n")).toContain(FIXED);
    });
  });
});
