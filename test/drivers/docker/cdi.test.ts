import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Engine } from "../../../src/drivers/docker/engine/engine.ts";
import { EngineGpus } from "../../../src/drivers/docker/machine/gpus.ts";
import { smiLine } from "../../lab/host.ts";

/** Answers of an engine of version 28 with CDI and without NVIDIA's runtime, in the shapes that it gives them. No container runs. */
let folder: string;
let server: Server;
let engine: Engine;
const created: { HostConfig: { DeviceRequests?: { Driver: string; DeviceIDs?: string[] }[] }; Labels: object }[] = [];
const removed: string[] = [];

async function answer(request: IncomingMessage): Promise<[status: number, body: unknown]> {
  const path = (request.url ?? "").replace(/\?.*/, "");
  if (path === "/info")
    return [
      200,
      { ID: "x", NCPU: 8, Runtimes: { runc: {} }, DiscoveredDevices: [{ Source: "cdi", ID: "nvidia.com/gpu=0" }] },
    ];
  if (path === "/images/json") return [200, [{ RepoTags: ["nvidia/cuda:12.4.1-base-ubuntu22.04"] }]];
  if (path === "/containers/create") {
    created.push(JSON.parse(await text(request)) as (typeof created)[number]);
    return [201, { Id: `c${created.length}` }];
  }
  if (path.endsWith("/start"))
    return created.at(-1)?.HostConfig.DeviceRequests?.[0]?.Driver === "cdi"
      ? [204, ""]
      : [500, { message: 'could not select device driver "nvidia" with capabilities: [[gpu]]' }];
  if (path.endsWith("/wait")) return [200, { StatusCode: 0 }];
  if (path.endsWith("/logs"))
    return [
      200,
      ["@ gpus", smiLine("GPU-a", 0), smiLine("GPU-b", 1), "@ = 0", "@ list", "@ = 0", "@ apps", "@ = 0", ""].join(
        "\r\n",
      ),
    ];
  if (request.method === "DELETE") removed.push(path);
  return [204, ""];
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "cdi-"));
  server = createServer((request, response) => {
    void answer(request).then(([status, body]) =>
      response.writeHead(status).end(typeof body === "string" ? body : JSON.stringify(body)),
    );
  });
  await new Promise<void>((resolve) => server.listen(join(folder, "docker.sock"), resolve));
  engine = new Engine(`unix://${join(folder, "docker.sock")}`);
});
afterEach(async () => {
  engine.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

it("an engine that gives GPUs by CDI only, as a stand-in answers for it, is asked by CDI names, and its GPUs are found", async () => {
  const gpus = new EngineGpus(engine, {
    server: "beta",
    cluster: "c",
    gpus: "auto",
    known: [],
    pull: () => Promise.reject(new Error("nothing is to be pulled")),
  });
  const found = await gpus.inventory(new AbortController().signal, () => {});
  expect(found).toMatchObject({ gpus: [{ uuid: "GPU-a" }, { uuid: "GPU-b" }] });
  expect(gpus.way).toBe("cdi");
  expect(created.map(({ HostConfig }) => HostConfig.DeviceRequests)).toEqual([
    [{ Driver: "nvidia", Count: -1, Capabilities: [["gpu"]] }],
    [{ Driver: "cdi", DeviceIDs: ["nvidia.com/gpu=all"] }],
  ]);
  expect(removed).toHaveLength(2);
});
