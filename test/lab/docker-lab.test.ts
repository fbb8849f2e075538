import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import Docker from "dockerode";
import { afterEach, expect, test } from "vitest";
import { busyboxImage, type LabHost, pythonImage, startLab, sweepLabs } from "./docker-lab.ts";
import { useLab } from "./shared-lab.ts";

const shared = useLab({ hosts: 2, gpus: 4 });

shared.describe("a lab of two Docker engines", () => {
  afterEach(async () => {
    for (const host of shared.hosts) {
      const containers = await host.docker.listContainers({ all: true, ...within(10_000) });
      await Promise.all(
        containers.map(({ Id }) => host.docker.getContainer(Id).remove({ force: true, ...within(10_000) })),
      );
    }
  });

  test("two different engines answer, over the unix socket and over TLS", async () => {
    const ids = await Promise.all(shared.hosts.map(async (host) => (await host.docker.info()).ID));
    const idsOverTls = await Promise.all(shared.hosts.map(async (host) => (await overTls(host).info()).ID));
    expect(new Set(ids).size).toBe(2);
    expect(idsOverTls).toEqual(ids);
  });

  test("an engine refuses a client without a certificate", async () => {
    const { host, port, ca } = firstHost().tcp;
    await expect(new Docker({ protocol: "https", host, port, ca }).ping()).rejects.toThrow(/certificate/);
  });

  test("a container's exit code and output come back", async () => {
    const { code, output } = await runToEnd(firstHost(), {
      Image: busyboxImage,
      Cmd: ["sh", "-c", "echo good; exit 42"],
    });
    expect({ code, output }).toEqual({ code: 42, output: "good\n" });
  });

  test("the Python of the image has its standard library", async () => {
    const program = 'import asyncio, ctypes, hashlib, json, sqlite3, ssl, zlib; print("imported")';
    const { code, output } = await runToEnd(firstHost(), { Image: pythonImage, Cmd: ["python3", "-c", program] });
    expect({ code, output }).toEqual({ code: 0, output: "imported\n" });
  });

  test("a container reaches the other host by its address", async () => {
    const [first, second] = shared.hosts as [LabHost, LabHost];
    const program = `import socket; socket.create_connection(("${second.address}", ${second.tcp.port}), 5); print("met")`;
    const { output } = await runToEnd(first, { Image: pythonImage, Cmd: ["python3", "-c", program] });
    expect(output).toBe("met\n");
  });

  test("a hung engine is silent until the deadline, and answers once it goes on", async () => {
    const host = firstHost();
    await host.hang();
    try {
      await expect(overTls(host).listContainers(within(300))).rejects.toMatchObject({ code: "ABORT_ERR" });
    } finally {
      host.unhang();
    }
    await expect(overTls(host).listContainers(within(20_000))).resolves.toEqual([]);
  });

  test("a host cut off is silent over the network alone, and answers once it is healed", async () => {
    const host = firstHost();
    await host.cut();
    try {
      await expect(overTls(host).listContainers(within(300))).rejects.toMatchObject({ code: "ABORT_ERR" });
      await expect(host.docker.listContainers(within(20_000))).resolves.toEqual([]);
    } finally {
      await host.heal();
    }
    await expect(overTls(host).listContainers(within(20_000))).resolves.toEqual([]);
  });

  test("a killed engine refuses connections, and its container lives on to be found by the next", async () => {
    const host = firstHost();
    const container = await host.docker.createContainer({ Image: busyboxImage, Cmd: ["sleep", "1000"] });
    await container.start();
    const { Pid } = (await container.inspect()).State;
    const before = host.pid;
    await host.kill();
    await expect(overTls(host).listContainers(within(20_000))).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(() => host.pid).toThrow(/not running/);
    expect(existsSync(`/proc/${Pid}`)).toBe(true);
    await host.start();
    expect(host.pid).not.toBe(before);
    expect((await container.inspect()).State).toMatchObject({ Running: true, Pid });
  });

  test("an engine stopped in good order starts again", async () => {
    const host = firstHost();
    await host.stop();
    await expect(host.docker.ping()).rejects.toThrow(/ENOENT|ECONNREFUSED/);
    await host.start();
    await expect(overTls(host).listContainers(within(20_000))).resolves.toEqual([]);
  });

  test.each([
    { request: ["1", "3"], devices: "nvidia1 GPU-host1-1\nnvidia3 GPU-host1-3\n" },
    { request: ["GPU-host1-2"], devices: "nvidia2 GPU-host1-2\n" },
    { request: ["all"], devices: [0, 1, 2, 3].map((index) => `nvidia${index} GPU-host1-${index}\n`).join("") },
  ])("a container that asks for the GPUs $request finds exactly these", async ({ request, devices }) => {
    const list = 'cd /run/fake-gpu && for i in *; do echo "$i $(cat $i)"; done';
    const { output } = await runToEnd(firstHost(), {
      Image: busyboxImage,
      Cmd: ["sh", "-c", list],
      HostConfig: { DeviceRequests: [{ Driver: "nvidia", DeviceIDs: request, Capabilities: [["gpu"]] }] },
    });
    expect(output).toBe(devices);
  });

  test("a container that asks for no GPU finds none", async () => {
    const { output } = await runToEnd(firstHost(), { Image: busyboxImage, Cmd: ["ls", "/run"] });
    expect(output).toBe("");
  });

  test("a container that asks for a GPU the host does not have is refused", async () => {
    const start = runToEnd(firstHost(), {
      Image: busyboxImage,
      Cmd: ["true"],
      HostConfig: { DeviceRequests: [{ Driver: "nvidia", DeviceIDs: ["4"], Capabilities: [["gpu"]] }] },
    });
    await expect(start).rejects.toThrow(/4: unknown device/);
  });
});

shared.describe("the end of a lab", () => {
  test("a lab whose owner died is swept, one in use stays", async () => {
    const lab = await startLab({ hosts: 1 });
    const { pid } = spawnSync("true");
    writeFileSync(join(lab.dir, "owner"), `${pid} 1`);
    await sweepLabs();
    expect(traces(lab.dir)).toEqual(nothing);
    await expect(firstHost().docker.listContainers(within(20_000))).resolves.toEqual([]);
    await lab.stop();
  });

  test("a lab of too many hosts is refused", async () => {
    await expect(startLab({ hosts: 14 })).rejects.toThrow("a lab has 1 to 13 hosts, not 14");
  });

  test("nothing is left of it, though engines hang, containers are paused and a host is cut off", async () => {
    const lab = await startLab({ hosts: 2 });
    for (const host of lab.hosts) {
      await lab.loadImages(host);
      for (const name of ["running", "paused"]) {
        const container = await host.docker.createContainer({ name, Image: busyboxImage, Cmd: ["sleep", "1000"] });
        await container.start();
      }
      await host.docker.getContainer("paused").pause();
      await host.hang();
    }
    await lab.hosts[0]?.cut();
    expect(traces(lab.dir)).toMatchObject({ folder: true, links: 1 });
    expect(traces(lab.dir).processes).toBeGreaterThanOrEqual(12);
    expect(traces(lab.dir).mounts).toBeGreaterThanOrEqual(3);
    expect(traces(lab.dir).cgroups).toBeGreaterThanOrEqual(1);
    const sockets = shimSockets(lab.dir);
    expect(sockets.filter((socket) => existsSync(socket))).toHaveLength(4);
    await lab.stop();
    expect(traces(lab.dir)).toEqual(nothing);
    expect(sockets.filter((socket) => existsSync(socket))).toEqual([]);
  });
});

const nothing = { folder: false, links: 0, processes: 0, mounts: 0, cgroups: 0 };

function firstHost(): LabHost {
  return shared.hosts[0] as LabHost;
}

function within(millis: number): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(millis) };
}

function overTls({ tcp: { host, port, ca, cert, key } }: LabHost): Docker {
  return new Docker({ protocol: "https", host, port, ca, cert, key });
}

async function runToEnd(
  host: LabHost,
  options: Docker.ContainerCreateOptions,
): Promise<{ code: number; output: string }> {
  const container = await host.docker.createContainer({ ...options, Tty: true });
  await container.start();
  const { StatusCode } = await container.wait();
  const output = (await container.logs({ stdout: true, stderr: true })).toString().replaceAll("\r\n", "\n");
  return { code: StatusCode, output };
}

/** Looks for a lab with the machine's own tools, none of the lab's. */
function traces(dir: string) {
  const id = basename(dir);
  const number = id.split("-").at(-1);
  const count = (text: string, part: string) => text.split("\n").filter((line) => line.includes(part)).length;
  const find = ["/sys/fs/cgroup", "-type", "d", "-name", id];
  const processes = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid);
  return {
    folder: existsSync(dir),
    links: count(execFileSync("/usr/sbin/ip", ["-brief", "link"], { encoding: "utf8" }), `sl-lab-${number}`),
    mounts: count(readFileSync("/proc/self/mountinfo", "utf8"), id),
    cgroups: count(execFileSync("find", find, { encoding: "utf8" }), id),
    processes: processes.filter((pid) =>
      ["cmdline", "cgroup"].some((file) => readOr(`/proc/${pid}/${file}`).includes(id)),
    ).length,
  };
}

/** Where the shims of a lab listen, which is outside its folder. */
function shimSockets(dir: string): string[] {
  const files = execFileSync("find", [dir, "-name", "address"], { encoding: "utf8" }).trim().split("\n");
  return files.map((file) => readOr(file).trim().replace("unix://", ""));
}

function readOr(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
