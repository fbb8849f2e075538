import { describe, expect, it } from "vitest";
import { type Guards, NO_GUARDS } from "../../src/core/guards.ts";
import { aServer, aSpec, gpus, World } from "./world.ts";

const HOUR = 3_600_000;

/** Two servers of four GPUs; a job of two on each, spread there; then one that wants four. */
function fragmented(defragment: "on" | "placement" | "off" | undefined, others: Partial<Guards> = {}): World {
  const guards = { ...NO_GUARDS, horizonMillis: 600_000, ...(defragment && { defragment }), ...others };
  const world = new World({
    placement: "spread",
    durations: { "job-1": HOUR, "job-2": HOUR, "job-3": 60_000 },
    scheduler: { guards },
  });
  world.join(aServer("a", 4), aServer("b", 4));
  world.submit("job-1", aSpec({ gpus: gpus(2) }), 0);
  world.submit("job-2", aSpec({ gpus: gpus(2) }), 1);
  world.submit("job-3", aSpec({ gpus: gpus(4) }), 1_000);
  return world.run(HOUR / 2);
}
const moves = (world: World) => world.log.filter(({ type }) => type === "JobMigrated");

describe("with any placement", () => {
  it("a running job moves so that a waiting one finds its GPUs on one server", () => {
    const world = fragmented("on");
    expect(moves(world)).toMatchObject([{ cause: "defragmentation", makesRoomFor: "job-3" }]);
    expect(world.endOf("job-3")).toBeLessThan(120_000);
    expect([world.status("job-1"), world.status("job-2")]).toEqual(["running", "running"]);
  });

  it.each(["off", "placement", undefined] as const)("nobody moves for it when that is %s", (setting) => {
    const world = fragmented(setting);
    expect(moves(world)).toEqual([]);
    expect(world.status("job-3")).toBe("pending");
  });

  it.each<[string, Partial<Guards>]>([
    ["has moved as often as it may", { maxMigrations: 0 }],
    ["has not trained as long as it must before a move", { migrationRestMillis: HOUR }],
    ["is left alone for so long after its start", { cooldownMillis: HOUR }],
    ["would be one too many under way", { maxConcurrentMigrations: 0 }],
  ])("nobody moves who %s", (_, guard) => {
    const world = fragmented("on", guard);
    expect(moves(world)).toEqual([]);
    expect(world.status("job-3")).toBe("pending");
  });

  it("nobody moves when the restart costs more GPU-seconds than the waiting that counts", () => {
    expect(moves(fragmented("on", { horizonMillis: 400 }))).toEqual([]);
  });
});
