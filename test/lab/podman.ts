import { type ChildProcess, spawn } from "node:child_process";
import {
  closeSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, test } from "vitest";
import { command, environment, until } from "./command.ts";
import { buildImages, busyboxImage, importRoot, pythonImage } from "./images.ts";
import { isInstalled, labReason } from "./reason.ts";
import { isOwned, labParent, mountsUnder, recordOwner } from "./remains.ts";

const prefix = "schedulearn-podman-";

/** A real Podman that answers as Docker does, with storage, state and a network namespace of its own. */
export class PodmanHost {
  readonly name: string;
  readonly unixSocket: string;
  readonly docker: Docker;
  readonly #dir: string;
  #service: ChildProcess | null = null;

  constructor(labDir: string, name: string) {
    this.name = name;
    this.#dir = join(labDir, name);
    this.unixSocket = join(this.#dir, "podman.sock");
    this.docker = new Docker({ socketPath: this.unixSocket });
    mkdirSync(this.#dir);
  }

  /** Returns once it answers. */
  async start(): Promise<void> {
    const log = openSync(join(this.#dir, "service.log"), "a");
    rmSync(this.unixSocket, { force: true });
    this.#service = spawn(
      "unshare",
      ["--net", "podman", ...flags(this.#dir), "system", "service", "--time", "0", `unix://${this.unixSocket}`],
      { cwd: this.#dir, env: podmanEnvironment(join(this.#dir, "..")), stdio: ["ignore", log, log], detached: true },
    );
    closeSync(log);
    this.#service.unref();
    await until(`the start of podman on ${this.name}`, 20_000, () => {
      if (!isAlive(this.#service))
        throw new Error(`podman ended: ${readFileSync(join(this.#dir, "service.log"), "utf8")}`);
      return this.docker.ping().then(
        () => true,
        () => false,
      );
    });
  }

  /** SIGKILL: the service ends, what it started goes on. */
  async kill(): Promise<void> {
    const service = this.#service;
    service?.kill("SIGKILL");
    await until("the end of podman", 10_000, () => !isAlive(service));
  }
}

const isAlive = (child: ChildProcess | null): boolean =>
  child !== null && child.exitCode === null && child.signalCode === null;

const flags = (dir: string): string[] => [
  ...["--root", join(dir, "root"), "--runroot", join(dir, "run"), "--tmpdir", join(dir, "tmp")],
  ...["--cgroup-manager", "cgroupfs", "--events-backend", "file"],
];

const podmanEnvironment = (labDir: string): NodeJS.ProcessEnv => ({
  ...environment,
  CONTAINERS_CONF: join(labDir, "containers.conf"),
});

/**
 * Not what the machine has: an old configuration of its networks would be taken up. Podman raises limits, to which not every machine
 * gives the right, and crun refuses control groups of both versions side by side.
 */
const configuration = `
[network]
network_backend = "netavark"
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
runtime = "runc"
`;

/** Null when this machine can run it, else the reason in words. */
export function podmanReason(): string | null {
  const missing = ["podman", "conmon", "catatonit"].filter((program) => !isInstalled(program));
  return missing.length > 0 ? `missing: ${missing.join(", ")} (Debian packages of these names)` : labReason();
}

/** Podman hosts for one test file, with both images; where there is no Podman one skipped test stands for its own. */
export function usePodman(count: number): {
  readonly hosts: PodmanHost[];
  describe(title: string, tests: () => void): void;
} {
  const reason = podmanReason();
  const hosts: PodmanHost[] = [];
  let dir = "";
  beforeAll(async () => {
    if (reason !== null) return;
    await sweep();
    dir = mkdtempSync(join(labParent, prefix));
    recordOwner(dir);
    writeFileSync(join(dir, "containers.conf"), configuration);
    for (let n = 1; n <= count; n++) hosts.push(new PodmanHost(dir, `podman${n}`));
    await Promise.all([buildImages(dir), ...hosts.map((host) => host.start())]);
    await Promise.all(hosts.map((host) => loadImages(dir, host)));
  }, 120_000);
  afterAll(async () => {
    if (dir !== "") await remove(dir);
  }, 60_000);
  return {
    hosts,
    describe: (title, tests) =>
      describe(title, reason === null ? tests : () => test("needs Podman", ({ skip }) => skip(reason ?? ""))),
  };
}

async function loadImages(dir: string, { name }: PodmanHost): Promise<void> {
  for (const image of [busyboxImage, pythonImage]) {
    const { file, changes } = importRoot(dir, image);
    const change = changes.flatMap((line) => ["--change", line]);
    // Its answer to Docker's import forgets the tag.
    await command("podman", [...flags(join(dir, name)), "import", ...change, file, `docker.io/${image}`]);
  }
}

async function sweep(): Promise<void> {
  const dirs = readdirSync(labParent).filter((name) => name.startsWith(prefix));
  for (const name of dirs) {
    const dir = join(labParent, name);
    if (lstatSync(dir, { throwIfNoEntry: false })?.uid === 0 && !isOwned(dir)) await remove(dir);
  }
}

/** Ends and removes all that the hosts have made. */
async function remove(dir: string): Promise<void> {
  const hosts = readdirSync(dir, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name.startsWith("podman"),
  );
  for (const { name } of hosts)
    await command("podman", [...flags(join(dir, name)), "rm", "--all", "--force", "--time", "0"]).catch(
      () => undefined,
    );
  await until(`the end of the processes of ${dir}`, 20_000, () => {
    const alive = processesOf(dir);
    for (const pid of alive) process.kill(pid, "SIGKILL");
    return alive.length === 0;
  });
  const mounts = mountsUnder(dir);
  if (mounts.length > 0) await command("umount", ["--lazy", ...mounts]);
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}

const processesOf = (dir: string): number[] =>
  readdirSync("/proc")
    .map(Number)
    .filter((pid) => {
      if (!(pid > 1) || pid === process.pid) return false;
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return (
          ["podman", "conmon", "unshare"].includes(basename(line.split("\0")[0] ?? "")) && line.includes(`${dir}/`)
        );
      } catch {
        return false;
      }
    });
