import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useLab } from "../../lab/shared-lab.ts";
import { Listener } from "../support.ts";
import { DockerBench } from "./bench.ts";

const shared = useLab({ hosts: 1 });

shared.describe("a request that the engine carries out, and whose answer never comes", () => {
  const bench = new DockerBench(shared);

  test.for([
    ["to create the container", /^POST \S*\/containers\/create/],
    ["to start it", /^POST \S*\/containers\/\S+\/start/],
  ] as const)("%s: it is found by its name, and the run begins once", async ([, swallowed]) => {
    const folder = mkdtempSync(join(tmpdir(), "sl-mute-"));
    const path = join(folder, "docker.sock");
    let swallows = 0;
    const between = createServer((client) => {
      const engine = connect(bench.host().unixSocket);
      let isMute = false;
      client.on("data", (data) => {
        if (swallows === 0 && swallowed.test(data.toString("latin1"))) {
          isMute = true; // also where its body comes behind its head
          swallows++;
        }
        engine.write(data);
      });
      engine.on("data", (data) => (isMute ? client.destroy() : client.write(data)));
      for (const [one, other] of [
        [client, engine],
        [engine, client],
      ] as const) {
        one.on("error", () => other.destroy());
        one.on("close", () => other.destroy());
      }
    });
    await new Promise<void>((resolve) => between.listen(path, resolve));
    try {
      const driver = await bench.connect({ endpoint: `unix://${path}`, gpus: 0 });
      const run = bench.order("echo once");
      driver.start(run);
      expect(await bench.told.first("RunExited", run)).toMatchObject({ exitCode: 0, outcome: { kind: "succeeded" } });
      expect(swallows).toBe(1);
      expect(bench.told.of("RunStarted", run)).toHaveLength(1);
      const listener = new Listener(driver, run);
      await listener.done;
      expect(listener.texts()).toEqual(["once"]);
      expect(await bench.host().docker.listContainers({ all: true })).toHaveLength(1);
      await driver.close();
    } finally {
      between.close();
      rmSync(folder, { recursive: true });
    }
  });
});
