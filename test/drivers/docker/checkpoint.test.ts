import { PassThrough, Readable } from "node:stream";
import Docker from "dockerode";
import { expect, test, vi } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import { dockerDriver } from "../../../src/drivers/docker/docker-driver.ts";
import type { Driver, DriverContext } from "../../../src/drivers/driver.ts";
import { busyboxImage, pythonImage } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { Listener, readWhole, realClock, until } from "../support.ts";
import { DockerBench, endpointOf } from "./bench.ts";

const shared = useLab({ hosts: 2 });

/** Prints one line per entry: what it is, its rights and owner, and its content or target. */
const listing = `
import hashlib, os, stat
for folder, folders, files in os.walk('/checkpoint'):
  folders.sort()
  for name in sorted(folders + files):
    path = os.path.join(folder, name); s = os.lstat(path)
    what = os.readlink(path) if stat.S_ISLNK(s.st_mode) else s.st_nlink if stat.S_ISDIR(s.st_mode) else hashlib.sha256(open(path, 'rb').read()).hexdigest()
    print(path, oct(s.st_mode), s.st_uid, s.st_gid, int(s.st_mtime), what)
`;

shared.describe("a checkpoint folder on a Docker engine", () => {
  const bench = new DockerBench(shared);
  const python = (script: string): readonly string[] => ["python3", "-c", script];

  const moved = (run: RunOrder, script: string): RunOrder => ({
    ...run,
    attempt: 2,
    reason: "migrated",
    spec: { ...run.spec, command: python(script) },
    on: run.on.map((share) => ({ ...share, server: bench.host(1).name })),
    checkpoint: { generation: 2, from: { server: bench.host().name, generation: 1 } },
  });

  async function outputOf(driver: Driver, run: RunOrder): Promise<string[]> {
    driver.start(run);
    const exit = await bench.told.first("RunExited", run);
    expect(exit.outcome).toEqual({ kind: "succeeded" });
    const listener = new Listener(driver, run);
    await listener.done;
    return listener.texts();
  }

  test("arrives on another engine byte for byte, with names, links, rights and owners", async () => {
    const [first, second] = [await bench.connect(), await bench.connect({}, 1)];
    const save = `
import os
os.chdir('/checkpoint'); os.makedirs('deep/' + 'd' * 90 + '/' + 'e' * 90); os.mkdir('empty folder')
open('empty', 'w').close(); open('Gewicht-ü-重み', 'wb').write(os.urandom(70001))
open('deep/' + 'd' * 90 + '/' + 'e' * 90 + '/' + 'f' * 90, 'wb').write(os.urandom(512))
os.link('empty', 'same'); os.symlink('deep/nowhere', 'latest')
open('private', 'wb').write(os.urandom(16385)); os.chmod('private', 0o600); os.chown('private', 1000, 1001)
os.utime('private', (1_500_000_000, 1_500_000_000)); os.chmod('deep', 0o2770)
`;
    const run = bench.order(python(save + listing), { image: pythonImage });
    const before = await outputOf(first, run);
    expect(before.length).toBeGreaterThan(8);
    const again = moved(run, listing);
    expect(await outputOf(second, again)).toEqual(before);
    expect(bench.told.of("CheckpointCarried", again)).toMatchObject([{ bytes: 70_001 + 512 + 16_385, files: 4 }]);
  });

  test("goes back to an engine that has an older copy: only what changed is carried, and what went is not there", async () => {
    const [first, second] = [await bench.connect(), await bench.connect({}, 1)];
    const back = (run: RunOrder, attempt: number, script: string): RunOrder => ({
      ...run,
      attempt,
      spec: { ...run.spec, command: python(script) },
      on: run.on.map((share) => ({ ...share, server: attempt % 2 ? bench.host().name : bench.host(1).name })),
      checkpoint:
        attempt % 2
          ? { generation: 1, from: { server: bench.host(1).name, generation: 2 } }
          : { generation: 2, from: { server: bench.host().name, generation: 1 } },
    });
    const run = bench.order(
      python(
        "import os; os.chdir('/checkpoint'); open('data', 'wb').write(os.urandom(300000)); open('a', 'w').write('1')",
      ),
      { image: pythonImage },
    );
    await outputOf(first, run);
    await outputOf(second, back(run, 2, "open('/checkpoint/a', 'w').write('22')"));
    await outputOf(first, back(run, 3, `import os; os.rename('/checkpoint/a', '/checkpoint/b')\n${listing}`));
    for (const [i, driver] of [first, second, first].entries()) await driver.reap(run.job, i + 1);
    const there = await outputOf(second, back(run, 4, listing));
    expect(there.map((line) => line.split(" ")[0])).toEqual(["/checkpoint/b", "/checkpoint/data"]);
    const carried = bench.told.all.filter(({ type }) => type === "CheckpointCarried");
    expect(carried).toMatchObject([
      { bytes: 300_001, kept: { bytes: 0 } },
      { bytes: 2, files: 1, kept: { bytes: 300_000, files: 1 } },
      { bytes: 300_002, files: 2 }, // the engine cannot take a file away: the folder is made anew
    ]);
  });

  test("an empty folder arrives as an empty folder", async () => {
    const [first, second] = [await bench.connect(), await bench.connect({}, 1)];
    const run = bench.order("exit 0", { image: pythonImage });
    first.start(run);
    await bench.told.first("RunExited", run);
    const again = moved(run, "import os; print(os.listdir('/checkpoint'))");
    expect(await outputOf(second, again)).toEqual(["[]"]);
    expect(bench.told.of("CheckpointCarried", again)).toMatchObject([{ bytes: 0, files: 0 }]);
  });

  test("two hundred megabytes pass through in little memory", async () => {
    const [first, second] = [await bench.connect(), await bench.connect({}, 1)];
    const mib = 1024 * 1024;
    const save = `
import os
for n in range(4):
  with open(f'/checkpoint/shard{n}', 'wb') as f:
    for _ in range(50): f.write(os.urandom(${mib}))
`;
    const run = bench.order(python(save + listing), { image: pythonImage });
    const before = await outputOf(first, run);
    const again = moved(run, listing);
    const atRest = process.memoryUsage().rss;
    let most = 0;
    const measuring = setInterval(() => {
      most = Math.max(most, process.memoryUsage().rss - atRest);
    }, 5);
    try {
      second.start(again);
      await bench.told.first("CheckpointCarried", again);
    } finally {
      clearInterval(measuring);
    }
    await bench.told.first("RunExited", again);
    const listener = new Listener(second, again);
    await listener.done;
    expect(listener.texts()).toEqual(before);
    expect(bench.told.of("CheckpointCarried", again)).toMatchObject([{ bytes: 200 * mib, files: 4 }]);
    expect(most).toBeLessThan(80 * mib);
  });

  test("can be read when the run's container is gone, and nothing is left of the reading", async () => {
    const driver = await bench.connect();
    const run = bench.order("echo 41 > /checkpoint/step");
    driver.start(run);
    await bench.told.first("RunExited", run);
    void driver.reap(run.job, 1);
    const volume = `contract-${run.job}-ckpt-1`;
    await until("only the folder is left", async () => `${await bench.remains()}` === volume);
    const folder = { server: driver.server, generation: 1 };
    const creating = vi.spyOn(Docker.prototype, "createContainer");
    const tar = await readWhole(await driver.readCheckpoint(run.job, folder, AbortSignal.timeout(10_000)));
    expect(creating.mock.calls[0]?.[0]).toHaveProperty(["Labels", "schedulearn.reader"]);
    creating.mockRestore();
    expect(tar.toString("latin1")).toMatch(/^checkpoint\/\0.*checkpoint\/step\0.*41\n/s);
    await until("only the folder is left", async () => `${await bench.remains()}` === volume);
    expect((await driver.connect(AbortSignal.timeout(10_000))).runs).toEqual([]);
  });

  test("that an earlier life was reading when it was killed is let go by the next one", async () => {
    const { docker, name } = bench.host();
    const [job, volume] = ["job-read", "contract-job-read-ckpt-1"];
    await docker.createContainer({
      name: `${volume}-reader-0`,
      Image: busyboxImage,
      Entrypoint: ["never-run"],
      Labels: { "schedulearn.cluster": "contract", "schedulearn.reader": "0" },
      HostConfig: { Mounts: [{ Type: "volume", Source: volume, Target: "/checkpoint", ReadOnly: true }] },
    });
    const driver = await bench.connect();
    driver.discardCheckpoint(job, { server: name, generation: 1 });
    await until("nothing is left", async () => (await bench.remains()).length === 0);
  });

  /** Starts a run whose checkpoint comes from `source`, and returns why it failed. */
  async function failureOf(source: DriverContext["openCheckpoint"]): Promise<string> {
    const host = bench.host();
    const context: DriverContext = {
      cluster: "contract",
      clock: realClock,
      emit: (event) => bench.told.all.push(event),
      secrets: () => Promise.resolve({}),
      openCheckpoint: source,
      log: () => undefined,
    };
    const driver = dockerDriver({ ...endpointOf(host), gpus: 0, context, carryPatienceMillis: 500 });
    const checkpoint = { generation: 2, from: { server: "elsewhere", generation: 1 } };
    const run = bench.order("echo never", {}, { attempt: 2, checkpoint });
    try {
      driver.start(run);
      const { outcome } = await bench.told.first("RunExited", run);
      expect(outcome).toMatchObject({ kind: "failed", cause: { origin: "infrastructure", code: "checkpoint-carry" } });
      expect(bench.told.of("RunStarted", run)).toEqual([]);
      return outcome.kind === "failed" ? outcome.cause.message : "";
    } finally {
      await driver.close();
    }
  }

  test("a source that breaks off fails the start, and neither container nor half a copy is left", async () => {
    const message = await failureOf(async (job, _folder, signal) => {
      const source = await Promise.resolve(new PassThrough());
      const header = Buffer.alloc(512);
      header.write(`./${job}`, 0);
      header.write("0000644\x000000000\x000000000\x0000004000000\x0000000000000\0", 100, "latin1");
      header.write("        0", 148);
      header.write("ustar\u000000", 257, "latin1");
      header.write(
        `${header
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, "0")}\0 `,
        148,
      );
      source.write(header);
      source.write(Buffer.alloc(100_000), () => source.destroy(new Error("the line went dead")));
      signal.throwIfAborted();
      return source;
    });
    expect(message).toBe("the checkpoint could not be carried from server elsewhere: the line went dead");
    expect(await bench.remains()).toEqual([]);
  });

  test("a source that ends in the middle of a file fails the start too", async () => {
    const header = Buffer.alloc(512);
    expect(await failureOf(() => Promise.resolve(Readable.from([header.fill(1)])))).toMatch(/could not be carried/);
    expect(await bench.remains()).toEqual([]);
  });

  test("a run stopped while its checkpoint is on its way has stopped, and nothing is left", async () => {
    const driver = await bench.connect();
    const checkpoint = { generation: 2, from: { server: bench.host(1).name, generation: 1 } };
    const run = bench.order("echo never", {}, { attempt: 2, checkpoint });
    const other = await bench.connect({}, 1);
    const never = new PassThrough();
    other.readCheckpoint = () => Promise.resolve(never);
    driver.start(run);
    await until("it is being carried", () =>
      bench.told.of("RunPreparing", run).some(({ phase }) => phase === "carrying"),
    );
    driver.stop(run, "SIGTERM", 60);
    expect((await bench.told.first("RunExited", run)).outcome).toEqual({ kind: "stopped" });
    expect(await bench.remains()).toEqual([]);
  });
});
