import type Docker from "dockerode";
import { WebSocket } from "ws";
import { createClient, type SchedulearnClient } from "../clients/sdk/index.ts";
import { busyboxImage, labReason, startLab } from "../test/lab/docker-lab.ts";
import { ServerProcess } from "../test/setup/server.ts";

/** A server over one real Docker engine of its own, and the way straight to that engine beside it. */
export interface Bench {
  readonly client: SchedulearnClient;
  readonly docker: Docker;
  readonly socket: string;
  readonly image: string;
  close(): Promise<void>;
}

/** Null, with the reason on stderr, where this machine cannot run an engine. */
export async function openBench(): Promise<Bench | null> {
  const reason = labReason();
  if (reason !== null) {
    console.error(`no Docker engine can be started here: ${reason}`);
    return null;
  }
  const lab = await startLab({ hosts: 1 });
  const [host] = lab.hosts;
  if (!host) throw new Error("the lab has no host");
  await lab.loadImages(host);
  const server = await new ServerProcess({ env: { SCHEDULEARN_SERVERS: `bench=unix://${host.unixSocket}` } }).start();
  const client = createClient({ url: server.url, webSocket: WebSocket });
  return {
    client,
    docker: host.docker,
    socket: host.unixSocket,
    image: busyboxImage,
    async close() {
      await client.close();
      await server.end();
      server.remove();
      await lab.stop();
    },
  };
}
