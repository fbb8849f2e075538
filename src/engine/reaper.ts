import type { Job, JobId } from "../core/job.ts";
import { hasFolder, heldBy, isOver } from "../core/job.ts";
import type { Scheduler } from "../core/scheduler.ts";
import type { ServerId } from "../core/server.ts";
import type { Cancel, Clock, Instant, Millis } from "../core/time.ts";
import type { Driver, Lying } from "../drivers/driver.ts";

const LONGEST_INTERVAL: Millis = 60_000;
const SHORTEST_INTERVAL: Millis = 1_000;
const SURVEY_DEADLINE: Millis = 30_000;

/** Something of this cluster that lies on a server and that nobody needs. */
export interface Leftover {
  readonly server: ServerId;
  readonly what: Lying;
  readonly reason: string;
  /** Since it was made; null where the server does not tell. */
  readonly ageMillis: Millis | null;
  /** Old enough to be removed: what is younger may be about to be needed. */
  readonly isDue: boolean;
}

/** What there is to remove, and the servers that could not be asked, with the reason. */
export interface Survey {
  readonly leftovers: readonly Leftover[];
  readonly unasked: readonly { readonly server: ServerId; readonly reason: string }[];
}

interface House {
  readonly clock: Clock;
  readonly graceMillis: Millis;
  scheduler(): Scheduler;
  /** Those that are connected. */
  drivers(): ReadonlyMap<ServerId, Driver>;
  /** The job as it is on record, also when it is over; null when there is none. */
  recordOf(job: JobId): Promise<Job | null>;
  /** Resolves when all output of the run is stored. */
  drained(job: JobId, attempt: number): Promise<void>;
  /** Removes uploads that no job on record has, and that are older than this. */
  sweepUploads(before: Instant): Promise<void>;
  log(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/**
 * Looks at all servers again and again for what bears this cluster's label and is not needed: containers, checkpoint folders, code,
 * containers that only lent access. A server is asked what lies there; what is needed is what the records say.
 */
export class Reaper {
  readonly #house: House;
  readonly #closing = new AbortController();
  #cancel: Cancel = () => {};
  #round: Promise<void> = Promise.resolve();

  constructor(house: House) {
    this.#house = house;
  }

  /** Begins to look. */
  start(): void {
    const { clock, graceMillis } = this.#house;
    const interval = Math.max(SHORTEST_INTERVAL, Math.min(LONGEST_INTERVAL, graceMillis));
    this.#cancel = clock.at(clock.now() + interval, () => {
      this.#round = this.#reapQuietly().then(() => {
        if (!this.#closing.signal.aborted) this.start();
      });
    });
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("the server is shutting down"));
    this.#cancel();
    await this.#round;
  }

  /** What nobody needs, on all servers. */
  async survey(): Promise<Survey> {
    const leftovers: Leftover[] = [];
    const unasked: { server: ServerId; reason: string }[] = [];
    const drivers = this.#house.drivers();
    for (const id of this.#house.scheduler().servers.keys())
      if (!drivers.has(id)) unasked.push({ server: id, reason: "it is not connected" });
    const { signal } = this.#closing;
    const ask = async ([server, driver]: [ServerId, Driver]): Promise<void> => {
      const late = AbortSignal.any([signal, AbortSignal.timeout(SURVEY_DEADLINE)]);
      try {
        for (const what of (await driver.survey?.(late)) ?? []) {
          const reason = await this.#whyNot(server, what);
          if (reason !== null) leftovers.push(this.#leftover(server, what, reason));
        }
      } catch (error) {
        unasked.push({ server, reason: late.aborted ? "no answer in time" : (error as Error).message });
      }
    };
    await Promise.all([...drivers].map(ask));
    return { leftovers, unasked };
  }

  /** Removes what nobody needs and is old enough. @returns what was found, with what could not be removed told as unasked */
  async reap(): Promise<Survey> {
    const { leftovers, unasked } = await this.survey();
    const failed: { server: ServerId; reason: string }[] = [];
    for (const leftover of leftovers) {
      if (!leftover.isDue) continue;
      try {
        await this.#remove(leftover);
      } catch (error) {
        failed.push({ server: leftover.server, reason: `${leftover.what.name}: ${(error as Error).message}` });
      }
    }
    await this.#house.sweepUploads(this.#house.clock.now() - Math.max(this.#house.graceMillis, LONGEST_INTERVAL));
    return { leftovers, unasked: [...unasked, ...failed] };
  }

  async #reapQuietly(): Promise<void> {
    const { log } = this.#house;
    try {
      const { leftovers, unasked } = await this.reap();
      const removed = leftovers.filter(({ isDue }) => isDue);
      if (removed.length > 0)
        log("removed what nobody needs", { names: removed.map(({ server, what }) => `${server}/${what.name}`) });
      for (const { server, reason } of unasked.filter((each) => each.reason !== "it is not connected"))
        log("could not look for what nobody needs", { server, reason });
    } catch (error) {
      if (!this.#closing.signal.aborted) log("could not look for what nobody needs", { reason: String(error) });
    }
  }

  async #remove({ server, what }: Leftover): Promise<void> {
    const driver = this.#house.drivers().get(server);
    if (!driver?.remove) return;
    if ((await this.#whyNot(server, what)) === null) return; // it is needed by now
    if (what.kind === "run") await this.#house.drained(what.job, what.attempt);
    await driver.remove(what, AbortSignal.any([this.#closing.signal, AbortSignal.timeout(SURVEY_DEADLINE)]));
  }

  #leftover(server: ServerId, what: Lying, reason: string): Leftover {
    const { clock, graceMillis } = this.#house;
    const ageMillis = what.createdAt === null ? null : Math.max(0, clock.now() - what.createdAt);
    return { server, what, reason, ageMillis, isDue: ageMillis === null || ageMillis >= graceMillis };
  }

  /** Why nobody needs it; null when somebody does. */
  async #whyNot(server: ServerId, what: Lying): Promise<string | null> {
    switch (what.kind) {
      case "run":
        return whyNotRun(what, await this.#owner(what.job));
      case "checkpoint":
        return whyNotFolder(what, server, await this.#owner(what.job));
      case "code":
        return this.#whyNotCode(what.hash);
      case "reader":
        return what.inUse ? null : "it lent access to a folder, to an earlier life of this server";
    }
  }

  /** Memory is newer than the record, where it knows of the job. */
  async #owner(job: JobId): Promise<Job | null> {
    const { scheduler, recordOf } = this.#house;
    const record = scheduler().job(job) ?? (await recordOf(job));
    return scheduler().job(job) ?? record; // it may have come back meanwhile
  }

  #whyNotCode(hash: string): string | null {
    for (const { spec } of this.#house.scheduler().jobs.values()) if (spec.code?.hash === hash) return null;
    return "no job that is still to end has this code";
  }
}

function whyNotRun({ job, attempt }: { job: JobId; attempt: number }, owner: Job | null): string | null {
  if (!owner) return `there is no job ${job}`;
  if (isOver(owner)) return `${job} is over`;
  if (heldBy(owner).length === 0) return `${job} does not run now`;
  const next = owner.state.status === "migrating" ? owner.attempt + 1 : owner.attempt;
  return attempt === owner.attempt || attempt === next ? null : `${job} is at its attempt ${owner.attempt} by now`;
}

/** A folder is needed while its job has it on record, and while a run may be about to begin with it. */
function whyNotFolder(
  { job, generation }: { job: JobId; generation: number },
  server: ServerId,
  owner: Job | null,
): string | null {
  if (!owner) return `there is no job ${job}`;
  const { checkpoint } = owner;
  if (hasFolder(owner, { server, generation })) return null;
  if (isOver(owner)) return `${job} is over, and its checkpoint ${checkpoint ? "lies elsewhere" : "is not kept"}`;
  return generation >= owner.attempt ? null : `${job} has a newer checkpoint folder`;
}
