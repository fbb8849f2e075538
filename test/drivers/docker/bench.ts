import { afterEach } from "vitest";
import type { RunOrder } from "../../../src/core/command.ts";
import type { JobSpec } from "../../../src/core/job-spec.ts";
import { dockerDriver } from "../../../src/drivers/docker/docker-driver.ts";
import type { DockerOptions } from "../../../src/drivers/docker/options.ts";
import type { Driver } from "../../../src/drivers/driver.ts";
import { busyboxImage, type LabHost } from "../../lab/docker-lab.ts";
import type { SharedLab } from "../../lab/shared-lab.ts";
import { House, Listener, orderOf, type Told, until } from "../support.ts";

/** How a driver reaches an engine of the lab: over TLS. */
export const endpointOf = ({ name, tcp }: LabHost): Pick<DockerOptions, "server" | "endpoint" | "tls"> => ({
  server: name,
  endpoint: `tcp://${tcp.host}:${tcp.port}`,
  tls: { ca: tcp.ca, cert: tcp.cert, key: tcp.key },
});

/** Names of all containers and volumes there are. */
export async function remains(hosts: readonly Pick<LabHost, "docker">[]): Promise<string[]> {
  const ofHosts = await Promise.all(
    hosts.map(async ({ docker }) => {
      const [containers, { Volumes }] = await Promise.all([docker.listContainers({ all: true }), docker.listVolumes()]);
      return [...containers.flatMap(({ Names }) => Names), ...(Volumes ?? []).map(({ Name }) => Name)];
    }),
  );
  return ofHosts.flat();
}

export async function clear(hosts: readonly Pick<LabHost, "docker">[]): Promise<void> {
  await until("nothing is left", async () => {
    await removeAll(hosts);
    return (await remains(hosts)).length === 0;
  });
}

async function removeAll(hosts: readonly Pick<LabHost, "docker">[]): Promise<void> {
  for (const { docker } of hosts) {
    const containers = await docker.listContainers({ all: true });
    await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true }).catch(unlessGoing)));
    const { Volumes } = await docker.listVolumes();
    await Promise.all(
      (Volumes ?? []).map(({ Name }) => docker.getVolume(Name).remove({ force: true }).catch(unlessGoing)),
    );
  }
}

/** A closed driver may still be removing what it made. */
function unlessGoing(error: { statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}

/** Drivers of a lab's engines for one test file; after each test they are closed and nothing is left on the engines. */
export class DockerBench {
  readonly #shared: SharedLab;
  #house: House | null = null;
  #options: Partial<DockerOptions> = {};

  constructor(shared: SharedLab) {
    this.#shared = shared;
    afterEach(async () => {
      await this.#house?.close();
      this.#house = null;
      await clear(shared.hosts);
    });
  }

  get house(): House {
    this.#house ??= new House((server, context) => {
      const host = this.#shared.hosts.find(({ name }) => name === server);
      if (!host) throw new Error(`the lab has no host ${server}`);
      return dockerDriver({ ...endpointOf(host), gpus: "auto", context, ...this.#options });
    });
    return this.#house;
  }

  get told(): Told {
    return this.house.told;
  }

  host(index = 0): LabHost {
    const host = this.#shared.hosts[index];
    if (!host) throw new Error(`the lab has no host ${index}`);
    return host;
  }

  /** A connected driver of that host; the one before it, of the same host, has to be closed. */
  connect(options: Partial<DockerOptions> = {}, index = 0, told = this.told): Promise<Driver> {
    this.#options = options;
    return this.house.connect(this.host(index).name, told);
  }

  /** A job on the first host. @param command exec form, or a text for the shell */
  order(command: string | readonly string[], spec: Partial<JobSpec> = {}, patch: Partial<RunOrder> = {}): RunOrder {
    const exec = typeof command === "string" ? ["/bin/sh", "-c", command] : command;
    return orderOf(this.host().name, { image: busyboxImage, command: exec, ...spec }, patch);
  }

  /** A job that holds these GPUs of the first host. */
  withGpus(order: RunOrder, ids: readonly (string | number)[]): RunOrder {
    const gpus = ids.map((id) => `${this.host().name}/${id}`);
    return { ...order, on: order.on.map((share) => ({ ...share, gpus })) };
  }

  /** Starts a run and waits for its end: its lines on standard output. */
  async output(driver: Driver, run: RunOrder): Promise<string[]> {
    driver.start(run);
    await this.told.first("RunStarted", run);
    const listener = new Listener(driver, run);
    await listener.done;
    return listener.texts("stdout");
  }

  /** Until no engine counts as down: when one that did is up again, its readers are cut off once more. */
  async notDown(): Promise<void> {
    await until("the engine does not count as down", () => this.told.healths.at(-1) !== "down");
  }

  remains(): Promise<string[]> {
    return remains(this.#shared.hosts);
  }
}
