import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Driver } from "../../src/drivers/driver.ts";
import { processDriver } from "../../src/drivers/process/driver.ts";
import type { MakeDriver } from "../../src/engine/fleet.ts";
import { until } from "../drivers/support.ts";
import { aServer, EngineHouse, shell } from "./house.ts";

let house: EngineHouse;
afterEach(async () => {
  await house.cancelAll();
  await house.close();
  house.remove();
});

/** Servers that are this machine, of which something is otherwise. */
const processesBut =
  (folder: () => string, change: (driver: Driver) => void): MakeDriver =>
  (server, context) => {
    const root = join(folder(), "servers", server.id);
    const driver = processDriver({ server: server.id, root, gpus: 1, cores: 1, memoryMiB: 64, context });
    change(driver);
    return driver;
  };

describe("what a run printed", () => {
  it("is read to its end by the next life where this one recorded the run's end and died over its output", async () => {
    let folder = "";
    // Nothing of the output comes through, and so the container of the run does not go either.
    const deaf = processesBut(
      () => folder,
      (driver) => {
        driver.follow = async function* () {};
        driver.reap = async () => {};
      },
    );
    house = new EngineHouse(undefined, deaf);
    folder = house.folder;
    await (await house.open()).join(aServer("alpha", 1));
    const id = await house.submit({ command: shell("for i in $(seq 2000); do echo $i; done; exit 3") });
    await house.reaches(id, "failed");
    expect(await house.lines(id)).toEqual([]);
    await house.close();
    house = await new EngineHouse(folder).open();
    const lines = Array.from({ length: 2000 }, (_, n) => `${n + 1}`);
    await until("all of it is stored", async () => (await house.lines(id)).length >= lines.length);
    expect(await house.lines(id)).toEqual(lines);
  });
});
