import { isDeepStrictEqual } from "node:util";
import type { RunOrder } from "../../core/command.ts";
import type { JobId } from "../../core/job.ts";
import type { Cause, Outcome } from "../../core/outcome.ts";
import { type DriverContext, type DriverEvent, OutputGone } from "../driver.ts";
import type { Checkpoints } from "./checkpoints.ts";
import { failed, infrastructureFault, outcomeOf } from "./exits.ts";
import { RunGrant } from "./grant.ts";
import type { Launch } from "./launch.ts";
import { isAlive, killGroup, send } from "./processes.ts";
import type { Exit, RunFolder, Wanted } from "./run-folder.ts";

/** What one driver's runs share. */
export interface Place {
  readonly server: string;
  readonly context: DriverContext;
  readonly checkpoints: Checkpoints;
  /** Starts the supervisor of a run that has its folder and its checkpoint; `onEnd` is called when it is over. */
  launch(order: RunOrder, folder: RunFolder, onEnd: () => void): Promise<Launch>;
  /** Puts the grant where the run finds it; the kernel's numbers of its cores. */
  grant(order: RunOrder, folder: RunFolder): Promise<readonly number[]>;
  /** Aborted when the driver is closed. */
  readonly closed: AbortSignal;
}

const SHORTEST_LOOK_MILLIS = 10;
const LONGEST_LOOK_MILLIS = 200;
/** A supervisor takes its run within so long, or never. */
const CLAIM_MILLIS = 30_000;
const NOTHING: Wanted = { paused: false, stop: null, grant: null };

/**
 * One run: what was told of it is done in the order told, and what becomes of it is seen on disk, whoever started it. So a
 * driver of an earlier life, a run that ended meanwhile and a verb told twice are no special cases.
 */
export class ProcessRun {
  readonly #place: Place;
  readonly #job: JobId;
  readonly #attempt: number;
  readonly #folder: RunFolder;

  /** What was told and is not done yet. */
  #deeds: Promise<void> = Promise.resolve();
  #watching: Promise<void> | null = null;
  #launch: Launch | null = null;
  #wake: () => void = () => {};
  readonly #starting = new AbortController();
  /** What this life of the server has been told. */
  #wanted: Partial<Wanted> = {};
  readonly #grant: RunGrant;
  #begun = false;
  #startedTold = false;
  #over = false;

  constructor(place: Place, job: JobId, attempt: number, folder: RunFolder) {
    this.#place = place;
    this.#job = job;
    this.#attempt = attempt;
    this.#folder = folder;
    this.#grant = new RunGrant(place.context.clock, folder, (generation) =>
      this.#emit({ type: "RunResized", ...this.#ids(), generation }),
    );
  }

  prepare(order: RunOrder): void {
    if (this.#begun) return;
    this.#do(
      async () => {
        await this.#folder.make();
        await this.#folder.write("prepared.json", { cluster: this.#place.context.cluster, order });
        this.#emit({ type: "RunPrepared", ...this.#ids() });
      },
      (error) => this.#tellFault(error),
    );
  }

  start(order: RunOrder): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#do(
      async () => {
        if (this.#over) return;
        await this.#folder.make();
        if (!(await this.#isSupervised())) {
          await this.#forgetOther(order);
          await this.#folder.write("order.json", { cluster: this.#place.context.cluster, order });
          await this.#carry(order);
          if (this.#over || this.#place.closed.aborted) return;
          this.#launch = await this.#place.launch(order, this.#folder, () => this.#wake());
        }
        this.#watch();
      },
      (error) => this.#tellFault(error),
    );
  }

  adopt(order: RunOrder): void {
    if (this.#begun) return;
    this.#do(async () => {
      if (await this.#isSupervised()) {
        this.#begun = true;
        this.#watch();
      } else if (await this.#folder.read("order.json")) this.start(order);
      else await this.#end(failed(LOST));
    }, this.#logFault);
  }

  stop(signal: string, graceSeconds: number): void {
    if (this.#over) return;
    const asked = this.#wanted.stop;
    const graceMillis = Math.min(asked?.graceMillis ?? Number.POSITIVE_INFINITY, graceSeconds * 1_000);
    this.#wanted = { ...this.#wanted, paused: false, stop: { signal: asked?.signal ?? signal, graceMillis } };
    this.#starting.abort(); // a stop does not wait for a checkpoint that nobody needs any more
    this.#do(
      async () => {
        if (this.#over) return;
        if (!this.#launch && !(await this.#isSupervised())) return await this.#end({ kind: "stopped" });
        this.#begun = true;
        await this.#tellSupervisor();
        this.#watch();
      },
      async (error) => {
        this.#logFault(error); // a disk that is full must not keep a job running
        await this.#kill();
        await this.#end({ kind: "stopped" });
      },
    );
  }

  resize(order: RunOrder): void {
    if (this.#over) return;
    this.#do(
      async () => {
        // One that is about to stop needs no other size.
        if (this.#over || this.#wanted.stop || !(this.#launch || (await this.#isSupervised()))) return;
        await this.#grant.take(order, async () => {
          const cpus = await this.#place.grant(order, this.#folder);
          const { generation, spec } = order;
          this.#wanted = { ...this.#wanted, grant: { generation, cpus, signal: spec.resizeSignal } };
          await this.#tellSupervisor();
        });
        this.#begun = true;
        this.#watch();
      },
      (error) => {
        this.#logFault(error);
        this.#grant.tryAgain(() => this.resize(order));
      },
    );
  }

  pause(): void {
    this.#setPaused(true);
  }

  resume(): void {
    this.#setPaused(false);
  }

  discard(): void {
    if (this.#begun) return;
    this.#do(() => this.#folder.remove(), this.#logFault);
  }

  /** Removes everything; kills first what still runs. Resolves when it is gone. */
  async reap(): Promise<void> {
    this.#starting.abort();
    this.#over = true;
    this.#grant.end();
    await this.settled();
    await this.#kill();
    await this.#folder.remove();
  }

  /** Whether its output is whole: nothing will be added to it. Rejects with `OutputGone` when there is nothing of the run. */
  async isOver(): Promise<boolean> {
    if (this.#over || (await this.#folder.read("exit.json"))) return true;
    if (this.#begun || (await this.#folder.read("order.json"))) return false;
    if (await this.#folder.isThere()) return true;
    throw new OutputGone(`there is nothing of run ${this.#job}.${this.#attempt}`);
  }

  /** Resolves when everything told is done; with a closed driver also when nothing watches any more. */
  async settled(): Promise<void> {
    await this.#deeds;
    if (this.#place.closed.aborted) this.#grant.end();
    this.#wake();
    await this.#watching;
  }

  #do(deed: () => Promise<void> | void, onFault: (error: NodeJS.ErrnoException) => Promise<void> | void): void {
    const unlessClosed = () => (this.#place.closed.aborted ? undefined : deed());
    this.#deeds = this.#deeds.then(unlessClosed).catch(onFault).catch(this.#logFault);
  }

  readonly #logFault = (error: Error): void =>
    this.#place.context.log("a run could not be served", { ...this.#ids(), reason: error.message });

  async #tellFault(error: NodeJS.ErrnoException): Promise<void> {
    this.#logFault(error);
    await this.#end(failed(infrastructureFault(error.message, error.code ?? null)));
  }

  /** An earlier life was told to start it differently and never did: what it carried may be of another checkpoint. */
  async #forgetOther(order: RunOrder): Promise<void> {
    const earlier = (await this.#folder.read("order.json"))?.order;
    if (!earlier || isDeepStrictEqual(earlier.checkpoint, order.checkpoint)) return;
    if (earlier.checkpoint.generation === this.#attempt) await this.#discardOwnFolder();
  }

  #discardOwnFolder(): Promise<void> {
    const { checkpoints, server } = this.#place;
    return checkpoints.discard(this.#job, { server, generation: this.#attempt });
  }

  /** The folder that the run was promised, or the run's end. */
  async #carry(order: RunOrder): Promise<void> {
    const { checkpoints, context, closed } = this.#place;
    const { clock } = context;
    const { from } = order.checkpoint;
    const since = clock.now();
    const tell = (detail: string) =>
      this.#emit({ type: "RunPreparing", ...this.#ids(), phase: "carrying", fraction: null, detail });
    if (from) tell(`from ${from.server}`);
    const onCut = ({ message }: Error) => tell(`from ${from?.server}; cut: ${message}`);
    try {
      const carried = await checkpoints.ready(order, AbortSignal.any([this.#starting.signal, closed]), onCut);
      if (carried) this.#emit({ type: "CheckpointCarried", ...this.#ids(), ...carried, millis: clock.now() - since });
    } catch (error) {
      if (!this.#wanted.stop) await this.#end(failed(carryFault(error as NodeJS.ErrnoException)));
    }
    if (this.#wanted.stop) await this.#end({ kind: "stopped" });
  }

  #setPaused(paused: boolean): void {
    if (this.#wanted.stop) return;
    this.#wanted = { ...this.#wanted, paused };
    const refuse = (reason: string) => {
      if (paused) this.#emit({ type: "RunPauseFailed", ...this.#ids(), reason });
    };
    this.#do(
      async () => {
        if (this.#launch || (await this.#isSupervised())) await this.#tellSupervisor();
        else refuse("the run is not running");
      },
      (error) => refuse(error.message),
    );
  }

  /** The file first: a supervisor that is not there yet reads it when it comes. What an earlier life wanted and this one has not spoken of stays. */
  async #tellSupervisor(): Promise<void> {
    const before = await this.#folder.read("wanted.json");
    await this.#folder.write("wanted.json", { ...NOTHING, ...before, ...this.#wanted });
    const supervisor = await this.#folder.read("supervisor.json");
    if (supervisor && isAlive(supervisor)) send(supervisor.pid, "SIGHUP");
  }

  async #isSupervised(): Promise<boolean> {
    return (await this.#folder.read("supervisor.json")) !== null;
  }

  #watch(): void {
    this.#watching ??= (async () => {
      for (let wait = SHORTEST_LOOK_MILLIS; !this.#over && !this.#place.closed.aborted; ) {
        await this.#look().catch(this.#logFault);
        if (!this.#over && !this.#place.closed.aborted) await this.#rest(wait);
        wait = Math.min(wait * 2, LONGEST_LOOK_MILLIS);
      }
    })();
  }

  #rest(millis: number): Promise<void> {
    return new Promise((done) => {
      const timer = setTimeout(done, millis);
      this.#wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }

  async #look(): Promise<void> {
    const launch = this.#launch;
    const ended = launch?.ended ?? false; // asked before the files: what it wrote is there then
    const supervisor = await this.#folder.read("supervisor.json");
    const gone = supervisor !== null && !isAlive(supervisor);
    const exit = await this.#folder.read("exit.json");
    const started = this.#startedTold ? null : await this.#folder.read("started.json");
    if (started) {
      this.#startedTold = true;
      this.#emit({ type: "RunStarted", ...this.#ids(started.at), handle: String(started.pid) });
    }
    await this.#grant.look();
    if (exit) await this.#tellEnd(exit);
    else if (gone) await this.#lose();
    else if (!supervisor && launch && ended) await this.#tellFault(new Error(await launch.complaint()));
    else if (!supervisor && launch && launch.since + CLAIM_MILLIS < this.#place.context.clock.now()) launch.kill();
  }

  async #tellEnd(exit: Exit): Promise<void> {
    const stored = await this.#folder.read("order.json");
    const outcome = outcomeOf(exit, stored?.order.spec.command ?? []);
    await this.#end(outcome, exit.code, exit.signal, exit.at);
  }

  /** Without its supervisor nobody would see the job's end: so it ends now. */
  async #lose(): Promise<void> {
    const job = await this.#folder.read("started.json");
    if (job) killGroup(job);
    const at = this.#place.context.clock.now();
    const stopped = Boolean(this.#wanted.stop);
    await this.#folder.write("exit.json", { code: null, signal: null, error: null, stopped, lost: true, at });
  }

  async #kill(): Promise<void> {
    this.#launch?.kill();
    const supervisor = await this.#folder.read("supervisor.json");
    if (supervisor && isAlive(supervisor)) send(supervisor.pid, "SIGKILL");
    const job = await this.#folder.read("started.json");
    if (job && !(await this.#folder.read("exit.json"))) killGroup(job);
  }

  /** A run that never started leaves no folder that was made for it; a copy of an older one stays until it is discarded. */
  async #end(
    outcome: Outcome,
    exitCode: number | null = null,
    signal: string | null = null,
    at?: number,
  ): Promise<void> {
    if (this.#over) return;
    try {
      const plan = (await this.#folder.read("order.json"))?.order.checkpoint;
      const own = plan?.generation === this.#attempt && plan.from === null;
      if (own && (await this.#neverRan())) await this.#discardOwnFolder();
    } catch (error) {
      this.#logFault(error as Error);
    }
    this.#emit({ type: "RunExited", ...this.#ids(at), outcome, exitCode, signal });
    this.#over = true;
    this.#grant.end();
  }

  /** Nothing of it ran, and nothing will. */
  async #neverRan(): Promise<boolean> {
    if (await this.#folder.read("started.json")) return false;
    const exit = await this.#folder.read("exit.json");
    return exit ? !exit.lost : !(await this.#isSupervised());
  }

  #emit(event: DriverEvent): void {
    if (!this.#over && !this.#place.closed.aborted) this.#place.context.emit(event);
  }

  #ids(at = this.#place.context.clock.now()): { job: JobId; attempt: number; at: number } {
    return { job: this.#job, attempt: this.#attempt, at };
  }
}

const LOST: Cause = { origin: "infrastructure", code: "server-lost", message: "the run is not there any more" };

const carryFault = ({ code, message }: NodeJS.ErrnoException): Cause =>
  code === "ENOSPC" || code === "EDQUOT"
    ? infrastructureFault(message, code)
    : { origin: "infrastructure", code: "checkpoint-carry", message };
