import type { Command, RunOrder, RunRef } from "../core/command.ts";
import { startsMembers } from "../core/job-spec.ts";
import type { Cause, Outcome } from "../core/outcome.ts";
import type { ServerId } from "../core/server.ts";
import type { Instant, Millis } from "../core/time.ts";
import type { Driver, DriverEvent } from "../drivers/driver.ts";
import { gangProblem, memberOrder } from "./gang-order.ts";

/** What is left to the others once one has failed: enough to end in order, too little to go on without it. */
const GRACE_AFTER_FAILURE_SECONDS = 5;

/** Clocks of servers differ, and a program takes a while to miss another. */
const SAME_MOMENT: Millis = 5_000;

type RunEvent = Extract<DriverEvent, { readonly attempt: number }>;
type Exit = Extract<RunEvent, { type: "RunExited" }>;
export type RunCommand = Exclude<Command, { type: "discardCheckpoint" }>;

export interface GangHouse {
  /** Null while the server does not take commands. */
  driverOf(server: ServerId): Driver | null;
  /** Why nobody waits any longer for what is on the server; null while it may come back. */
  lossOf(server: ServerId): string | null;
  /** Takes what the gang has to tell as a whole. */
  tell(event: RunEvent): void;
  /** The order with all that its members have to know of each other. */
  completed(order: RunOrder): RunOrder;
  now(): Instant;
}

interface Member {
  readonly server: ServerId;
  prepared: boolean;
  started: boolean;
  exit: Exit | null;
  /** The last that its driver was told, in this life of the connection. */
  told: "prepare" | "start" | null;
  toldToStop: number;
}

/**
 * One run over several servers, which is to its job what a run on one is: its members begin together or not at all, each command goes
 * to all, and what they answer is told once. One that fails ends the others, and the run ends with its cause.
 */
export class Gang {
  readonly #house: GangHouse;
  readonly #members: readonly Member[];
  readonly #ref: RunRef;
  #order: RunOrder | null = null;
  #goal: "prepare" | "start" | null = null;
  #stop: { signal: string; graceSeconds: number } | null = null;
  /** The first that ended though it ought to go on. */
  #first: Exit | null = null;
  /** Whether the scheduler asked for the end, and not a member's. */
  #wasAsked = false;
  #resized = new Map<number, Set<ServerId>>();
  #isOver = false;

  constructor(house: GangHouse, { job, attempt, on }: RunRef) {
    this.#house = house;
    this.#ref = { job, attempt, on };
    this.#members = on.map(({ server }) => ({
      server,
      prepared: false,
      started: false,
      exit: null,
      told: null,
      toldToStop: Number.POSITIVE_INFINITY,
    }));
  }

  /** What was prepared and given up may be prepared again. */
  get mayBeginAnew(): boolean {
    return this.#isOver && this.#goal !== "start";
  }

  /** @param only the server that has just been connected, where all that holds still is to be told again */
  execute(command: RunCommand, only: ServerId | null): void {
    for (const member of this.#members)
      if (member.server === only) Object.assign(member, { told: null, toldToStop: Number.POSITIVE_INFINITY });
    switch (command.type) {
      case "prepare":
      case "start":
        return this.#begin(command.run, command.type);
      case "stop":
        this.#wasAsked ||= this.#first === null;
        this.#end(command.signal, command.graceSeconds);
        return this.#advance();
      case "resize":
        this.#order = this.#house.completed(command.run);
        return this.#each(only, (driver, server) => driver.resize(memberOrder(this.#order as RunOrder, server)));
      case "pause":
        return this.#each(only, (driver) => driver.pause(command.run));
      case "resume":
        return this.#each(only, (driver) => driver.resume(command.run));
      case "discard":
        this.#isOver = true;
        return this.#each(only, (driver) => driver.discard(command.run));
    }
  }

  /** Takes up the member on that server of a run that trains already. */
  adopt(order: RunOrder, server: ServerId): void {
    this.#order = this.#house.completed(order);
    const member = this.#memberOn(server);
    const driver = this.#house.driverOf(server);
    if (!member || !driver) return;
    Object.assign(member, { prepared: true, told: "start", toldToStop: Number.POSITIVE_INFINITY });
    driver.adopt(memberOrder(this.#order, server));
    this.#advance();
  }

  /** What the driver of that server tells of its member. */
  heard(server: ServerId, event: RunEvent): void {
    const member = this.#memberOn(server);
    if (!member || this.#isOver) return;
    switch (event.type) {
      case "RunPrepared":
        member.prepared = true;
        if (this.#goal === "prepare" && this.#members.every(({ prepared }) => prepared)) this.#house.tell(event);
        return this.#advance();
      case "RunStarted":
        member.prepared = member.started = true;
        if (this.#members.every(({ started }) => started)) this.#house.tell({ ...event, handle: event.handle });
        return this.#advance();
      case "RunResized": {
        const answered = this.#resized.get(event.generation) ?? new Set();
        this.#resized.set(event.generation, answered.add(server));
        if (answered.size === this.#members.length) this.#house.tell(event);
        return;
      }
      case "RunExited":
        return this.#exited(member, event);
      case "RunPreparing":
      case "CheckpointCarried":
      case "RunPauseFailed":
        return this.#house.tell(event);
      default: // of its own folder, which is the job's at the lead only
        if (member === this.#members[0]) this.#house.tell(event);
    }
  }

  get isEnding(): boolean {
    return !this.#isOver && this.#stop !== null;
  }

  /** A server may be lost by now: then nobody waits for its member any longer. */
  lookAgain(): void {
    this.#advance();
  }

  #begin(order: RunOrder, goal: "prepare" | "start"): void {
    this.#order = this.#house.completed(order);
    this.#goal = goal;
    const problem = gangProblem(this.#order, this.#order.hosts ?? []);
    if (problem) return this.#conclude(failed("daemon-error", problem, true));
    this.#advance();
  }

  #exited(member: Member, event: Exit): void {
    if (member.exit) return;
    member.exit = event;
    const { outcome } = event;
    if (this.#goal === "prepare" && !this.#stop) {
      this.#first = event;
      this.#each(null, (driver) => driver.discard(this.#ref));
      return this.#conclude(null);
    }
    const isLead = member === this.#members[0];
    const leads = this.#order !== null && startsMembers(this.#order.spec);
    // The members of a launcher that leads serve it until they are told to end.
    const isEarly = outcome.kind !== "succeeded" || (leads && !isLead);
    if (isEarly && !this.#stop) this.#first = event;
    if (isEarly || (leads && isLead)) {
      const { signal = "SIGTERM", graceSeconds = GRACE_AFTER_FAILURE_SECONDS } = this.#order?.spec.checkpoint ?? {};
      if (!this.#stop) this.#end(signal, Math.min(graceSeconds, GRACE_AFTER_FAILURE_SECONDS));
    }
    this.#advance();
  }

  #end(signal: string, graceSeconds: number): void {
    this.#stop = {
      signal: this.#stop?.signal ?? signal,
      graceSeconds: Math.min(graceSeconds, this.#stop?.graceSeconds ?? graceSeconds),
    };
  }

  #advance(): void {
    if (this.#isOver) return;
    if (this.#stop) this.#stopAll(this.#stop);
    else if (this.#order && this.#goal) this.#beginNext(this.#order, this.#goal);
    if (this.#isOver) return; // it went on within
    const open = this.#members.filter(({ exit }) => exit === null);
    if (open.length === 0) return this.#conclude(null);
    if (!this.#stop) return;
    const losses = open.map(({ server }) => this.#house.lossOf(server));
    if (losses.every((loss) => loss !== null)) this.#conclude(null, losses[0] ?? undefined);
  }

  /** All are prepared before any begins, and the lead begins last: it finds the others there. */
  #beginNext(order: RunOrder, goal: "prepare" | "start"): void {
    const tell = (member: Member, verb: "prepare" | "start"): void => {
      const driver = this.#house.driverOf(member.server);
      if (!driver || member.told === verb || member.exit) return;
      member.told = verb;
      driver[verb](memberOrder(order, member.server));
    };
    if (!this.#members.every(({ prepared }) => prepared)) {
      for (const member of this.#members) if (!member.prepared) tell(member, "prepare");
      return;
    }
    if (goal === "prepare") return;
    const [lead, ...others] = this.#members as [Member, ...Member[]];
    for (const member of others) tell(member, "start");
    if (others.every(({ started }) => started)) tell(lead, "start");
  }

  #stopAll({ signal, graceSeconds }: { signal: string; graceSeconds: number }): void {
    for (const member of this.#members) {
      const driver = this.#house.driverOf(member.server);
      if (!driver || member.exit || member.toldToStop <= graceSeconds) continue;
      member.toldToStop = graceSeconds;
      driver.stop(this.#ref, signal, graceSeconds);
    }
  }

  /** @param problem why it could not even begin @param loss why nobody waits for those that have not ended */
  #conclude(problem: Outcome | null, loss?: string): void {
    this.#isOver = true;
    const { job, attempt } = this.#ref;
    const exits = this.#members.flatMap(({ exit }) => exit ?? []);
    const at = Math.max(...exits.map((exit) => exit.at), problem || loss ? this.#house.now() : 0);
    this.#first &&= rootOf(this.#first, exits);
    const decisive = this.#first ?? exits.find(({ outcome }) => outcome.kind !== "succeeded") ?? exits[0];
    this.#house.tell({
      type: "RunExited",
      job,
      attempt,
      outcome: problem ?? this.#outcome(exits, loss),
      exitCode: (this.#leadExit ?? decisive)?.exitCode ?? null,
      signal: (this.#leadExit ?? decisive)?.signal ?? null,
      at,
    });
  }

  /** Of a launcher that leads, the lead's end is the run's. */
  get #leadExit(): Exit | null {
    const exit = this.#members[0]?.exit ?? null;
    const leads = this.#order !== null && startsMembers(this.#order.spec);
    return leads && exit?.outcome.kind === "succeeded" && !this.#first ? exit : this.#first;
  }

  #outcome(exits: readonly Exit[], loss: string | undefined): Outcome {
    if (this.#first && !this.#wasAsked) {
      // Whoever talks to a server that is cut off fails of it: the loss is the cause.
      if (loss !== undefined && isApplication(this.#first.outcome)) return failed("server-lost", loss);
      return this.#named(this.#first);
    }
    if (this.#leadExit?.outcome.kind === "succeeded") return this.#leadExit.outcome;
    if (this.#wasAsked) {
      const isWhole = loss === undefined && exits.every(({ outcome }) => outcome.kind === "succeeded");
      return isWhole ? { kind: "succeeded" } : { kind: "stopped" };
    }
    if (loss !== undefined) return failed("server-lost", loss);
    return exits.every(({ outcome }) => outcome.kind === "succeeded") ? { kind: "succeeded" } : { kind: "stopped" };
  }

  /** Which of the members it was. */
  #named(exit: Exit): Outcome {
    const rank = this.#members.findIndex((member) => member.exit === exit);
    const which = `rank ${rank} on ${this.#members[rank]?.server}`;
    const { outcome } = exit;
    if (outcome.kind === "failed")
      return { kind: "failed", cause: { ...outcome.cause, message: `${which}: ${outcome.cause.message}` } };
    const message = outcome.kind === "stopped" ? `${which} was stopped` : `${which} ended before its launcher`;
    return { kind: "failed", cause: { origin: "application", code: "exit", message } };
  }

  #each(only: ServerId | null, act: (driver: Driver, server: ServerId) => void): void {
    for (const { server, exit } of this.#members) {
      const driver = this.#house.driverOf(server);
      if (driver && !exit && (only === null || only === server)) act(driver, server);
    }
  }

  #memberOn(server: ServerId): Member | undefined {
    return this.#members.find((member) => member.server === server);
  }
}

const failed = (code: "daemon-error" | "server-lost", message: string, permanent = false): Outcome => {
  const cause: Cause = { origin: "infrastructure", code, message, ...(permanent && { permanent }) };
  return { kind: "failed", cause };
};

/**
 * The failure that the others came of. News of it may come later than of them, so it is told by the clocks of the servers; and a
 * program that ends by itself beside one that was killed does so because of it.
 */
function rootOf(first: Exit, exits: readonly Exit[]): Exit {
  const failures = exits.filter(({ outcome }) => outcome.kind === "failed").sort((a, b) => a.at - b.at);
  const [earliest = first] = failures;
  if (!endedItself(earliest)) return earliest;
  return failures.find((exit) => !endedItself(exit) && exit.at - earliest.at < SAME_MOMENT) ?? earliest;
}

const endedItself = ({ outcome }: Exit): boolean =>
  outcome.kind === "failed" && outcome.cause.origin === "application" && outcome.cause.code === "exit";

const isApplication = (outcome: Outcome): boolean =>
  outcome.kind === "failed" && outcome.cause.origin === "application";
