import { describe, expect, it } from "vitest";
import { aServer, aSpec, gpus, World } from "../core/world.ts";

const order = (world: World): string[] => world.starts.map(({ job }) => job);
const noCosts = { start: 0, stop: 0 };

describe("fifo", () => {
  it("keeps the head of the line waiting and everyone behind it, though they would fit", () => {
    const world = new World({ durations: { "job-1": 100, "job-2": 10, "job-3": 10 }, costs: noCosts }).join(
      aServer("a", 4),
    );
    world
      .submit("job-1", aSpec({ gpus: gpus(3) }), 0)
      .submit("job-2", aSpec({ gpus: gpus(2) }), 1)
      .submit("job-3", aSpec({ gpus: gpus(1) }), 2);
    world.run();
    expect(world.starts.map(({ job, at }) => [job, at])).toEqual([
      ["job-1", 0],
      ["job-2", 100],
      ["job-3", 100],
    ]);
  });

  it("lets a small job pass with backfill: fit", () => {
    const world = new World({
      options: { backfill: "fit" },
      durations: { "job-1": 100, "job-2": 10, "job-3": 10 },
      costs: noCosts,
    }).join(aServer("a", 4));
    world
      .submit("job-1", aSpec({ gpus: gpus(3) }), 0)
      .submit("job-2", aSpec({ gpus: gpus(2) }), 1)
      .submit("job-3", aSpec({ gpus: gpus(1) }), 2);
    world.run();
    expect(order(world)).toEqual(["job-1", "job-3", "job-2"]);
  });

  it("does not let a waiting GPU job hold up jobs that want none", () => {
    const world = new World({ durations: { "job-1": 100 } }).join(aServer("a", 1));
    const cpu = aSpec({ gpus: gpus(0), cores: { min: 1, max: 1, preferred: 1 } });
    world.submit("job-1", aSpec(), 0).submit("job-2", aSpec(), 1).submit("job-3", cpu, 2).run();
    expect(order(world).slice(0, 2)).toEqual(["job-1", "job-3"]);
  });

  it("is not held up by a running job that wants no cores", () => {
    const cores = (count: number) => aSpec({ gpus: gpus(0), cores: { min: count, max: count, preferred: count } });
    const world = new World({ durations: { "job-1": 1000 } }).join(aServer("a", 0, { cores: 1 }));
    world.submit("job-1", cores(0), 0).submit("job-2", cores(1), 100).run(200);
    expect([world.status("job-1"), world.status("job-2")]).toEqual(["running", "running"]);
  });

  it("starts job-9 before job-10 when both came at once", () => {
    const world = new World({}).join(aServer("a", 1));
    world.submit("job-9", aSpec()).submit("job-10", aSpec()).run();
    expect(order(world)).toEqual(["job-9", "job-10"]);
  });

  it("takes a server whose free count is more than the request", () => {
    const world = new World({}).join(aServer("a", 4));
    world.submit("job-1", aSpec({ gpus: gpus(2) })).run();
    expect(world.status("job-1")).toBe("completed");
  });

  it("starts nobody on GPUs whose last job has not stopped yet", () => {
    const world = new World({ durations: { "job-1": 1e6, "job-2": 10 }, costs: { start: 0, stop: 5000 } }).join(
      aServer("a", 1),
    );
    world.submit("job-1", aSpec()).submit("job-2", aSpec(), 1).run(100);
    world.now = 100;
    world.tell({ type: "JobCancelled", job: "job-1", by: "ann", delete: false, graceSeconds: null, at: 100 });
    world.run();
    expect(world.starts.find(({ job }) => job === "job-2")?.at).toBe(5100);
  });

  it("gives an elastic job the size it prefers", () => {
    const world = new World({}).join(aServer("a", 8));
    world.submit("job-1", aSpec({ gpus: { ...gpus(1), max: 8, preferred: 4 } })).run(5);
    expect(world.inUse.size).toBe(4);
  });

  it("puts a retried job where its submission belongs", () => {
    const cause = { origin: "application", code: "exit", message: "exit code 1" } as const;
    const world = new World({
      durations: { "job-1": 10, "job-2": 500 },
      outcome: (job, attempt) => (job === "job-1" && attempt === 1 ? { kind: "failed", cause } : { kind: "succeeded" }),
    }).join(aServer("a", 1));
    world.submit("job-1", aSpec(), 0).submit("job-2", aSpec(), 1).submit("job-3", aSpec(), 2).run(100);
    world.now = 100;
    world.tell({ type: "JobRetried", job: "job-1", blockedBy: [], at: 100 });
    world.run();
    expect(order(world)).toEqual(["job-1", "job-2", "job-1", "job-3"]);
  });
});
