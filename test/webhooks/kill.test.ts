import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createClient } from "../../clients/sdk/index.ts";
import { until } from "../drivers/support.ts";
import { ServerProcess } from "../setup/server.ts";
import { Receiver, told } from "./receiver.ts";

const JOBS = 6;
let server: ServerProcess | undefined;
let receiver: Receiver | undefined;

afterAll(async () => {
  await server?.end("SIGKILL");
  server?.remove();
  await receiver?.close();
});

test("a server that is killed with kill -9 again and again leaves no webhook untold, and tells in order", async () => {
  receiver = await Receiver.open();
  const { folder } = new ServerProcess();
  const file = join(folder, "schedulearn.yaml");
  const servers = [{ name: "here", endpoint: "local", cores: 2, memoryMiB: 4096, gpus: 0 }];
  const webhooks = [{ name: "board", url: receiver.url, secret: "a secret of the test", events: ["JobCompleted"] }];
  writeFileSync(file, JSON.stringify({ servers, webhooks })); // JSON is YAML
  server = await new ServerProcess({ folder, env: { SCHEDULEARN_CONFIG: file } }).start();
  const client = createClient({ url: server.url, webSocket: WebSocket });
  const jobs: string[] = [];
  for (let i = 0; i < JOBS; i++) jobs.push((await client.submit({ command: "sleep 0.2", cores: { count: 2 } })).id);
  for (const least of [1, 3, 5]) {
    receiver.answers = [500];
    await until(`${least} are told`, () => receiver!.taken.length >= least);
    const { port } = server;
    await server.end("SIGKILL");
    await server.start(port);
  }
  await until("all are told", () => new Set(receiver!.taken).size === JOBS);
  const once = [...new Set(receiver.taken)];
  expect(once).toEqual(jobs.map((id) => `JobCompleted ${id}`));
  const ids = new Map(receiver.received.map((one) => [told(one), one.headers["schedulearn-delivery"]]));
  expect(new Set(ids.values()).size).toBe(JOBS); // told twice, it is known by its delivery
  await client.close();
}, 120_000);
