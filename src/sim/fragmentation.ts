import type { Event } from "../core/event.ts";
import { heldBy, type Job, type JobId } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import { mergeShares, type Server, type ServerId, type Share } from "../core/server.ts";
import { capacityFor, isOpen, type Shape, shapeOf } from "../core/shape.ts";
import type { Instant } from "../core/time.ts";

/** What is waited for: so many GPUs of one shape. */
interface Want {
  readonly shape: Shape;
  readonly gpus: number;
  waiting: number;
}

const NOTHING: readonly Share[] = [];

/**
 * Watches how much of the cluster is free in pieces: the GPUs that are free while a job waits that asks for no more than is free in all,
 * and for which yet there is no room, since a gang spans only so many servers. Its books lag behind the scheduler by what happens at
 * one instant, so that only what lasts is counted. GPUs of one server are taken to be of one make.
 */
export class Fragmentation {
  readonly #servers = new Map<ServerId, Server>();
  readonly #free = new Map<ServerId, number>();
  readonly #held = new Map<JobId, readonly Share[]>();
  readonly #wants = new Map<string, Want>();
  readonly #wantOf = new Map<JobId, Want>();
  #gpuMillis = 0;
  #pieces = 0;
  #at: Instant = 0;
  #isStale = false;

  /** GPU-milliseconds that were free in pieces, until the last event. */
  get gpuMillis(): number {
    return this.#gpuMillis;
  }

  readonly observe = (event: Event, scheduler: Scheduler): void => {
    if (event.at > this.#at) this.#passTo(event.at);
    if ("job" in event) this.#take(event.job, scheduler.job(event.job));
    else if ("server" in event) this.#takeServer(event.server, scheduler.servers.get(event.server));
  };

  #passTo(now: Instant): void {
    if (this.#isStale) this.#pieces = this.#inPieces();
    this.#isStale = false;
    this.#gpuMillis += this.#pieces * (now - this.#at);
    this.#at = now;
  }

  #take(id: JobId, job: Job | undefined): void {
    const held = job ? mergeShares(heldBy(job)) : NOTHING;
    const before = this.#held.get(id) ?? NOTHING;
    if (held.length > 0 || before.length > 0) {
      for (const { server, gpus } of before) this.#free.set(server, (this.#free.get(server) ?? 0) + gpus.length);
      for (const { server, gpus } of held) this.#free.set(server, (this.#free.get(server) ?? 0) - gpus.length);
      if (held.length > 0) this.#held.set(id, held);
      else this.#held.delete(id);
      this.#isStale = true;
    }
    const want = job && isWaiting(job) ? this.#wantFor(job) : null;
    const last = this.#wantOf.get(id) ?? null;
    if (want === last) return;
    if (last) last.waiting--;
    if (want) {
      want.waiting++;
      this.#wantOf.set(id, want);
    } else this.#wantOf.delete(id);
    this.#isStale = true;
  }

  #takeServer(id: ServerId, server: Server | undefined): void {
    const before = this.#servers.get(id);
    if (server) this.#servers.set(id, server);
    else this.#servers.delete(id);
    const more = (server?.gpus.length ?? 0) - (before?.gpus.length ?? 0);
    this.#free.set(id, (this.#free.get(id) ?? 0) + more);
    this.#isStale = true;
  }

  #wantFor(job: Job): Want {
    const shape = shapeOf(job);
    const key = `${job.spec.gpus.min} ${shape.maxServers} ${shape.model} ${shape.gpuMemoryMiB} ${shape.cores} ${shape.memoryMiB}`;
    const known = this.#wants.get(key) ?? { shape, gpus: job.spec.gpus.min, waiting: 0 };
    this.#wants.set(key, known);
    return known;
  }

  /** The most that is free for any of the wants that fit nowhere. */
  #inPieces(): number {
    let most = 0;
    for (const { shape, gpus, waiting } of this.#wants.values()) {
      if (waiting === 0) continue;
      const free: number[] = [];
      let all = 0;
      for (const [id, server] of this.#servers) {
        const here = this.#free.get(id) ?? 0;
        if (here <= 0 || !isOpen(server) || capacityFor(server, shape) === 0) continue;
        free.push(here);
        all += here;
      }
      if (all < gpus || all <= most) continue;
      const room = free.sort((a, b) => b - a).slice(0, shape.maxServers);
      if (room.reduce((sum, here) => sum + here, 0) < gpus) most = all;
    }
    return most;
  }
}

const isWaiting = ({ state, blockedBy, spec }: Job): boolean =>
  state.status === "pending" && !state.held && blockedBy.length === 0 && spec.gpus.min > 0;
