import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createClient, type SchedulearnClient } from "../../clients/sdk/index.ts";
import { until } from "../drivers/support.ts";
import { ServerProcess } from "../setup/server.ts";

let server: ServerProcess;
let client: SchedulearnClient;
beforeEach(async () => {
  server = await new ServerProcess({ env: { SCHEDULEARN_SERVERS: "here=local" } }).start();
  client = createClient({ url: server.url });
});
afterEach(async () => {
  for await (const { id, endedAt } of client.allJobs())
    if (endedAt === null) await client.cancel(id, 0).catch(() => {});
  await until("nothing runs any more", async () => (await client.jobs({ filter: { phase: "RUNNING" } })).total === 0);
  await server.end();
  server.remove();
});

const job = (seconds: number) => ({ command: `sleep ${seconds}`, cores: { count: 1 }, estimate: { seconds } });

it("a server goes on while its thread looks ahead, and what was expected outlives a kill", async () => {
  const enough = join(server.folder, "enough"); // a busy machine may need longer for its first forecast than 3 s
  const command = `until [ -e ${enough} ]; do sleep 0.1; done`;
  const short = await client.submit({ ...job(3), command, type: "short" });
  await until("it is forecast", async () => (await client.job(short.id))?.forecast?.endsAt?.p50 ?? null);
  for (let i = 0; i < 30; i++) await client.submit(job(1000));
  let [isMade, answers] = [false, 0];
  const asked = client.forecast({ policies: ["fifo", "goodput"], runs: 10, first: 1000 }).finally(() => {
    isMade = true;
  });
  while (!isMade) {
    await client.cluster();
    answers++;
  }
  const { policies } = await asked;
  expect(answers).toBeGreaterThan(1);
  expect(policies.map(({ policy, runs, jobs }) => [policy, runs, jobs.length >= 30])).toEqual([
    ["fifo", 10, true],
    ["goodput", 10, true],
  ]);
  writeFileSync(enough, "");
  await until("the short one is over", async () => (await client.job(short.id))?.status === "COMPLETED");
  const judged = await client.forecastAccuracy();
  expect(judged.map(({ category, of }) => [category, of])).toContainEqual(["short", "END"]);
  const { port } = server;
  await server.end("SIGKILL");
  await server.start(port);
  expect(await client.forecastAccuracy()).toEqual(judged);
});
