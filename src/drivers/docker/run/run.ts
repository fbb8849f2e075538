import type { ContainerInspectInfo } from "dockerode";
import { Surplus } from "../../../carry/carry.ts";
import type { RunOrder } from "../../../core/command.ts";
import type { JobId, StartPhase } from "../../../core/job.ts";
import type { Outcome } from "../../../core/outcome.ts";
import type { DriverEvent } from "../../driver.ts";
import { refusesLimits } from "../container/isolation.ts";
import { findProgram } from "../container/program.ts";
import type { Site } from "../container/setup.ts";
import {
  createContainer,
  fillContainer,
  neverStarted,
  PATIENCE_MILLIS,
  removeContainer,
  removeVolume,
} from "../container/setup.ts";
import { reasonOf } from "../engine/engine.ts";
import type { Gate } from "../engine/gate.ts";
import { RunGrant } from "./grant.ts";
import { remembered } from "./hands.ts";
import type { Exit } from "./outcome.ts";
import { engineFailure, exitOf, infrastructure } from "./outcome.ts";
import { isRunning, RunContainer } from "./run-container.ts";
import { RunEnding } from "./run-ending.ts";
import { RunMemory } from "./run-memory.ts";

/** How long the end of a failed start is held back so that it leaves nothing behind. */
const CLEAN_UP_MILLIS = 10_000;

/**
 * One run, as this life of the server knows it. What it is told is done one after the other; a stop overtakes what only
 * prepares. Until its container is asked to start, it can be given up without a trace; from then on its fate is what the engine
 * says, however long the engine takes to say it.
 */
export class ContainerRun {
  readonly #site: Site;
  readonly #job: JobId;
  readonly #attempt: number;
  readonly #gate: Gate;
  readonly #life = new AbortController();
  readonly #container: RunContainer;
  /** Everything before the start; a stop and a discard end it. */
  #setup = new AbortController();
  #chain: Promise<void> = Promise.resolve();
  #queued = 0;
  #memoryMiB: number | null = null;
  #started: { readonly at: number; readonly handle: string } | null = null;
  #over = false;
  #begun: () => void = () => undefined;
  /** Fulfilled when the run has started, or never will. */
  readonly begun = new Promise<void>((resolve) => {
    this.#begun = resolve;
  });
  #look = new AbortController();
  readonly #ending: RunEnding;
  readonly #grant: RunGrant;
  readonly #memory: RunMemory;

  constructor(site: Site, gate: Gate, job: JobId, attempt: number) {
    this.#site = site;
    this.#gate = gate;
    this.#job = job;
    this.#attempt = attempt;
    this.#container = new RunContainer(site, job, attempt, this.#life.signal);
    const log = (what: string, details: Readonly<Record<string, unknown>>): void => this.#log(what, details);
    this.#ending = new RunEnding(site, this.#container, { job, attempt }, this.#life.signal, log);
    this.#memory = new RunMemory(site, this.#container, { job, attempt }, this.#life.signal);
    this.#grant = new RunGrant(site, this.#container, (generation) => this.#tell({ type: "RunResized", generation }));
  }

  get started(): boolean {
    return this.#started !== null;
  }

  /** Nothing of it is under way or expected. */
  get idle(): boolean {
    return this.#queued === 0 && !this.#started;
  }

  prepare(order: RunOrder): void {
    const setup = this.#newSetup();
    this.#enqueue(async () => {
      if (this.#over || this.#started) return;
      try {
        await this.#gate.through(setup, () => this.#create(order, setup));
        this.#tell({ type: "RunPrepared" });
      } catch (error) {
        const outcome = await this.#giveUp(error, setup);
        // It was not told to start, so this is not its end: should it be wanted again, it begins anew.
        if (outcome) this.#tell({ type: "RunExited", outcome, exitCode: null, signal: null });
      }
    });
  }

  start(order: RunOrder): void {
    const setup = this.#newSetup();
    this.#enqueue(async () => {
      if (this.#over || this.#started) return;
      this.#memoryMiB = order.spec.memoryMiB;
      try {
        await this.#gate.through(setup, () => this.#startContainer(order, setup));
      } catch (error) {
        const outcome = await this.#giveUp(error, setup);
        if (outcome) this.#end({ outcome });
      }
    });
  }

  /** Fulfilled when the run has the signal, or is over. @param millis the grace; told twice, the shorter one holds */
  stop(signal: string, millis: number): Promise<void> {
    if (this.#over) return Promise.resolve();
    this.#setup.abort(STOPPED);
    this.#ending.within(millis);
    this.#enqueue(async () => {
      if (!this.#over && !this.#started && !(await this.#attach())) this.#end({ outcome: { kind: "stopped" } });
      if (!this.#over && this.#started) await this.#ending.deliver(signal);
    });
    this.#armKill();
    return this.#chain;
  }

  /** Fulfilled when the run has its grant, or the engine has refused. */
  resize(order: RunOrder): Promise<void> {
    this.#enqueue(async () => {
      // One that is about to stop needs no other size.
      if (this.#ending.isWanted || !(await this.#isGoing())) return;
      await this.#grant.change(order, () => void this.resize(order));
    });
    return this.#chain;
  }

  /** Its memory is written, and that ends it; else it goes on. */
  dump(): void {
    this.#enqueue(async () => {
      if (!(await this.#isGoing())) return;
      await this.#ending.by(this.#memory.dump());
    });
  }

  pause(): void {
    this.#enqueue(async () => {
      const refused = await this.#freeze("pause");
      if (refused !== null && !this.#over) this.#tell({ type: "RunPauseFailed", reason: refused });
    });
  }

  resume(): void {
    this.#enqueue(async () => {
      const refused = await this.#freeze("unpause");
      if (refused !== null) this.#log("could not be resumed", { reason: refused });
    });
  }

  /** Takes back what `prepare` made; fulfilled when that is done. */
  discard(): Promise<void> {
    this.#setup.abort(DISCARDED);
    this.#enqueue(() => (this.#started ? undefined : this.#cleanUp()));
    return this.#chain;
  }

  adopt(order: RunOrder): void {
    this.#memoryMiB = order.spec.memoryMiB;
    this.#enqueue(async () => {
      if (this.#over || this.#started) return;
      if (!(await this.#attach())) this.#end({ outcome: GONE });
    });
  }

  /** Removes what there is of it, running or not, and is done with it. Rejects when the engine refuses. */
  reap(): Promise<void> {
    this.#setup.abort(STOPPED);
    return new Promise((resolve, reject) => {
      this.#enqueue(async () => {
        const { signal } = this.#life;
        this.#over = true;
        await removeContainer(this.#site, this.#job, this.#attempt, signal).then(resolve, reject);
        this.forget();
      });
      void this.#chain.then(resolve); // it was reaped or forgotten before its turn came
    });
  }

  /** Watches no more and tells no more; the container goes on. */
  forget(): void {
    this.#life.abort();
    this.#setup.abort();
    this.#look.abort();
    this.#ending.disarm();
    this.#grant.end();
    this.#begun();
  }

  /** What was last known may be out of date: the engine was away. */
  lookAgain(): void {
    this.#look.abort();
  }

  #enqueue(task: () => Promise<void> | void): void {
    this.#queued += 1;
    this.#chain = this.#chain
      .then(() => (this.#life.signal.aborted ? undefined : task()))
      .catch((error: unknown) => {
        if (!this.#life.signal.aborted) this.#log("could not do as told", { reason: reasonOf(error) });
      })
      .finally(() => {
        this.#queued -= 1;
      });
  }

  #newSetup(): AbortSignal {
    if (this.#setup.signal.aborted) this.#setup = new AbortController();
    return this.#setup.signal;
  }

  #create(order: RunOrder, setup: AbortSignal): Promise<void> {
    return createContainer(this.#site, order, setup, this.#life.signal, this.#tellPhase);
  }

  /** What an earlier stay left in the folder, and the checkpoint has no more, cannot be taken away file by file. */
  async #fill(order: RunOrder, setup: AbortSignal): Promise<void> {
    const fill = () => fillContainer(this.#site, order, setup, this.#tellPhase);
    await fill().catch(async (error: unknown) => {
      if (!(error instanceof Surplus)) throw error;
      await removeContainer(this.#site, this.#job, this.#attempt, setup, PATIENCE_MILLIS);
      await removeVolume(this.#site, this.#job, order.checkpoint.generation, setup, PATIENCE_MILLIS);
      await this.#create(order, setup);
      await fill();
    });
  }

  async #startContainer(order: RunOrder, setup: AbortSignal): Promise<void> {
    await this.#create(order, setup);
    let info = await this.#container.inspect(setup, PATIENCE_MILLIS);
    if (info && neverStarted(info)) {
      await findProgram(this.#site, order, info, setup);
      await this.#fill(order, setup);
      setup.throwIfAborted();
      // From here on there is no way back.
      try {
        const goesOn = await this.#memory.restore(order, info, setup);
        info = goesOn ? await this.#container.inspect() : await this.#container.start();
      } catch (error) {
        if (!this.#withoutLimits(reasonOf(error))) throw error;
        return this.#startContainer(order, setup); // made anew, since it was made to another order
      }
    }
    if (info) this.#observe(info);
    else this.#end({ outcome: GONE });
  }

  /** Whether the engine refused limits that it shall not be asked for again. */
  #withoutLimits(reason: string): boolean {
    const { limits } = this.#site;
    if (!limits.raised || !refusesLimits(reason)) return false;
    limits.raised = false;
    this.#log("goes without containers.ulimits: its engine may not raise limits", { reason });
    return true;
  }

  /** The preparations failed, or were overtaken: what is to be told of that, if anything. */
  async #giveUp(error: unknown, setup: AbortSignal): Promise<Outcome | null> {
    if (this.#life.signal.aborted || setup.reason === DISCARDED) return null;
    // A stop; and perhaps an earlier life had started the run: then it is stopped like any other.
    if (setup.aborted && (await this.#attach())) return null;
    await this.#cleanUp();
    return setup.aborted ? { kind: "stopped" } : engineFailure(error);
  }

  /** Goes on with the container as it is found. False when it never ran, and then it is gone; or when there is none. */
  async #attach(): Promise<boolean> {
    const info = await this.#container.inspect();
    if (!info) return false;
    if (neverStarted(info)) await this.#cleanUp();
    else this.#observe(info);
    return this.started;
  }

  #observe(info: ContainerInspectInfo): void {
    this.#started = { at: this.#site.instantOf(info.State.StartedAt), handle: info.Id };
    const { at, handle } = this.#started;
    this.#tell({ type: "RunStarted", handle }, at);
    this.#begun();
    this.#armKill();
    this.#watch(info).catch((error: unknown) => {
      if (this.#life.signal.aborted) return;
      this.#end({ outcome: infrastructure("daemon-error", reasonOf(error)) });
    });
  }

  /** Waits for the end. A connection that breaks is no end: the engine is asked again what became of the run. */
  async #watch(found: ContainerInspectInfo): Promise<void> {
    const { signal } = this.#life;
    let info: ContainerInspectInfo | null = found;
    let lostContact = false;
    for (;;) {
      if (!info || info.State.Status === "removing") {
        return this.#end({ outcome: infrastructure("interference", "somebody removed its container while it ran") });
      }
      if (!isRunning(info)) return await this.#finish(info, info === found, lostContact);
      const look = new AbortController();
      this.#look = look;
      lostContact = await this.#site.engine.ended(this.#container.container, look.signal).then(
        () => false,
        () => !look.signal.aborted,
      );
      signal.throwIfAborted();
      info = await this.#container.inspect();
    }
  }

  async #finish(info: ContainerInspectInfo, atFirstSight: boolean, lostContact: boolean): Promise<void> {
    const stopped = await this.#ending.wasTold(atFirstSight);
    const { State: state } = await this.#container.settled(info, this.#memoryMiB);
    const unseen = lostContact || atFirstSight;
    const hands = stopped ? null : await remembered(this.#site.engine, info, this.#life.signal);
    const exit = exitOf(state, {
      stopped,
      memoryMiB: this.#memoryMiB,
      // We did not see the end, and the engine does not remember the start.
      engineEnded: unseen && hands?.start !== true,
      // We saw the end, and the engine is none any more that would.
      engineEnding: !unseen && hands?.end === false,
      askedBy: hands?.askedBy ?? null,
      hidesOutOfMemory: this.#site.isPodman(),
    });
    const at = Math.max(this.#started?.at ?? 0, this.#site.instantOf(state.FinishedAt));
    this.#end(exit, at);
  }

  #armKill(): void {
    if (this.#started && !this.#over) this.#ending.arm();
    else this.#ending.disarm();
  }

  /** Null when it is done; else why not. */
  async #freeze(verb: "pause" | "unpause"): Promise<string | null> {
    return (await this.#isGoing()) ? this.#container.freeze(verb) : "it does not run";
  }

  async #isGoing(): Promise<boolean> {
    if (!this.#over && !this.#started) {
      const info = await this.#container.inspect();
      if (info && isRunning(info)) this.#observe(info);
    }
    return !this.#over && this.#started !== null;
  }

  /** A run that never started leaves neither its container nor the folder that was made for it. */
  async #cleanUp(): Promise<void> {
    await this.#container.remove(CLEAN_UP_MILLIS).catch((error: unknown) => {
      this.#log("will be cleaned up later", { reason: reasonOf(error) });
      this.#container.remove().catch((later: unknown) => {
        if (!this.#life.signal.aborted) this.#log("could not be cleaned up", { reason: reasonOf(later) });
      });
    });
  }

  #end(
    { outcome, exitCode = null, signal = null }: Partial<Exit> & { outcome: Outcome },
    at = this.#site.context.clock.now(),
  ): void {
    if (this.#over || this.#life.signal.aborted) return;
    this.#over = true;
    this.#ending.disarm();
    this.#grant.end();
    this.#tell({ type: "RunExited", outcome, exitCode, signal }, at);
    this.#begun();
  }

  readonly #tellPhase = (phase: StartPhase, fraction: number | null, detail: string | null): void =>
    this.#tell({ type: "RunPreparing", phase, fraction, detail });

  #tell(body: RunNews, at = this.#site.context.clock.now()): void {
    if (this.#life.signal.aborted) return;
    this.#site.context.emit({ ...body, at, job: this.#job, attempt: this.#attempt } as DriverEvent);
  }

  #log(what: string, details: Readonly<Record<string, unknown>>): void {
    this.#site.context.log(`run ${this.#job}.${this.#attempt} ${what}`, { server: this.#site.server, ...details });
  }
}

const GONE = infrastructure("server-lost", "its container is gone");
const STOPPED = new Error("the run was stopped before it started");
const DISCARDED = new Error("the run is not wanted any more");

type Unplaced<T> = T extends unknown ? Omit<T, "at" | "job" | "attempt"> : never;
type RunNews = Unplaced<Extract<DriverEvent, { readonly attempt: number }>>;
