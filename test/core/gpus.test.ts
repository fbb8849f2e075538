import { describe, expect, it } from "vitest";
import { auditGpus } from "../../src/core/audit.ts";
import { statusReason } from "../../src/core/explain.ts";
import type { Job } from "../../src/core/job.ts";
import { heldBy } from "../../src/core/job.ts";
import { requestQuarantine, requestRelease, requestSubmit } from "../../src/core/request.ts";
import { aServer, aSpec, gpus, World } from "./world.ts";

const gpusOf = (job: Job): readonly string[] => (heldBy(job)[0] ?? []).flatMap((share) => share.gpus);
const tell = (world: World, gpu: string, fault: string | null, busy: string | null = null): void =>
  world.tell({ type: "GpuStateChanged", server: gpu[0] as string, gpu, fault, busy, at: world.now });
const long = { "job-1": 1_000_000, "job-2": 1_000_000 };

describe("a GPU with somebody else's work on it", () => {
  it("is given to nobody, is not counted on, and is given again when that is over", () => {
    const world = new World({ durations: long }).join(aServer("a", 4));
    tell(world, "a/1", null, "not ours: pid 4711 python");
    expect(world.scheduler.snapshot(0).pools).toEqual([]);
    world
      .submit("job-1", aSpec({ gpus: gpus(3) }))
      .submit("job-2", aSpec({ gpus: gpus(1) }))
      .run(100);
    expect(gpusOf(world.job("job-1"))).toEqual(["a/0", "a/2", "a/3"]);
    expect(world.status("job-2")).toBe("pending");
    expect(world.scheduler.snapshot(world.now).pools[0]).toMatchObject({ total: 3, capacity: 3 });
    expect(statusReason(world.job("job-2"), world.scheduler, world.now)).toContain(
      "none is free; 1 of 4 on a not usable: 1 not ours: pid 4711 python",
    );
    tell(world, "a/1", null, null);
    expect(gpusOf(world.job("job-2"))).toEqual(["a/1"]);
  });

  it("stays with the job that holds it, and counts for that job alone", () => {
    const world = new World({ policy: "srtf", durations: long }).join(aServer("a", 2));
    world.submit("job-1", aSpec({ gpus: gpus(2) })).run(100);
    tell(world, "a/1", null, "not ours: container theirs");
    world.run(1000);
    expect(gpusOf(world.job("job-1"))).toEqual(["a/0", "a/1"]);
    expect(world.scheduler.snapshot(world.now).pools[0]).toMatchObject({ total: 2, capacity: 2 });
    expect(world.job("job-1")).toMatchObject({ preemptions: 0, migrations: 0 });
  });

  it("does not make a job impossible that will fit when that is over", () => {
    const world = new World({}).join(aServer("a", 2));
    tell(world, "a/1", "GPU is lost");
    expect(requestSubmit(world.scheduler, "job-1", aSpec({ gpus: gpus(2) }), null, 0)).toHaveLength(1);
  });

  it("is what it was when the server is looked at anew", () => {
    const world = new World({}).join(aServer("a", 2));
    tell(world, "a/1", "GPU is lost", "not ours: pid 1 x");
    const { gpus: all, cores, memoryMiB } = aServer("a", 2);
    world.tell({ type: "ServerInventoried", server: "a", gpus: all, cores, memoryMiB, at: 1 });
    expect(world.scheduler.servers.get("a")?.gpus[1]).toMatchObject({
      fault: "GPU is lost",
      busy: "not ours: pid 1 x",
    });
    expect(world.scheduler.ledger.rooms.get("a")?.idleGpus).toBe(1);
  });
});

describe("a quarantined GPU", () => {
  const running = (...servers: Parameters<World["join"]>): World =>
    new World({ durations: long })
      .join(...servers)
      .submit("job-1", aSpec({ gpus: gpus(2) }))
      .run(100);

  it("loses its job to another of the same server, which keeps what else it has there", () => {
    const world = running(aServer("a", 3), aServer("b", 2));
    expect(gpusOf(world.job("job-1"))).toEqual(["b/0", "b/1"]); // the fullest that will do
    const other = running(aServer("a", 3));
    tell(other, "a/0", "GPU is lost");
    other.run(other.now + 1000);
    expect(gpusOf(other.job("job-1"))).toEqual(["a/1", "a/2"]);
    expect(other.job("job-1")).toMatchObject({ migrations: 1, preemptions: 0 });
    expect(other.log).toContainEqual(expect.objectContaining({ type: "JobMigrated", cause: "unhealthy-gpu" }));
  });

  it("loses its job to another server where its own has no room", () => {
    const world = running(aServer("b", 2), aServer("a", 3));
    tell(world, "b/0", "GPU is lost");
    world.run(world.now + 1000);
    expect(gpusOf(world.job("job-1")).every((gpu) => gpu.startsWith("a/"))).toBe(true);
  });

  it("makes its job save its work and wait where there is no room, and the job goes on when it is released", () => {
    const world = running(aServer("a", 2));
    world.tell(requestQuarantine(world.scheduler, "a/0", "its fan is loud", world.now)[0] as never);
    world.run(world.now + 1000);
    expect(world.status("job-1")).toBe("pending");
    expect(world.log).toContainEqual(
      expect.objectContaining({ type: "JobPreempted", cause: "GPU a/0 is quarantined: its fan is loud" }),
    );
    world.tell(requestRelease(world.scheduler, "a/0", world.now)[0] as never);
    expect(gpusOf(world.job("job-1"))).toEqual(["a/0", "a/1"]);
  });

  it("is released only when it was quarantined, and named by index or by id", () => {
    const world = new World({}).join(aServer("a", 1));
    expect(() => requestRelease(world.scheduler, "a/0", 0)).toThrow("GPU a/0 is not quarantined");
    expect(() => requestQuarantine(world.scheduler, "a/7", "x", 0)).toThrow("there is no GPU a/7; there are: a/0");
    expect(() => requestQuarantine(world.scheduler, "z/0", "x", 0)).toThrow("there is no server z");
  });
});

describe("the audit of GPUs", () => {
  it("tells of a GPU that two jobs hold, and of one that the ledger has with another", () => {
    const world = new World({ durations: long }).join(aServer("a", 2));
    world.submit("job-1", aSpec()).submit("job-2", aSpec()).run(100);
    const { jobs, ledger } = world.scheduler;
    expect(auditGpus(jobs.values(), ledger.rooms)).toEqual([]);
    const [first, second] = [...jobs.values()] as [Job, Job];
    const twin = { ...second, state: first.state };
    expect(auditGpus([first, twin], ledger.rooms)).toEqual([
      { server: "a", gpu: "a/0", message: "it is held by job-1 and job-2 at once" },
      { server: "a", gpu: "a/1", message: "the ledger has it with job-2, the jobs with nobody" },
    ]);
  });
});
