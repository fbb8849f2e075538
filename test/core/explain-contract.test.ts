import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockersOf, isWaiting } from "../../src/core/explain/blockers.ts";
import { copyOf } from "../../src/core/explain/copy.ts";
import { explain } from "../../src/core/explain/why.ts";
import { NO_GUARDS } from "../../src/core/guards.ts";
import type { Job } from "../../src/core/job.ts";
import type { Elasticity } from "../../src/core/job-spec.ts";
import { placements } from "../../src/placement/index.ts";
import { policies } from "../../src/policies/index.ts";
import { aServer, aSpec, BRISK_GUARDS, between, coresOnly, gpus, World } from "./world.ts";

/** A cluster at some moment: few servers, more jobs than fit, some of them with wishes that cannot be met at once. */
const states = fc.record({
  servers: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
  jobs: fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: 500 }),
      gpus: fc.integer({ min: 0, max: 4 }),
      more: fc.constantFrom(0, 0, 2),
      cores: fc.integer({ min: 0, max: 3 }),
      millis: fc.integer({ min: 200, max: 5000 }),
      elasticity: fc.constantFrom<Elasticity>("none", "restart", "live"),
      priority: fc.integer({ min: 0, max: 2 }),
      user: fc.constantFrom("ann", "bob"),
      estimate: fc.option(fc.integer({ min: 1, max: 20 })),
      deadline: fc.option(fc.integer({ min: 4000, max: 20_000 })),
      isHeld: fc.boolean(),
    }),
    { minLength: 3, maxLength: 9 },
  ),
  cordoned: fc.boolean(),
  stopAt: fc.integer({ min: 100, max: 1500 }),
  isGuarded: fc.boolean(),
});
type State = typeof states extends fc.Arbitrary<infer T> ? T : never;

const OPTIONS: Record<string, Record<string, unknown>> = {
  "round-robin": { quantumSeconds: 1 },
  priority: { minRunSeconds: 1 },
  "fair-share": { quotas: { ann: 2 }, borrowing: false },
};

function worldOf(policy: string, placement: string, { servers, jobs, cordoned, stopAt, isGuarded }: State): World {
  const world = new World({
    policy,
    placement,
    options: OPTIONS[policy] ?? {},
    durations: Object.fromEntries(jobs.map(({ millis }, i) => [`job-${i + 1}`, millis])),
    scheduler: { guards: isGuarded ? BRISK_GUARDS : NO_GUARDS },
  }).join(
    ...servers.map((count, i) => aServer(`s${i}`, count, { cores: 4 })),
    aServer("spare", 4, { cores: 4, ...(cordoned && { cordoned: { reason: "new disk", since: 0 } }) }),
  );
  for (const [i, job] of jobs.entries()) {
    const { at, gpus: size, more, cores, elasticity, priority, user, deadline, estimate } = job;
    const units =
      size > 0
        ? { gpus: more > 0 ? between(size, size + more) : gpus(size), cores: coresOnly(cores).cores }
        : coresOnly(Math.max(1, cores), Math.max(1, cores) + more);
    const spec = aSpec({
      ...units,
      elasticity,
      priority,
      user,
      deadline,
      estimate: { seconds: estimate, epochs: null, steps: null },
    });
    world.submit(`job-${i + 1}`, spec, at);
    if (job.isHeld && i % 3 === 0)
      world.at(at + 1, () => {
        if (world.status(`job-${i + 1}`) === "pending")
          world.observe({ type: "JobPaused", job: `job-${i + 1}`, by: "user", at: world.now });
      });
  }
  world.run(stopAt);
  world.round();
  return world;
}

const waitingIn = ({ scheduler }: World): Job[] => [...scheduler.jobs.values()].filter(isWaiting);

/** What is idle of a server by the world's own book, which asks nothing of the core. */
function idleOn(world: World, server: string): { gpus: number; cores: number } {
  const { gpus: all, cores } = world.scheduler.servers.get(server)!;
  const taken = [...world.scheduler.jobs.values()].flatMap(({ state }) => {
    const places = "on" in state ? [state.on, ...("to" in state ? [state.to] : [])] : [];
    return places.flat().filter((share) => share.server === server);
  });
  return {
    gpus: all.length - new Set(taken.flatMap((share) => share.gpus)).size,
    cores: cores - new Set(taken.flatMap((share) => share.cores)).size,
  };
}

for (const { key } of policies)
  for (const { key: placement } of placements)
    describe(`${key} with ${placement}`, () => {
      const isSearching = placement !== "consolidate" && placement !== "spread";
      const numRuns = isSearching ? 1 : 3;

      it("tells every waiting job what is in the way, and never that there is room where there is none", () => {
        fc.assert(
          fc.property(states, (state) => {
            const world = worldOf(key, placement, state);
            for (const job of waitingIn(world)) {
              const blockers = blockersOf(job, world.scheduler, world.now);
              expect(blockers.length).toBeGreaterThan(0);
              for (const { kind, message } of blockers) {
                expect(message).not.toBe("");
                const [, server] = /^though (\S+) has room for it/.exec(message) ?? [];
                if (kind !== "not-chosen" || !server) continue;
                const idle = idleOn(world, server);
                const least = job.spec.gpus.max > 0 ? job.spec.gpus.min : 0;
                expect(idle.gpus).toBeGreaterThanOrEqual(least);
                expect(idle.cores).toBeGreaterThanOrEqual(job.spec.cores.min);
              }
            }
          }),
          { numRuns, endOnFailure: true },
        );
      });

      it("starts a job with the smallest change that it names", () => {
        fc.assert(
          fc.property(states, (state) => {
            for (const { id } of waitingIn(worldOf(key, placement, state)).slice(0, 3)) {
              const world = worldOf(key, placement, state); // a world of its own, where the change is made
              const { change } = explain(world.job(id), world.scheduler, world.now);
              if (!change) continue;
              const attempt = world.job(id).attempt;
              for (const event of change.events) {
                world.observe(event);
                if (event.type !== "RunExited") continue; // the machines are told that it has ended
                const run = `${event.job}.${event.attempt}`;
                for (const [unit, owner] of world.inUse) if (owner === run) world.inUse.delete(unit);
              }
              world.round();
              const hasBegun = (): boolean =>
                world.job(id).attempt > attempt || ["starting", "running"].includes(world.status(id) as string);
              if (change.effect === "makes-room" && !hasBegun()) world.run(world.now + 100);
              expect({ change, hasBegun: hasBegun() }).toEqual({ change, hasBegun: true });
            }
          }),
          { numRuns: Math.ceil(numRuns / 2), endOnFailure: true },
        );
      });

      it("decides on a copy what it decides itself", () => {
        fc.assert(
          fc.property(states, (state) => {
            const world = worldOf(key, placement, { ...state, stopAt: Math.floor(state.stopAt / 2) });
            const [, first] = waitingIn(world);
            if (first) world.observe({ type: "JobUpdated", job: first.id, patch: { priority: 9 }, at: world.now });
            const copy = copyOf(world.scheduler, world.now);
            expect(copy.round(world.now).events).toEqual(world.scheduler.round(world.now).events);
          }),
          { numRuns: Math.ceil(numRuns / 2), endOnFailure: true },
        );
      });
    });
