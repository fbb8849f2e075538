import { expect, test } from "vitest";
import { Engine } from "../../../src/drivers/docker/engine/engine.ts";
import { lookAt } from "../../../src/drivers/docker/run/checkpoint.ts";
import { CheckpointGone } from "../../../src/drivers/driver.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { until } from "../support.ts";
import { endpointOf, remains } from "./bench.ts";

const shared = useLab({ hosts: 1 });

shared.describe("a checkpoint folder that is removed just when it is to be read", () => {
  test("is said to be gone, and is not made anew where nobody would find it", async () => {
    const [host] = shared.hosts;
    if (!host) throw new Error("the lab has no host");
    const Labels = { "schedulearn.cluster": "ours", "schedulearn.job": "job-1", "schedulearn.generation": "1" };
    await host.docker.createVolume({ Name: "folder", Labels });
    const { endpoint, tls } = endpointOf(host);
    const engine = new Engine(endpoint, tls);
    const list = engine.docker.listImages.bind(engine.docker);
    // The last that is asked before a container mounts the folder.
    engine.docker.listImages = async (options?: object) => {
      await host.docker.getVolume("folder").remove();
      await new Promise((resolve) => setTimeout(resolve, 1_100)); // engines tell the time of a volume in seconds
      return list(options);
    };
    try {
      const looking = lookAt(engine, "folder", { "schedulearn.cluster": "ours" }, [], AbortSignal.timeout(20_000));
      await expect(looking).rejects.toThrow(CheckpointGone);
      await until("nobody reads it", async () => (await remains([host])).every((name) => !name.includes("reader")));
      const { Volumes } = await host.docker.listVolumes();
      for (const volume of Volumes) expect(volume.Labels).toEqual(Labels);
    } finally {
      engine.close();
    }
  });
});
