import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, test, vi } from "vitest";
import { dockerDriver, probeDocker } from "../../../src/drivers/docker/docker-driver.ts";
import { Engine } from "../../../src/drivers/docker/engine/engine.ts";
import { Gate } from "../../../src/drivers/docker/engine/gate.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { DockerBench, endpointOf } from "./bench.ts";

const shared = useLab({ hosts: 1 });

shared.describe("an engine's endpoint", () => {
  const bench = new DockerBench(shared);

  test("is probed over a socket and over TLS, and tells its version", async () => {
    const host = bench.host();
    const { endpoint, tls } = endpointOf(host);
    const version = await probeDocker(`unix://${host.unixSocket}`);
    expect(version).toMatch(/^\d+\.\d+/);
    expect(await probeDocker(endpoint, tls)).toBe(version);
  });

  test("is the one that is named, whatever engine the environment is about", async () => {
    const host = bench.host();
    vi.stubEnv("DOCKER_HOST", "tcp://127.0.0.1:1");
    vi.stubEnv("DOCKER_CLIENT_TIMEOUT", "1");
    try {
      await expect(probeDocker(`unix://${host.unixSocket}`)).resolves.toMatch(/^\d/);
      await expect(probeDocker()).rejects.toThrow(/nothing listens there/);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("that wants a certificate says so", async () => {
    const { endpoint, tls } = endpointOf(bench.host());
    const { ca = "" } = tls ?? {};
    const stranger = { ca, cert: "", key: "" };
    await expect(probeDocker(endpoint, stranger)).rejects.toThrow(/certificate/);
  });

  test("tells what the engine has, less what its owner keeps", async () => {
    const driver = await bench.connect({ gpus: 2, cores: 1, memoryMiB: 512 });
    const { inventory } = await driver.connect(AbortSignal.timeout(10_000));
    expect(inventory).toMatchObject({ cores: 1, memoryMiB: 512, gpus: [{ index: 0 }, { index: 1, uuid: null }] });
    const { NCPU, MemTotal } = await bench.host().docker.info();
    await driver.close();
    const whole = await (await bench.connect()).connect(AbortSignal.timeout(10_000));
    expect(whole.inventory).toMatchObject({ gpus: [], cores: NCPU, memoryMiB: Math.floor(MemTotal / 1024 / 1024) });
  });

  test("over SSH is reached through the user's ssh, as docker itself does", async () => {
    const host = bench.host();
    const folder = mkdtempSync(join(tmpdir(), "sl-ssh-"));
    const stub = `#!${process.execPath}
      const [destination, ...rest] = process.argv.slice(process.argv.indexOf("--") + 1);
      if (destination !== "gpu-box" || rest.join(" ") !== "docker system dial-stdio") {
        console.error("no route to " + destination); process.exit(255);
      }
      import("node:net").then(({ connect }) => {
        const socket = connect(${JSON.stringify(host.unixSocket)});
        process.stdin.pipe(socket).pipe(process.stdout);
      });
    `;
    writeFileSync(join(folder, "ssh"), stub, { mode: 0o755 });
    vi.stubEnv("PATH", folder + delimiter + process.env.PATH);
    try {
      await expect(probeDocker("ssh://anna@other-box")).rejects.toThrow(/ssh ended with 255: no route to other-box/);
      const driver = await bench.connect({ endpoint: "ssh://anna@gpu-box:2222" });
      expect(await bench.output(driver, bench.order("echo over ssh"))).toEqual(["over ssh"]);
    } finally {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    }
  });
});

test("an endpoint where nothing is says in plain words what is in the way", async () => {
  await expect(probeDocker("unix:///nowhere/docker.sock")).rejects.toThrow(
    "no Docker engine at unix:///nowhere/docker.sock: there is no such socket; is Docker installed and started?",
  );
  await expect(probeDocker("tcp://127.0.0.1:1")).rejects.toThrow(/nothing listens there/);
  expect(() => dockerDriver({ server: "a", endpoint: "http://a", gpus: 0, context: {} as never })).toThrow(TypeError);
});

test("an answer that breaks off in the middle ends the request at its deadline", async () => {
  const server = createServer((socket) => {
    socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const engine = new Engine(`tcp://127.0.0.1:${(server.address() as { port: number }).port}`);
  try {
    await expect(engine.ping(new AbortController().signal, 300)).rejects.toThrow("did not answer within 0.3 s");
  } finally {
    engine.close();
    server.close();
  }
});

test("a gate lets in as many as it has places, in order, and none that has given up", async () => {
  const gate = new Gate(2);
  const open: (() => void)[] = [];
  const entered: number[] = [];
  const enter = (n: number, signal = new AbortController().signal) =>
    gate.through(signal, () => {
      entered.push(n);
      return new Promise<void>((resolve) => open.push(resolve));
    });
  const leaving = new AbortController();
  const [first, second, third] = [enter(1), enter(2), enter(3, leaving.signal)];
  const fourth = enter(4);
  leaving.abort(new Error("not any more"));
  await expect(third).rejects.toThrow("not any more");
  expect(entered).toEqual([1, 2]);
  open.shift()?.();
  await first;
  await vi.waitFor(() => expect(entered).toEqual([1, 2, 4]));
  for (const leave of open) leave();
  await Promise.all([second, fourth]);
});
