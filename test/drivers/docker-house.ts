import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { RunOrder, RunRef } from "../../src/core/command.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { Clock } from "../../src/core/time.ts";
import { type DockerOptions, dockerDriver } from "../../src/drivers/docker/docker-driver.ts";
import type {
  Driver,
  DriverContext,
  DriverEvent,
  Output,
  OutputLine,
  OutputPosition,
} from "../../src/drivers/driver.ts";
import { until } from "../lab/command.ts";
import { busyboxImage, type LabHost } from "../lab/docker-lab.ts";

export const realClock: Clock = {
  now: () => Date.now(),
  at(when, wake) {
    const timer = setTimeout(wake, Math.max(0, when - Date.now()));
    return () => clearTimeout(timer);
  },
};

/** A driver with all that it has told. */
export interface House {
  readonly driver: Driver;
  readonly events: DriverEvent[];
  readonly logged: string[];
  told<T extends DriverEvent["type"]>(
    type: T,
    job: string,
    attempt?: number,
  ): Promise<Extract<DriverEvent, { type: T }>>;
  ofRun(job: string, attempt?: number): DriverEvent[];
  /** All lines of a run from a position, until it is over. */
  lines(run: RunRef, from?: OutputPosition): Promise<OutputLine[]>;
}

export function house(
  host: LabHost,
  overrides: Partial<DockerOptions> & {
    checkpoint?: DriverContext["openCheckpoint"];
    secrets?: Record<string, string>;
  } = {},
): House {
  const events: DriverEvent[] = [];
  const logged: string[] = [];
  const { checkpoint, secrets = {}, ...options } = overrides;
  const driver = dockerDriver({
    server: host.name,
    endpoint: `tcp://${host.tcp.host}:${host.tcp.port}`,
    tls: { ca: host.tcp.ca, cert: host.tcp.cert, key: host.tcp.key },
    gpus: "auto",
    context: {
      cluster: "lab",
      clock: realClock,
      emit: (event) => events.push(event),
      secrets: () => Promise.resolve(secrets),
      openCheckpoint: checkpoint ?? (() => Promise.reject(new Error("no checkpoint was planned"))),
      log: (message, details) => logged.push(`${message} ${JSON.stringify(details)}`),
    },
    ...options,
  });
  const ofRun = (job: string, attempt = 1) =>
    events.filter((event) => "job" in event && event.job === job && event.attempt === attempt);
  return {
    driver,
    events,
    logged,
    ofRun,
    async told(type, job, attempt = 1) {
      const find = () => ofRun(job, attempt).find((event) => event.type === type);
      await until(`${type} of ${job}.${attempt}`, 30_000, () => find() !== undefined).catch((error: Error) => {
        throw new Error(
          `${error.message}; told was ${JSON.stringify(ofRun(job, attempt))}, logged ${logged.join("\n")}`,
        );
      });
      return find() as never;
    },
    async lines(run, from = {}) {
      const lines: OutputLine[] = [];
      for await (const batch of driver.follow(run, from, AbortSignal.timeout(30_000))) lines.push(...linesOf(batch));
      return lines;
    },
  };
}

export const linesOf = (batch: Output[]): OutputLine[] => batch.filter((output) => output.kind === "line");
export const shell = (script: string): string[] => ["/bin/sh", "-c", script];

export interface OrderOptions {
  readonly attempt?: number;
  readonly gpus?: readonly string[];
  readonly cores?: readonly number[];
  readonly checkpoint?: RunOrder["checkpoint"];
  readonly spec?: Partial<JobSpec>;
}

export function order(server: string, job: string, command: readonly string[], options: OrderOptions = {}): RunOrder {
  const { attempt = 1, gpus = [], cores = [0], checkpoint = { generation: attempt, from: null } } = options;
  return {
    job,
    attempt,
    reason: "submitted",
    on: [{ server, gpus, cores, memoryMiB: 0 }],
    checkpoint,
    spec: {
      name: job,
      type: "generic",
      image: busyboxImage,
      command,
      workdir: null,
      env: {},
      secretNames: [],
      gpus: { min: gpus.length, max: gpus.length, preferred: gpus.length, model: null, memoryMiB: null },
      cores: { min: 1, max: 1 },
      parallelism: { interOp: null, intraOp: null },
      memoryMiB: null,
      shmMiB: 64,
      elasticity: "restart",
      priority: 0,
      deadline: null,
      user: "tester",
      labels: {},
      estimate: { seconds: null, epochs: null, steps: null },
      progressPattern: null,
      checkpoint: { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 30 },
      retries: { application: 0, infrastructure: 3 },
      limits: { queueSeconds: null, pullSeconds: null, runSeconds: null, idleSeconds: null },
      after: [],
      ...options.spec,
    },
  };
}

export const contentOf = (stream: NodeJS.ReadableStream): Promise<Buffer> => buffer(Readable.from(stream));
