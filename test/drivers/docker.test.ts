import { afterEach, expect, test } from "vitest";
import { useLab } from "../lab/shared-lab.ts";
import { house as build, type House, order, shell } from "./docker-house.ts";

const shared = useLab({ hosts: 2, gpus: 4 });

shared.describe("the Docker driver", () => {
  const houses: House[] = [];
  const house = (...args: Parameters<typeof build>): House => {
    const built = build(...args);
    houses.push(built);
    return built;
  };
  const host = (index = 0) => {
    const found = shared.hosts[index];
    if (!found) throw new Error(`the lab has no host ${index}`);
    return found;
  };

  afterEach(async () => {
    await Promise.all(houses.splice(0).map(({ driver }) => driver.close()));
    for (const { docker } of shared.hosts) {
      const containers = await docker.listContainers({ all: true });
      await Promise.all(containers.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
      const { Volumes } = await docker.listVolumes();
      await Promise.all((Volumes ?? []).map(({ Name }) => docker.getVolume(Name).remove()));
    }
  });

  test("a run that ends well is told as started, then as succeeded, and its output can be read", async () => {
    const { driver, told, lines, ofRun } = house(host());
    const run = order(host().name, "job-1", shell("echo one; echo two >&2; echo three"));
    driver.start(run);
    const exit = await told("RunExited", "job-1");
    expect(exit).toMatchObject({ outcome: { kind: "succeeded" }, exitCode: 0, signal: null });
    expect(ofRun("job-1").map(({ type }) => type)).toEqual(["RunStarted", "RunExited"]);
    const read = await lines(run);
    expect(read.filter(({ stream }) => stream === "stdout").map(({ text }) => text)).toEqual(["one", "three"]);
    expect(read.filter(({ stream }) => stream === "stderr").map(({ text }) => text)).toEqual(["two"]);
  });

  test("the exit code of a failed program is its cause", async () => {
    const { driver, told } = house(host());
    driver.start(order(host().name, "job-1", shell("exit 3")));
    expect(await told("RunExited", "job-1")).toMatchObject({
      outcome: { kind: "failed", cause: { origin: "application", code: "exit", message: "exit code 3" } },
      exitCode: 3,
    });
  });
});
