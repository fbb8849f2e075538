import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Event } from "../../src/core/event.ts";
import type { Placement } from "../../src/core/server.ts";
import { readEvents } from "../../src/store/event-log.ts";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse, type Json } from "./house.ts";

let house: ApiHouse;
const began = Date.now() - 1_000;
const jobs: Record<string, string> = {};

const status = async (id: string): Promise<string> =>
  (await house.data("query ($id: ID!) { job(id: $id) { status } }", { id })).job?.status;
const reaches = (id: string, ...wanted: string[]): Promise<unknown> =>
  until(`${id} is ${wanted.join(" or ")}`, async () => wanted.includes(await status(id)));

beforeAll(async () => {
  house = await new ApiHouse().open();
  await house.engines.join(aServer("alpha", 2), aServer("beta", 2));
  const sleep = { command: "sleep 1000", cores: { count: 1 } };
  const name = (each: string) => ({ name: each, user: each });
  jobs.moved = await house.submit({ ...sleep, ...name("moved"), gpus: { count: 2 }, checkpoint: { graceSeconds: 0 } });
  jobs.paused = await house.submit({ ...sleep, ...name("paused"), gpus: { count: 1 } });
  jobs.short = await house.submit({ ...name("short"), command: "true", gpus: { count: 1 } });
  jobs.failing = await house.submit({ ...name("failing"), command: "exit 3", retries: { application: 1 } });
  for (const job of [jobs.moved, jobs.paused]) await reaches(job!, "RUNNING");
  await reaches(jobs.short, "COMPLETED");
  await house.mutate("deleteJob", { id: jobs.short }, "deletedJobId");
  await house.mutate("pauseJob", { id: jobs.paused });
  await reaches(jobs.paused, "PAUSED");
  await house.mutate("resumeJob", { id: jobs.paused });
  await reaches(jobs.paused, "RUNNING");
  await house.mutate("cancelJob", { id: jobs.paused, graceSeconds: 0 });
  await reaches(jobs.paused, "CANCELLED");
  await house.mutate("migrateJob", { id: jobs.moved, to: "beta" }, "migration { id }");
  const moves = "query ($id: ID!) { job(id: $id) { status runs { nodes { attempt } } } }";
  await until("it has moved", async () => {
    const { job } = await house.data(moves, { id: jobs.moved });
    return job.status === "RUNNING" && job.runs.nodes.length === 2;
  });
  await reaches(jobs.failing, "FAILED");
});
afterAll(() => house.close());

const FIELDS = "id jobId name user status attempt generation server gpus cores from to lasts job { id }";
const timeline = async (args: Record<string, unknown> = {}): Promise<Json> =>
  (
    await house.data(
      `query ($from: DateTime!, $to: DateTime!, $server: ID, $job: ID, $first: Int, $after: Cursor) {
        timeline(from: $from, to: $to, server: $server, job: $job, first: $first, after: $after) {
          totalCount pageInfo { hasNextPage endCursor } nodes { ${FIELDS} }
        } }`,
      { from: time(began), to: time(Date.now() + 60_000), ...args },
    )
  ).timeline;
const time = (at: number): string => new Date(at).toISOString();

interface Held {
  readonly on: Placement;
  readonly status: string;
}

/** Who held which GPU or core when, told from the events alone: nothing of the core is asked. */
function heldByEvents(events: readonly Event[], now: number): string[] {
  const holds = new Map<string, { held: Held[]; since: number }>();
  const told: string[] = [];
  const set = (job: string, at: number, held: Held[]): void => {
    const before = holds.get(job) ?? { held: [], since: at };
    const taken = new Set<string>();
    for (const { on, status } of before.held)
      for (const { server, gpus, cores } of on)
        for (const part of [...gpus, ...cores.map((core) => `${server}#${core}`)]) {
          if (!taken.has(part) && at > before.since) told.push([job, part, status, before.since, at].join(" "));
          taken.add(part);
        }
    holds.set(job, { held, since: at });
  };
  for (const event of events) {
    if (!("job" in event)) continue;
    const { job, at } = event;
    const [main, other] = holds.get(job)?.held ?? [];
    const stopping = (): void =>
      set(
        job,
        at,
        [main, other].flatMap((each) => (each ? [{ on: each.on, status: "STOPPING" }] : [])),
      );
    if (event.type === "JobPlaced") set(job, at, [{ on: event.on, status: "STARTING" }]);
    else if (event.type === "RunStarted" && main?.status === "STARTING")
      set(job, at, [{ on: main.on, status: "RUNNING" }]);
    else if (event.type === "JobPaused" && main) set(job, at, [{ on: main.on, status: "FROZEN" }]);
    else if (event.type === "JobResumed" && main) set(job, at, [{ on: main.on, status: "RUNNING" }]);
    else if (event.type === "JobMigrated" && main) set(job, at, [main, { on: event.to, status: "STARTING" }]);
    else if (event.type === "RunPrepared" && main && other) set(job, at, [{ on: main.on, status: "STOPPING" }, other]);
    else if (event.type === "JobCancelled" && main) stopping();
    else if (event.type === "RunExited" && main)
      set(job, at, other?.status === "STARTING" ? [other, { on: main.on, status: "STOPPING" }] : []);
  }
  for (const job of holds.keys()) set(job, now, []);
  return told.sort();
}

const told = (nodes: Json): string[] =>
  nodes
    .flatMap(({ jobId, server, gpus, cores, status: what, from, to }: Json) =>
      [...gpus, ...cores.map((core: number) => `${server}#${core}`)].map((part) =>
        [jobId, part, what, Date.parse(from), Date.parse(to)].join(" "),
      ),
    )
    .sort();

const eventLog = async (): Promise<Event[]> =>
  (await readEvents(house.engines.store, 0, 10_000)).map(({ event }) => event);

describe("the timeline", () => {
  it("tells who had which GPUs and cores from when to when, as the log of events does", async () => {
    const now = Math.floor(Date.now() / 1000) * 1000 - 1; // an end that no clock decides
    const log = (await eventLog()).filter(({ at }) => at < now);
    const { nodes, totalCount } = await timeline({ to: time(now) });
    expect(totalCount).toBe(nodes.length);
    expect(told(nodes)).toEqual(heldByEvents(log, now));
    expect(told(nodes).length).toBeGreaterThan(12);
  });

  it("tells what a job did with what it had, of each of its runs", async () => {
    const { nodes } = await timeline({ job: jobs.moved });
    const first = nodes.filter(({ server }: Json) => server === "alpha").map(({ status: what }: Json) => what);
    expect(first.slice(0, 2)).toEqual(["STARTING", "RUNNING"]);
    expect(first.at(-1)).toBe("STOPPING");
    expect(nodes.at(-1)).toMatchObject({
      server: "beta",
      status: "RUNNING",
      attempt: 2,
      lasts: true,
      name: "moved",
      user: "moved",
      job: { id: jobs.moved },
    });
    const { nodes: rested } = await timeline({ job: jobs.paused!.slice(4) });
    expect(rested.map(({ status: what }: Json) => what)).toEqual(
      expect.arrayContaining(["STARTING", "RUNNING", "FROZEN", "STOPPING"]),
    );
    const { nodes: again } = await timeline({ job: jobs.failing });
    expect(new Set(again.map(({ attempt }: Json) => attempt))).toEqual(new Set([1, 2]));
  });

  it("keeps what a deleted job had, without its name", async () => {
    const { nodes } = await timeline({ job: jobs.short });
    expect(nodes.length).toBeGreaterThan(0);
    for (const node of nodes) expect(node).toMatchObject({ jobId: jobs.short, name: null, user: null, job: null });
  });

  it("is cut to the window, and to one server", async () => {
    const all = (await timeline()).nodes;
    const running = all.find(({ jobId, status: what }: Json) => jobId === jobs.paused && what === "FROZEN");
    const [from, to] = [Date.parse(running.from), Date.parse(running.to)];
    const { nodes } = await timeline({ from: time(from + 1), to: time(to - 1) });
    expect(nodes.find(({ jobId }: Json) => jobId === jobs.paused)).toMatchObject({
      from: time(from + 1),
      to: time(to - 1),
      lasts: false,
    });
    for (const node of nodes) expect(Date.parse(node.from)).toBeLessThan(Date.parse(node.to));
    expect((await timeline({ from: time(0), to: time(began) })).nodes).toEqual([]);
    const until = time(to);
    const there = (await timeline({ to: until })).nodes.filter(({ server }: Json) => server === "beta");
    expect((await timeline({ to: until, server: "beta" })).nodes).toEqual(there);
    expect((await timeline({ server: "nobody" })).nodes).toEqual([]);
  });

  it("is read in pages without loss or repetition", async () => {
    const to = time(Date.now());
    const whole = (await timeline({ to })).nodes;
    const seen: Json[] = [];
    for (let after: string | null = null; ; ) {
      const { nodes, pageInfo, totalCount }: Json = await timeline({ to, first: 2, after });
      seen.push(...nodes);
      expect(totalCount).toBe(whole.length);
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    expect(seen).toEqual(whole);
  });

  it("is the same after a restart, and goes on", async () => {
    const to = time(Date.now());
    const before = told((await timeline({ to })).nodes);
    await house.restart();
    await reaches(jobs.moved!, "RUNNING");
    expect(told((await timeline({ to })).nodes)).toEqual(before);
    await house.mutate("cancelJob", { id: jobs.moved, graceSeconds: 0 });
    await reaches(jobs.moved!, "CANCELLED");
    const { nodes } = await timeline({ to: time(Date.now() + 60_000) });
    expect(nodes.filter(({ lasts }: Json) => lasts)).toEqual([]);
    const end = Date.now() + 1_000;
    expect(told(nodes)).toEqual(heldByEvents(await eventLog(), end));
  });

  it("refuses a window without width, a page too long, and what is no cursor of it", async () => {
    for (const [args, argument] of [
      [`from: "${time(5)}", to: "${time(5)}"`, "to"],
      [`from: "${time(0)}", to: "${time(5)}", first: 1001`, "first"],
      [`from: "${time(0)}", to: "${time(5)}", first: 0`, "first"],
      [`from: "${time(0)}", to: "${time(5)}", after: "j:7"`, "after"],
    ]) {
      const { errors } = await house.ask(`{ timeline(${args}) { totalCount } }`);
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", argument } }]);
    }
  });
});
