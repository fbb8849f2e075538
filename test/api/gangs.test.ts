import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse } from "./house.ts";

let house: ApiHouse;
beforeAll(async () => {
  house = await new ApiHouse().open();
  const local = (id: string) =>
    aServer(id, 1, { driver: "process", endpoint: "local", setup: { address: "10.0.0.7" } });
  await house.engines.join(local("alpha"), local("beta"));
});
afterAll(() => house.close());

test("a job over two servers is asked for, and shows its servers, its ports, and which member printed what", async () => {
  const id = await house.submit({
    command: "echo rank $RANK; sleep 1000",
    gpus: { count: 2 },
    servers: { count: 2 },
    launcher: "NONE",
    ports: [{ name: "web", port: 8080 }],
  });
  const { job, servers } = await until("both have printed", async () => {
    const found = await house.data(
      `query ($id: ID!) {
        job(id: $id) {
          status launcher servers { min max } ports { name port serverName serverPort } serverNames runs { nodes { serverNames } } spec
        }
        jobLogs(job: $id) { lines { rank text } }
        servers { nodes { name address } }
      }`,
      { id },
    );
    return found.job.status === "RUNNING" && found.jobLogs.lines.length === 2 && found;
  });
  expect(job).toMatchObject({
    launcher: "NONE",
    servers: { min: 2, max: 2 },
    ports: [
      { name: "web", port: 8080, serverName: "alpha", serverPort: 29_500 },
      { name: "web", port: 8080, serverName: "beta", serverPort: 29_502 },
    ],
    serverNames: ["alpha", "beta"],
    runs: { nodes: [{ serverNames: ["alpha", "beta"] }] },
  });
  expect(job.spec).toMatchObject({ servers: 2, ports: [{ name: "web", port: 8080 }] });
  expect(servers.nodes.map(({ address }: { address: string }) => address)).toEqual(["10.0.0.7", "10.0.0.7"]);
  const { jobLogs } = await house.data("query ($id: ID!) { jobLogs(job: $id) { lines { rank text } } }", { id });
  expect(jobLogs.lines.map(({ rank, text }: { rank: number; text: string }) => `${rank} ${text}`).sort()).toEqual([
    "0 rank 0",
    "1 rank 1",
  ]);
  const refused = await house
    .submit({ command: "true", gpus: { count: 8 }, servers: { min: 1, max: 2 } })
    .catch(String);
  expect(refused).toContain("2 servers together have at most 2 gpus for it, and it asks for 8");
  await house.mutate("cancelJob", { id, graceSeconds: 0 });
  await until(
    "it is over",
    async () => (await house.data("query ($id: ID!) { job(id: $id) { status } }", { id })).job.status === "CANCELLED",
  );
});
