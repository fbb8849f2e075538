import { setTimeout as sleep } from "node:timers/promises";
import type { Container, ContainerCreateOptions } from "dockerode";
import { parseSmi, SMI_SCRIPT, type SmiReport } from "../../nvidia-smi.ts";
import { accept, type Engine, type EngineInfo, reasonOf, statusOf } from "../engine/engine.ts";
import { type GpuWay, requestOf } from "./gpu-request.ts";

/** What the engine's own account says of GPUs; only newer engines tell of CDI devices. */
interface GpuHints extends EngineInfo {
  readonly Runtimes?: Readonly<Record<string, unknown>>;
  readonly DiscoveredDevices?: readonly { readonly Source?: string; readonly ID?: string }[] | null;
}

/** Pulled where no image of the engine will do: small, and the libraries of nvidia-smi run in it. */
const PLAIN_IMAGE = "ubuntu:24.04";
export const PROBE_LABEL = "schedulearn.probe";
const MOST_IMAGES = 4;
const CREATE_MILLIS = 15_000;
const START_MILLIS = 30_000;
const RUN_MILLIS = 20_000;
const REMOVE_MILLIS = 15_000;
const LAST_MILLIS = 3_000;
/** That no image will do is not found out anew each time. */
const HOPELESS_MILLIS = 600_000;

/** The engine has no way of giving GPUs, as far as it says: there is no use in asking again. */
export class NoGpus extends Error {
  override readonly name = "NoGpus";
}

/** The image has no shell, or nvidia-smi does not run in it. */
class Unsuited extends Error {}

export interface ProbeOptions {
  readonly cluster: string;
  /** In which nvidia-smi is asked; one of the engine's own unless given. */
  readonly image?: string;
  /** Gets an image that is not there. */
  pull(image: string, signal: AbortSignal): Promise<void>;
}

/**
 * Asks nvidia-smi on an engine's machine, in a container that lives as long as the question: NVIDIA's runtime puts the program into any image. One
 * that stayed would keep the driver in use, so that nobody could reset a GPU, and would lose sight of its GPUs when the
 * machine's systemd is reloaded, which looks like a fault of theirs. Never two at once.
 */
export class GpuProbe {
  readonly #engine: Engine;
  readonly #options: ProbeOptions;
  #asking: Promise<SmiReport> | null = null;
  #way: GpuWay | null = null;
  #image: string | null = null;
  #hopeless: { readonly error: Error; readonly until: number } | null = null;

  constructor(engine: Engine, options: ProbeOptions) {
    this.#engine = engine;
    this.#options = options;
  }

  /** How the engine gives GPUs, once that is known. */
  get way(): GpuWay | null {
    return this.#way;
  }

  /** What was found out of the engine may be so no more. */
  forget(): void {
    this.#hopeless = null;
  }

  /**
   * Rejects with NoGpus, or with what was in the way.
   * @param names of the GPUs to be asked for one by one where not all can be had at once
   */
  ask(names: readonly string[], signal: AbortSignal): Promise<SmiReport> {
    this.#asking ??= this.#ask(names, signal).finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  /** Fulfilled when nothing is being asked (any more), and after a while in any case. */
  async settled(): Promise<void> {
    const enough = new AbortController();
    const patience = sleep(LAST_MILLIS, undefined, { signal: enough.signal }).catch(() => undefined);
    await Promise.race([Promise.allSettled([this.#asking]), patience]);
    enough.abort();
  }

  async #ask(names: readonly string[], signal: AbortSignal): Promise<SmiReport> {
    if (this.#hopeless && performance.now() < this.#hopeless.until) throw this.#hopeless.error;
    try {
      if (this.#way && this.#image) return await this.#askAll(this.#image, this.#way, names, signal);
      return await this.#search(names, signal);
    } catch (error) {
      if (error instanceof NoGpus || error instanceof Unsuited)
        this.#hopeless = { error, until: performance.now() + HOPELESS_MILLIS };
      throw error;
    }
  }

  /** Tries the ways in which engines give GPUs, with the images that there are. */
  async #search(names: readonly string[], signal: AbortSignal): Promise<SmiReport> {
    const info: GpuHints = await this.#engine.info(signal);
    const ways: GpuWay[] = ["request", ...(info.Runtimes?.nvidia ? (["runtime"] as const) : []), "cdi"];
    const hasHint = Boolean(info.Runtimes?.nvidia) || (info.DiscoveredDevices ?? []).some(isNvidia);
    let unsuited: Unsuited | null = null;
    for await (const image of this.#images(hasHint, signal)) {
      let refused = "";
      for (const way of ways) {
        try {
          const report = await this.#askAll(image, way, names, signal);
          [this.#way, this.#image] = [way, image];
          return report;
        } catch (error) {
          signal.throwIfAborted();
          if (error instanceof Unsuited) {
            unsuited = error;
            this.#way = null;
            refused = "";
            break;
          }
          if (!CANNOT.test(reasonOf(error))) throw error;
          refused ||= reasonOf(error);
        }
      }
      if (refused) throw new NoGpus(`the engine cannot give GPUs: ${refused}`);
    }
    throw (
      unsuited ?? new NoGpus("the engine has no NVIDIA runtime and no CDI device of NVIDIA, and no image to look in")
    );
  }

  /** Those that most probably will do first; a plain one is pulled only where the engine says that it can give GPUs. */
  async *#images(mayPull: boolean, signal: AbortSignal): AsyncGenerator<string> {
    const { image, pull } = this.#options;
    const there = await this.#engine.request(signal, CREATE_MILLIS, (abortSignal) =>
      this.#engine.docker.listImages({ abortSignal }),
    );
    const tags = there.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => !tag.includes("<none>"));
    if (image !== undefined) {
      if (!tags.includes(image)) await pull(image, signal);
      yield image;
      return;
    }
    yield* tags.sort((a, b) => likelihood(a) - likelihood(b)).slice(0, MOST_IMAGES);
    if (!mayPull) return;
    await pull(PLAIN_IMAGE, signal);
    yield PLAIN_IMAGE;
  }

  /** About all GPUs; where one of them keeps the container from starting, about each. */
  async #askAll(image: string, way: GpuWay, names: readonly string[], signal: AbortSignal): Promise<SmiReport> {
    try {
      return parseSmi(await this.#run(image, way, null, names, signal));
    } catch (error) {
      if (names.length < 2 || !DEVICE_TROUBLE.test(reasonOf(error))) throw error;
      const faults = new Map<string, string>();
      const reports: SmiReport[] = [];
      for (const name of names)
        try {
          reports.push(parseSmi(await this.#run(image, way, name, [name], signal)));
        } catch (alone) {
          signal.throwIfAborted();
          faults.set(name, reasonOf(alone));
        }
      if (reports.length === 0) throw error;
      for (const report of reports) for (const [name, fault] of report.faults) faults.set(name, fault);
      const gpus = reports.flatMap((report) => report.gpus);
      const processes = reports.flatMap((report) => report.processes);
      const xids = reports[0]?.xids ?? []; // the machine's, whichever GPU was asked for
      return { gpus, processes, xids, faults, isWhole: false, trouble: reasonOf(error) };
    }
  }

  /** @returns what the script printed about the named GPU, or about all */
  async #run(
    image: string,
    way: GpuWay,
    name: string | null,
    known: readonly string[],
    signal: AbortSignal,
  ): Promise<string> {
    const { docker } = this.#engine;
    const options = optionsOf(this.#options.cluster, image, way, name, known);
    try {
      const container = await this.#create(options, signal);
      await this.#engine
        .request(signal, START_MILLIS, (abortSignal) => container.start({ abortSignal }))
        .catch((error: unknown) => {
          throw /exec.*(not found|no such file)|no such file.*exec/i.test(reasonOf(error))
            ? new Unsuited(`there is no shell in the image ${image}`)
            : error;
        });
      await this.#engine.request(signal, RUN_MILLIS, (late) => this.#engine.ended(container, late));
      const printed = await this.#engine.request(signal, RUN_MILLIS, (abortSignal) =>
        docker.getContainer(container.id).logs({ stdout: true, stderr: true, follow: false, abortSignal }),
      );
      const text = printed.toString("utf8");
      if (!text.includes("@ gpus")) throw new Unsuited(`nvidia-smi does not run in the image ${image}: ${text.trim()}`);
      return text;
    } finally {
      await this.#remove(docker.getContainer(options.name)); // by name: whether it was created is not known when that was given up
    }
  }

  /**
   * Its name is taken once: what an earlier life left there, or a hand, goes first. Not broken off in the middle: the engine would go on,
   * and what it has not made yet cannot be removed.
   */
  async #create(options: ContainerCreateOptions & { readonly name: string }, signal: AbortSignal): Promise<Container> {
    const create = (): Promise<Container> => {
      signal.throwIfAborted();
      return this.#engine.request(new AbortController().signal, CREATE_MILLIS, (abortSignal) =>
        this.#engine.docker.createContainer({ ...options, abortSignal }),
      );
    };
    try {
      return await create();
    } catch (error) {
      if (statusOf(error) !== 409) throw error;
      await this.#remove(this.#engine.docker.getContainer(options.name));
      return await create();
    }
  }

  /** Also when nobody waits for the answer any more. */
  async #remove(container: Container): Promise<void> {
    await this.#engine
      .request(new AbortController().signal, REMOVE_MILLIS, (abortSignal) =>
        container.remove({ force: true, v: true, abortSignal }),
      )
      .catch(accept(404, 409))
      .catch(() => undefined); // the next one removes it
  }
}

const isNvidia = ({ ID }: { readonly ID?: string }): boolean => ID?.startsWith("nvidia.com/gpu=") ?? false;

/** The engine's words for: I know no such way. */
const CANNOT = /could not select device driver|unknown (or invalid )?runtime|cdi.*(unresolvable|not enabled|disabled)/i;
/** What NVIDIA's tools say when a device that they are to hand over does not answer. */
const DEVICE_TROUBLE = /nvml error|device error|nvidia-container-cli|unresolvable CDI devices/i;

/** Images with CUDA in them, then systems that bring glibc along, then whatever. */
function likelihood(tag: string): number {
  if (/cuda|nvidia|pytorch|torch|tensorflow|jax/i.test(tag)) return 0;
  if (/ubuntu|debian|python|rocky|alma|centos|fedora/i.test(tag) && !/alpine/i.test(tag)) return 1;
  return /alpine|busybox|scratch|distroless/i.test(tag) ? 3 : 2;
}

function optionsOf(
  cluster: string,
  image: string,
  way: GpuWay,
  name: string | null,
  known: readonly string[],
): ContainerCreateOptions & { readonly name: string } {
  const { DeviceRequests, Runtime } = requestOf(way, name === null ? ["all"] : [name]);
  return {
    name: `${cluster}-gpu-probe`,
    Image: image,
    Entrypoint: ["/bin/sh", "-c"],
    Cmd: [SMI_SCRIPT],
    User: "0",
    Tty: true, // its output then comes as it is
    NetworkDisabled: true,
    Env: [
      `NVIDIA_VISIBLE_DEVICES=${name ?? "all"}`,
      "NVIDIA_DRIVER_CAPABILITIES=utility",
      `KNOWN_GPUS=${known.join(" ")}`,
    ],
    Labels: { "schedulearn.cluster": cluster, [PROBE_LABEL]: "gpus" },
    HostConfig: {
      NetworkMode: "none",
      PidMode: "host", // or it would not see who computes on a GPU
      RestartPolicy: { Name: "no" },
      SecurityOpt: ["no-new-privileges"],
      CapDrop: ["ALL"],
      CapAdd: ["SYSLOG"], // to read what the driver tells in the kernel's log
      LogConfig: { Type: "json-file", Config: {} },
      ...(DeviceRequests && { DeviceRequests }),
      ...(Runtime && { Runtime }),
    },
  };
}
