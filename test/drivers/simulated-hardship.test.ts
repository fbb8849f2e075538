import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RunOrder } from "../../src/core/command.ts";
import type { Placement } from "../../src/core/server.ts";
import type { SimulatedOptions } from "../../src/drivers/simulated.ts";
import { Pace } from "../../src/drivers/simulated-pace.ts";
import { VirtualClock } from "../../src/sim/clock.ts";
import { simulatedServers } from "./simulated-servers.ts";
import { orderOf } from "./support.ts";

function lab(options: Partial<SimulatedOptions> = {}) {
  const clock = new VirtualClock();
  const { told, world, open } = simulatedServers(clock, options);
  const runTo = (end: number): void => {
    clock.at(end, () => {});
    while (clock.now() < end) clock.advance();
  };
  const exits = (run: RunOrder) =>
    told.of("RunExited", run).map(({ at, outcome }) => [at, "cause" in outcome ? outcome.cause.code : outcome.kind]);
  const health = () =>
    told.all.flatMap((event) => (event.type === "ServerHealthChanged" ? [[event.at, event.server, event.health]] : []));
  return { runTo, world, open, exits, health };
}

const onGpus = (...servers: (readonly [server: string, gpus: number])[]): { on: Placement } => ({
  on: servers.map(([server, count]) => ({
    server,
    gpus: Array.from({ length: count }, (_, i) => `${server}/${i}`),
    cores: [0],
    memoryMiB: 64,
  })),
});
const next = (run: RunOrder): RunOrder => ({ ...run, attempt: run.attempt + 1 });

describe("a simulated run that writes checkpoints", () => {
  it("works for a while, writes for a while, and needs none at its end", () => {
    const { open, exits, runTo } = lab({ costs: { checkpointEveryMillis: 3_000, checkpointMillis: 500 } });
    const run = orderOf("a", {});
    open("a").start(run);
    runTo(60_000);
    expect(exits(run)).toEqual([[10_000 + 3 * 500, "succeeded"]]);
  });

  it("has lost what it did since the last when a GPU fails, and goes on with it in its next run", () => {
    const { open, exits, runTo, world } = lab({
      costs: { checkpointEveryMillis: 3_000, checkpointMillis: 500 },
      lifeGpuMillis: ({ attempt }) => (attempt === 1 ? 2 * 8_000 : Number.POSITIVE_INFINITY),
    });
    const [driver, run] = [open("a"), orderOf("a", {}, onGpus(["a", 2]))];
    driver.start(run);
    runTo(20_000); // at 8 s: 3 s of work, 0.5 s, 3 s of work, 0.5 s, 1 s of work
    expect(exits(run)).toEqual([[8_000, "gpu-lost"]]);
    expect(world.lostGpuMillis.get(run.job)).toBeCloseTo(2 * 1_000, 6);
    driver.start(next(run));
    runTo(60_000);
    expect(exits(next(run))).toEqual([[20_000 + 4_000 + 500, "succeeded"]]);
  });

  it("goes on in its turn after a pause", () => {
    const { open, exits, runTo } = lab({ costs: { checkpointEveryMillis: 3_000, checkpointMillis: 500 } });
    const [driver, run] = [open("a"), orderOf("a", {})];
    driver.start(run);
    runTo(2_000);
    driver.pause(run);
    runTo(5_000);
    driver.resume(run);
    runTo(60_000);
    expect(exits(run)).toEqual([[10_000 + 3_000 + 3 * 500, "succeeded"]]);
  });

  it("is where a clock that ticks in milliseconds would have it, however often it is interrupted", () => {
    const step = fc.record({
      works: fc.boolean(),
      millis: fc.integer({ min: 1, max: 40 }),
      all: fc.integer({ min: 50, max: 200 }),
    });
    const numbers = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 10 }));
    fc.assert(
      fc.property(numbers, fc.array(step, { maxLength: 12 }), ([every, writing], steps) => {
        const pace = new Pace(every, writing);
        let [now, done, saved, turned] = [0, 0, 0, 0];
        for (const { works, millis, all } of steps) {
          if (works) pace.work(now, all);
          for (let tick = 0; tick < millis; tick++, now++) {
            if (!works) continue;
            if (turned < every) done += 1 / all;
            turned++;
            if (turned < every + writing) continue;
            saved = done;
            turned = 0;
          }
          expect(pace.doneBy(now)).toBeCloseTo(Math.min(1, done), 9);
          expect(pace.savedBy(now)).toBeCloseTo(Math.min(1, saved), 9);
          pace.stand(now);
        }
      }),
    );
  });
});

describe("a simulated server that crashes", () => {
  it("tells of the runs that it lost when it is back, and their checkpoints are still there", () => {
    const { open, exits, runTo, health } = lab({ costs: { checkpointEveryMillis: 2_000 } });
    const [driver, run] = [open("a"), orderOf("a", {}, onGpus(["a", 1]))];
    driver.start(run);
    runTo(5_000);
    driver.crash("a");
    runTo(30_000);
    expect(exits(run)).toEqual([]);
    driver.restore();
    expect(exits(run)).toEqual([[30_000, "server-lost"]]);
    expect(health()).toEqual([
      [5_000, "a", "down"],
      [30_000, "a", "up"],
    ]);
    driver.start(next(run));
    runTo(60_000);
    expect(exits(next(run))).toEqual([[30_000 + 6_000, "succeeded"]]);
  });

  it("breaks a gang that it has a part in at once, and leaves others alone", () => {
    const { open, exits, runTo } = lab();
    const [left, right] = [open("left"), open("right")];
    const [gang, other] = [orderOf("left", {}, onGpus(["left", 1], ["right", 1])), orderOf("left", {})];
    left.start(gang);
    left.start(other);
    runTo(4_000);
    for (const driver of [left, right]) driver.crash("right");
    expect(exits(gang)).toEqual([[4_000, "server-lost"]]);
    runTo(60_000);
    expect(exits(other)).toEqual([[10_000, "succeeded"]]);
  });

  it("starts nothing while it is down, and gives no checkpoint away", () => {
    const { open, exits, runTo } = lab();
    const [left, right] = [open("left"), open("right")];
    const run = orderOf("left", {});
    left.start(run);
    runTo(2_000);
    left.stop(run, "SIGTERM", 30);
    left.crash("left");
    const here = { ...run, attempt: 2 };
    left.start(here);
    const there = { ...run, attempt: 3, checkpoint: { generation: 3, from: { server: "left", generation: 1 } } };
    right.start(there);
    expect([exits(here), exits(there)]).toEqual([[[2_000, "daemon-error"]], [[2_000, "checkpoint-carry"]]]);
    left.restore();
    const again = { ...there, attempt: 4, checkpoint: { generation: 4, from: { server: "left", generation: 1 } } };
    right.start(again);
    runTo(60_000);
    expect(exits(again)).toEqual([[10_000, "succeeded"]]); // the 2 s before the stop were saved
  });
});
