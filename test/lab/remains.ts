import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { command, until } from "./command.ts";

/** Not `os.tmpdir()`, which differs from run to run: what a crashed run left must be found by the next. */
export const labParent = "/tmp";

/** Every lab is one folder of this name and a number: the number also names its link and its control groups. */
export const labPrefix = "schedulearn-lab-";

/** The end of the lab's one link that lies in the namespace of the tests. Interface names have at most 15 characters. */
export function uplinkOf(dir: string): string {
  return `sl-lab-${basename(dir).slice(labPrefix.length)}`;
}

/** The control group, relative to each tree's root, under which all containers of the lab run. */
export function cgroupOf(dir: string): string {
  return `/${basename(dir)}`;
}

/** The roots of the control group trees of this machine: one in version 2, one for each controller in version 1. */
export function cgroupTrees(): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .filter((line) => / - cgroup2? /.test(line))
    .map((line) => decodeMountPoint(line.split(" ")[4] ?? ""));
}

/** Writes who owns the lab, so that others can tell a lab in use from one whose owner died. */
export function recordOwner(dir: string): void {
  writeFileSync(join(dir, "owner"), `${process.pid} ${startOf(process.pid)}`);
}

/**
 * Removes everything a lab has made, in whatever condition it is: processes (also hung and paused ones), mounts,
 * namespaces, its link, control groups, sockets and the folder. Removing twice is no error.
 * Throws when something refuses to go.
 */
export async function removeLab(dir: string): Promise<void> {
  await killAll(
    `the end of the engines and containers of ${dir}`,
    dir,
    (program) => !program.startsWith("containerd-shim"),
  );
  // Shims go after the containers they reap, else a zombie waits for whoever is process 1.
  const sockets = shimSockets(dir);
  await killAll(`the end of the shims of ${dir}`, dir, () => true);
  for (const socket of sockets) rmSync(socket, { force: true });
  await removeOnce(
    () => mountsUnder(dir).length === 0,
    () => command("umount", ["--lazy", ...mountsUnder(dir)]),
  );
  await removeOnce(
    () => !existsSync(`/sys/class/net/${uplinkOf(dir)}`),
    () => command("ip", ["link", "del", uplinkOf(dir)]),
  );
  for (const tree of cgroupTrees()) await removeCgroup(join(tree, cgroupOf(dir)));
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
}

/** Removes what labs of dead owners left behind; labs in use stay. Returns the folders of the removed labs. */
export async function sweepLabs(): Promise<string[]> {
  const dead = readdirSync(labParent)
    .filter((name) => name.startsWith(labPrefix))
    .map((name) => join(labParent, name))
    .filter((dir) => isOfRoot(dir) && !isOwned(dir));
  for (const dir of dead) await removeLab(dir);
  return dead;
}

/** Two may sweep the same lab: a removal that fails because the other was faster is a success. */
async function removeOnce(isGone: () => boolean, remove: () => Promise<unknown>): Promise<void> {
  if (isGone()) return;
  await remove().catch((error: Error) => {
    if (!isGone()) throw error;
  });
}

/** Others may write to the parent folder too: nothing they put there is believed. */
function isOfRoot(dir: string): boolean {
  return lstatSync(dir, { throwIfNoEntry: false })?.uid === 0;
}

export function isOwned(dir: string): boolean {
  const [pid, start] = readIfThere(join(dir, "owner")).split(" ");
  return Number(pid) > 0 && startOf(Number(pid)) === start;
}

/** When a process started, in clock ticks since boot: with the pid it names a process for good. Empty when it is gone. */
function startOf(pid: number): string {
  const stat = readIfThere(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

const daemons = new Set(["dockerd", "containerd", "containerd-shim-runc-v2", "runc", "docker-init", "docker-proxy"]);

/** The living processes of a lab: the daemons whose command line names its folder, and all in its control groups. */
function processesOf(dir: string): { pid: number; program: string }[] {
  const found = [];
  for (const name of readdirSync("/proc")) {
    const pid = Number(name);
    if (!(pid > 1) || pid === process.pid) continue;
    const program = programOf(pid);
    if (program === null) continue;
    const isDaemon = daemons.has(program) && readIfThere(`/proc/${pid}/cmdline`).includes(`${dir}/`);
    const isContained = readIfThere(`/proc/${pid}/cgroup`).includes(`${cgroupOf(dir)}/`);
    if (isDaemon || isContained) found.push({ pid, program });
  }
  return found;
}

/** The name of a process's program file; null for kernel threads, zombies and the dead. */
function programOf(pid: number): string | null {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`));
  } catch {
    return null;
  }
}

async function killAll(what: string, dir: string, isMeant: (program: string) => boolean): Promise<void> {
  await until(what, 20_000, () => {
    const alive = processesOf(dir).filter(({ program }) => isMeant(program));
    if (alive.length > 0) thaw(dir);
    for (const { pid } of alive) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It ended between the look and the signal.
      }
    }
    return alive.length === 0;
  });
}

/** A paused container of version 1 takes no signal, not even SIGKILL, before it is thawed. */
function thaw(dir: string): void {
  for (const tree of cgroupTrees()) {
    for (const group of foldersUnder(join(tree, cgroupOf(dir)))) {
      const freezer = join(group, "freezer.state");
      if (existsSync(freezer)) writeFileSync(freezer, "THAWED");
    }
  }
}

async function removeCgroup(root: string): Promise<void> {
  await until(`the end of control group ${root}`, 20_000, () => {
    for (const group of foldersUnder(root).reverse()) {
      try {
        rmdirSync(group);
      } catch {
        // Busy for an instant after its last process ended: asked again.
      }
    }
    return !existsSync(root);
  });
}

/** The folder and all below it, parents first; none when it is not there. */
function foldersUnder(root: string): string[] {
  if (!existsSync(root)) return [];
  const below = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [root, ...below.flatMap((entry) => foldersUnder(join(root, entry.name)))];
}

/** containerd keeps its shims' sockets in one folder for the whole machine, whatever its own folders are. */
function shimSockets(dir: string): string[] {
  const tasks = foldersUnder(dir).filter((folder) => folder.includes("/io.containerd.runtime.v2.task/"));
  return tasks
    .map((task) => readIfThere(join(task, "address")).trim())
    .filter((address) => address.startsWith("unix:///run/containerd/s/"))
    .map((address) => address.slice("unix://".length));
}

/** Mount points below a folder, the last mounted first. */
export function mountsUnder(dir: string): string[] {
  return readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => decodeMountPoint(line.split(" ")[4] ?? ""))
    .filter((point) => point.startsWith(`${dir}/`))
    .reverse();
}

function decodeMountPoint(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** A file's text; empty when it is not there or goes away meanwhile. */
export function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
