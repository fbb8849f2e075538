import { expect, test } from "vitest";
import { pythonImage } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { Listener } from "../support.ts";
import { DockerBench } from "./bench.ts";

/** What operators often set, so that logs do not fill the disk: lines go by the rotation, and when the engine is busy. */
const rotating = useLab({
  hosts: 1,
  engine: { "log-opts": { "max-size": "100k", "max-file": "2", compress: "true", mode: "non-blocking" } },
});
const local = useLab({ hosts: 1, engine: { "log-driver": "local", "log-opts": { "max-size": "100k" } } });

for (const [shared, setting] of [
  [rotating, "rotates its logs"],
  [local, "has another log driver"],
] as const)
  shared.describe(`an engine that ${setting} by its own settings`, () => {
    const bench = new DockerBench(shared);

    test("keeps every line of a run, to those who follow and to those who come late", async () => {
      const driver = await bench.connect();
      const run = bench.order(["python3", "-c", "for i in range(20000): print('line', i, '.' * 100)"], {
        image: pythonImage,
      });
      driver.start(run);
      await bench.told.first("RunStarted", run);
      const lines = Array.from({ length: 20_000 }, (_, index) => `line ${index} ${".".repeat(100)}`);
      const follower = new Listener(driver, run);
      await follower.done;
      expect(follower.texts()).toEqual(lines);
      const late = new Listener(driver, run);
      await late.done;
      expect(late.texts()).toEqual(lines);
    });
  });
