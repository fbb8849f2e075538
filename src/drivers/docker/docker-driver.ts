import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultContainers } from "../../config/index.ts";
import type { RunOrder, RunRef } from "../../core/command.ts";
import type { CheckpointFolder, JobId } from "../../core/job.ts";
import type { EngineFacts, Gpu, Health } from "../../core/server.ts";
import type {
  Driver,
  FilePart,
  Found,
  GpuGrant,
  GpuReading,
  Inventory,
  KeptImage,
  Lying,
  Output,
  OutputPosition,
  RunUse,
} from "../driver.ts";
import { visibleDevices } from "../environment.ts";
import { CodeVolumes } from "./container/code.ts";
import { CLUSTER_LABEL, containerName, foundFolder, foundRun, READER_LABEL, volumeName } from "./container/labels.ts";
import type { Site } from "./container/setup.ts";
import { containerOf, PATIENCE_MILLIS, removeVolume } from "./container/setup.ts";
import { survey } from "./container/survey.ts";
import { engineFacts, isPodman, NO_PODMAN_GPUS } from "./engine/dialect.ts";
import { accept, Engine, reasonOf } from "./engine/engine.ts";
import { Gate } from "./engine/gate.ts";
import { HealthWatch } from "./engine/health.ts";
import { pullImage } from "./image/image.ts";
import { ImageCollection } from "./image/image-collection.ts";
import { ImageUses } from "./image/image-use.ts";
import { Registries } from "./image/registries.ts";
import { EngineDisk } from "./machine/disk.ts";
import { EngineGpus } from "./machine/gpus.ts";
import { Measures } from "./machine/measure.ts";
import { containerUses } from "./machine/use.ts";
import type { DockerOptions } from "./options.ts";
import { followOutput } from "./output/output.ts";
import { lookAt, readOut } from "./run/checkpoint.ts";
import { ContainerRun } from "./run/run.ts";
import { readFile } from "./run/run-file.ts";

export { DEFAULT_ENDPOINT, probeDocker } from "./engine/engine.ts";

const SET_UP_AT_A_TIME = 8;
const MIB = 1024 * 1024;
/** How long a driver that is closed goes on stopping and removing what it was told to stop and remove. */
const LAST_DUTIES_MILLIS = 3_000;
/** Clocks that differ less than this are taken to agree. */
const CLOCK_TOLERANCE_MILLIS = 60_000;

/** Drives one Docker engine. Throws a TypeError when the endpoint is none. */
export const dockerDriver = (options: DockerOptions): Driver => new DockerDriver(options);

class DockerDriver implements Driver {
  readonly server: string;
  readonly #options: DockerOptions;
  readonly #gpus: EngineGpus;
  readonly #engine: Engine;
  readonly #site: Site;
  readonly #health: HealthWatch;
  #collection: ImageCollection | null = null;
  #measures: Measures | null = null;
  readonly #gate = new Gate(SET_UP_AT_A_TIME);
  readonly #runs = new Map<string, ContainerRun>();
  readonly #follows = new Set<AbortController>();
  /** Signals on their way to runs; containers and folders that are being removed. */
  readonly #duties = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  /** Tells the containers that this driver lends for reading from those that an earlier one left. */
  readonly #reader = randomBytes(6).toString("hex");
  /** How far the engine's clock is ahead of ours, when that is too far to be overlooked. */
  #clockAheadMillis = 0;
  #isPodman = false;
  /** What turned out of its engine since. */
  #found: Pick<EngineFacts, "noLiveMigration"> = {};
  #inventory: Inventory | null = null;

  constructor(options: DockerOptions) {
    setMaxListeners(0, this.#closing.signal); // one for each thing under way
    this.#options = options;
    this.server = options.server;
    this.#engine = new Engine(options.endpoint, options.tls);
    const { context } = options;
    this.#gpus = new EngineGpus(this.#engine, {
      server: options.server,
      cluster: context.cluster,
      gpus: options.gpus,
      known: options.knownGpus ?? [],
      ...(options.gpuProbeImage !== undefined && { image: options.gpuProbeImage }),
      pull: (image, signal) => this.#pull(image, signal),
    });
    this.#site = {
      server: options.server,
      engine: this.#engine,
      context,
      rules: options.containers ?? defaultContainers,
      limits: { raised: true },
      registries: new Registries(options.registries ?? []),
      images: new ImageUses(options.housekeeping?.usesFile ?? null),
      code: new CodeVolumes(this.#engine, context.cluster, this.#reader, options.openCode, this.#closing.signal),
      carryPatienceMillis: options.carryPatienceMillis,
      devicesOf: (order) => {
        const leased = this.#leased(order);
        return { leased, visible: visibleDevices(order, leased, this.#gpus.all) };
      },
      gpuWay: () => this.#gpus.way,
      isPodman: () => this.#isPodman,
      reader: this.#reader,
      lacksLive: (reason) => this.#lacksLive(reason),
      instantOf: (time) => Math.min(context.clock.now(), Date.parse(time) - this.#clockAheadMillis),
    };
    if (options.housekeeping) this.#keepHouse(options.housekeeping);
    this.#health = new HealthWatch(this.#engine, context.clock, (...news) => this.#healthChanged(...news));
  }

  async connect(signal: AbortSignal): Promise<Found> {
    let health: Health | null = null;
    try {
      const info = await this.#engine.info(signal);
      const ahead = Date.parse(info.SystemTime) - this.#options.context.clock.now();
      this.#clockAheadMillis = Math.abs(ahead) > CLOCK_TOLERANCE_MILLIS ? ahead : 0;
      const filters = { label: [`${CLUSTER_LABEL}=${this.#options.context.cluster}`] };
      const containers = await this.#engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
        this.#engine.docker.listContainers({ all: true, filters, abortSignal }),
      );
      const { Volumes } = await this.#engine.ask({ signal, patienceMillis: 0 }, (abortSignal) =>
        this.#engine.docker.listVolumes({ filters: JSON.stringify(filters), abortSignal }),
      );
      this.#isPodman = isPodman(info);
      const machine = {
        engine: { ...engineFacts(info), ...this.#found },
        cores: this.#options.cores ?? info.NCPU,
        memoryMiB: this.#options.memoryMiB ?? Math.floor(info.MemTotal / MIB),
      };
      const gpus = this.#isPodman
        ? { gpus: [], ...(this.#options.gpus !== "auto" && { notice: NO_PODMAN_GPUS }) }
        : await this.#gpus.inventory(this.#closing.signal, (found) => {
            const at = this.#options.context.clock.now();
            this.#options.context.emit({ type: "ServerInventoried", server: this.server, ...found, ...machine, at });
          });
      const inventory = { ...gpus, ...machine };
      this.#inventory = inventory;
      for (const { Id, Labels } of containers) {
        const reader = Labels[READER_LABEL];
        if (reader !== undefined && reader !== this.#reader) this.#removeReader(Id);
      }
      const runs = containers.map(({ Labels }) => foundRun(Labels)).filter((run) => run !== null);
      const folders = (Volumes ?? []).map(({ Labels }) => foundFolder(Labels)).filter((folder) => folder !== null);
      health = "up";
      this.#measures?.start();
      return { inventory, runs, folders, identity: (!this.#isPodman && info.ID) || null };
    } finally {
      this.#health.start(health);
    }
  }

  prepare(order: RunOrder): void {
    this.#run(order).prepare(order);
  }

  start(order: RunOrder): void {
    this.#run(order).start(order);
  }

  stop(run: RunRef, signal: string, graceSeconds: number): void {
    const stopped = this.#run(run).stop(signal, graceSeconds * 1000);
    this.#inBackground("a run could not be stopped", () => stopped);
  }

  resize(order: RunOrder): void {
    const resized = this.#run(order).resize(order);
    this.#inBackground("a run could not be resized", () => resized);
  }

  dump(run: RunRef): void {
    this.#run(run).dump();
  }

  pause(run: RunRef): void {
    this.#run(run).pause();
  }

  resume(run: RunRef): void {
    this.#run(run).resume();
  }

  discard(run: RunRef): void {
    const discarded = this.#run(run);
    void discarded.discard().then(() => {
      if (discarded.idle) this.#forget(discarded, run.job, run.attempt);
    });
  }

  discardCheckpoint(job: JobId, { generation }: CheckpointFolder): void {
    this.#inBackground(`checkpoint folder ${generation} of ${job} could not be removed`, (signal) =>
      removeVolume(this.#site, job, generation, signal),
    );
  }

  adopt(order: RunOrder): void {
    this.#run(order).adopt(order);
  }

  reap(job: JobId, attempt: number): Promise<void> {
    const reaped = this.#run({ job, attempt });
    const gone = reaped.reap().finally(() => this.#forget(reaped, job, attempt));
    this.#inBackground("a container could not be removed", () => gone);
    return gone;
  }

  async *follow(run: RunRef, from: OutputPosition, signal: AbortSignal): AsyncIterable<Output[]> {
    const known = this.#runs.get(containerName(this.#options.context.cluster, run.job, run.attempt));
    if (known && !known.started) {
      await unlessAborted(known.begun, signal);
      if (!known.started) return;
    }
    const follow = new AbortController();
    const end = () => follow.abort(signal.reason);
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    this.#follows.add(follow);
    try {
      const container = containerOf(this.#site, run.job, run.attempt);
      yield* followOutput(this.#engine, container, from, follow.signal, this.#isPodman);
    } finally {
      this.#follows.delete(follow);
      signal.removeEventListener("abort", end);
    }
  }

  readFile(run: RunRef, path: string, from: number, most: number, signal: AbortSignal): Promise<FilePart | null> {
    return readFile(this.#engine, containerOf(this.#site, run.job, run.attempt), path, from, most, signal);
  }

  lookAtCheckpoint(job: JobId, { generation }: CheckpointFolder, paths: readonly string[], signal: AbortSignal) {
    const { cluster } = this.#options.context;
    const labels = { [CLUSTER_LABEL]: cluster, [READER_LABEL]: this.#reader };
    return lookAt(this.#engine, volumeName(cluster, job, generation), labels, paths, signal);
  }

  readCheckpoint(job: JobId, { generation }: CheckpointFolder, signal: AbortSignal): Promise<NodeJS.ReadableStream> {
    const { cluster } = this.#options.context;
    const labels = { [CLUSTER_LABEL]: cluster, [READER_LABEL]: this.#reader };
    return readOut(this.#engine, volumeName(cluster, job, generation), labels, signal);
  }

  lookAtGpus(signal: AbortSignal): Promise<readonly GpuReading[]> {
    return this.#gpus.readings(AbortSignal.any([signal, this.#closing.signal]));
  }

  gpuGrants(signal: AbortSignal): Promise<readonly GpuGrant[]> {
    return this.#gpus.grants(AbortSignal.any([signal, this.#closing.signal]));
  }

  lookAtUse(signal: AbortSignal): Promise<readonly RunUse[]> {
    const { cluster, clock } = this.#options.context;
    return containerUses(this.#engine, cluster, clock, AbortSignal.any([signal, this.#closing.signal]));
  }

  images(signal: AbortSignal): Promise<readonly KeptImage[]> {
    return this.#collection?.list(signal) ?? Promise.resolve([]);
  }

  collectImages(): Promise<readonly string[]> {
    return this.#measures?.collect() ?? Promise.resolve([]);
  }

  /** Disk and images, where they are looked after. */
  #keepHouse({ images: rules, minFreeDiskMiB }: NonNullable<DockerOptions["housekeeping"]>): void {
    const { server, context, endpoint } = this.#options;
    const [engine, closing] = [this.#engine, this.#closing.signal];
    const disk = new EngineDisk(engine, endpoint, context.cluster, this.#reader);
    const collection = new ImageCollection(engine, this.#site.images, rules, () => context.clock.now());
    this.#collection = collection;
    this.#measures = new Measures({ server, engine, context, disk, collection, rules, minFreeDiskMiB, closing });
  }

  survey(signal: AbortSignal): Promise<readonly Lying[]> {
    return survey(this.#engine, this.#options.context.cluster, this.#reader, this.#site.instantOf, signal);
  }

  async remove(what: Lying, signal: AbortSignal): Promise<void> {
    switch (what.kind) {
      case "run":
        return this.reap(what.job, what.attempt);
      case "checkpoint":
        return removeVolume(this.#site, what.job, what.generation, signal);
      case "code":
        return this.#site.code.remove(what.hash, signal);
      case "reader":
        await this.#engine
          .ask({ signal }, (abortSignal) =>
            this.#engine.docker.getContainer(what.name).remove({ force: true, abortSignal }),
          )
          .catch(accept(404, 409));
    }
  }

  async close(): Promise<void> {
    // What was told to stop or to go is not left behind for want of a moment.
    const patience = new AbortController();
    const enough = sleep(LAST_DUTIES_MILLIS, undefined, { signal: patience.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#duties), enough]);
    patience.abort();
    this.#closing.abort();
    this.#health.close();
    for (const run of this.#runs.values()) run.forget();
    for (const follow of this.#follows) follow.abort(new Error("the driver was closed"));
    this.#runs.clear();
    await this.#gpus.close();
    this.#engine.close();
  }

  async #pull(image: string, signal: AbortSignal): Promise<void> {
    const authconfig = await this.#site.registries.authFor(image);
    await pullImage({ engine: this.#engine, image, authconfig, patienceMillis: PATIENCE_MILLIS }, signal, () => {});
  }

  #removeReader(id: string): void {
    this.#inBackground("a reader's container could not be removed", (signal) =>
      this.#engine
        .ask({ signal }, (abortSignal) => this.#engine.docker.getContainer(id).remove({ force: true, abortSignal }))
        .catch(accept(404, 409)),
    );
  }

  #forget(run: ContainerRun, job: JobId, attempt: number): void {
    const name = containerName(this.#options.context.cluster, job, attempt);
    if (this.#runs.get(name) === run) this.#runs.delete(name);
  }

  #run({ job, attempt }: Pick<RunRef, "job" | "attempt">): ContainerRun {
    const name = containerName(this.#options.context.cluster, job, attempt);
    const known = this.#runs.get(name);
    if (known) return known;
    const run = new ContainerRun(this.#site, this.#gate, job, attempt);
    if (this.#closing.signal.aborted) run.forget();
    else this.#runs.set(name, run);
    return run;
  }

  #leased({ on }: RunOrder): readonly Gpu[] {
    const leased = on.find(({ server }) => server === this.server)?.gpus ?? [];
    return leased.map((id) => {
      const gpu = this.#gpus.all.find((one) => one.id === id);
      if (!gpu) throw new TypeError(`server ${this.server} has no GPU ${id}`);
      return gpu;
    });
  }

  #lacksLive(noLiveMigration: string): void {
    const { emit, clock } = this.#options.context;
    this.#found = { noLiveMigration };
    if (!this.#inventory?.engine) return;
    this.#inventory = { ...this.#inventory, engine: { ...this.#inventory.engine, noLiveMigration } };
    emit({ type: "ServerInventoried", server: this.server, ...this.#inventory, gpus: this.#gpus.all, at: clock.now() });
  }

  #healthChanged(health: Health, reason: string | null, before: Health | null): void {
    const { context } = this.#options;
    context.emit({ type: "ServerHealthChanged", at: context.clock.now(), server: this.server, health, reason });
    if (health !== "up" || before === null) return;
    for (const run of this.#runs.values()) run.lookAgain();
    // What was silent for so long may be cut off without either end knowing.
    if (before === "down") for (const follow of this.#follows) follow.abort(new Error("the server was away"));
  }

  #inBackground(complaint: string, task: (signal: AbortSignal) => Promise<void>): void {
    const { signal } = this.#closing;
    const duty = task(signal)
      .catch((error: unknown) => {
        if (!signal.aborted) this.#options.context.log(complaint, { server: this.server, reason: reasonOf(error) });
      })
      .finally(() => this.#duties.delete(duty));
    this.#duties.add(duty);
  }
}

function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    void promise.then(resolve).finally(() => signal.removeEventListener("abort", abort));
  });
}
