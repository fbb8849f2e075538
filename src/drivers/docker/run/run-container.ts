import { setTimeout as sleep } from "node:timers/promises";
import type { Container, ContainerInspectInfo } from "dockerode";
import type { JobId } from "../../../core/job.ts";
import type { Site } from "../container/setup.ts";
import { containerOf, neverStarted, removeContainer, removeVolume } from "../container/setup.ts";
import { accept, reasonOf, statusOf } from "../engine/engine.ts";

const START_MILLIS = 60_000;
const OOM_TOLD_WITHIN_MILLIS = 1_000;
const KILLED = 137;

export const isRunning = ({ State: { Running, Restarting } }: ContainerInspectInfo): boolean => Running || Restarting;

/** What is asked of one run's container while the run is watched: until the engine answers, or nobody wants to know. */
export class RunContainer {
  readonly container: Container;
  readonly #site: Site;
  readonly #job: JobId;
  readonly #attempt: number;
  readonly #signal: AbortSignal;

  /** @param signal ends all asking */
  constructor(site: Site, job: JobId, attempt: number, signal: AbortSignal) {
    this.container = containerOf(site, job, attempt);
    this.#site = site;
    this.#job = job;
    this.#attempt = attempt;
    this.#signal = signal;
  }

  /** Null when there is none. */
  inspect(signal = this.#signal, patienceMillis?: number): Promise<ContainerInspectInfo | null> {
    return this.#site.engine
      .ask({ signal, patienceMillis }, (abortSignal) => this.container.inspect({ abortSignal }))
      .then(
        (info) => info ?? null,
        (error) => accept<null>(404)(error) ?? null,
      );
  }

  /** How it ended, for good: the engine may hear of the end before it hears that memory was used up. @param memoryMiB its limit */
  async settled(info: ContainerInspectInfo, memoryMiB: number | null): Promise<ContainerInspectInfo> {
    const { ExitCode: exitCode, OOMKilled: isKnown } = info.State;
    const mayBe = memoryMiB !== null || exitCode === KILLED;
    if (!mayBe || exitCode === 0 || isKnown) return info;
    await sleep(OOM_TOLD_WITHIN_MILLIS, undefined, { signal: this.#signal });
    return (await this.inspect()) ?? info;
  }

  /** Starts it once: a start without an answer may have happened. Throws the engine's word when it refuses. */
  async start(): Promise<ContainerInspectInfo | null> {
    for (;;) {
      try {
        await this.#site.engine.request(this.#signal, START_MILLIS, (abortSignal) =>
          this.container.start({ abortSignal }),
        );
        return await this.inspect();
      } catch (error) {
        this.#signal.throwIfAborted();
        const info = await this.inspect();
        if (!info || !neverStarted(info)) return info;
        if (statusOf(error) !== null) throw error;
      }
    }
  }

  /** Whether the signal reached it. */
  async kill(signal: string): Promise<boolean> {
    let asked = 0;
    try {
      await this.#site.engine.ask({ signal: this.#signal }, (abortSignal) => {
        asked += 1;
        return this.container.kill({ signal, abortSignal });
      });
      return true;
    } catch (error) {
      // It ended before; or by an earlier request of which we heard no answer.
      if (statusOf(error) === 409 || statusOf(error) === 404) return asked > 1;
      throw error;
    }
  }

  /** Null when it is so now; else why not. */
  async freeze(verb: "pause" | "unpause"): Promise<string | null> {
    try {
      await this.#site.engine.ask({ signal: this.#signal }, (abortSignal) => this.container[verb]({ abortSignal }));
      return null;
    } catch (error) {
      this.#signal.throwIfAborted();
      const info = await this.inspect();
      return info && isRunning(info) && info.State.Paused === (verb === "pause") ? null : reasonOf(error);
    }
  }

  /** Sets its cores while it runs or is paused. Throws the engine's word when it refuses. */
  async setCores(cpuset: string): Promise<void> {
    await this.#site.engine.ask({ signal: this.#signal }, (abortSignal) =>
      this.container.update({ CpusetCpus: cpuset, abortSignal }),
    );
  }

  /** Unpacks a tar archive at its root. An engine removes what it replaces and then writes it: who looks may see nothing, or half. */
  async unpack(archive: Buffer): Promise<void> {
    await this.#site.engine.ask({ signal: this.#signal }, (abortSignal) =>
      this.container.putArchive(archive, { path: "/", abortSignal }),
    );
  }

  /** For a run that never started: removes the container, and the folder that was made for it. */
  async remove(patienceMillis?: number): Promise<void> {
    await removeContainer(this.#site, this.#job, this.#attempt, this.#signal, patienceMillis);
    await removeVolume(this.#site, this.#job, this.#attempt, this.#signal, patienceMillis);
  }
}
