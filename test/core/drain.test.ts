import { describe, expect, it } from "vitest";
import { requestCordon, requestDrain, requestPause } from "../../src/core/request.ts";
import { standingOf } from "../../src/core/server-state.ts";
import { aServer, aSpec, gpus, World } from "./world.ts";

const FOREVER = { "job-1": 10_000_000, "job-2": 10_000_000 };
const drain = (world: World, server: string, terms: { reason?: string; deadlineAt?: number } = {}): void => {
  for (const event of requestDrain(world.scheduler, server, true, world.now, terms)) world.tell(event);
};
const onServers = (world: World, job: string): string[] => {
  const { state } = world.job(job);
  return "on" in state ? state.on.map(({ server }) => server) : [];
};

describe("a drain with a deadline", () => {
  const full = (): World => {
    const world = new World({ durations: FOREVER }).join(aServer("a", 2), aServer("b", 2));
    world.submit("job-1", aSpec({ gpus: gpus(2) })).submit("job-2", aSpec({ gpus: gpus(2) }));
    world.run(1_000);
    return world;
  };

  it("waits for room until then, and preempts with the grace what still runs", () => {
    const world = full();
    const [server] = onServers(world, "job-1") as [string];
    drain(world, server, { reason: "new disks", deadlineAt: 60_000 });
    world.run(59_999);
    expect([world.status("job-1"), onServers(world, "job-1")]).toEqual(["running", [server]]);
    world.run(60_000);
    expect(world.status("job-1")).toBe("preempting");
    expect(world.commands.at(-1)).toMatchObject({ type: "stop", signal: "SIGTERM", graceSeconds: 30 });
    world.run(61_000);
    expect(world.status("job-1")).toBe("pending");
    expect(world.scheduler.ledger.holders(server)).toEqual([]);
    expect(world.status("job-2")).toBe("running");
  });

  it("moves what can be moved before, and has nothing to preempt", () => {
    const world = new World({ durations: FOREVER }).join(aServer("a", 2), aServer("b", 2));
    world.submit("job-1", aSpec()).run(1_000);
    drain(world, "a", { deadlineAt: 60_000 });
    world.run(61_000);
    expect([world.status("job-1"), onServers(world, "job-1")]).toEqual(["running", ["b"]]);
    expect(world.log.filter(({ type }) => type === "JobPreempted")).toEqual([]);
  });

  it("has a paused job save its work and wait until its user resumes it", () => {
    const world = full();
    const [server] = onServers(world, "job-1") as [string];
    for (const event of requestPause(world.scheduler, "job-1", world.now)) world.tell(event);
    drain(world, server, { deadlineAt: 2_000 });
    world.run(3_000);
    expect(world.job("job-1").state).toMatchObject({ status: "pending", held: true });
  });

  it("may be ended before: nothing is preempted, and the server takes jobs again", () => {
    const world = full();
    const [server] = onServers(world, "job-1") as [string];
    drain(world, server, { deadlineAt: 60_000 });
    for (const event of requestDrain(world.scheduler, server, false, world.now)) world.tell(event);
    world.run(100_000);
    expect(onServers(world, "job-1")).toEqual([server]);
    expect(world.scheduler.servers.get(server)).not.toHaveProperty("drain");
  });
});

describe("a gang on a draining server", () => {
  const gang = aSpec({ gpus: gpus(4), servers: { min: 2, max: 2 } });

  it.each([0, 1])("moves, whichever rank is there (%i)", (rank) => {
    const world = new World({ durations: FOREVER });
    world.join(aServer("a", 2), aServer("b", 2), aServer("c", 2), aServer("d", 2));
    world.submit("job-1", gang).run(1_000);
    const leaves = onServers(world, "job-1")[rank] as string;
    drain(world, leaves);
    world.run(60_000);
    expect(world.job("job-1").state).toMatchObject({ status: "running" });
    expect(onServers(world, "job-1")).not.toContain(leaves);
    expect(world.log).toContainEqual(expect.objectContaining({ type: "JobMigrated", cause: "drain" }));
  });

  it("keeps its place on the other server where there is one server more only", () => {
    const world = new World({ durations: FOREVER }).join(aServer("a", 2), aServer("b", 2), aServer("c", 2));
    world.submit("job-1", gang).run(1_000);
    const [lead, other] = onServers(world, "job-1") as [string, string];
    drain(world, other);
    world.run(60_000);
    expect(world.status("job-1")).toBe("running");
    const now = onServers(world, "job-1");
    expect([now.includes(lead), now.includes(other), new Set(now).size]).toEqual([true, false, 2]);
  });
});

describe("the state of a server", () => {
  it("says first whether it can be reached, then what is wanted of it, each with its reason and its time", () => {
    const world = new World({}).join(aServer("a", 1));
    const standing = () => standingOf(world.scheduler.servers.get("a") as Parameters<typeof standingOf>[0]);
    expect(standing()).toEqual({ state: "up", reason: null, since: 0 });
    world.now = 1;
    for (const event of requestCordon(world.scheduler, "a", true, "a fan rattles", world.now)) world.tell(event);
    expect(standing()).toEqual({ state: "cordoned", reason: "a fan rattles", since: 1 });
    world.now = 2;
    drain(world, "a", { reason: "new disks", deadlineAt: 9 });
    world.now = 3;
    drain(world, "a", { reason: "new disks", deadlineAt: 8 });
    expect(standing()).toEqual({ state: "draining", reason: "new disks", since: 2 });
    expect(world.scheduler.servers.get("a")?.drain).toEqual({ reason: "new disks", since: 2, deadlineAt: 8 });
    world.now = 4;
    world.tell({ type: "ServerHealthChanged", server: "a", health: "down", reason: "no answer", at: 4 });
    expect(standing()).toEqual({ state: "down", reason: "no answer", since: 4 });
  });
});
