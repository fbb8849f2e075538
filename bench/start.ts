import { spawn } from "node:child_process";
import { ServerProcess } from "../test/setup/server.ts";
import { type Figures, median, rounded } from "./figures.ts";

const ROUNDS = 5;
const BARE = `require("node:http").createServer((_, response) => response.end("{}")).listen(0, "127.0.0.1", function () {
  console.log("http://127.0.0.1:" + this.address().port + "/graphql");
})`;

/** From the start of the process to the first answered query; beside it a bare HTTP server of Node's in the same run. */
export async function start(): Promise<Figures> {
  const ours: number[] = [];
  const again: number[] = [];
  const bare: number[] = [];
  for (let i = 0; i < ROUNDS; i++) {
    bare.push(await bareStart());
    const server = new ServerProcess({ built: true, env: { SCHEDULEARN_SERVERS: "here=local" } });
    for (const times of [ours, again]) {
      const began = performance.now();
      await server.start();
      await ask(server.url);
      times.push(performance.now() - began);
      await server.end();
    }
    server.remove();
  }
  return {
    "first start, new database: median ms": rounded(median(ours), 0),
    "start on an existing database: median ms": rounded(median(again), 0),
    "bare node http: median ms": rounded(median(bare), 0),
    "ratio to bare": rounded(median(again) / median(bare)),
    rounds: ROUNDS,
  };
}

async function bareStart(): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, ["-e", BARE], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve) =>
    child.stdout.once("data", (chunk) => resolve(String(chunk).trim())),
  );
  await ask(url);
  const took = performance.now() - began;
  child.kill();
  return took;
}

async function ask(url: string): Promise<void> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ jobs { totalCount } }" }),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
}
