import type { RunOrder, RunRef } from "../../src/core/command.ts";
import type { CheckpointFolder } from "../../src/core/job.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { Placement } from "../../src/core/server.ts";
import type { Clock } from "../../src/core/time.ts";
import {
  CheckpointGone,
  type Driver,
  type DriverContext,
  type DriverEvent,
  type Output,
  type OutputPosition,
} from "../../src/drivers/driver.ts";
import { aSpec, gpus } from "../core/world.ts";

/** Long enough for a busy machine: a condition that holds is seen at once. */
const PATIENCE_MILLIS = 60_000;

export const realClock: Clock = {
  now: () => Date.now(),
  at(when, wake) {
    const timer = setTimeout(wake, Math.max(0, when - Date.now()));
    return () => clearTimeout(timer);
  },
};

/** Waits until `look` finds something, and returns it. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  patienceMillis = PATIENCE_MILLIS,
): Promise<NonNullable<T>> {
  for (const deadline = Date.now() + patienceMillis; Date.now() < deadline; ) {
    const found = await look();
    if (found) return found;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`waited in vain until ${what}`);
}

/** Is there still a process of that number? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

export type RunExited = Of<"RunExited">;
type Of<Type extends DriverEvent["type"]> = Extract<DriverEvent, { type: Type }>;

/** What drivers told, in order. */
export class Told {
  readonly all: DriverEvent[] = [];

  of<Type extends DriverEvent["type"]>(type: Type, { job, attempt }: Pick<RunRef, "job" | "attempt">): Of<Type>[] {
    return this.all.filter(
      (event): event is Of<Type> =>
        event.type === type && "job" in event && event.job === job && event.attempt === attempt,
    );
  }

  /** What was told of the servers' health, oldest first. */
  get healths(): string[] {
    return this.all.flatMap((event) => (event.type === "ServerHealthChanged" ? [event.health] : []));
  }

  /** The first of its kind for this run, once it is told. */
  first<Type extends DriverEvent["type"]>(type: Type, run: Pick<RunRef, "job" | "attempt">): Promise<Of<Type>> {
    return until(
      `${type} of ${run.job} is told; told so far: ${JSON.stringify(this.all)}`,
      () => this.of(type, run)[0],
    );
  }
}

/** The house around drivers, in small: what they tell is collected, and checkpoints go from one to the other. */
export class House {
  readonly told = new Told();
  readonly secrets: Record<string, string> = {};
  readonly logged: string[] = [];
  readonly #drivers = new Map<string, Driver>();
  readonly #open: (server: string, context: DriverContext) => Driver;

  constructor(open: (server: string, context: DriverContext) => Driver) {
    this.#open = open;
  }

  /** A driver of that server, connected; the one before it must be closed. It hears of all, but tells into `told`. */
  async connect(server: string, told = this.told): Promise<Driver> {
    const driver = this.#open(server, {
      cluster: "contract",
      clock: realClock,
      emit: (event) => told.all.push(event),
      secrets: () => Promise.resolve(this.secrets),
      openCheckpoint: (job, folder, signal) => this.#openCheckpoint(job, folder, signal),
      log: (message, details) => this.logged.push(`${message} ${JSON.stringify(details ?? {})}`),
    });
    this.#drivers.set(server, driver);
    await driver.connect(AbortSignal.timeout(PATIENCE_MILLIS));
    return driver;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#drivers.values()].map((driver) => driver.close()));
  }

  #openCheckpoint(job: string, folder: CheckpointFolder, signal: AbortSignal): Promise<NodeJS.ReadableStream> {
    const driver = this.#drivers.get(folder.server);
    if (!driver) return Promise.reject(new CheckpointGone(`no server ${folder.server}`));
    return driver.readCheckpoint(job, folder, signal);
  }
}

/** A job of one core and no GPU, as drivers meet it. */
export const specOf = (patch: Partial<JobSpec> = {}): JobSpec =>
  aSpec({ image: null, command: ["/bin/true"], gpus: gpus(0), cores: { min: 1, max: 1, preferred: 1 }, ...patch });

let jobs = 0;

/** A job nobody has had yet, on one core of that server. */
export function orderOf(server: string, spec: Partial<JobSpec>, patch: Partial<RunOrder> = {}): RunOrder {
  jobs += 1;
  const on: Placement = [{ server, gpus: [], cores: [0], memoryMiB: 64 }];
  return {
    job: `job-${jobs}`,
    attempt: 1,
    spec: specOf(spec),
    on,
    reason: "submitted",
    checkpoint: { generation: patch.attempt ?? 1, from: null },
    generation: 1,
    leaving: null,
    ...patch,
  };
}

/** Follows a run from `from` to its end, and keeps what comes. */
export class Listener {
  readonly outputs: Output[] = [];
  readonly done: Promise<void>;
  readonly #stop = new AbortController();

  constructor(driver: Driver, run: RunRef, from: OutputPosition = {}) {
    this.done = (async () => {
      for await (const batch of driver.follow(run, from, this.#stop.signal)) this.outputs.push(...batch);
    })();
    this.done.catch(() => {}); // whoever waits for it is told
  }

  get lines(): Extract<Output, { kind: "line" }>[] {
    return this.outputs.filter((output) => output.kind === "line");
  }

  texts(stream?: "stdout" | "stderr"): string[] {
    return this.lines.filter((line) => !stream || line.stream === stream).map(({ text }) => text);
  }

  async heard(text: string): Promise<void> {
    await until(`the run printed ${JSON.stringify(text)}; it printed ${JSON.stringify(this.texts().slice(-5))}`, () =>
      this.texts().includes(text),
    );
  }

  async leave(): Promise<void> {
    this.#stop.abort();
    await this.done.catch(() => {});
  }
}

/** The names of the files in a tar stream. */
export async function readWhole(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
