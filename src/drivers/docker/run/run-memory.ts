import type { ContainerInspectInfo } from "dockerode";
import type { RunOrder, RunRef } from "../../../core/command.ts";
import type { Site } from "../container/setup.ts";
import { reasonOf, statusOf } from "../engine/engine.ts";
import { dump, lacksCriu, NO_CRIU, restore } from "./live-migration.ts";
import { isRunning, type RunContainer } from "./run-container.ts";

/** The memory of one run, when the run is moved as it runs; what does not come off is told. */
export class RunMemory {
  readonly #site: Site;
  readonly #container: RunContainer;
  readonly #run: Pick<RunRef, "job" | "attempt">;
  readonly #life: AbortSignal;

  /** @param life while it lasts, anything is told */
  constructor(site: Site, container: RunContainer, run: Pick<RunRef, "job" | "attempt">, life: AbortSignal) {
    this.#site = site;
    this.#container = container;
    this.#run = run;
    this.#life = life;
  }

  /** Whether it was written, which ended the run. */
  async dump(): Promise<boolean> {
    const { job, attempt } = this.#run;
    try {
      await dump(this.#site, job, attempt, this.#life);
      return true;
    } catch (error) {
      this.#life.throwIfAborted();
      const info = statusOf(error) === null ? await this.#container.inspect() : null;
      if (info && !isRunning(info)) return true;
      this.#tell("RunDumpFailed", error);
      return false;
    }
  }

  /** Whether the run goes on with what its order brings along: an engine that cannot do that has to start it as any other. */
  async restore(order: RunOrder, info: ContainerInspectInfo, setup: AbortSignal): Promise<boolean> {
    if (!order.images) return false;
    try {
      await restore(this.#site, order, order.images, info, setup);
      return true;
    } catch (error) {
      setup.throwIfAborted();
      this.#tell("RunRestoreFailed", error);
      return false;
    }
  }

  #tell(type: "RunDumpFailed" | "RunRestoreFailed", error: unknown): void {
    const { context, lacksLive } = this.#site;
    const word = reasonOf(error);
    const reason = lacksCriu(error) ? `${NO_CRIU} (${word})` : word;
    if (lacksCriu(error)) lacksLive(NO_CRIU);
    if (!this.#life.aborted) context.emit({ type, ...this.#run, reason, at: context.clock.now() });
  }
}
