import { existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Event } from "../../src/core/event.ts";
import { processDriver } from "../../src/drivers/process/driver.ts";
import { verifyLog } from "../../src/engine/verify/verify-log.ts";
import { createLearner } from "../../src/estimator/index.ts";
import { readEvents } from "../../src/store/event-log.ts";
import { gpus, resolve } from "../core/world.ts";
import { until } from "../drivers/support.ts";
import { aServer, EngineHouse, shell } from "./house.ts";

/** So soon a server that cannot be reached is lost here; one that can be is reached sooner. */
const SOON = { lostAfterMillis: 3_000 };

let house: EngineHouse;
/** Servers that cannot be reached now. */
let away: Set<string>;
let folder: string;

/** The machine itself under several names, each of which can be cut off. */
const newHouse = (): EngineHouse =>
  new EngineHouse(folder, (server, context) => {
    const { id, cores, memoryMiB } = server;
    const root = join(folder, "servers", id);
    const driver = processDriver({ server: id, root, gpus: server.gpus.length, cores, memoryMiB, context });
    const [connect, reap] = [driver.connect.bind(driver), driver.reap.bind(driver)];
    const cutOff = (): Promise<never> => Promise.reject(new Error("cut off"));
    driver.connect = (signal) => (away.has(id) ? cutOff() : connect(signal));
    driver.reap = (job, attempt) => (away.has(id) ? cutOff() : reap(job, attempt));
    return driver;
  });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fence-"));
  away = new Set();
  house = newHouse();
});
afterEach(async () => {
  away.clear();
  await until(`all servers are up again: ${house.logged.slice(-12).join("\n")}`, () =>
    [...house.engine.scheduler.servers.values()].every(({ health }) => health === "up"),
  );
  await house.cancelAll();
  await house.close();
  house.remove();
});

const folderOf = (server: string, job: string, attempt: number): string =>
  join(folder, "servers", server, "runs", job, `${attempt}`);
const toldOf = async (server: string): Promise<string[]> =>
  (await readEvents(house.store, 0, 100_000))
    .map(({ event }): Event => event)
    .flatMap((event) =>
      event.type === "ServerHealthChanged" && event.server === server ? [`${event.health}: ${event.reason}`] : [],
    );

/** A job that ran on alpha, which cannot be reached in the next life and is lost, so that it runs on beta now. */
async function lostOnce(): Promise<string> {
  await house.open();
  await house.join(aServer("alpha", 1), aServer("beta", 1));
  const id = await house.submit({ command: shell("echo here; sleep 60 & wait"), gpus: gpus(1) });
  await house.reaches(id, "running");
  expect(house.engine.scheduler.run(id)?.on[0]?.server).toBe("alpha");
  await house.close();
  away.add("alpha");
  house = await newHouse().open(SOON);
  await until("it runs elsewhere", () => {
    const run = house.engine.scheduler.run(id);
    return run?.attempt === 2 && run.startedAt !== null && run.on[0]?.server === "beta";
  });
  expect(existsSync(folderOf("alpha", id, 1))).toBe(true);
  return id;
}

it("a server that is back ends its old runs before it counts as up", async () => {
  const id = await lostOnce();
  const wide = await house.submit({ command: shell("exit 0"), gpus: gpus(1) });
  away.clear();
  await until("alpha is up", () => house.engine.scheduler.servers.get("alpha")?.health === "up");
  expect(existsSync(folderOf("alpha", id, 1))).toBe(false);
  expect((await toldOf("alpha")).slice(-2)).toEqual(["suspect: 1 old run is being ended", "up: null"]);
  await house.reaches(wide, "completed");
  const runs = (await house.engine.queries.runsOf([id])).get(id) ?? [];
  expect(runs.map(({ outcome }) => outcome?.kind ?? null)).toEqual(["failed", null]);
  // And who goes through the log again comes to the same.
  const verdict = await verifyLog(house.store, { resolve, newLearner: createLearner });
  expect(verdict.divergence).toBeNull();
});

it("and so it does when the scheduler is killed meanwhile", async () => {
  const id = await lostOnce();
  await house.abandon();
  away.clear();
  await until("the crashed life has let go", async () => {
    house = newHouse();
    return house.open(SOON).then(() => true);
  });
  await until("alpha is up", () => house.engine.scheduler.servers.get("alpha")?.health === "up");
  expect(existsSync(folderOf("alpha", id, 1))).toBe(false);
  expect(await toldOf("alpha")).toContain("suspect: 1 old run is being ended");
  expect(house.engine.scheduler.run(id)).toMatchObject({ attempt: 2, endedAt: null });
});

it("a job that is to wait for its server is taken up again where it was", async () => {
  await house.open();
  await house.join(aServer("alpha", 1));
  const id = await house.submit({ command: shell("sleep 60 & wait"), gpus: gpus(1), whenServerLost: "wait" });
  await house.reaches(id, "running");
  await house.close();
  away.add("alpha");
  house = await newHouse().open(SOON);
  const healthSince = house.engine.scheduler.servers.get("alpha")?.healthSince ?? 0;
  await until("its grace is over", () => Date.now() > healthSince + 2 * SOON.lostAfterMillis);
  away.clear();
  await until("alpha is up", () => house.engine.scheduler.servers.get("alpha")?.health === "up");
  expect(house.engine.scheduler.job(id)).toMatchObject({ attempt: 1, state: { status: "running" } });
});

it("how long a server has been away counts on when the scheduler begins again", async () => {
  await house.open();
  await house.join(aServer("alpha", 1));
  away.add("alpha");
  const downSince: (number | undefined)[] = [];
  for (let life = 0; life < 2; life++) {
    await house.close();
    house = await newHouse().open();
    downSince.push(house.engine.scheduler.servers.get("alpha")?.healthSince);
  }
  expect(downSince[1]).toBe(downSince[0]);
  away.clear();
});
