import type { Job, SchedulearnClient } from "../../sdk/index.ts";
import { untilFirstFailure } from "../follow-job.ts";
import { type Picture, Use } from "./picture.ts";

const MOST_RUNNING = 500;
const MOST_WAITING = 100;
const HOUR_MILLIS = 3_600_000;
/** Changes that come close together are asked about together. */
const REST_MILLIS = 400;

export async function lookAt(client: SchedulearnClient, signal: AbortSignal): Promise<Picture> {
  const cluster = await client.cluster({ signal }); // first: what changes behind its cursor is told
  const [servers, running, waiting, [ended]] = await Promise.all([
    client.servers({ signal }),
    jobsOf(client, "RUNNING", MOST_RUNNING, signal),
    jobsOf(client, "QUEUED", MOST_WAITING, signal),
    client.jobTimes({ from: new Date(Date.now() - HOUR_MILLIS).toISOString() }, { signal }),
  ]);
  return {
    cluster,
    servers,
    running,
    waiting,
    waitingCount: Math.max(cluster.counts.queued, waiting.length),
    completedLastHour: ended?.completed ?? 0,
  };
}

async function jobsOf(
  client: SchedulearnClient,
  phase: "RUNNING" | "QUEUED",
  most: number,
  signal: AbortSignal,
): Promise<Job[]> {
  const jobs: Job[] = [];
  for await (const job of client.allJobs({ filter: { phase }, orderBy: "OLDEST_FIRST" }, { signal })) {
    jobs.push(job);
    if (jobs.length >= most) break;
  }
  return jobs;
}

/** Keeps a picture up to date by the server's own word: what jobs tell of their progress is taken over, what else happens is asked about. */
export class Live {
  readonly use = new Use();
  picture: Picture;
  readonly #client: SchedulearnClient;
  readonly #onChange: () => void;
  #wake: () => void = () => {};
  #isStale = false;

  constructor(client: SchedulearnClient, picture: Picture, onChange: () => void) {
    this.#client = client;
    this.picture = picture;
    this.#onChange = onChange;
  }

  /** Rejects when the server is gone for good; until then streams find back to it by themselves. */
  run(signal: AbortSignal): Promise<void> {
    const after = this.picture.cluster.eventCursor;
    return untilFirstFailure(signal, (until) => [
      this.#followJobs(after, until),
      this.#followServers(after, until),
      this.#followUse(until),
      this.#refresh(until),
    ]);
  }

  async #followJobs(after: string, signal: AbortSignal): Promise<void> {
    for await (const { job, event } of this.#client.followJobs({ after, signal })) {
      if (event.type !== "RunProgressed" || !job) this.#markStale();
      else {
        const running = this.picture.running.map((each) => (each.id === job.id ? job : each));
        this.picture = { ...this.picture, running };
        this.#onChange();
      }
    }
  }

  async #followServers(after: string, signal: AbortSignal): Promise<void> {
    for await (const _ of this.#client.followServers({ after, signal })) this.#markStale();
  }

  async #followUse(signal: AbortSignal): Promise<void> {
    for await (const update of this.#client.gpuUsage({ signal })) {
      this.use.take(update);
      this.#onChange();
    }
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#wake(), { once: true });
    while (!signal.aborted) {
      if (!this.#isStale) await new Promise<void>((resolve) => (this.#wake = resolve));
      if (signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, REST_MILLIS));
      this.#isStale = false;
      const picture = await lookAt(this.#client, signal).catch((error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      });
      if (!picture) return;
      this.picture = picture;
      this.#onChange();
    }
  }

  #markStale(): void {
    this.#isStale = true;
    this.#wake();
  }
}
