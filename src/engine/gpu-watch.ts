import type { Event } from "../core/event.ts";
import { heldBy, type JobId } from "../core/job.ts";
import type { Cause } from "../core/outcome.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { conditionOf, type Gpu, type GpuId, type Server, type ServerId } from "../core/server.ts";
import type { Cancel, Clock, Millis } from "../core/time.ts";
import type { Driver, DriverEvent, FoundRun, GpuReading } from "../drivers/driver.ts";
import { GpuJudge } from "./gpu-judge.ts";

/** After so long it is seen whether what was told is on record. */
const RECORDED: Millis = 50;
/** What has been seen once is looked at again after so long, or as soon as usual. */
const SETTLE: Millis = 5_000;
/** A look that takes longer is given up; it holds up nobody but itself. */
const LOOK_DEADLINE: Millis = 60_000;
const AUDIT_DEADLINE: Millis = 10_000;
/** So long the end of a failed run waits to hear whether its GPU is to blame. */
const BLAME_DEADLINE: Millis = 8_000;
/** Ends of programs that a sick GPU can bring about. That a program says so itself is a reason to look, and no proof. */
const SUSPICIOUS: ReadonlySet<Cause["code"]> = new Set(["exit", "signal", "cuda-oom", "gpu-lost"]);

export interface GpuWatchSettings {
  /** How often GPUs are looked at, and how often it is checked who was given them; 0 is never. */
  readonly lookMillis: Millis;
  readonly auditMillis: Millis;
  /** Containers that may have GPUs without being at work on them: monitors. */
  readonly ignore: readonly string[];
}

interface House {
  readonly clock: Clock;
  readonly scheduler: Scheduler;
  /** Null while the server is not connected. */
  driverOf(server: ServerId): Driver | null;
  tell(event: Event): void;
  log(message: string, details?: Readonly<Record<string, unknown>>): void;
}

type RunExited = Extract<DriverEvent, { readonly type: "RunExited" }>;

/** What is known of one server's GPUs. */
interface Watched {
  readonly driver: Driver;
  readonly judge: GpuJudge;
  looking: Promise<void> | null;
  auditing: boolean;
  nextLookAt: number;
  nextAuditAt: number;
  readings: ReadonlyMap<GpuId, GpuReading>;
  readAt: number | null;
  trouble: string | null;
}

/**
 * Looks after the GPUs of all servers, each by itself: whether they work, whether somebody else is at work on them, and whether who was given them
 * is who the ledger says. What it finds it tells as events; how they are at present it keeps.
 */
export class GpuWatch {
  readonly #house: House;
  readonly #settings: GpuWatchSettings;
  readonly #servers = new Map<ServerId, Watched>();
  readonly #closing = new AbortController();
  #cancel: Cancel = () => {};

  constructor(house: House, settings: GpuWatchSettings) {
    this.#house = house;
    this.#settings = settings;
  }

  start(): void {
    const { lookMillis, auditMillis } = this.#settings;
    if (lookMillis + auditMillis === 0) return;
    const pace = Math.min(...[lookMillis, auditMillis, SETTLE].filter((millis) => millis > 0));
    this.#tick(pace);
  }

  close(): void {
    this.#closing.abort(new Error("the server is shutting down"));
    this.#cancel();
  }

  /** How a GPU was when it last was looked at. */
  reading(server: ServerId, gpu: GpuId): (GpuReading & { readonly at: number }) | null {
    const watched = this.#servers.get(server);
    const reading = watched?.readings.get(gpu);
    return reading && watched?.readAt ? { ...reading, at: watched.readAt } : null;
  }

  /** Why its GPUs cannot be looked at; null when they can. */
  trouble(server: ServerId): string | null {
    return this.#servers.get(server)?.trouble ?? null;
  }

  /** A failure of a run whose GPU is found to be sick is the GPU's, not the program's. */
  async blame(event: RunExited): Promise<RunExited> {
    const { outcome } = event;
    if (outcome.kind !== "failed" || !SUSPICIOUS.has(outcome.cause.code) || this.#settings.lookMillis === 0)
      return event;
    const held = this.#gpusOf(event.job);
    if (held.length === 0) return event;
    const { clock } = this.#house;
    let cancel: Cancel = () => {};
    const deadline = new Promise<void>((resolve) => {
      cancel = clock.at(clock.now() + BLAME_DEADLINE, resolve);
    });
    const looks = [...new Set(held.map(({ server }) => server))].map((server) => this.#lookOnce(server));
    await Promise.race([Promise.all(looks), deadline]).finally(cancel);
    for (const { server, id } of held) {
      const fault = this.#gpu(server, id)?.fault ?? this.#servers.get(server.id)?.readings.get(id)?.fault;
      if (!fault) continue;
      if (this.#gpu(server, id)?.fault === undefined)
        this.#tell(server, id, { fault, busy: this.#gpu(server, id)?.busy ?? null });
      const message = `GPU ${id} is not healthy (${fault}); the run ended with: ${outcome.cause.message}`;
      return { ...event, outcome: { kind: "failed", cause: { origin: "infrastructure", code: "gpu-lost", message } } };
    }
    return event;
  }

  #tick(pace: Millis): void {
    const { clock, scheduler } = this.#house;
    if (this.#closing.signal.aborted) return;
    for (const id of this.#servers.keys()) if (!scheduler.servers.has(id)) this.#servers.delete(id);
    for (const server of scheduler.servers.values()) this.#watch(server);
    this.#cancel = clock.at(clock.now() + pace, () => this.#tick(pace));
  }

  #watch(server: Server): void {
    if (server.health !== "up" || server.gpus.length === 0) return;
    const watched = this.#watched(server.id);
    if (!watched) return;
    const now = this.#house.clock.now();
    if (now >= watched.nextAuditAt && !watched.auditing) void this.#audit(server.id, watched);
    if (now >= watched.nextLookAt && !watched.looking) void this.#look(server.id, watched);
  }

  #watched(id: ServerId): Watched | null {
    const driver = this.#house.driverOf(id);
    const known = this.#servers.get(id);
    if (!driver || known?.driver === driver) return driver && known ? known : null;
    const watched: Watched = {
      driver,
      judge: new GpuJudge(
        (gpu) => this.#ownerOf(id, gpu),
        (run, gpu) => this.#isExpected(id, run, gpu),
      ),
      looking: null,
      auditing: false,
      nextLookAt: 0,
      nextAuditAt: 0,
      readings: known?.readings ?? new Map(),
      readAt: known?.readAt ?? null,
      trouble: null,
    };
    this.#servers.set(id, watched);
    return watched;
  }

  async #audit(id: ServerId, watched: Watched): Promise<void> {
    const { clock } = this.#house;
    const { auditMillis, ignore } = this.#settings;
    watched.auditing = true;
    try {
      const grants = auditMillis > 0 ? await watched.driver.gpuGrants?.(this.#within(AUDIT_DEADLINE)) : null;
      watched.judge.audited(grants?.filter(({ container }) => !ignore.includes(container)) ?? null);
      this.#tellAll(id, watched);
    } catch {
      // The server is slow or away, which others look after: the next audit tells.
    } finally {
      watched.auditing = false;
      watched.nextAuditAt = clock.now() + (auditMillis || Number.POSITIVE_INFINITY);
    }
  }

  /** A look at that server's GPUs now, or the one under way. */
  #lookOnce(server: Server): Promise<void> {
    const watched = this.#watched(server.id);
    return watched ? (watched.looking ?? this.#look(server.id, watched)) : Promise.resolve();
  }

  #look(id: ServerId, watched: Watched): Promise<void> {
    watched.looking = this.#lookAt(id, watched).finally(() => {
      const { lookMillis } = this.#settings;
      watched.looking = null;
      const pause = watched.judge.isCurious ? Math.min(SETTLE, lookMillis) : lookMillis;
      watched.nextLookAt = this.#house.clock.now() + (pause || Number.POSITIVE_INFINITY);
    });
    return watched.looking;
  }

  async #lookAt(id: ServerId, watched: Watched): Promise<void> {
    const { clock, scheduler, log } = this.#house;
    const { driver, judge } = watched;
    const gpus = (): readonly Gpu[] => scheduler.servers.get(id)?.gpus ?? [];
    if (this.#settings.lookMillis === 0 || !driver.lookAtGpus) judge.lookedAt(gpus(), null);
    else
      try {
        const readings = await driver.lookAtGpus(this.#within(LOOK_DEADLINE));
        watched.readings = new Map(readings.map((reading) => [reading.gpu, reading]));
        [watched.readAt, watched.trouble] = [clock.now(), null];
        judge.lookedAt(gpus(), readings);
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== watched.trouble) log("its GPUs cannot be looked at", { server: id, reason });
        watched.trouble = reason;
        judge.lookedAt(gpus(), null);
      }
    this.#tellAll(id, watched);
  }

  #tellAll(id: ServerId, watched: Watched): void {
    const { judge, driver } = watched;
    const server = this.#house.scheduler.servers.get(id);
    if (!server || this.#house.driverOf(id) !== driver || this.#closing.signal.aborted) return;
    for (const gpu of server.gpus) {
      const [before, now] = [conditionOf(gpu), judge.conditionOf(gpu)];
      if (before.fault !== now.fault || before.busy !== now.busy) this.#tell(server, gpu.id, now);
    }
    // An error that is on record may be released at any time, and then is not told again.
    const { clock } = this.#house;
    if (judge.hasNews) clock.at(clock.now() + RECORDED, () => this.#tellAll(id, watched));
  }

  #tell(
    { id: server }: Server,
    gpu: GpuId,
    condition: { readonly fault: string | null; readonly busy: string | null },
  ): void {
    const { clock, tell } = this.#house;
    tell({ type: "GpuStateChanged", server, gpu, ...condition, at: clock.now() });
  }

  #gpu({ id: server }: Server, gpu: GpuId): Gpu | undefined {
    return this.#house.scheduler.servers.get(server)?.gpus.find(({ id }) => id === gpu);
  }

  #gpusOf(id: JobId): { readonly server: Server; readonly id: GpuId }[] {
    const { scheduler } = this.#house;
    const job = scheduler.job(id);
    const [on = []] = job ? heldBy(job) : [];
    return on.flatMap(({ server: name, gpus }) => {
      const server = scheduler.servers.get(name);
      return server ? gpus.map((gpu) => ({ server, id: gpu })) : [];
    });
  }

  #ownerOf(server: ServerId, gpu: GpuId): JobId | null {
    const room = this.#house.scheduler.ledger.rooms.get(server);
    return room?.gpuOwner[room.position.get(gpu) ?? -1] ?? null;
  }

  /** One that is shown more than it has, so that it can grow, is expected wherever it is shown. */
  #isExpected(server: ServerId, { job: id, attempt }: FoundRun, gpu: GpuId): boolean {
    if (this.#ownerOf(server, gpu) === id) return true;
    const job = this.#house.scheduler.job(id);
    return job?.attempt === attempt && job.spec.elasticity === "live" && heldBy(job).length > 0;
  }

  #within(millis: Millis): AbortSignal {
    return AbortSignal.any([this.#closing.signal, AbortSignal.timeout(millis)]);
  }
}
