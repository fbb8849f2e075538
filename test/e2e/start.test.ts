import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClient } from "../../clients/sdk/index.ts";
import { openStore } from "../../src/store/store.ts";
import { type Ended, runCommand, ServerProcess } from "../setup/server.ts";

const HERE = { SCHEDULEARN_SERVERS: "here=local" };

let server: ServerProcess;
let folder: string;
beforeEach(() => {
  server = new ServerProcess({ env: HERE });
  folder = mkdtempSync(join(tmpdir(), "start-"));
});
afterEach(async () => {
  await server.end();
  server.remove();
  rmSync(folder, { recursive: true });
});

const start = (args: readonly string[], env: Record<string, string> = HERE): Promise<Ended> =>
  runCommand(["start", "--data", join(folder, "data"), ...args], { env });

describe("a server that starts", () => {
  it("says where the API, the playground and the monitor are, and each of them answers", async () => {
    await server.start();
    const base = server.url.replace("/graphql", "");
    expect(server.output).toContain(`${base}/playground`);
    expect(server.output).toContain("here (process, 0 GPUs");
    for (const path of ["/", "/playground", "/healthz", "/readyz"]) {
      const response = await fetch(base + path, { headers: { accept: "text/html" } });
      expect(response.status, path).toBe(200);
    }
    expect((await createClient({ url: server.url }).servers()).map(({ name }) => name)).toEqual(["here"]);
  });

  it("keeps its jobs, its policy and the servers that were added over a restart", async () => {
    await server.start();
    let client = createClient({ url: server.url });
    const { id } = await client.submit({ command: "true" });
    await client.setPolicy({ policy: "round-robin", options: { quantumSeconds: 60 }, placement: "spread" });
    await client.addServer({ name: "added", endpoint: "local" });
    await server.end();
    await server.start();
    client = createClient({ url: server.url });
    expect(await client.job(id)).toMatchObject({ id });
    expect(await client.cluster()).toMatchObject({ policy: "round-robin", placement: "spread" });
    expect((await client.servers()).map(({ name, health }) => [name, health])).toEqual([
      ["here", "UP"],
      ["added", "UP"],
    ]);
  });

  it("lets a server go that its configuration names no more", async () => {
    await server.start();
    await server.end();
    const other = new ServerProcess({ env: { SCHEDULEARN_SERVERS: "there=local" }, folder: server.folder });
    await other.start();
    expect((await createClient({ url: other.url }).servers()).map(({ name }) => name)).toEqual(["there"]);
    await other.end();
  });
});

describe("a server that cannot start says why in a line, and changes nothing", () => {
  it("when its port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as { port: number };
    const ended = await start(["--port", `${port}`]);
    other.close();
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toMatch(new RegExp(`${port}.*in use`));
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("when another server works in the same folder", async () => {
    await server.start();
    const ended = await runCommand(["start", "--data", server.folder, "--port", "0"], { env: HERE });
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain("held by another server");
  });

  it("when the database is from a newer version", async () => {
    const store = await openStore(join(folder, "data", "schedulearn.sqlite"));
    await store.fork().getConnection().execute("insert into schema_migration (name) values ('2099-01-01-marvel')");
    await store.close();
    const ended = await start(["--port", "0"]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain("newer version");
  });

  it("when the configuration has a typo: file, line, column, and what was meant", async () => {
    const file = join(folder, "schedulearn.yaml");
    writeFileSync(file, "servers:\n  - name: alpha\n    endpont: unix:///var/run/docker.sock\npollicy: fifo\n");
    const ended = await start(["--port", "0", "--config", file], {});
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/schedulearn\.yaml:3:5: .*endpont.*endpoint/);
    expect(ended.stderr).toMatch(/schedulearn\.yaml:4:1: .*pollicy.*policy/);
  });

  it("when its policy does not exist", async () => {
    const ended = await start(["--port", "0"], { ...HERE, SCHEDULEARN_POLICY: "fastest" });
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/no policy fastest; there are: fifo, round-robin/);
  });

  it("when others could reach it and there is no token; with one it starts and wants it", async () => {
    const refused = await start(["--port", "0", "--host", "0.0.0.0"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("schedulearn token create");
    expect(refused.stderr).toContain("TLS");
    const token = await runCommand(["token", "create", "laptop", "--data", server.folder]);
    await server.start();
    await expect(createClient({ url: server.url }).servers()).rejects.toThrow(/token/i);
    await expect(createClient({ url: server.url, token: token.stdout.trim() }).servers()).resolves.toHaveLength(1);
  });

  it("when it is called wrongly", async () => {
    const ended = await start(["--prot", "0"]);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toContain("--prot");
  });
});

describe("the demo", () => {
  it("runs real jobs to their end on what the machine has, migrates one, and prints what came of it", async () => {
    const ended = await runCommand(["demo"], { env: { DOCKER_HOST: "unix:///nowhere/docker.sock" }, cwd: folder });
    expect(ended.stderr).toBe("");
    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain("processes of this machine");
    expect(ended.stdout).toMatch(/job-\d+ was migrated from (alpha to beta|beta to alpha)/);
    const rows = ended.stdout.split("\n").filter((line) => /^job-\d+ .* completed +(alpha|beta)/.test(line));
    expect(rows).toHaveLength(5);
    expect(rows.filter((row) => row.trimEnd().endsWith("1"))).toHaveLength(1);
    expect(ended.stdout).toMatch(/makespan \d/);
  }, 120_000);
});
