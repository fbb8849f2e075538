import { expect, it } from "vitest";
import type { RunOrder } from "../../src/core/command.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { Driver, DriverContext, OutputPosition } from "../../src/drivers/driver.ts";
import type { RunExited } from "./support.ts";
import { House, Listener, orderOf, type Told } from "./support.ts";

/** One kind of driver and the servers to try it on. */
export interface Bench {
  /** Two servers of one cluster; the second one is where a checkpoint is carried to. */
  readonly servers: readonly [string, string];
  /** A new driver, not yet connected: the first of that server, or its next life. */
  open(server: string, context: DriverContext): Driver;
  /** What any job needs here, such as an image. */
  readonly spec: Partial<JobSpec>;
  /** What there is of runs on both servers, by names: containers, volumes, folders, processes. */
  remains(): Promise<readonly string[]>;
  cleanup(): Promise<void>;
}

/** What the claims play on: a fresh bench and a connected driver for each of them. */
export class Stage {
  bench!: Bench;
  house!: House;
  driver!: Driver;
  /** Claims that this kind of driver cannot make, each with the reason. */
  readonly exceptions: Readonly<Record<string, string>>;
  readonly #made = new Set<string>();

  constructor(exceptions: Readonly<Record<string, string>>) {
    this.exceptions = exceptions;
  }

  get told(): Told {
    return this.house.told;
  }

  async set(bench: Bench): Promise<void> {
    this.bench = bench;
    this.house = new House((server, context) => bench.open(server, context));
    this.driver = await this.house.connect(bench.servers[0]);
  }

  async strike(): Promise<void> {
    await this.house.close();
    await this.bench.cleanup();
  }

  readonly claim = (title: string, test: () => Promise<void>): void => {
    this.#made.add(title);
    if (!(title in this.exceptions)) it(title, test);
  };

  /** Throws when an exception names a claim that nobody makes. */
  checkExceptions(): void {
    const unknown = Object.keys(this.exceptions).filter((title) => !this.#made.has(title));
    if (unknown.length > 0) throw new Error(`exceptions from claims that nobody makes: ${unknown.join("; ")}`);
  }

  /** @param script for the smallest of shells */
  readonly job = (script: string, spec: Partial<JobSpec> = {}, patch: Partial<RunOrder> = {}): RunOrder =>
    orderOf(this.bench.servers[0], { ...this.bench.spec, command: ["/bin/sh", "-c", script], ...spec }, patch);

  readonly listen = (run: RunOrder, from: OutputPosition = {}): Listener => new Listener(this.driver, run, from);

  readonly begin = (run: RunOrder): Listener => {
    this.driver.start(run);
    return this.listen(run);
  };

  /** Its only exit so far. */
  readonly exitOf = async (run: RunOrder): Promise<RunExited> => {
    const exit = await this.told.first("RunExited", run);
    expect(this.told.of("RunExited", run)).toHaveLength(1);
    return exit;
  };
}
