import { setTimeout as sleep } from "node:timers/promises";
import type { RunOrder } from "../src/core/command.ts";
import { dockerDriver } from "../src/drivers/docker/docker-driver.ts";
import type { Driver, DriverContext, DriverEvent } from "../src/drivers/driver.ts";
import { wallClock } from "../src/engine/clock.ts";
import { aSpec } from "../test/core/world.ts";
import { busyboxImage, type Lab, type LabHost, labReason, startLab } from "../test/lab/docker-lab.ts";
import { type Figures, rounded } from "./figures.ts";

const MIB = 1024 * 1024;
const SHARDS = 8;
const SHARD_MIB = 64;
const TOTAL_MIB = SHARDS * SHARD_MIB;

/**
 * 512 MB of checkpoint from one Docker engine to another over TLS, read back and compared by SHA-256; beside it, on the same
 * engines, the engine's own archive of the folder put into another container as it comes, which compares nothing.
 */
export async function carry(): Promise<Figures> {
  const reason = labReason();
  if (reason !== null) return { skipped: `no Docker engine: ${reason}` };
  const lab = await startLab({ hosts: 2 });
  try {
    await Promise.all(lab.hosts.map((host) => lab.loadImages(host)));
    const house = new House(lab);
    try {
      await house.run(0, order(1, lab.hosts[0] as LabHost, null));
      const plain = await measured(() => house.copyPlainly());
      const ours = await measured(() =>
        house.run(1, order(2, lab.hosts[1] as LabHost, { at: 0, host: lab.hosts[0] as LabHost })),
      );
      const again = await measured(() =>
        house.run(1, order(3, lab.hosts[1] as LabHost, { at: 0, host: lab.hosts[0] as LabHost }, 2)),
      );
      return {
        "carried and verified: MB per second": rounded((TOTAL_MIB * MIB) / 1e6 / ours.seconds),
        "carried and verified: growth of memory, MB": rounded(ours.growth / 1e6),
        "carried again, nothing changed: bytes moved": house.carried.at(-1)?.bytes ?? -1,
        "carried again, nothing changed: seconds": rounded(again.seconds),
        "plain archive, nothing verified: MB per second": rounded((TOTAL_MIB * MIB) / 1e6 / plain.seconds),
        "plain archive, nothing verified: growth of memory, MB": rounded(plain.growth / 1e6),
        "ratio of speed": rounded(plain.seconds / ours.seconds, 2),
      };
    } finally {
      await house.close();
    }
  } finally {
    await lab.stop();
  }
}

const write = `i=0; while [ $i -lt ${SHARDS} ]; do head -c ${SHARD_MIB * MIB} /dev/urandom > /checkpoint/shard$i; i=$((i+1)); done`;

function order(
  attempt: number,
  host: LabHost,
  from: { host: LabHost } | null | { at: number; host: LabHost },
  generation = attempt,
): RunOrder {
  return {
    job: "job-1",
    attempt,
    spec: aSpec({
      image: busyboxImage,
      command: ["/bin/sh", "-c", from ? "true" : write],
      gpus: { min: 0, max: 0, preferred: 0, model: null, memoryMiB: null },
    }),
    on: [{ server: host.name, gpus: [], cores: [], memoryMiB: 0 }],
    reason: "migrated",
    checkpoint: { generation, from: from && { server: from.host.name, generation: 1 } },
    generation: 1,
    leaving: null,
  };
}

/** Two drivers, and what they tell. */
class House {
  readonly carried: Extract<DriverEvent, { type: "CheckpointCarried" }>[] = [];
  readonly #lab: Lab;
  readonly #drivers: Driver[];
  #told: DriverEvent[] = [];

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#drivers = lab.hosts.map((host) => {
      const context: DriverContext = {
        cluster: "bench",
        clock: wallClock,
        emit: (event) => void this.#told.push(event),
        secrets: async () => ({}),
        openCheckpoint: (job, folder, signal) =>
          (this.#drivers[lab.hosts.findIndex(({ name }) => name === folder.server)] as Driver).readCheckpoint(
            job,
            folder,
            signal,
          ),
        log: () => {},
      };
      const { tcp, name } = host;
      return dockerDriver({ server: name, endpoint: `tcp://${tcp.host}:${tcp.port}`, tls: tcp, gpus: 0, context });
    });
  }

  /** Until the run has ended well. */
  async run(at: number, run: RunOrder): Promise<void> {
    const driver = this.#drivers[at] as Driver;
    await driver.connect(AbortSignal.timeout(10_000));
    driver.start(run);
    const exit = (): DriverEvent | undefined =>
      this.#told.find((event) => event.type === "RunExited" && event.attempt === run.attempt);
    while (!exit()) await sleep(10);
    const ended = exit();
    if (ended?.type === "RunExited" && ended.outcome.kind !== "succeeded")
      throw new Error(JSON.stringify(ended.outcome));
    this.carried.push(...this.#told.filter((event) => event.type === "CheckpointCarried"));
    this.#told = [];
  }

  async copyPlainly(): Promise<void> {
    const [source, target] = this.#lab.hosts as [LabHost, LabHost];
    const to = await target.docker.createContainer({
      Image: busyboxImage,
      Cmd: ["true"],
      HostConfig: { Binds: ["plain:/to"] },
    });
    const archive = await source.docker.getContainer("bench-job-1-1").getArchive({ path: "/checkpoint/" });
    await to.putArchive(archive, { path: "/to" });
    await to.remove({ v: true });
    await target.docker.getVolume("plain").remove();
  }

  async close(): Promise<void> {
    await Promise.all(this.#drivers.map((driver) => driver.close()));
  }
}

async function measured(task: () => Promise<void>): Promise<{ seconds: number; growth: number }> {
  const atRest = process.memoryUsage().rss;
  let most = atRest;
  const looking = setInterval(() => {
    most = Math.max(most, process.memoryUsage().rss);
  }, 20);
  const began = performance.now();
  try {
    await task();
  } finally {
    clearInterval(looking);
  }
  return { seconds: (performance.now() - began) / 1000, growth: most - atRest };
}
