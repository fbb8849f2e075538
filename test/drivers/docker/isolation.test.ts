import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultContainers } from "../../../src/config/index.ts";
import type { Mount } from "../../../src/core/job-spec.ts";
import { dockerDriver } from "../../../src/drivers/docker/docker-driver.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { realClock, Told } from "../support.ts";
import { DockerBench, endpointOf } from "./bench.ts";

const shared = useLab({ hosts: 1 });

shared.describe("a container of a job", () => {
  const bench = new DockerBench(shared);
  const status = (field: string) => `grep ${field} /proc/self/status | tr -d '\\t'`;

  test("has the few capabilities that the operator leaves it, gains none, and is the first to go when memory ends", async () => {
    const driver = await bench.connect();
    const script = `${status("CapBnd")}; ${status("CapEff")}; ${status("NoNewPrivs")}; cat /proc/self/oom_score_adj`;
    // CHOWN 0, DAC_OVERRIDE 1, FOWNER 3, KILL 5, SETGID 6, SETUID 7
    expect(await bench.output(driver, bench.order(script))).toEqual([
      "CapBnd:00000000000000eb",
      "CapEff:00000000000000eb",
      "NoNewPrivs:1",
      "500",
    ]);
    await driver.close();
    const bare = await bench.connect({ containers: { ...defaultContainers, capabilities: [] } });
    expect(await bench.output(bare, bench.order(status("CapBnd")))).toEqual(["CapBnd:0000000000000000"]);
  });

  test("shares no name space with its machine, and its processes are counted", async () => {
    const driver = await bench.connect({ containers: { ...defaultContainers, pidsLimit: 64 } });
    const run = bench.order("sleep 1000");
    driver.start(run);
    const { handle } = await bench.told.first("RunStarted", run);
    const { HostConfig } = await bench.host().docker.getContainer(handle).inspect();
    expect(HostConfig).toMatchObject({
      Privileged: false,
      NetworkMode: "default",
      PidMode: "",
      UTSMode: "",
      PidsLimit: 64,
      CapDrop: ["ALL"],
      Binds: null,
    });
    expect(["private", "shareable", ""]).toContain(HostConfig.IpcMode);
  });

  test("runs as the image's user, as the operator's, or as the one that the job may name", async () => {
    const whoami = async (containers: typeof defaultContainers, runAs?: string): Promise<string[]> => {
      const driver = await bench.connect({ containers });
      const order = bench.order(
        "id -u; id -g; echo saved > /checkpoint/x && cat /checkpoint/x",
        runAs ? { runAs } : {},
      );
      const said = await bench.output(driver, order);
      await driver.close();
      return said;
    };
    expect(await whoami(defaultContainers)).toEqual(["0", "0", "saved"]);
    expect(await whoami({ ...defaultContainers, user: "1234:4321" })).toEqual(["1234", "4321", "saved"]);
    expect(await whoami(defaultContainers, "77:88")).toEqual(["77", "88", "saved"]);
    const invoking = [process.getuid?.(), process.getgid?.()].map(String);
    expect(await whoami({ ...defaultContainers, user: "invoking" })).toEqual([...invoking, "saved"]);
  });

  test("goes without a limit that its engine may not raise, once and for all", async () => {
    const driver = await bench.connect({ containers: { ...defaultContainers, ulimits: { memlock: -1 } } });
    const first = await bench.output(driver, bench.order("ulimit -l; echo ran"));
    expect(first.at(-1)).toBe("ran");
    const gaveUp = bench.house.logged.filter((line) => line.includes("may not raise limits"));
    // Where this machine may raise limits it has none; where it may not, that is said once.
    expect(first[0] === "unlimited" ? gaveUp : gaveUp.slice(1)).toEqual([]);
    expect((await bench.output(driver, bench.order("echo ran"))).at(-1)).toBe("ran");
    expect(bench.house.logged.filter((line) => line.includes("may not raise limits"))).toEqual(gaveUp);
  });

  test("is made once, however many lives of the server are told to start it at the same moment", async () => {
    const run = bench.order("echo once; sleep 1000");
    const lives = Array.from({ length: 8 }, () => {
      const told = new Told();
      const driver = dockerDriver({
        ...endpointOf(bench.host()),
        gpus: "auto",
        context: {
          cluster: "contract",
          clock: realClock,
          emit: (event) => told.all.push(event),
          secrets: async () => ({}),
          openCheckpoint: () => Promise.reject(new Error("there is none")),
          log: () => {},
        },
      });
      return { driver, told };
    });
    try {
      for (const { driver } of lives) driver.start(run);
      const started = await Promise.all(lives.map(({ told }) => told.first("RunStarted", run)));
      expect(new Set(started.map(({ handle }) => handle)).size).toBe(1);
      expect(await bench.host().docker.listContainers({ all: true })).toHaveLength(1);
    } finally {
      await Promise.all(lives.map(({ driver }) => driver.close()));
    }
  });

  const withRoot = async (use: (root: string) => Promise<void>): Promise<void> => {
    const root = join(shared.lab.dir, "data");
    mkdirSync(join(root, "set"), { recursive: true });
    writeFileSync(join(root, "set", "a"), "seen\n");
    await use(root).finally(() => rmSync(root, { recursive: true, force: true }));
  };
  const mount = (source: string, readOnly = true): Mount => ({ source, target: "/data", readOnly });

  test("sees the folders that it may mount, and may write only where it asked to", () =>
    withRoot(async (root) => {
      const driver = await bench.connect({ containers: { ...defaultContainers, mountRoots: [root] } });
      const script = "cat /data/a; echo x > /data/b && echo written";
      const reading = bench.order(`${script} || true`, { mounts: [mount(join(root, "set"))] });
      expect(await bench.output(driver, reading)).toEqual(["seen"]);
      const writing = bench.order(script, { mounts: [mount(join(root, "set"), false)] });
      expect(await bench.output(driver, writing)).toEqual(["seen", "written"]);
    }));

  test("is refused when its folder is not there, or no longer allowed; nothing is left, no folder is made", () =>
    withRoot(async (root) => {
      const failure = async (mountRoots: string[], source: string): Promise<unknown> => {
        const driver = await bench.connect({ containers: { ...defaultContainers, mountRoots } });
        const run = bench.order("echo never", { mounts: [mount(source)] });
        driver.start(run);
        const { outcome } = await bench.told.first("RunExited", run);
        await driver.close();
        return outcome;
      };
      const missing = await failure([root], join(root, "nothing"));
      expect(missing).toHaveProperty(
        "cause.message",
        expect.stringMatching(/mounts: there is no .*\/nothing on server/),
      );
      const forbidden = await failure([`${root}/other`], join(root, "set"));
      expect(forbidden).toHaveProperty("cause.message", expect.stringMatching(/may not be mounted any more/));
      expect(forbidden).toHaveProperty("cause.permanent", true);
      expect(await bench.remains()).toEqual([]);
    }));

  test("follows a link below a root as its machine does: roots are of those who may write there", () =>
    withRoot(async (root) => {
      symlinkSync("/etc", join(root, "link"));
      const driver = await bench.connect({ containers: { ...defaultContainers, mountRoots: [root] } });
      const run = bench.order("ls /data/hostname", { mounts: [mount(join(root, "link"))] });
      expect(await bench.output(driver, run)).toEqual(["/data/hostname"]);
    }));
});
