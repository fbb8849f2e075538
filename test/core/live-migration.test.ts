import { describe, expect, it } from "vitest";
import type { Event } from "../../src/core/event.ts";
import { requestMigrate } from "../../src/core/request.ts";
import type { EngineFacts } from "../../src/core/server.ts";
import { growInTurn, shrinkToLeast } from "../../src/policies/leftovers.ts";
import { listed } from "../../src/policies/line.ts";
import { perPool } from "../../src/policies/per-pool.ts";
import { walk } from "../../src/policies/walk.ts";
import { aServer, aSpec, coresOnly, gpus, World } from "./world.ts";

const DOCKER: EngineFacts = { name: "Docker 1" };
const PLAIN: EngineFacts = { name: "Docker 1", noLiveMigration: "it is not in experimental mode" };

/** One job runs on a, and there is room on b. */
function world(
  a: EngineFacts | null = DOCKER,
  b: EngineFacts | null = DOCKER,
  spec = aSpec({ ...coresOnly(1) }),
): World {
  const server = (id: string, engine: EngineFacts | null) => ({
    ...aServer(id, 2, { cores: 2 }),
    ...(engine && { engine }),
  });
  const made = new World({ durations: { "job-1": 60_000 } }).join(server("a", a));
  made.submit("job-1", spec, 0).run(1_000);
  return made.join(server("b", b));
}
const migrate = (w: World): void => {
  for (const event of requestMigrate(w.scheduler, "job-1", "b", w.now, true)) w.tell(event);
};
/** It is being written by its engine. */
function dumping(): World {
  const w = world();
  migrate(w);
  w.run(w.now + 100);
  expect(w.commands.at(-1)).toMatchObject({ type: "dump", run: { job: "job-1", attempt: 1 } });
  return w;
}
const told = { job: "job-1", attempt: 1 } as const;
const exited = (w: World): Event =>
  ({
    ...{ type: "RunExited", ...told, at: w.now, outcome: { kind: "stopped" }, exitCode: 137, signal: "SIGKILL" },
  }) as Event;

describe("a job that is asked to move as it runs", () => {
  it("is refused with what is missing, and with which server lacks it", () => {
    expect(() => migrate(world(PLAIN))).toThrow("server a: it is not in experimental mode");
    expect(() => migrate(world(DOCKER, PLAIN))).toThrow("server b: it is not in experimental mode");
    expect(() => migrate(world(null))).toThrow("server a: only containers can be moved as they run");
    expect(() => migrate(world(DOCKER, DOCKER, aSpec({ gpus: gpus(1) })))).toThrow("job-1 has GPUs");
  });

  it("is told what no room would change even where there is no room", () => {
    const w = world(PLAIN);
    w.submit("job-2", aSpec({ ...coresOnly(2) }), w.now).run(w.now + 1_000);
    expect(() => migrate(w)).toThrow("server a: it is not in experimental mode");
  });

  it("stays where it is when its memory cannot be written, and why is on record", () => {
    const w = dumping();
    w.tell({ type: "RunDumpFailed", ...told, reason: "no criu", at: w.now });
    expect(w.job("job-1")).toMatchObject({ attempt: 1, state: { status: "running", on: [{ server: "a" }] } });
    expect(w.scheduler.migration("job-1")).toMatchObject({
      state: "failed",
      reason: expect.stringContaining("no criu"),
    });
    expect(w.commands.at(-1)).toMatchObject({ type: "discard", run: { attempt: 2 } });
  });

  it("goes on elsewhere with its memory, has lost nothing, and its memory is thrown away when it runs", () => {
    const w = dumping();
    w.tell(exited(w));
    const images = { server: "a", generation: -1 };
    expect(w.commands.at(-1)).toMatchObject({ type: "start", run: { attempt: 2, images, on: [{ server: "b" }] } });
    w.run(w.now + 100);
    expect(w.job("job-1").state.status).toBe("running");
    expect(w.scheduler.migration("job-1")).toMatchObject({ state: "completed", live: true, reason: null });
    expect(w.commands).toContainEqual({ type: "discardCheckpoint", job: "job-1", folder: images });
    expect(w.job("job-1").lost?.millis ?? 0).toBe(0);
  });

  it("starts from its checkpoint where its memory is of no use, and that is on record", () => {
    const w = dumping();
    w.tell(exited(w));
    w.tell({ type: "RunRestoreFailed", job: "job-1", attempt: 2, reason: "another kernel", at: w.now });
    w.run(w.now + 100);
    const migration = w.scheduler.migration("job-1");
    expect(migration).toMatchObject({ state: "completed", reason: expect.stringContaining("another kernel") });
    expect(migration).not.toHaveProperty("live");
  });
});

describe("a run on an engine that cannot change the cores of a container", () => {
  const sharing = perPool(({ contenders }, packer) => {
    shrinkToLeast(contenders, packer);
    walk(listed(contenders), packer, { isPreemptive: false, mayPass: true, size: ({ min }) => min });
    growInTurn(contenders, packer);
    return undefined;
  });
  const resizes = (engine: EngineFacts): boolean[] => {
    const w = new World({ decides: sharing, durations: { "job-1": 60_000, "job-2": 8_000 } });
    w.join({ ...aServer("a", 0, { cores: 4 }), engine });
    const elastic = { ...coresOnly(1), cores: { min: 1, max: 4, preferred: 4 }, elasticity: "live" } as const;
    w.submit("job-1", aSpec(elastic), 0).submit("job-2", aSpec(elastic), 100);
    w.run();
    expect(w.job("job-1").state.status).toBe("completed");
    return w.log.flatMap((event) => (event.type === "JobResized" && event.job === "job-1" ? [event.live] : []));
  };

  it("is resized by a restart, where another is resized as it runs", () => {
    expect(resizes(DOCKER)).toContain(true);
    const fixed = resizes({ ...DOCKER, fixedCores: "it cannot" });
    expect(fixed.length).toBeGreaterThan(0);
    expect(fixed).not.toContain(true);
  });
});
