import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { createClient, type SchedulearnError } from "../../clients/sdk/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { type Schedulearn, startSchedulearn } from "../../src/schedulearn.ts";

export interface House extends Schedulearn {
  readonly folder: string;
  readonly databaseFile: string;
  /** What the server logs. */
  readonly logged: string[];
  /** Stops the server; jobs go on. Resolves with another one on the same port and data. */
  restart(): Promise<House>;
  /** Stops the server and forgets all of it. */
  end(): Promise<void>;
}

/** A whole server in a folder of its own, with process servers on this machine. */
export async function startHouse({
  servers = "alpha=local,beta=local",
  folder = mkdtempSync(join(tmpdir(), "house-")),
  port = "0",
} = {}): Promise<House> {
  const logged: string[] = [];
  const config = loadConfig({ cwd: folder, env: {}, flags: { data: join(folder, "data"), port, servers } });
  const schedulearn = await startSchedulearn(config, (level, message, details) =>
    logged.push(`${level} ${message} ${JSON.stringify(details ?? {})}`),
  );
  return {
    ...schedulearn,
    folder,
    logged,
    databaseFile: config.databaseFile,
    async restart() {
      await schedulearn.close();
      return startHouse({ servers, folder, port: new URL(schedulearn.url).port });
    },
    async end() {
      await stopJobs(schedulearn.url);
      await schedulearn.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function stopJobs(url: string): Promise<void> {
  const client = createClient({ url, webSocket: WebSocket });
  const isGone = (error: SchedulearnError): void => {
    if (error.code !== "NOT_FOUND" && error.code !== "CONFLICT") throw error; // it may end or go this very moment
  };
  for await (const { id, endedAt } of client.allJobs())
    if (endedAt === null) {
      await client.cancel(id, 0).then(() => {}, isGone);
      await client.waitFor(id).then(() => {}, isGone);
    }
  client.close();
}

export interface Wire {
  readonly url: string;
  readonly connections: () => number;
  /** Cuts every connection that goes through, without a word. */
  cut(): void;
  /** Cuts every connection, and each new one, until it is mended. */
  sever(): void;
  mend(): void;
  /** Lets nothing more through on the connections there are, and tells nobody: both ends think that the other is silent. */
  freeze(): void;
  close(): void;
}

/** A wire to the server that can be cut. */
export async function wireTo(url: string): Promise<Wire> {
  const { hostname, port, pathname } = new URL(url);
  const open = new Set<Socket>();
  let connections = 0;
  let isSevered = false;
  const server = createServer((near) => {
    connections++;
    if (isSevered) return near.destroy();
    const far = connect(Number(port), hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    connections: () => connections,
    cut,
    sever() {
      isSevered = true;
      cut();
    },
    mend() {
      isSevered = false;
    },
    freeze() {
      for (const socket of open) socket.unpipe().pause();
    },
    close() {
      cut();
      server.close();
    },
  };
}
