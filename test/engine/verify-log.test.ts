import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DEFAULT_GUARDS, type Guards, NO_GUARDS } from "../../src/core/guards.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import type { PolicySetting } from "../../src/core/policy.ts";
import { requestCancel, requestJoin, requestSubmit } from "../../src/core/request.ts";
import type { Server } from "../../src/core/server.ts";
import { simulatedDriver } from "../../src/drivers/simulated.ts";
import { type SimulatedWorld, simulatedWorld } from "../../src/drivers/simulated-world.ts";
import { Engine } from "../../src/engine/engine.ts";
import { type Verdict, verifyLog } from "../../src/engine/verify/verify-log.ts";
import { createLearner } from "../../src/estimator/index.ts";
import { seeded } from "../../src/placement/random.ts";
import { resolvePolicy } from "../../src/schedulearn.ts";
import { VirtualClock } from "../../src/sim/clock.ts";
import { JobLogs } from "../../src/store/job-logs.ts";
import { thinProgress } from "../../src/store/retention.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { aServer, aSpec, gpus } from "../core/world.ts";
import { EngineHouse } from "./house.ts";

/** A real engine over a real database; its servers pretend, and its time is made. */
class Laboratory {
  readonly folder = mkdtempSync(join(tmpdir(), "verify-"));
  readonly clock = new VirtualClock(1_700_000_000_000);
  readonly #world: SimulatedWorld = simulatedWorld();
  engine!: Engine;
  store!: Store;

  async open(setting: PolicySetting, guards: Guards = DEFAULT_GUARDS): Promise<this> {
    this.store = await openStore(join(this.folder, "schedulearn.db"));
    this.engine = await Engine.open({
      store: this.store,
      logs: new JobLogs(join(this.folder, "logs")),
      clock: this.clock,
      cluster: "verified",
      resolve: resolvePolicy,
      guards,
      learner: createLearner(),
      setting,
      makeDriver: ({ id, gpus }, context) =>
        simulatedDriver({
          server: id,
          gpus: gpus.length,
          cores: 32,
          memoryMiB: 2 ** 20,
          context,
          world: this.#world,
          duration: ({ spec }) => Number(spec.command[1]) * 1000,
          costs: { startMillis: 3_000, stopMillis: 2_000 },
          progressLines: 40,
        }),
      reapGraceMillis: 60_000,
      fatal: (error) => expect.unreachable(String(error)),
      log: () => {},
    });
    await this.engine.connect();
    return this;
  }

  async join(...servers: Server[]): Promise<void> {
    for (const server of servers)
      await this.engine.request((scheduler, now) => ({ events: requestJoin(scheduler, server, now) }));
    await this.pass(1_000);
  }

  async submit(seconds: number, spec: Partial<JobSpec> = {}): Promise<string> {
    const id = this.engine.nextJobId();
    const whole = aSpec({ ...spec, command: ["train", String(seconds)] });
    await this.engine.request((scheduler, now) => ({ events: requestSubmit(scheduler, id, whole, null, now) }));
    return id;
  }

  /** Lets so much time pass, with all that happens in it. */
  async pass(millis: number): Promise<void> {
    const end = this.clock.now() + millis;
    this.clock.at(end, () => {});
    while (this.clock.now() < end) {
      this.clock.advance();
      // What the engine does with it takes turns of the loop: its output, its record, its word to the drivers.
      for (let turn = 0; turn < 4; turn++) await new Promise((done) => setImmediate(done));
      await this.engine.settled();
    }
  }

  async restart(setting: PolicySetting, guards?: Guards): Promise<void> {
    await this.close();
    this.clock.at(this.clock.now() + 5_000, () => {});
    this.clock.advance();
    await this.open(setting, guards);
  }

  verify(): Promise<Verdict> {
    return verifyLog(this.store, { resolve: resolvePolicy, newLearner: createLearner });
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.store.close();
  }
}

const setting = (policy: string, options = {}, placement = "consolidate"): PolicySetting => ({
  policy,
  options,
  placement,
});

let laboratory: Laboratory;
beforeEach(() => {
  laboratory = new Laboratory();
});
afterEach(() => laboratory.close());

/** Jobs of all kinds, now and then another. */
async function live(seed: number, jobs = 12): Promise<void> {
  const random = seeded(seed);
  for (let i = 0; i < jobs; i++) {
    const count = 1 + Math.floor(random() * 3);
    const isElastic = random() < 0.5;
    await laboratory.submit(60 + Math.floor(random() * 600), {
      user: random() < 0.5 ? "ann" : "bob",
      priority: Math.floor(random() * 3),
      gpus: isElastic ? { ...gpus(count), min: 1, max: 4, preferred: count } : gpus(count),
      elasticity: isElastic ? "restart" : "none",
      servers: { min: 1, max: 2 },
      retries: { application: 1, infrastructure: 3 },
    });
    await laboratory.pass(Math.floor(random() * 90_000));
  }
}

describe("the log of a live system", () => {
  test.each([
    [setting("fifo"), NO_GUARDS],
    [setting("tiresias", { thresholds: [200] }), DEFAULT_GUARDS],
    [setting("elastic-fifo"), NO_GUARDS],
    [setting("goodput"), DEFAULT_GUARDS],
    [setting("srtf", {}, "genetic"), NO_GUARDS],
    [setting("fair-share", {}, "branch-and-bound"), DEFAULT_GUARDS],
  ])("comes to the same when its rounds are held again: %o", async (chosen, guards) => {
    await laboratory.open(chosen, guards);
    await laboratory.join(aServer("alpha", 4), aServer("beta", 4));
    await live(11);
    await laboratory.restart(chosen, guards);
    await live(12, 3);
    await laboratory.pass(600_000);
    const verdict = await laboratory.verify();
    expect(verdict.divergence).toBeNull();
    expect(verdict.rows?.differences).toEqual([]);
    expect(verdict).toMatchObject({ starts: 2, unmarkedEvents: 0, isThinned: false, rounds: { unverifiable: 0 } });
    expect(verdict.rounds.verified).toBeGreaterThan(30);
    expect(verdict.rows?.same).toMatchObject({ job: 15, server: 2 });
  });

  test("can be verified while the server goes on, and after the policy was changed", async () => {
    await laboratory.open(setting("fifo"));
    await laboratory.join(aServer("alpha", 4));
    await live(5, 4);
    await laboratory.engine.request((_, at) => ({
      events: [{ type: "PolicyChanged", ...setting("srtf"), at }],
    }));
    await live(6, 4);
    const before = await laboratory.verify();
    const id = await laboratory.submit(1_000);
    await laboratory.engine.request((scheduler, now) => ({
      events: requestCancel(scheduler, id, { by: "ann", delete: true, graceSeconds: null }, now),
    }));
    await laboratory.pass(5_000);
    const after = await laboratory.verify();
    expect([before.divergence, after.divergence]).toEqual([null, null]);
    expect(after.rows?.differences).toEqual([]);
    expect(after.events).toBeGreaterThan(before.events);
  });

  test("of programs that really ran comes to the same", async () => {
    await laboratory.open(setting("fifo")); // for afterEach
    const house = await new EngineHouse().open({ guarded: true });
    await house.join(aServer("alpha", 1));
    const [one, two] = [
      await house.submit({ image: null, command: ["/bin/sh", "-c", "echo step 1/2; sleep 0.2; echo step 2/2"] }),
      await house.submit({ image: null, command: ["/bin/sh", "-c", "exit 3"] }),
    ];
    await house.reaches(one, "completed");
    await house.reaches(two, "failed");
    const verdict = await verifyLog(house.store, { resolve: resolvePolicy, newLearner: createLearner });
    await house.close();
    expect(verdict.divergence).toBeNull();
    expect(verdict.rows?.differences).toEqual([]);
    expect(verdict.rounds.verified).toBeGreaterThan(4);
  });
});

describe("a log that was tampered with", () => {
  const execute = (sql: string): Promise<unknown> => laboratory.store.fork().getConnection().execute(sql);
  beforeEach(async () => {
    await laboratory.open(setting("fifo"));
    await laboratory.join(aServer("alpha", 4), aServer("beta", 4));
    await live(3, 6);
    await laboratory.pass(3_000_000);
  });

  test("diverges where a decision is another, and says what was to be expected", async () => {
    const [row] = (await execute("select seq from event where type = 'JobPlaced' order by seq limit 1 offset 2")) as {
      seq: number;
    }[];
    await execute(`update event set body = replace(body, 'alpha', 'gamma') where seq = ${row?.seq}`);
    await execute(`update event set body = replace(body, 'beta', 'alpha') where seq = ${row?.seq}`);
    const { divergence, rows } = await laboratory.verify();
    expect(rows).toBeNull();
    expect(divergence).toMatchObject({ seq: row?.seq, problem: "the round decides something else" });
    expect(divergence?.found).toHaveLength(1);
    expect(divergence?.recorded).not.toEqual(divergence?.found);
  });

  test("diverges where an event is missing", async () => {
    const [row] = (await execute("select max(seq) as seq from event where type = 'RunStarted'")) as { seq: number }[];
    await execute(`delete from event where seq = ${row?.seq}`);
    const { divergence } = await laboratory.verify();
    expect(divergence).toMatchObject({ seq: (row?.seq ?? 0) + 1, problem: "events before it are missing" });
  });

  test("diverges where something is said that cannot have been", async () => {
    const [row] = (await execute("select min(seq) as seq from event where type = 'RunExited'")) as { seq: number }[];
    await execute(`update event set body = replace(body, '"attempt":1', '"attempt":7') where seq = ${row?.seq}`);
    const { divergence } = await laboratory.verify();
    expect(divergence).toMatchObject({ seq: row?.seq, problem: "RunExited says nothing new" });
  });

  test("is as it was, and a row is not: that is told", async () => {
    await execute(`update job set body = json_set(body, '$.preemptions', 99) where id = 'job-2'`);
    await execute("delete from run where job = 'job-3'");
    const { divergence, rows } = await laboratory.verify();
    expect(divergence).toBeNull();
    expect(rows?.differences.map(({ table, key }) => [table, key])).toEqual([
      ["job", "job-2"],
      ["run", "job-3.1"],
    ]);
  });
});

describe("rounds that hang on progress which is not in the log any more", () => {
  const withoutProgress = async (policy: string): Promise<Verdict> => {
    await laboratory.open(setting(policy));
    await laboratory.join(aServer("alpha", 4));
    await live(21, 8);
    await laboratory.pass(2_000_000);
    await thinProgress(laboratory.store, laboratory.clock.now());
    await laboratory.store.fork().getConnection().execute("delete from event where type = 'RunProgressed'");
    return laboratory.verify();
  };

  test("are not said to be verified, nor to diverge", async () => {
    const { divergence, rounds, isThinned } = await withoutProgress("goodput");
    expect(divergence).toBeNull();
    expect(isThinned).toBe(true);
    expect(rounds.unverifiable).toBeGreaterThan(0);
  });

  test("are told from those that asked for no estimate", async () => {
    const { divergence, rounds } = await withoutProgress("fifo");
    expect(divergence).toBeNull();
    expect(rounds.unverifiable).toBe(0);
    expect(rounds.verified).toBeGreaterThan(20);
  });
});
