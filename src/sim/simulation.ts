import { type Command, pendingCommands } from "../core/command.ts";
import { InvariantError } from "../core/errors.ts";
import type { Learner } from "../core/estimates.ts";
import type { Event, EventType } from "../core/event.ts";
import type { Guards } from "../core/guards.ts";
import { isOver, type Job, type JobId } from "../core/job.ts";
import { poolOf } from "../core/job-spec.ts";
import type { PolicySetting, ResolvePolicy } from "../core/policy.ts";
import { Scheduler } from "../core/scheduler.ts";
import { leadServer, type Server, type ServerId } from "../core/server.ts";
import type { Cancel, Instant, Millis } from "../core/time.ts";
import { type SimulatedDriver, simulatedDriver } from "../drivers/simulated.ts";
import { type SimulatedWorld, simulatedWorld } from "../drivers/simulated-world.ts";
import { VirtualClock } from "./clock.ts";
import { type Happening, Happenings, type Refusal } from "./happenings.ts";
import { Hardship, type Hardships } from "./hardship.ts";
import { Reports } from "./reports.ts";
import type { SimulatedJob } from "./workload.ts";

/** Within one instant: what drivers tell, then what is submitted, then what programs print, then a round that was asked for. */
const ARRIVAL = 1;
const WAKE = 3;
/** Rounds at one instant, each because of what came of the one before. */
const MOST_ROUNDS = 1_000;
/** The scheduler's changes, which nobody writes down here, are dropped every so many instants. */
const DROP_EVERY = 256;
/** As in the live loop: no decision depends on them. */
const PASSIVE: ReadonlySet<EventType> = new Set(["RunProgressed", "CheckpointSaved", "CheckpointCarried"]);

export interface SimulationOptions extends Hardships {
  readonly servers: readonly Server[];
  /** In the order of submission. */
  readonly jobs: readonly SimulatedJob[];
  /** What users ask for beside that. */
  readonly happenings?: readonly Happening[];
  readonly setting: PolicySetting;
  readonly resolve: ResolvePolicy;
  readonly guards: Guards;
  /** What policies know of the jobs: all (null), or what this learner finds out. */
  readonly learner: Learner | null;
  /** Whether programs print their progress. */
  readonly reports: boolean;
  readonly observer?: Observer;
  /** Goes on from there; all its jobs are in `jobs`. Without it nothing is there, and it is 0 o'clock. */
  readonly beginning?: Beginning;
}

/** A cluster as it is, to go on from. */
export interface Beginning {
  readonly now: Instant;
  readonly state: Parameters<Scheduler["restore"]>[0];
  /** What the runs have done, and what lies in checkpoint folders. */
  readonly world: SimulatedWorld;
}

/** Is told of everything that happens, once the scheduler knows it. */
export type Observer = (event: Event, scheduler: Scheduler) => void;

/** What became of one job. */
export interface JobResult {
  readonly name: string;
  readonly user: string;
  /** The model that it trains, where the trace says it. */
  readonly type: string;
  /** GPUs that it asked for, or cores where it asked for none. */
  readonly size: number;
  readonly submittedAt: Instant;
  readonly firstStartedAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly deadline: Instant | null;
  /** What it would have taken alone, at the size it asked for. */
  readonly aloneMillis: Millis;
  readonly serviceMillis: Millis;
  readonly gpuMillis: Millis;
  readonly coreMillis: Millis;
  /** A job without GPUs is preempted by freezing it. */
  readonly preemptions: number;
  /** GPU time spent on work that was lost with a run and had to be done again. */
  readonly lostGpuMillis: Millis;
  readonly migrations: number;
  readonly resizes: number;
}

/** The live scheduler over simulated servers, with a clock that jumps from one instant at which something happens to the next. */
export class Simulation {
  readonly #clock: VirtualClock;
  readonly #world: SimulatedWorld;
  readonly #scheduler: Scheduler;
  readonly #drivers = new Map<ServerId, SimulatedDriver>();
  readonly #jobs: readonly SimulatedJob[];
  readonly #byId: ReadonlyMap<JobId, SimulatedJob>;
  readonly #results: (JobResult | null)[];
  readonly #hardship: Hardship;
  readonly #reports: Reports | null;
  readonly #observer: Observer | undefined;
  readonly #happenings: Happenings;
  readonly #freezes = new Map<JobId, number>();
  #submitted = 0;
  #ended: Job[] = [];
  #ends = 0;
  #events = 0;
  #rounds = 0;
  #instants = 0;
  /** Something has happened that a decision may depend on. */
  #news = false;
  #wakeAt: Instant | null = null;
  #wake: Cancel = () => {};

  constructor(options: SimulationOptions) {
    const { servers, jobs, setting, resolve, guards, beginning } = options;
    this.#clock = new VirtualClock(beginning?.now);
    this.#world = beginning?.world ?? simulatedWorld();
    this.#jobs = jobs;
    this.#byId = new Map(jobs.map((job) => [job.id, job]));
    this.#results = jobs.map(() => null);
    this.#hardship = new Hardship(options, servers, this.#world, (id) => this.#job(id));
    this.#scheduler = new Scheduler(resolve, setting, { guards, learner: options.learner ?? this.#hardship.told() });
    this.#observer = options.observer;
    this.#reports = options.reports ? new Reports(this.#clock, (event) => this.#observe(event)) : null;
    for (const server of servers) {
      this.#drivers.set(server.id, this.#driver(server));
      if (!beginning) this.#observe({ type: "ServerJoined", server: server.id, joined: server, at: 0 });
    }
    if (beginning) this.#goOnFrom(beginning);
    else this.#submitNext();
    this.#hardship.letCrash(this.#drivers, this.#clock);
    this.#happenings = new Happenings(options.happenings ?? [], this.#clock, this.#scheduler, (event) =>
      this.#observe(event),
    );
  }

  /** Jobs that have ended, events observed, rounds held. */
  get counts(): { readonly ended: number; readonly events: number; readonly rounds: number } {
    return { ended: this.#ends, events: this.#events, rounds: this.#rounds };
  }

  /** What users asked for and could not have. */
  get refusals(): readonly Refusal[] {
    return this.#happenings.refusals;
  }

  /** Goes through at most so many instants. False when nothing is left to happen. Throws an InvariantError when the policy fails. */
  run(instants = Number.POSITIVE_INFINITY): boolean {
    for (let i = 0; i < instants; i++) {
      if (this.#news) this.#turn();
      if (!this.#clock.advance()) return false;
      if (this.#news) this.#turn();
    }
    return true;
  }

  /** What has become of each job, in the order of submission. */
  results(): readonly JobResult[] {
    return this.#jobs.map((job, i) => this.#results[i] ?? this.#resultOf(job, this.#scheduler.job(job.id)));
  }

  /** Rounds, until what came of one asks for no other. */
  #turn(): void {
    const now = this.#clock.now();
    this.#tellAll(this.#scheduler.takeCommands());
    for (let rounds = 0; this.#news; rounds++) {
      if (rounds > MOST_ROUNDS)
        throw new InvariantError(
          `the policy does not come to rest: more than ${MOST_ROUNDS} rounds at ${now / 1000} s`,
        );
      this.#news = false;
      this.#rounds++;
      const { events, commands, wakeAt } = this.#scheduler.round(now);
      this.#events += events.length;
      for (const event of events) {
        if (event.type === "RoundFailed") throw new InvariantError(failure(event));
        if (event.type === "JobPaused") this.#freezes.set(event.job, this.#freezesOf(event.job) + 1);
        this.#observer?.(event, this.#scheduler);
      }
      this.#tellAll(commands);
      if (!this.#news) this.#wakeUp(wakeAt);
    }
    for (const job of this.#ended) this.#forget(job);
    this.#ended = [];
    if (++this.#instants % DROP_EVERY === 0) this.#scheduler.takeChanges();
  }

  #wakeUp(at: Instant | null): void {
    if (at === this.#wakeAt) return;
    this.#wake();
    this.#wakeAt = at;
    this.#wake = at === null ? () => {} : this.#clock.at(at, () => this.#ring(), WAKE);
  }
  #ring(): void {
    this.#news = true;
    this.#wakeAt = null;
  }

  /** What drivers were told and have not done yet they are told again, as after a restart. */
  #goOnFrom({ state }: Beginning): void {
    this.#scheduler.restore(state);
    this.#news = true;
    for (const job of this.#scheduler.jobs.values()) for (const command of pendingCommands(job)) this.#tell(command);
  }

  /** All that are submitted at one instant are, before anything is decided. */
  #submitNext(): void {
    const next = this.#jobs[this.#submitted];
    if (!next) return;
    const submit = (): void => {
      const now = this.#clock.now();
      for (let job = this.#jobs[this.#submitted]; job && job.submitAt <= now; job = this.#jobs[this.#submitted]) {
        this.#submitted++;
        this.#observe({
          type: "JobSubmitted",
          job: job.id,
          spec: job.spec,
          blockedBy: [],
          key: null,
          countsLoss: true,
          at: now,
        });
      }
      this.#submitNext();
    };
    this.#clock.at(next.submitAt, submit, ARRIVAL);
  }

  #observe(event: Event): void {
    if (!this.#scheduler.observe(event)) return;
    this.#events++;
    this.#observer?.(event, this.#scheduler);
    if (PASSIVE.has(event.type)) return;
    this.#news = true;
    if (event.type === "RunExited") {
      const job = this.#scheduler.job(event.job);
      if (job && isOver(job)) this.#ended.push(job);
      else void this.#drivers.get(leadOf(this.#scheduler, event.job))?.reap(event.job, event.attempt);
    } else if (event.type === "RunStarted" && this.#reports) {
      const run = this.#world.servers.get(leadOf(this.#scheduler, event.job))?.get(`${event.job}/${event.attempt}`);
      if (run) this.#reports.follow(run, this.#job(event.job).steps);
    }
  }

  /** Also what comes of their answers: a move that takes no time is over before anything is decided without the job. */
  #tellAll(commands: readonly Command[]): void {
    for (let told = commands; told.length > 0; told = this.#scheduler.takeCommands())
      for (const command of told) this.#tell(command);
  }

  #tell(command: Command): void {
    const server = command.type === "discardCheckpoint" ? command.folder.server : leadServer(command.run.on);
    const driver = this.#drivers.get(server) as SimulatedDriver;
    switch (command.type) {
      case "prepare":
        return driver.prepare(command.run);
      case "start":
        return driver.start(command.run);
      case "stop":
        return driver.stop(command.run, command.signal, command.graceSeconds);
      case "resize":
        return driver.resize(command.run);
      case "pause":
        return driver.pause(command.run);
      case "resume":
        return driver.resume(command.run);
      case "discard":
        return driver.discard(command.run);
      case "discardCheckpoint":
        return driver.discardCheckpoint(command.job, command.folder);
    }
  }

  /** Keeps the result of a job that is over, and nothing else of it. */
  #forget(job: Job): void {
    const place = Number(job.id.slice("job-".length)) - 1;
    this.#results[place] = this.#resultOf(this.#job(job.id), job);
    this.#ends++;
    const run = this.#scheduler.run(job.id);
    if (run) void this.#drivers.get(leadServer(run.on))?.reap(job.id, job.attempt);
    if (job.checkpoint) this.#drivers.get(job.checkpoint.server)?.discardCheckpoint(job.id, job.checkpoint);
    this.#scheduler.forget(job.id);
  }

  #job(id: JobId): SimulatedJob {
    return this.#byId.get(id) as SimulatedJob;
  }
  #freezesOf(id: JobId): number {
    return this.#freezes.get(id) ?? 0;
  }
  #resultOf(job: SimulatedJob, end: Job | undefined): JobResult {
    return resultOf(job, end, this.#freezesOf(job.id), this.#world.lostGpuMillis.get(job.id) ?? 0);
  }

  #driver({ id, gpus, cores, memoryMiB }: Server): SimulatedDriver {
    return simulatedDriver({
      server: id,
      gpus: gpus.length,
      cores,
      memoryMiB,
      world: this.#world,
      ...this.#hardship.ofDriver,
      context: {
        cluster: "simulation",
        clock: this.#clock,
        emit: (event) => this.#observe(event),
        secrets: () => Promise.resolve({}),
        openCheckpoint: () => Promise.reject(new Error("a simulated checkpoint has no files")),
        log() {},
      },
    });
  }
}

/** Where the job's newest run is, or was. */
const leadOf = (scheduler: Scheduler, job: JobId): ServerId => {
  const on = scheduler.run(job)?.on;
  return on ? leadServer(on) : "";
};

const failure = ({ policy, reason, at }: Extract<Event, { type: "RoundFailed" }>): string =>
  `policy ${policy} failed at ${at / 1000} s: ${reason}`;

function resultOf(
  { name, submitAt, spec, workMillis, speed }: SimulatedJob,
  job: Job | undefined,
  freezes: number,
  lostGpuMillis: Millis,
): JobResult {
  return {
    name,
    user: spec.user,
    type: spec.type,
    size: spec.gpus.preferred || spec.cores.preferred,
    submittedAt: submitAt,
    firstStartedAt: job?.firstStartedAt ?? null,
    endedAt: job?.state.status === "completed" ? job.state.at : null,
    deadline: spec.deadline,
    aloneMillis: workMillis / speed.speed(spec[poolOf(spec)].preferred),
    serviceMillis: job?.serviceMillis ?? 0,
    gpuMillis: job?.gpuMillis ?? 0,
    coreMillis: job?.coreMillis ?? 0,
    preemptions: (job?.preemptions ?? 0) + freezes,
    lostGpuMillis,
    migrations: job?.migrations ?? 0,
    resizes: job?.resizes ?? 0,
  };
}
