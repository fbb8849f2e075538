import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { RunOrder } from "../../src/core/command.ts";
import type { Outcome } from "../../src/core/outcome.ts";
import type { Driver, DriverEvent } from "../../src/drivers/driver.ts";
import { runEnvironment } from "../../src/drivers/environment.ts";
import { Gang } from "../../src/engine/gang.ts";
import { addressOf, keyOfRun, memberOrder } from "../../src/engine/gang-order.ts";
import { aSpec, gpus } from "../core/world.ts";

const SERVERS = ["a", "b", "c"];
const share = (server: string, gpu: number) => ({
  server,
  gpus: [`${server}/${gpu}`],
  cores: [0],
  memoryMiB: 0,
  ports: [29_500],
});
const order = (patch: Partial<RunOrder> = {}): RunOrder => ({
  job: "job-1",
  attempt: 3,
  spec: aSpec({ gpus: gpus(3), servers: { min: 3, max: 3 }, command: ["train", "--fast"] }),
  on: SERVERS.map((server) => share(server, 0)),
  reason: "submitted",
  checkpoint: { generation: 3, from: null },
  generation: 1,
  leaving: null,
  hosts: ["10.0.0.1", "10.0.0.2", "10.0.0.3"],
  ...patch,
});

test("other servers reach one at its address, or where its engine is", () => {
  const at = (endpoint: string, setup = {}) => addressOf({ endpoint, setup });
  expect(at("tcp://box1:2376")).toBe("box1");
  expect(at("ssh://ada@10.0.0.9")).toBe("10.0.0.9");
  expect(at("tcp://box1:2376", { address: "10.1.0.1" })).toBe("10.1.0.1");
  expect(at("unix:///run/docker.sock")).toMatch(/^[\d.:a-f]+$/);
});

test("the lead has the job's folder, and the others begin with a copy of what it begins with", () => {
  const plans = (checkpoint: RunOrder["checkpoint"]) =>
    SERVERS.map((server) => memberOrder(order({ checkpoint }), server).checkpoint);
  const fresh = { generation: 3, from: null };
  expect(plans(fresh)).toEqual([fresh, fresh, fresh]);
  const there = { generation: 1, from: null };
  const copy = { generation: 3, from: { server: "a", generation: 1 } };
  expect(plans(there)).toEqual([there, copy, copy]);
  const carried = { generation: 3, from: { server: "z", generation: 2 } };
  expect(plans(carried)).toEqual([carried, carried, carried]);
});

test("each member knows its rank, and all know the lead", () => {
  const variables = SERVERS.map((server) => runEnvironment(order(), { leased: [], visible: [] }, "/c", {}, server));
  expect(
    variables.map(({ RANK, NODE_RANK, WORLD_SIZE, MASTER_ADDR, MASTER_PORT }) => [
      RANK,
      NODE_RANK,
      WORLD_SIZE,
      MASTER_ADDR,
      MASTER_PORT,
    ]),
  ).toEqual(["0", "1", "2"].map((rank) => [rank, rank, "3", "10.0.0.1", "29500"]));
});

describe("the command of a member", () => {
  const command = (launcher: "torchrun" | "horovod" | "mpi", server: string, patch = {}) => {
    const base = order();
    return memberOrder({ ...base, spec: { ...base.spec, launcher, ...patch } }, server).spec.command;
  };

  test("is the job's own without a launcher", () => {
    expect(memberOrder(order(), "b").spec.command).toEqual(["train", "--fast"]);
  });

  test("is torchrun's on each server, with its own rank", () => {
    expect(command("torchrun", "b").join(" ")).toBe(
      "torchrun --nnodes 3 --nproc_per_node 1 --node_rank 1 --master_addr 10.0.0.1 --master_port 29500 --no_python train --fast",
    );
    expect(
      command("torchrun", "a", { launcherCommand: ["python3", "-m", "torch.distributed.run"] }).slice(0, 3),
    ).toEqual(["python3", "-m", "torch.distributed.run"]);
  });

  test("is the launcher's on the lead, and waits for it on the others", () => {
    expect(command("mpi", "a")[2]).toMatch(/exec mpirun -np 3 -H 10\.0\.0\.1:1,10\.0\.0\.2:1,10\.0\.0\.3:1 "\$@"$/);
    expect(command("mpi", "a").slice(3)).toEqual(["launcher", "train", "--fast"]);
    expect(command("mpi", "c")[2]).toMatch(/\/member$/);
    const elastic = { elasticity: "live", gpus: { ...gpus(3), min: 2, max: 8 } };
    expect(command("horovod", "a", elastic)[2]).toMatch(
      /exec horovodrun -np 3 --min-np 2 --max-np 8 --host-discovery-script .*discover_hosts\.sh" "\$@"$/,
    );
  });
});

test("the key of a run is its own, and the same after a restart", () => {
  const key = keyOfRun("secret", { job: "job-1", attempt: 1 });
  expect(key).toBe(keyOfRun("secret", { job: "job-1", attempt: 1 }));
  expect(
    new Set([key, keyOfRun("secret", { job: "job-1", attempt: 2 }), keyOfRun("other", { job: "job-1", attempt: 1 })])
      .size,
  ).toBe(3);
});

describe("whatever members answer, in whatever order", () => {
  const failure: Outcome = { kind: "failed", cause: { origin: "application", code: "exit", message: "exit code 1" } };
  /** Servers of which each does what it is told, sooner or later, or fails of itself. */
  class Servers {
    readonly told: DriverEvent[] = [];
    readonly verbs: string[] = [];
    readonly state = new Map(SERVERS.map((server) => [server, "idle"]));
    readonly pending: (() => void)[] = [];
    readonly gang: Gang;
    wasEverWhole = false;

    constructor(fails: ReadonlySet<string>, lost: ReadonlySet<string>) {
      const driver = (server: string) =>
        ({
          prepare: () =>
            this.#later(() =>
              fails.has(`${server} prepare`)
                ? this.#end(server, failure)
                : this.#tell(server, "prepared", { type: "RunPrepared" }),
            ),
          start: () =>
            this.#later(() => {
              if (this.state.get(server) === "over") return;
              expect(SERVERS.every((each) => this.state.get(each) !== "idle")).toBe(true); // all are prepared
              if (fails.has(`${server} start`)) return this.#end(server, failure);
              this.#tell(server, "running", { type: "RunStarted", handle: server });
              if (fails.has(`${server} run`)) this.#later(() => this.#end(server, failure));
            }),
          stop: () => this.#later(() => this.#end(server, { kind: "stopped" })),
          discard: () => this.state.set(server, "over"),
        }) as unknown as Driver;
      const drivers = new Map(SERVERS.map((server) => [server, driver(server)]));
      this.gang = new Gang(
        {
          driverOf: (server) => (lost.has(server) ? null : (drivers.get(server) as Driver)),
          lossOf: (server) => (lost.has(server) ? `server ${server} is lost` : null),
          tell: (event) => this.told.push(event),
          completed: (run) => run,
          now: () => 0,
        },
        order(),
      );
    }

    #later(act: () => void): void {
      this.pending.push(act);
    }
    #tell(server: string, state: string, body: object): void {
      if (this.state.get(server) === "over") return;
      this.state.set(server, state);
      this.gang.heard(server, { ...body, job: "job-1", attempt: 3, at: 1 } as never);
    }
    #end(server: string, outcome: Outcome): void {
      if (this.state.get(server) === "over") return;
      this.state.set(server, "over");
      this.gang.heard(server, {
        type: "RunExited",
        job: "job-1",
        attempt: 3,
        at: 1,
        outcome,
        exitCode: null,
        signal: null,
      });
    }

    /** Lets all happen that is to happen, in an order of the test's. */
    settle(order: () => number): void {
      while (this.pending.length > 0) {
        const [act] = this.pending.splice(Math.floor(order() * this.pending.length), 1);
        act?.();
      }
    }
  }
  const chaos = fc.record({
    fails: fc.subarray(SERVERS.flatMap((server) => ["prepare", "start", "run"].map((step) => `${server} ${step}`))),
    order: fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
    stops: fc.boolean(),
  });

  test("the run ends once, begins at most once and as a whole, and leaves no member", () => {
    fc.assert(
      fc.property(chaos, ({ fails, order: stream, stops }) => {
        const servers = new Servers(new Set(fails), new Set());
        const next = () => stream.next().value as number;
        servers.gang.execute({ type: "start", run: order() }, null);
        const stop = () =>
          servers.gang.execute({ type: "stop", run: order(), signal: "SIGTERM", graceSeconds: 1 }, null);
        if (stops) servers.pending.push(stop);
        servers.settle(next);
        if (fails.length === 0 && !stops) stop();
        servers.settle(next);
        const exits = servers.told.filter(({ type }) => type === "RunExited");
        expect(exits).toHaveLength(1);
        expect(servers.told.filter(({ type }) => type === "RunStarted").length).toBeLessThanOrEqual(1);
        expect(servers.told.at(-1)).toBe(exits[0]);
        expect([...servers.state.values()]).toEqual(["over", "over", "over"]);
        if (fails.length === 0) expect(exits[0]).toMatchObject({ outcome: { kind: "stopped" } });
      }),
    );
  });

  test("a run that was only prepared gives up as a whole, and can be prepared anew", () => {
    const servers = new Servers(new Set(["b prepare"]), new Set());
    servers.gang.execute({ type: "prepare", run: order() }, null);
    servers.settle(() => 0);
    expect(servers.told).toMatchObject([
      { type: "RunExited", outcome: { cause: { message: "rank 1 on b: exit code 1" } } },
    ]);
    expect([...servers.state.values()]).toEqual(["over", "over", "over"]);
    expect(servers.gang.mayBeginAnew).toBe(true);
  });

  test("nobody waits for a member whose server is lost once the end was asked for", () => {
    const lost = new Set<string>();
    const servers = new Servers(new Set(), lost);
    servers.gang.execute({ type: "start", run: order() }, null);
    servers.settle(() => 0);
    lost.add("c");
    servers.gang.execute({ type: "stop", run: order(), signal: "SIGTERM", graceSeconds: 1 }, null);
    expect(servers.told.map(({ type }) => type)).toEqual(["RunStarted"]);
    servers.settle(() => 0);
    expect(servers.told.at(-1)).toMatchObject({ type: "RunExited", outcome: { kind: "stopped" } });
  });
});
