import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import Docker from "dockerode";
import { command, environment, until } from "./command.ts";
import type { Port } from "./network.ts";
import { cgroupOf, readIfThere } from "./remains.ts";
import type { TlsIdentity } from "./tls.ts";
import { writeLines } from "./write-lines.ts";

const apiPort = 2376;
const FILLING = "filling";

export interface HostOptions {
  /** The lab's folder; the host lives in a folder of its own in it. */
  labDir: string;
  /** Distinguishes the container networks of the hosts: 0, 1, 2 … */
  index: number;
  port: Port;
  server: TlsIdentity;
  client: TlsIdentity;
  storageDriver: string;
  /** Devices of the GPU stand-in; 0 for an engine that knows no GPUs at all. */
  gpus: number;
  /** Whether containers outlive their engine. */
  liveRestore: boolean;
  /** The size of the disk of its own that it has; undefined: it uses the machine's. */
  diskMiB: number | undefined;
  /** Further settings, which go before the others. */
  engine: Readonly<Record<string, unknown>>;
  programs: string | undefined;
}

/** One real Docker engine with its own containerd, network namespace, address and folder. */
export class LabHost {
  readonly name: string;
  readonly address: string;
  readonly unixSocket: string;
  /** Where and how the engine listens for TLS clients, reachable from the namespace the tests run in. */
  readonly tcp: TlsIdentity & { host: string; port: number };
  /** A client over the unix socket, which works also while the network is cut. */
  readonly docker: Docker;
  readonly dir: string;
  private engine: ChildProcess | null = null;
  private containerd: ChildProcess | null = null;

  constructor(private readonly options: HostOptions) {
    this.name = options.port.name;
    this.address = options.port.address;
    this.dir = join(options.labDir, this.name);
    this.unixSocket = join(this.dir, "docker.sock");
    this.tcp = { ...options.client, host: this.address, port: apiPort };
    this.docker = new Docker({ socketPath: this.unixSocket });
    mkdirSync(this.dir);
    mkdirSync(join(this.dir, "smi"));
    const gpus = Array.from({ length: options.gpus }, (_, index) => smiLine(this.gpuUuid(index), index));
    this.tellSmi("gpus", gpus);
  }

  /** What the stand-in nvidia-smi answers from now on: see `nvidia-smi` beside this file. */
  tellSmi(question: "gpus" | "list" | "apps", lines: readonly string[]): void {
    writeLines(join(this.dir, "smi", question), lines);
  }

  gpuUuid(index: number): string {
    return `GPU-${this.name}-${index}`;
  }

  get isRunning(): boolean {
    return isAlive(this.engine);
  }

  /** The pid of the engine. Throws when it is not running. */
  get pid(): number {
    if (!isAlive(this.engine) || this.engine?.pid === undefined)
      throw new Error(`the engine of ${this.name} is not running`);
    return this.engine.pid;
  }

  /** Starts what is not running and returns once the engine answers. Throws with the end of its log when it does not. */
  async start(): Promise<void> {
    if (!isAlive(this.containerd)) await this.startContainerd();
    if (isAlive(this.engine)) return;
    await this.mountDisk();
    const pidFile = join(this.dir, "docker.pid");
    rmSync(pidFile, { force: true });
    const configFile = join(this.dir, "dockerd.json");
    writeFileSync(configFile, JSON.stringify({ ...(await this.engineConfig()), pidfile: pidFile }));
    this.engine = this.launch("dockerd", ["--config-file", configFile]);
    await this.ready("dockerd", this.engine, () =>
      this.docker.listContainers({ abortSignal: AbortSignal.timeout(1000) }).then(
        () => true,
        () => false,
      ),
    );
  }

  /** Ends the engine in good order; containers go on only with live restore. */
  async stop(): Promise<void> {
    this.signal("SIGCONT");
    await this.end("SIGTERM");
  }

  /** SIGKILL: the engine crashes. Its containerd and, with live restore, its containers go on. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** SIGSTOP: connections are accepted and never answered. Returns once every thread stands still: one could yet answer. */
  async hang(): Promise<void> {
    const { pid } = this;
    this.signal("SIGSTOP");
    await until(`the standstill of the engine of ${this.name}`, 20_000, () =>
      readdirSync(`/proc/${pid}/task`).every((thread) => /\) T /.test(readIfThere(`/proc/${pid}/task/${thread}/stat`))),
    );
  }

  unhang(): void {
    this.signal("SIGCONT");
  }

  /** Takes the host off the network; the unix socket still works. */
  cut(): Promise<void> {
    return this.options.port.cut();
  }

  heal(): Promise<void> {
    return this.options.port.heal();
  }

  /** SIGKILL for its containerd: the engine and the containers go on, and `start` begins a new one. */
  async killContainerd(): Promise<void> {
    const { containerd } = this;
    containerd?.kill("SIGKILL");
    await until(`the end of the containerd of ${this.name}`, 20_000, () => !isAlive(containerd));
  }

  /** Leaves no byte free on the disk that it has for itself. */
  fillDisk(): void {
    const file = openSync(join(this.dir, "data", FILLING), "w");
    try {
      for (const size of [1 << 20, 1 << 12]) while (isWritten(file, Buffer.alloc(size)));
    } finally {
      closeSync(file);
    }
  }

  freeDisk(): void {
    rmSync(join(this.dir, "data", FILLING), { force: true });
  }

  private async mountDisk(): Promise<void> {
    const { diskMiB } = this.options;
    const data = join(this.dir, "data");
    if (diskMiB === undefined || existsSync(data)) return;
    mkdirSync(data);
    await command("mount", ["-t", "tmpfs", "-o", `size=${diskMiB}m`, "tmpfs", data]);
  }

  private signal(signal: NodeJS.Signals): void {
    process.kill(this.pid, signal);
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const engine = this.engine;
    this.signal(signal);
    await until(`the end of the engine of ${this.name}`, 20_000, () => !isAlive(engine));
  }

  /** A dockerd that starts containerd itself takes it along when it crashes, and the next start then races with its end. */
  private async startContainerd(): Promise<void> {
    const folder = (name: string) => JSON.stringify(join(this.dir, name));
    const configFile = join(this.dir, "containerd.toml");
    const socket = join(this.dir, "containerd.sock");
    rmSync(socket, { force: true });
    writeFileSync(
      configFile,
      [
        "version = 2",
        `root = ${folder("containerd-root")}`,
        `state = ${folder("containerd-state")}`,
        // The one needs a Kubernetes, the other makes folders in /opt.
        'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]',
        "[grpc]",
        `address = ${folder("containerd.sock")}`,
      ].join("\n"),
    );
    this.containerd = this.launch("containerd", ["--config", configFile]);
    await this.ready("containerd", this.containerd, () => existsSync(socket));
  }

  private async engineConfig(): Promise<Record<string, unknown>> {
    const { server, index, storageDriver, liveRestore, labDir, gpus, engine } = this.options;
    return {
      hosts: [`unix://${this.unixSocket}`, `tcp://${this.address}:${apiPort}`],
      tlsverify: true,
      tlscacert: server.caPath,
      tlscert: server.certPath,
      tlskey: server.keyPath,
      containerd: join(this.dir, "containerd.sock"),
      "data-root": join(this.dir, "data"),
      "exec-root": join(this.dir, "exec"),
      "storage-driver": storageDriver,
      "log-driver": "json-file",
      "live-restore": liveRestore,
      "userland-proxy": false,
      bip: `172.${20 + index}.0.1/16`,
      "cgroup-parent": cgroupOf(labDir),
      "exec-opts": ["native.cgroupdriver=cgroupfs"],
      labels: [`lab.host=${this.name}`, `lab.gpus=${gpus}`],
      ...((await dockerdMajor()) < 24 ? { "deprecated-key-path": join(this.dir, "key.json") } : {}),
      ...engine,
    };
  }

  /** The engine finds the GPU stand-in on its PATH, as it would find NVIDIA's own hook. */
  private launch(program: string, args: readonly string[]): ChildProcess {
    const { gpus, port, programs } = this.options;
    const path = [...(gpus > 0 ? [import.meta.dirname] : []), ...(programs ? [programs] : []), environment.PATH];
    const gpuEnvironment =
      gpus > 0 ? { LAB_GPUS: String(gpus), LAB_HOST: port.name, LAB_SMI: join(this.dir, "smi") } : {};
    const log = openSync(join(this.dir, `${program}.log`), "a");
    const child = spawn("nsenter", [`--net=${port.namespace}`, program, ...args], {
      env: { ...environment, ...gpuEnvironment, PATH: path.join(delimiter) },
      stdio: ["ignore", log, log],
      detached: true,
    });
    closeSync(log);
    child.unref();
    return child;
  }

  private async ready(program: string, child: ChildProcess, answers: () => boolean | Promise<boolean>): Promise<void> {
    try {
      await until(`the start of ${program} on ${this.name}`, 30_000, () => {
        if (!isAlive(child))
          throw new Error(`${program} on ${this.name} ended with ${child.exitCode ?? child.signalCode}`);
        return answers();
      });
    } catch (error) {
      const log = readFileSync(join(this.dir, `${program}.log`), "utf8")
        .trim()
        .split("\n")
        .slice(-10)
        .join("\n");
      throw new Error(`${(error as Error).message}; its log ends with:\n${log}`);
    }
  }
}

/** A GPU as the stand-in nvidia-smi tells of it, in the order of the fields that the product asks for. */
export function smiLine(uuid: string, index: number, over: Partial<SmiFields> = {}): string {
  const fields = {
    ...{ index, uuid, bus: `00000000:0${index + 1}:00.0`, total: 40_960, used: 3, utilisation: 0, temperature: 31 },
    ...{ mig: "Disabled", ecc: 0, retired: "No", name: "Stand-in A100" },
    ...over,
  };
  return Object.values(fields).join(", ");
}
interface SmiFields {
  bus: string;
  total: number | string;
  used: number | string;
  utilisation: number | string;
  temperature: number | string;
  mig: string;
  ecc: number | string;
  retired: string;
  name: string;
}

function isAlive(child: ChildProcess | null): boolean {
  return child !== null && child.exitCode === null && child.signalCode === null;
}

function isWritten(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw error;
  }
}

/** Engines before version 24 write a key to /etc/docker unless told otherwise; later ones do not know the setting. */
async function dockerdMajor(): Promise<number> {
  return Number(/version (\d+)/.exec(await command("dockerd", ["--version"]))?.[1] ?? Number.NaN);
}
