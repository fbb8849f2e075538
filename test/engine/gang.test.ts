import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { JobId } from "../../src/core/job.ts";
import { requestCancel, requestPause, requestResume } from "../../src/core/request.ts";
import type { Run } from "../../src/core/run.ts";
import { readEvents } from "../../src/store/event-log.ts";
import { between, gpus } from "../core/world.ts";
import { until } from "../drivers/support.ts";
import { aServer, EngineHouse, shell } from "./house.ts";

let house: EngineHouse;
beforeEach(async () => {
  house = await new EngineHouse().open();
});
afterEach(async () => {
  await house.cancelAll();
  await house.close();
  house.remove();
});

const local = (id: string) => aServer(id, 1, { driver: "process", endpoint: "local" });
const pair = () => house.join(local("a"), local("b"));
const ofTwo = {
  gpus: gpus(2),
  servers: { min: 2, max: 2 },
  checkpoint: { path: "/c", signal: "SIGTERM", graceSeconds: 20 },
};

const runsOf = async (id: JobId): Promise<readonly Run[]> => (await house.engine.queries.runsOf([id])).get(id) ?? [];
const exitsOf = async (id: JobId, attempt?: number) =>
  (await readEvents(house.store, 0, 1000, { job: id, types: ["RunExited"] }))
    .map(({ event }) => event as { type: "RunExited"; attempt: number; outcome: unknown })
    .filter((event) => attempt === undefined || event.attempt === attempt);
const rankedLines = async (id: JobId): Promise<string[]> =>
  (await house.engine.logs.read(id, null, 1000)).lines
    .map(({ rank = 0, text }) => `${rank} ${text}`)
    .filter((line) => !line.endsWith("Terminated")) // a shell says so of the pause that it was in
    .sort();
const says = (id: JobId, line: string) => until(`it says ${line}`, async () => (await rankedLines(id)).includes(line));

/** Each member says that it is there, and waits until it is told to end. */
const WAITS = `trap 'echo bye; exit 0' TERM; echo here; while :; do sleep 0.05; done`;

describe("a run over several servers", () => {
  test("has one process on each, which knows its rank and where the first listens", async () => {
    await pair();
    const id = await house.submit({
      ...ofTwo,
      command: shell("echo $RANK/$WORLD_SIZE $NODE_RANK $MASTER_ADDR:$MASTER_PORT"),
    });
    await house.reaches(id, "completed");
    expect(await rankedLines(id)).toEqual(["0 0/2 0 127.0.0.1:29500", "1 1/2 1 127.0.0.1:29500"]);
    expect(await exitsOf(id)).toHaveLength(1);
    const [run] = await runsOf(id);
    expect(run?.on.map(({ server, ports }) => [server, ports])).toEqual([
      ["a", [29_500]],
      ["b", [29_501]],
    ]);
  });

  test("ends with the cause of its first member that fails, and the others are told to stop", async () => {
    await pair();
    const command = shell(`if [ $RANK = 1 ]; then ${house.gate}; exit 7; fi; ${WAITS}`);
    const id = await house.submit({ ...ofTwo, command });
    await says(id, "0 here");
    house.letGo();
    await house.reaches(id, "failed");
    expect(await exitsOf(id)).toMatchObject([
      {
        outcome: {
          kind: "failed",
          cause: { origin: "application", code: "exit", message: "rank 1 on b: exited with code 7" },
        },
      },
    ]);
    expect(await rankedLines(id)).toEqual(["0 bye", "0 here"]);
    expect((await runsOf(id))[0]?.exitCode).toBe(7);
  });

  test("does not begin at all where one member cannot: nothing of the others is left, and the cause is told", async () => {
    await pair();
    const command = shell(`echo $RANK began; ${WAITS}`);
    const id = await house.submit({ ...ofTwo, command: ["/no/such/program"] });
    await house.reaches(id, "failed");
    expect(await exitsOf(id)).toMatchObject([{ outcome: { cause: { code: "command-not-found" } } }]);
    await until("no run is left", () =>
      ["a", "b"].every((server) => !existsSync(join(house.folder, "servers", server, "runs", id))),
    );
    const next = await house.submit({ ...ofTwo, command });
    await says(next, "1 here");
  });

  test("is stopped as one: each member saves, and the end is told once", async () => {
    await pair();
    const id = await house.submit({ ...ofTwo, command: shell(WAITS) });
    await says(id, "1 here");
    await says(id, "0 here");
    await house.engine.request((scheduler, now) => ({
      events: requestCancel(scheduler, id, { by: "test", delete: false, graceSeconds: null }, now),
    }));
    await house.reaches(id, "cancelled");
    expect(await rankedLines(id)).toEqual(["0 bye", "0 here", "1 bye", "1 here"]);
    expect(await exitsOf(id)).toMatchObject([{ outcome: { kind: "stopped" } }]);
  });

  test("rests and goes on as one", async () => {
    await pair();
    const id = await house.submit({
      ...ofTwo,
      command: shell(`i=0; while :; do i=$((i+1)); echo $i; sleep 0.05; done`),
    });
    await says(id, "1 3");
    await house.reaches(id, "running");
    await house.engine.request((scheduler, now) => ({ events: requestPause(scheduler, id, now) }));
    await house.reaches(id, "paused");
    const frozen = await until("both are silent", async () => {
      const before = (await rankedLines(id)).length;
      await new Promise((done) => setTimeout(done, 300));
      return (await rankedLines(id)).length === before ? before : null;
    });
    await house.engine.request((scheduler, now) => ({ events: requestResume(scheduler, id, now) }));
    await until("both go on", async () => (await rankedLines(id)).length > frozen + 4);
  });

  test("begins its retry with the first member's checkpoint on each server, and leaves no copy", async () => {
    await pair();
    const command =
      shell(`dir=$SCHEDULEARN_CHECKPOINT_DIR; echo attempt $SCHEDULEARN_ATTEMPT $(cat $dir/step 2>/dev/null)
      [ $SCHEDULEARN_ATTEMPT = 2 ] && exit
      echo $RANK > $dir/step
      if [ $RANK = 0 ]; then ${WAITS}; fi
      ${house.gate}; exit 1`);
    const id = await house.submit({ ...ofTwo, command, retries: { application: 1, infrastructure: 0 } });
    await says(id, "0 here");
    house.letGo();
    await house.reaches(id, "completed");
    expect(await rankedLines(id)).toEqual([
      "0 attempt 1",
      "0 attempt 2 0",
      "0 bye",
      "0 here",
      "1 attempt 1",
      "1 attempt 2 0",
    ]);
    const left = (server: string) => join(house.folder, "servers", server, "checkpoints", house.engine.cluster, id);
    await until("the copies are gone", () => !existsSync(left("b")) || readdirSync(left("b")).length === 0);
    expect(readFileSync(join(left("a"), "1", "step"), "utf8")).toBe("0\n");
  });

  test("two at once on one machine meet at different ports", async () => {
    await house.join(
      aServer("a", 2, { driver: "process", endpoint: "local" }),
      aServer("b", 2, { driver: "process", endpoint: "local" }),
    );
    const ids = [];
    for (let i = 0; i < 2; i++)
      ids.push(await house.submit({ ...ofTwo, command: shell(`echo $MASTER_PORT; ${WAITS}`) }));
    const ports = [];
    for (const id of ids) {
      await says(id, "1 here");
      ports.push((await rankedLines(id)).find((line) => /^1 \d+$/.test(line)));
    }
    expect(new Set(ports).size).toBe(2);
  });

  test("grows from one server to two and shrinks again, each time from the step that the first member saved", async () => {
    await pair();
    await house.setPolicy("elastic-fifo");
    const other = () => house.submit({ gpus: gpus(1), command: shell(WAITS) });
    const end = (id: JobId) =>
      house.engine.request((scheduler, now) => ({
        events: requestCancel(scheduler, id, { by: "test", delete: false, graceSeconds: 0 }, now),
      }));
    const first = await other();
    await says(first, "0 here");
    const command = shell(`dir=$SCHEDULEARN_CHECKPOINT_DIR; step=$(cat $dir/step 2>/dev/null || echo 0)
      trap 'echo $((step + 1)) > $dir/step; exit 0' TERM
      echo $WORLD_SIZE at $step; while :; do sleep 0.05; done`);
    const id = await house.submit({ ...ofTwo, gpus: between(1, 2), servers: { min: 1, max: 2 }, command });
    await says(id, "0 1 at 0");
    await end(first);
    for (const rank of [0, 1]) await says(id, `${rank} 2 at 1`);
    await house.reaches(id, "running");
    const second = await other();
    await says(second, "0 here");
    await says(id, "0 1 at 2");
    expect((await runsOf(id)).map(({ on }) => on.length)).toEqual([1, 2, 1]);
    expect(await exitsOf(id)).toMatchObject([{ outcome: { kind: "stopped" } }, { outcome: { kind: "stopped" } }]);
  });

  test("is refused in words where its launcher could not tell its servers apart", async () => {
    await pair();
    const id = await house.submit({ ...ofTwo, launcher: "mpi", command: ["true"] });
    await house.reaches(id, "failed");
    expect(await exitsOf(id)).toMatchObject([
      { outcome: { cause: { message: expect.stringContaining("a and b are both 127.0.0.1") } } },
    ]);
  });
});

describe("after a kill of the scheduler", () => {
  test("a run over several servers is taken up whole", async () => {
    await pair();
    const id = await house.submit({ ...ofTwo, command: shell(WAITS) });
    await says(id, "1 here");
    await says(id, "0 here");
    await house.reaches(id, "running");
    await house.abandon();
    await house.open();
    await until("both servers are up", () =>
      ["a", "b"].every((server) => house.engine.scheduler.servers.get(server)?.health === "up"),
    );
    await house.engine.request((scheduler, now) => ({
      events: requestCancel(scheduler, id, { by: "test", delete: false, graceSeconds: null }, now),
    }));
    await house.reaches(id, "cancelled");
    expect(await rankedLines(id)).toEqual(["0 bye", "0 here", "1 bye", "1 here"]);
    expect(await exitsOf(id)).toHaveLength(1);
  });

  test("a member that died meanwhile ends it with its cause", async () => {
    await pair();
    const fifo = join(house.folder, "die");
    const command = shell(
      `if [ $RANK = 1 ]; then echo here; until [ -e ${fifo} ]; do sleep 0.05; done; exit 9; fi; ${WAITS}`,
    );
    const id = await house.submit({ ...ofTwo, command });
    await says(id, "1 here");
    await says(id, "0 here");
    await house.reaches(id, "running");
    await house.abandon();
    writeFileSync(fifo, "");
    const exit = join(house.folder, "servers", "b", "runs", id, "1", "exit.json");
    await until("rank 1 has ended", () => existsSync(exit));
    await house.open();
    await house.reaches(id, "failed");
    expect(await exitsOf(id)).toMatchObject([{ outcome: { cause: { message: "rank 1 on b: exited with code 9" } } }]);
  });
});
