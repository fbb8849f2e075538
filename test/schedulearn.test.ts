import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createClient, UnreachableError } from "../clients/sdk/index.ts";
import { loadConfig } from "../src/config/index.ts";
import { startSchedulearn } from "../src/schedulearn.ts";
import { until } from "./drivers/support.ts";

const listen = (server: ReturnType<typeof createServer>): Promise<number> =>
  new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)));

test("a server that starts answers that it does, and clients take that for not there yet", async () => {
  const sockets: Socket[] = [];
  const engine = createServer((socket) => sockets.push(socket)); // takes every call and never answers
  const enginePort = await listen(engine);
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));

  const folder = mkdtempSync(join(tmpdir(), "start-"));
  const servers = `mute=tcp://127.0.0.1:${enginePort}`;
  const config = loadConfig({
    cwd: folder,
    env: {},
    flags: { data: join(folder, "data"), port: String(port), servers },
  });
  const starting = startSchedulearn(config, () => {});
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`).catch(() => null);
    return response && [response.status, await response.text()];
  };
  try {
    await until("its engine is asked", () => sockets.length > 0);
    expect(await get("/readyz")).toEqual([503, "server: it is starting\n"]);
    expect(await get("/healthz")).toEqual([200, "ok\n"]);
    expect(await get("/")).toEqual([503, "Schedulearn is starting: try again in a moment\n"]);
    const client = createClient({ url: `http://127.0.0.1:${port}/graphql` });
    await expect(client.cluster()).rejects.toThrow(UnreachableError);
    engine.close();
    for (const socket of sockets) socket.destroy();
    const { url, close } = await starting;
    expect(url).toBe(`http://127.0.0.1:${port}/graphql`);
    expect(await get("/readyz")).toEqual([200, "ready\n"]);
    expect((await client.servers()).map(({ name, health }) => [name, health])).toEqual([["mute", "DOWN"]]);
    await client.close();
    await close();
    expect(await get("/healthz")).toBeNull();
  } finally {
    engine.close();
    for (const socket of sockets) socket.destroy();
    rmSync(folder, { recursive: true, force: true });
  }
});
