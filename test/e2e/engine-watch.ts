import type Docker from "dockerode";
import type { LabHost } from "../lab/docker-lab.ts";

/** One container from its start to its end, by its engine's own clock. */
export interface Life {
  readonly run: string;
  readonly devices: readonly string[];
  readonly startedAt: number;
  readonly endedAt: number;
}

interface EngineEvent {
  readonly Action: string;
  readonly timeNano: number;
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> };
}

/** Follows what the engines themselves tell of their containers, whatever the scheduler believes. */
export class EngineWatch {
  readonly #lives = new Map<string, Life>();
  readonly #devices = new Map<string, Promise<readonly string[] | null>>();
  readonly #streams: NodeJS.ReadableStream[] = [];
  /** Called at each event, with its name and the job's id. */
  onEvent: (action: string, job: string) => void = () => {};

  static async begin(hosts: readonly LabHost[]): Promise<EngineWatch> {
    const watch = new EngineWatch();
    for (const { docker } of hosts) await watch.#follow(docker);
    return watch;
  }

  /** Forgets what was, for another test. */
  forget(): void {
    this.#lives.clear();
    this.#devices.clear();
    this.onEvent = () => {};
  }

  end(): void {
    for (const stream of this.#streams) (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
  }

  /** The lives of a job's containers, the oldest first. */
  async livesOf(job: string): Promise<readonly Life[]> {
    return (await this.#all()).filter(({ run }) => run.startsWith(`${job}.`));
  }

  /** GPUs that were shown to two running containers at once; those of the jobs named are left out. */
  async sharedDevices(except: readonly string[] = []): Promise<readonly string[]> {
    const lives = (await this.#all()).filter(({ run }) => !except.includes(run.split(".")[0] as string));
    return lives.flatMap((a, i) =>
      lives.slice(i + 1).flatMap((b) => {
        const isAtOnce = a.startedAt < b.endedAt && b.startedAt < a.endedAt;
        const both = isAtOnce ? a.devices.filter((device) => b.devices.includes(device)) : [];
        return both.map((device) => `${device} in ${a.run} and ${b.run}`);
      }),
    );
  }

  async #all(): Promise<readonly Life[]> {
    const lives = [...this.#lives].map(async ([id, life]) => {
      const devices = await this.#devices.get(id);
      if (!devices) throw new Error(`nobody saw which GPUs ${life.run} was shown`);
      return { ...life, devices };
    });
    return (await Promise.all(lives)).sort((a, b) => a.startedAt - b.startedAt);
  }

  async #follow(docker: Docker): Promise<void> {
    const stream = await docker.getEvents({ filters: { type: ["container"] } });
    this.#streams.push(stream);
    let rest = "";
    stream.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line) this.#heard(docker, JSON.parse(line));
    });
    stream.on("error", () => {}); // the end of the watch
  }

  #heard(docker: Docker, { Action, timeNano, Actor }: EngineEvent): void {
    const { "schedulearn.job": job, "schedulearn.attempt": attempt } = Actor.Attributes;
    if (job === undefined) return;
    const run = `${job}.${attempt}`;
    if (Action === "create") this.#devices.set(Actor.ID, devicesOf(docker.getContainer(Actor.ID)));
    if (Action === "start") {
      this.#lives.set(Actor.ID, { run, devices: [], startedAt: timeNano, endedAt: Number.POSITIVE_INFINITY });
    }
    const life = this.#lives.get(Actor.ID);
    if (Action === "die" && life) this.#lives.set(Actor.ID, { ...life, endedAt: timeNano });
    this.onEvent(Action, job);
  }
}

/** Null when it is gone already, as one that was made and never started can be. */
async function devicesOf(container: Docker.Container): Promise<readonly string[] | null> {
  const info = await container.inspect().catch(() => null);
  return info && (info.HostConfig.DeviceRequests?.flatMap(({ DeviceIDs }) => DeviceIDs ?? []) ?? []);
}
