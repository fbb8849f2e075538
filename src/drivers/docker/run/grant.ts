import type { RunOrder } from "../../../core/command.ts";
import { Resizing } from "../../resizing.ts";
import { cpusetOf } from "../container/container.ts";
import { grantArchive, type Site } from "../container/setup.ts";
import { FIXED_CORES } from "../engine/dialect.ts";
import { reasonOf } from "../engine/engine.ts";
import { isRunning, type RunContainer } from "./run-container.ts";

/** The grant of one run that is under way, as it changes. */
export class RunGrant {
  readonly #site: Site;
  readonly #container: RunContainer;
  readonly #resizing: Resizing;

  /** @param tell of a generation whose grant is in force */
  constructor(site: Site, container: RunContainer, tell: (generation: number) => void) {
    this.#site = site;
    this.#container = container;
    this.#resizing = new Resizing(site.context.clock, tell);
  }

  /** Brings the run to the grant, once, and answers. @param again tells the same order again, after the engine refused it */
  async change(order: RunOrder, again: () => void): Promise<void> {
    try {
      if (this.#resizing.isNews(order) && !(await this.#give(order))) return;
      this.#resizing.inForce(order);
      this.#resizing.answer(order);
    } catch (error) {
      const { server, context } = this.#site;
      const { job, attempt, generation } = order;
      const details = { server, generation, reason: reasonOf(error) };
      context.log(`run ${job}.${attempt} could not be resized, which is tried again`, details);
      this.#resizing.tryAgain(again);
    }
  }

  /** Answers nothing more. */
  end(): void {
    this.#resizing.end();
  }

  /**
   * Whether there is a run that has the grant now. An engine cannot replace a file at once, and an image need not have a program that
   * can. So the container is frozen while its file is replaced: nobody in it can look meanwhile, and a reader who is in the
   * middle keeps the old one. Should this server die just then, the container stays frozen until its next life, which tells every
   * run that is not paused to go on.
   */
  async #give(order: RunOrder): Promise<boolean> {
    const info = await this.#container.inspect();
    if (!info || !isRunning(info)) return false;
    const cpuset = cpusetOf(order, this.#site.server);
    if (cpuset !== null && cpuset !== info.HostConfig.CpusetCpus) await this.#setCores(cpuset);
    const archive = await grantArchive(this.#site, order);
    // Where it cannot be frozen, a reader who finds no whole file has to look again.
    const frozen = !info.State.Paused && (await this.#container.freeze("pause")) === null;
    try {
      await this.#container.unpack(archive);
    } finally {
      if (frozen) await this.#container.freeze("unpause");
    }
    const { resizeSignal } = order.spec;
    if (resizeSignal) await this.#container.kill(resizeSignal);
    return true;
  }

  async #setCores(cpuset: string): Promise<void> {
    if (!this.#site.isPodman()) return this.#container.setCores(cpuset);
    const { context, server } = this.#site;
    context.log(`${this.#container.container.id} keeps the cores that it has: ${FIXED_CORES}`, {
      server,
      wanted: cpuset,
    });
  }
}
