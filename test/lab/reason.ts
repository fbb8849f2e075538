import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { environment } from "./command.ts";
import { debianPython } from "./images.ts";
import { cgroupTrees } from "./remains.ts";

const programs = [
  ["dockerd", "docker.io"],
  ["containerd", "containerd"],
  ["runc", "runc"],
  ["ip", "iproute2"],
  ["iptables", "iptables"],
  ["nsenter", "util-linux"],
  ["unshare", "util-linux"],
  ["openssl", "openssl"],
  ["ldd", "libc-bin"],
  ["busybox", "busybox-static"],
] as const;

let known: string | null | undefined;

/** Null when this machine can run a lab, else the reason in words. Probes once per process and leaves nothing behind. */
export function labReason(): string | null {
  if (known === undefined) known = probe();
  return known;
}

/** Whether a lab is owed here: in CI, root on a machine with a Docker engine installed has no excuse. */
export function labIsOwed(): boolean {
  return Boolean(process.env.CI) && process.getuid?.() === 0 && isInstalled("dockerd");
}

function probe(): string | null {
  if (process.platform !== "linux") return `a lab needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "a lab needs root (network namespaces, mounts, control groups)";
  const missing = programs.filter(([program]) => !isInstalled(program));
  if (missing.length > 0) {
    return `missing: ${missing.map(([program, debian]) => `${program} (Debian: ${debian})`).join(", ")}`;
  }
  if (debianPython() === null) return "the distribution's own Python is missing: /usr/bin/python3 (Debian: python3)";
  return namespaceReason() ?? cgroupReason();
}

export function isInstalled(program: string): boolean {
  return (environment.PATH ?? "").split(":").some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function namespaceReason(): string | null {
  try {
    execFileSync("unshare", ["--net", "--mount", "ip", "link", "add", "probe", "type", "veth"], {
      env: environment,
      stdio: "pipe",
    });
    return null;
  } catch (error) {
    const stderr = (error as { stderr?: Buffer }).stderr?.toString().trim();
    return `network namespaces with veth links cannot be made here: ${stderr || String(error)}`;
  }
}

function cgroupReason(): string | null {
  const trees = cgroupTrees().filter((tree) => existsSync(tree));
  if (trees.length === 0) return "no control groups are mounted at /sys/fs/cgroup";
  for (const tree of trees) {
    try {
      const probeGroup = join(tree, `schedulearn-probe-${process.pid}`);
      mkdirSync(probeGroup);
      rmdirSync(probeGroup);
    } catch (error) {
      return `control groups cannot be written: ${(error as Error).message}`;
    }
  }
  return null;
}
