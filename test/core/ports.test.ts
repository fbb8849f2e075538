import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Job } from "../../src/core/job.ts";
import { heldBy } from "../../src/core/job.ts";
import { namedPorts } from "../../src/core/ports.ts";
import { Scheduler } from "../../src/core/scheduler.ts";
import { aServer, aSpec, coresOnly, gpus, resolve, World } from "./world.ts";

const docker = (id: string, count: number) => aServer(id, count, { driver: "docker", endpoint: `tcp://${id}:2376` });
const local = (id: string) => aServer(id, 0, { driver: "process", endpoint: "local", cores: 4 });
const sharesOf = (job: Job | undefined) => heldBy(job as Job).flat();

test("members of a gang over several servers have a port each to meet at", () => {
  const world = new World({ durations: { "job-1": 100 } }).join(docker("a", 2), docker("b", 2));
  world.submit("job-1", aSpec({ gpus: gpus(4), servers: { min: 2, max: 2 } })).run(20);
  expect(sharesOf(world.scheduler.job("job-1")).map(({ server, ports }) => [server, ports])).toEqual([
    ["a", [29_500]],
    ["b", [29_500]],
  ]);
});

test("a container alone has a network of its own, and leases what it asks for", () => {
  const world = new World({ durations: { "job-1": 100, "job-2": 100 } }).join(docker("a", 2));
  const ports = [{ name: "web", port: 8080 }];
  world.submit("job-1", aSpec({ ports })).submit("job-2", aSpec({ ports })).run(20);
  const named = ["job-1", "job-2"].map((id) => {
    const job = world.scheduler.job(id) as Job;
    return namedPorts(job.spec, sharesOf(job)[0] as never);
  });
  expect(named).toEqual([
    [{ name: "web", port: 8080, hostPort: 29_500 }],
    [{ name: "web", port: 8080, hostPort: 29_501 }],
  ]);
});

test("servers that are one machine never give the same port twice", () => {
  const world = new World({ durations: { "job-1": 100, "job-2": 100 } }).join(local("x"), local("y"));
  const spec = aSpec(coresOnly(4));
  world.submit("job-1", spec).submit("job-2", spec).run(20);
  const ports = ["job-1", "job-2"].flatMap((id) => sharesOf(world.scheduler.job(id)).flatMap((share) => share.ports));
  expect(new Set(ports).size).toBe(2);
});

test("who finds no port free waits until one is given back", () => {
  const world = new World({
    durations: { "job-1": 100, "job-2": 100 },
    scheduler: { ports: { first: 5000, last: 5000 } },
  }).join(docker("a", 2));
  const spec = aSpec({ ports: [{ name: "web", port: 80 }] });
  world.submit("job-1", spec).submit("job-2", spec).run(20);
  expect(world.scheduler.job("job-2")?.state.status).toBe("pending");
  world.run(150);
  expect(world.status("job-1")).toBe("completed");
  expect(sharesOf(world.scheduler.job("job-2"))[0]?.ports).toEqual([5000]);
});

test("ports outlast a restart of the scheduler", () => {
  const world = new World({ durations: { "job-1": 100 } }).join(docker("a", 2));
  const spec = aSpec({ ports: [{ name: "web", port: 80 }] });
  world.submit("job-1", spec).run(20);
  const next = new Scheduler(resolve, { policy: "fifo", options: {}, placement: "consolidate" });
  next.restore({
    servers: [...world.scheduler.servers.values()],
    jobs: [world.scheduler.job("job-1") as Job],
  });
  const on = [{ server: "a", gpus: [], cores: [], memoryMiB: 0 }];
  expect(next.ledger.withPorts("job-2", spec, on)?.[0]?.ports).toEqual([29_501]);
  expect(next.ledger.withPorts("job-1", spec, on)?.[0]?.ports).toEqual([29_500]);
});

describe("whatever jobs come and go", () => {
  test("no port of a machine has two owners", () => {
    const job = fc.record({
      ports: fc.integer({ min: 0, max: 3 }),
      servers: fc.integer({ min: 1, max: 2 }),
      millis: fc.integer({ min: 10, max: 200 }),
      at: fc.integer({ min: 0, max: 300 }),
    });
    fc.assert(
      fc.property(fc.array(job, { maxLength: 12 }), (jobs) => {
        const durations = Object.fromEntries(jobs.map(({ millis }, i) => [`job-${i + 1}`, millis]));
        const world = new World({ durations, scheduler: { ports: { first: 10, last: 16 } } });
        world.join(docker("a", 2), docker("b", 2));
        for (const [i, { ports, servers, at }] of jobs.entries()) {
          const list = Array.from({ length: ports }, (_, n) => ({ name: `p${n}`, port: n + 1 }));
          const spec = aSpec({ ports: list, gpus: gpus(servers), servers: { min: servers, max: servers } });
          world.submit(`job-${i + 1}`, spec, at);
        }
        for (let now = 0; now < 1200; now += 25) {
          world.run(now);
          const owners = new Map<string, string>();
          for (const held of world.scheduler.jobs.values())
            for (const { server, ports } of new Set(sharesOf(held)))
              for (const port of ports ?? []) {
                expect(owners.get(`${server}:${port}`) ?? held.id).toBe(held.id);
                owners.set(`${server}:${port}`, held.id);
              }
        }
      }),
      { numRuns: 30 },
    );
  });
});
