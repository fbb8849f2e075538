import { describe, expect, it } from "vitest";
import { aServer, aSpec, gpus, World } from "../core/world.ts";

const slices = (world: World): [string, number][] => world.starts.map(({ job, at }) => [job, at]);
const ring = (durations: Record<string, number>): World =>
  new World({ policy: "round-robin", options: { quantumSeconds: 1 }, durations, costs: { start: 0, stop: 0 } });

describe("round-robin", () => {
  it("gives each a slice in turn, the first come first", () => {
    const world = ring({ "job-1": 2500, "job-2": 1500, "job-3": 500 }).join(aServer("a", 1));
    world.submit("job-1", aSpec(), 0).submit("job-2", aSpec(), 1).submit("job-3", aSpec(), 2).run();
    expect(slices(world)).toEqual([
      ["job-1", 0],
      ["job-2", 1000],
      ["job-3", 2000],
      ["job-1", 2500],
      ["job-2", 3500],
      ["job-1", 4000],
    ]);
  });

  it("never preempts a job behind which nobody waits", () => {
    const world = ring({ "job-1": 60_000 }).join(aServer("a", 2));
    world.submit("job-1", aSpec()).submit("job-2", aSpec(), 10).run();
    expect(world.job("job-1").preemptions).toBe(0);
  });

  it("fills GPUs that come free in the middle of a slice without ending the slices of others", () => {
    const world = ring({ "job-1": 300, "job-2": 900, "job-3": 400 }).join(aServer("a", 2));
    world.submit("job-1", aSpec(), 0).submit("job-2", aSpec(), 1).submit("job-3", aSpec(), 2).run();
    expect(slices(world)).toEqual([
      ["job-1", 0],
      ["job-2", 1],
      ["job-3", 300],
    ]);
  });

  it("takes no more slices away than the next in line needs", () => {
    const world = ring({ "job-1": 9000, "job-2": 9000, "job-3": 500 }).join(aServer("a", 2));
    world.submit("job-1", aSpec(), 0).submit("job-2", aSpec(), 0).submit("job-3", aSpec(), 10).run(1200);
    expect(world.scheduler.jobs.get("job-2")?.preemptions).toBe(0);
    expect(world.scheduler.jobs.get("job-1")?.preemptions).toBe(1);
  });

  it("does not starve a gang that small jobs keep passing", () => {
    const durations = { "job-1": 60_000, "job-2": 60_000, "job-3": 1000 };
    const world = ring(durations).join(aServer("a", 2));
    world
      .submit("job-1", aSpec(), 0)
      .submit("job-2", aSpec(), 500)
      .submit("job-3", aSpec({ gpus: gpus(2) }), 600)
      .run(8000);
    expect(world.starts.some(({ job }) => job === "job-3")).toBe(true);
  });
});
