import { describe, expect, it } from "vitest";
import type { Event, JobEvent } from "../../src/core/event.ts";
import { historyOf } from "../../src/core/explain/history.ts";
import { explainPlacement } from "../../src/core/explain/placement.ts";
import { withoutGrounds } from "../../src/core/grounds.ts";
import type { JobId } from "../../src/core/job.ts";
import { aServer, aSpec, between, gpus, World } from "./world.ts";

const estimate = { seconds: 1000, epochs: null, steps: null };
type Of<T extends Event["type"]> = Extract<Event, { type: T }>;

function worldOf(policy: string, options = {}): World {
  const durations = { "job-1": 1e6, "job-2": 1e6, "job-3": 1e6 };
  return new World({ policy, options, durations, scheduler: { notesGrounds: true } });
}
const told = <T extends Event["type"]>({ log }: World, type: T): Of<T>[] =>
  log.filter((event): event is Of<T> => event.type === type);
/** The history of a job as the API would tell it. */
const historyIn = (world: World, id: JobId) => {
  const { scheduler, log } = world;
  const events = log.filter((event): event is JobEvent => "job" in event && event.job === id);
  const runs = [...runsOf(world, id).values()];
  return historyOf(
    { job: world.job(id), runs, migrations: scheduler.migration(id) ? [scheduler.migration(id)!] : [] },
    events,
  );
};
const runsOf = ({ scheduler }: World, id: JobId) => new Map([[id, scheduler.run(id)!]]);

describe("a placement", () => {
  it("tells from what it was chosen, and what set it apart", () => {
    const world = worldOf("fifo").join(aServer("a", 4), aServer("b", 2, { images: ["image:latest"] }), aServer("c", 8));
    world.submit("job-1", aSpec({ gpus: gpus(2), image: "image:latest" })).run(100);
    const [placed] = told(world, "JobPlaced");
    expect(placed?.because).toEqual({
      policy: "fifo",
      placement: "consolidate",
      choice: {
        fitting: 3,
        gpusLeft: 0,
        coresLeft: 64,
        hadImage: true,
        others: [
          { server: "a", gpusLeft: 2, coresLeft: 64 },
          { server: "c", gpusLeft: 6, coresLeft: 64 },
        ],
      },
    });
    const explained = explainPlacement(world.job("job-1"), world.scheduler.run("job-1"));
    expect(explained).toMatchObject({ policy: "fifo", fitting: 3, hadImage: true, hadCheckpoint: false, size: 2 });
    expect(explained?.alternatives.map(({ server }) => server)).toEqual(["a", "c"]);
    expect(explained?.message).toContain("chosen from 3 servers with room");
  });

  it("is not noted where nobody asked for that, and nothing that is decided depends on it", () => {
    const silent = new World({ policy: "fifo", durations: { "job-1": 1e6 } });
    const noting = worldOf("fifo");
    for (const world of [silent, noting]) world.join(aServer("a", 4)).submit("job-1", aSpec()).run(100);
    expect(told(silent, "JobPlaced")[0]).not.toHaveProperty("because");
    expect(noting.log.map(withoutGrounds)).toEqual(silent.log);
  });
});

describe("a change", () => {
  it("tells who was given the room of a job that was stopped, and what the stop cost", () => {
    const world = worldOf("priority", { minRunSeconds: 0 }).join(aServer("a", 2));
    world.submit("job-1", aSpec({ gpus: gpus(2) })).run(1000);
    world.submit("job-2", aSpec({ gpus: gpus(2), priority: 1 }), 2000).run(3000);
    expect(told(world, "JobPreempted")).toMatchObject([{ job: "job-1", for: ["job-2"] }]);
    const [start, stop] = historyIn(world, "job-1");
    expect(start).toMatchObject({ kind: "start", cause: "policy", to: ["a"], sizeAfter: 2 });
    expect(stop).toMatchObject({ kind: "preempt", cause: "policy", from: ["a"], to: [], gain: { jobs: ["job-2"] } });
    // It trained from 10 to 2010 and never saved.
    expect(stop?.cost.lostMillis).toBe(world.job("job-1").serviceMillis);
    expect(stop?.message).toContain("room for job-2");
  });

  it("tells how much faster a job was expected to be with another size, and for whom it gave some of it", () => {
    const world = worldOf("elastic-fifo").join(aServer("a", 4));
    world.submit("job-1", aSpec({ gpus: between(1, 4), elasticity: "live", estimate })).run(1000);
    world.submit("job-2", aSpec({ gpus: gpus(2), estimate }), 2000).run(3000);
    const resize = told(world, "JobResized").find(({ job }) => job === "job-1");
    expect(resize).toMatchObject({ speedup: 0.5, for: ["job-2"] });
    const change = historyIn(world, "job-1").find(({ kind }) => kind === "resize");
    expect(change).toMatchObject({ sizeBefore: 4, sizeAfter: 2, gain: { jobs: ["job-2"], speedup: 0.5 } });
  });

  it("tells what else than the policy wanted it", () => {
    const world = worldOf("fifo").join(aServer("a", 1));
    world.submit("job-1", aSpec()).run(1000);
    world.tell({ type: "ServerDrained", server: "a", draining: true, reason: "disk", deadlineAt: 1, at: world.now });
    expect(told(world, "JobPreempted")).toMatchObject([{ job: "job-1", by: "drain" }]);
    expect(historyIn(world, "job-1").at(-1)).toMatchObject({ kind: "preempt", cause: "drain" });
  });
});
