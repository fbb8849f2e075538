import { describe, expect, it } from "vitest";
import { Scheduler } from "../../src/core/scheduler.ts";
import { aServer, aSpec, gpus, resolve, World } from "../core/world.ts";

const where = (world: World): string[] => world.starts.map(({ server }) => server);
const long = { "job-1": 1e6, "job-2": 1e6, "job-3": 1e6, "job-4": 1e6 };

describe("consolidate", () => {
  it("fills the fullest server that fits, and keeps large blocks whole", () => {
    const world = new World({ durations: long }).join(aServer("a", 8), aServer("b", 4), aServer("c", 2));
    world
      .submit("job-1", aSpec({ gpus: gpus(2) }))
      .submit("job-2", aSpec({ gpus: gpus(3) }))
      .submit("job-3", aSpec({ gpus: gpus(1) }))
      .submit("job-4", aSpec({ gpus: gpus(8) }));
    world.run(100);
    expect(where(world)).toEqual(["c", "b", "b", "a"]);
  });

  it("keeps jobs without GPUs off servers with free ones", () => {
    const world = new World({ durations: long }).join(aServer("a", 4), aServer("b", 0));
    world.submit("job-1", aSpec({ gpus: gpus(0), cores: { min: 1, max: 1, preferred: 1 } })).run(100);
    expect(where(world)).toEqual(["b"]);
  });

  it("brings a job back to the server that has its checkpoint, all else being equal", () => {
    const cause = { origin: "application", code: "exit", message: "exit code 1" } as const;
    const world = new World({
      durations: { "job-1": 50, "job-2": 500 },
      outcome: (job, attempt) => (job === "job-2" && attempt === 1 ? { kind: "failed", cause } : { kind: "succeeded" }),
    }).join(aServer("a", 1), aServer("b", 1));
    world
      .submit("job-1", aSpec())
      .submit("job-2", aSpec({ retries: { application: 1, infrastructure: 0 } }))
      .run();
    expect(where(world)).toEqual(["a", "b", "b"]);
  });
});

describe("spread", () => {
  it("goes round the servers, skipping those that are full, and moves on only after a success", () => {
    const world = new World({ placement: "spread", durations: long }).join(
      aServer("a", 2),
      aServer("b", 1),
      aServer("c", 2),
    );
    world
      .submit("job-1", aSpec())
      .submit("job-2", aSpec())
      .submit("job-3", aSpec({ gpus: gpus(2) }))
      .submit("job-4", aSpec())
      .run(100);
    expect(where(world)).toEqual(["a", "b", "c", "a"]);
  });

  it("goes on after a restart where it was", () => {
    const world = new World({ placement: "spread", durations: long }).join(
      aServer("a", 4),
      aServer("b", 4),
      aServer("c", 4),
    );
    world.submit("job-1", aSpec()).submit("job-2", aSpec()).run(100);
    const next = new Scheduler(resolve, world.scheduler.setting);
    const runs = ["job-1", "job-2"].flatMap((id) => world.scheduler.run(id) ?? []);
    next.restore({ servers: [...world.scheduler.servers.values()], jobs: [...world.scheduler.jobs.values()], runs });
    next.observe({ type: "JobSubmitted", job: "job-3", spec: aSpec(), blockedBy: [], key: null, at: 200 });
    expect(next.round(200).events).toMatchObject([{ type: "JobPlaced", job: "job-3", on: [{ server: "c" }] }]);
  });

  it("does not advance for a job that fits nowhere", () => {
    const world = new World({ placement: "spread", options: { backfill: "fit" }, durations: long }).join(
      aServer("a", 2),
      aServer("b", 2),
    );
    world
      .submit("job-1", aSpec())
      .submit("job-2", aSpec({ gpus: gpus(2) }))
      .submit("job-3", aSpec({ gpus: gpus(2) }))
      .submit("job-4", aSpec())
      .run(100);
    expect(where(world)).toEqual(["a", "b", "a"]);
  });
});

describe("any placement", () => {
  it("gives only GPUs of the wanted model and memory", () => {
    const mixed = aServer("a", 3);
    const [first, second, third] = mixed.gpus;
    if (!first || !second || !third) throw new Error("no GPUs");
    const server = {
      ...mixed,
      gpus: [first, { ...second, model: "V100" }, { ...third, model: "V100", memoryMiB: 16_384 }],
    };
    const world = new World({ durations: long }).join(server);
    world.submit("job-1", aSpec({ gpus: { ...gpus(1), model: "V100", memoryMiB: 32_768 } })).run(100);
    expect([...world.inUse.keys()]).toEqual(["a/1"]);
  });

  it("leaves servers alone that are down, suspect or draining", () => {
    const world = new World({ durations: long }).join(
      aServer("a", 1, { health: "down" }),
      aServer("b", 1, { health: "suspect" }),
      aServer("c", 1, { draining: true }),
      aServer("d", 1),
    );
    world.submit("job-1", aSpec()).submit("job-2", aSpec()).run(100);
    expect(where(world)).toEqual(["d"]);
  });

  it("counts cores and memory, not GPUs alone", () => {
    const world = new World({ options: { backfill: "fit" }, durations: long }).join(
      aServer("a", 4, { cores: 4, memoryMiB: 1000 }),
    );
    world
      .submit("job-1", aSpec({ cores: { min: 3, max: 3, preferred: 3 } }))
      .submit("job-2", aSpec({ cores: { min: 2, max: 2, preferred: 2 } }));
    world
      .submit("job-3", aSpec({ memoryMiB: 900 }))
      .submit("job-4", aSpec({ memoryMiB: 200 }))
      .run(100);
    expect(world.starts.map(({ job }) => job)).toEqual(["job-1", "job-3"]);
  });
});
