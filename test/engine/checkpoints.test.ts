import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { JobId } from "../../src/core/job.ts";
import { requestCancel, requestMigrate, requestRemove } from "../../src/core/request.ts";
import { Vault } from "../../src/store/vault/vault.ts";
import { until } from "../drivers/support.ts";
import { aServer, EngineHouse, shell, trainScript } from "./house.ts";

let house: EngineHouse;

const open = async (keepMillis: number | null = null): Promise<void> => {
  const vault = await Vault.open(join(house.folder, "checkpoints"), 1024 ** 3);
  await house.open({ checkpoints: { vault, everyMillis: 500, kept: 2, keepMillis }, lostAfterMillis: 2_000 });
};

beforeEach(async () => {
  house = new EngineHouse();
  await open();
  await house.join(
    aServer("left", 2, { driver: "process", cores: 2 }),
    aServer("right", 2, { driver: "process", cores: 2 }),
  );
});
afterEach(async () => {
  await house.cancelAll();
  await house.close();
  house.remove();
});

const jobOf = (id: JobId) => house.engine.scheduler.job(id);
const train = (env: Record<string, string> = {}) => ({
  command: shell(trainScript),
  env: { EPOCHS: "4", STEPS: "50", SECONDS_PER_STEP: "0.05", CHECKPOINT_EVERY: "20", ...env },
});
const tellStep = `printf '{"schedulearn": {"step": %d, "steps": 1000}}\\n' $i`;
const eventsOf = async (id: JobId, type: string) =>
  (await house.engine.feed.read(0, 10_000, { job: id, types: [type] })).map(({ event }) => event);

describe("the checkpoint of a running job", () => {
  it("is copied when the program says that it has saved, and a job whose server is removed goes on from the copy", async () => {
    const id = await house.submit(train());
    // Its files may be seen before its word is heard: such a copy tells of the step that was heard of by then.
    const { step, bytes } = await until("there is a copy", () => {
      const backup = jobOf(id)?.backup;
      return backup && (backup.step ?? 0) >= 20 ? backup : null;
    });
    expect(bytes).toBeGreaterThan(0);
    const server = jobOf(id)?.checkpoint?.server as string;
    await house.engine.request((scheduler, now) => ({ events: requestRemove(scheduler, server, true, now) }));
    await until("it runs elsewhere", () => jobOf(id)?.attempt === 2 && jobOf(id)?.state.status === "running");
    const resumed = await until("it tells where it is", async () =>
      (await house.lines(id)).find((line) => line.startsWith("resumed at step")),
    );
    expect(Number(resumed.split(" ")[3]?.replace(",", ""))).toBeGreaterThanOrEqual(step as number);
    expect(await eventsOf(id, "CheckpointRestored")).toHaveLength(1);
    await house.reaches(id, "completed");
    const undisturbed = await house.submit(train({ SECONDS_PER_STEP: "0" }));
    await house.reaches(undisturbed, "completed");
    expect((await house.lines(id)).at(-1)).toBe((await house.lines(undisturbed)).at(-1));
  });

  it("is copied when new files appear, where the program says nothing; and that counts as saved", async () => {
    const id = await house.submit({
      command: shell(
        'sleep 1; echo 1 > new; mv new "$SCHEDULEARN_CHECKPOINT_DIR/model"; sleep 60 & wait', // there whole, at once
      ),
    });
    await until("it runs", () => jobOf(id)?.state.status === "running");
    await until("there is a copy", () => jobOf(id)?.backup);
    expect(jobOf(id)?.backup).toMatchObject({ files: 1, bytes: 2 });
    expect(jobOf(id)?.checkpoint?.savedAt).not.toBeNull();
    expect(await eventsOf(id, "CheckpointSaved")).toMatchObject([{ by: "files" }]);
  });

  it("is not copied while a file of it is being written", async () => {
    const id = await house.submit({
      // Its time stands ahead of the look, as that of a file that is written without a pause: a busy machine makes pauses.
      command: shell('echo 1 > log; touch -d "1 hour" log; mv log "$SCHEDULEARN_CHECKPOINT_DIR"; sleep 60 & wait'),
    });
    await until("it runs", () => jobOf(id)?.state.status === "running");
    const other = await house.submit({
      command: shell('echo 1 > "$SCHEDULEARN_CHECKPOINT_DIR/model"; sleep 60 & wait'),
    });
    await until("a job at rest has a copy", () => jobOf(other)?.backup);
    expect(jobOf(id)?.backup).toBeUndefined();
  });

  it("goes with the record of its job", async () => {
    const id = await house.submit(train());
    await until("there is a copy", () => jobOf(id)?.backup);
    await house.engine.request((scheduler, now) => ({
      events: requestCancel(scheduler, id, { by: "test", delete: true, graceSeconds: 0 }, now),
    }));
    await until("the copy is gone", async () => {
      const all = readdir(join(house.folder, "checkpoints"), { recursive: true, withFileTypes: true });
      return (await all.catch(() => null))?.every((file) => !file.isFile()); // a folder may go while it is walked
    });
  });

  it("stays on its server when the job is over, and goes after the days that are set", async () => {
    const id = await house.submit({ command: shell('echo 1 > "$SCHEDULEARN_CHECKPOINT_DIR/model"') });
    await house.reaches(id, "completed");
    const { checkpoint } = (await house.engine.queries.jobsById([id])).get(id) ?? {};
    expect(checkpoint).toMatchObject({ generation: 1 });
    await house.close();
    await open(10);
    await until("it is gone", async () => (await house.engine.queries.jobsById([id])).get(id)?.checkpoint === null);
    expect(await eventsOf(id, "CheckpointDropped")).toHaveLength(1);
    const folder = join(house.folder, "servers", checkpoint?.server as string, "checkpoints");
    await until("its folder too", async () => (await readdir(folder)).length === 0);
  });
});

describe("work that was not saved", () => {
  /** What a first run did between its last save and its end, by the record: a busy machine may make a pause there. */
  const afterSaving = async (id: JobId): Promise<number> => {
    const times = async (type: string): Promise<number[]> =>
      (await eventsOf(id, type)).flatMap((event) => ("attempt" in event && event.attempt === 1 ? [event.at] : []));
    const [saved = Number.NaN, ended = Number.NaN] = [
      (await times("CheckpointSaved")).at(-1),
      (await times("RunExited")).at(-1),
    ];
    return Math.max(0, ended - saved);
  };

  it("is none where the program saves when it is told to stop, and is all of it where it never does", async () => {
    const saves = await house.submit(train({ CHECKPOINT_EVERY: "1000" }));
    const never = await house.submit({
      command: shell(`i=0; while :; do i=$((i+1)); ${tellStep}; sleep 0.05; done`),
    });
    for (const id of [saves, never])
      await until(`${id} has done something`, () => (jobOf(id)?.progress?.step ?? 0) > 10);
    const migrate = async (id: JobId): Promise<void> => {
      await house.engine.request((scheduler, now) => ({ events: requestMigrate(scheduler, id, null, now) }));
      await until(`${id} has moved`, () => jobOf(id)?.migrations === 1);
    };
    await migrate(saves);
    await migrate(never);
    expect(jobOf(saves)?.lost?.steps ?? 0).toBe(0);
    expect(jobOf(saves)?.lost?.millis ?? 0).toBeLessThanOrEqual(await afterSaving(saves));
    expect(jobOf(never)?.lost?.steps).toBeGreaterThan(10);
    expect(jobOf(never)?.lost?.millis).toBeGreaterThan(500);
  });

  it("is none where files changed after the signal, though the program does not say so", async () => {
    const id = await house.submit({
      command: shell(
        `cd "$SCHEDULEARN_CHECKPOINT_DIR"; trap "echo x > new; mv new model; exit 143" TERM; i=0; while :; do i=$((i+1)); ${tellStep}; sleep 0.05; done`,
      ),
    });
    await until("it has done something", () => (jobOf(id)?.progress?.step ?? 0) > 10);
    await house.engine.request((scheduler, now) => ({ events: requestMigrate(scheduler, id, null, now) }));
    await until("it has moved", () => jobOf(id)?.migrations === 1);
    const after = await afterSaving(id);
    expect(jobOf(id)?.lost?.millis ?? 0).toBeLessThanOrEqual(after);
    const [migration] = (await house.engine.queries.migrationsOf([id])).get(id) ?? [];
    expect(migration?.lostMillis).toBeLessThanOrEqual(after);
  });

  it("carries only what changed when a job goes back to where it was", async () => {
    const id = await house.submit({
      command: shell(
        'cd "$SCHEDULEARN_CHECKPOINT_DIR"; [ -e data ] || head -c 3000000 /dev/zero | tr "\\\\0" x > data; trap "echo $SCHEDULEARN_ATTEMPT > new; mv new model; exit 143" TERM; echo ready; sleep 60 & wait',
      ),
    });
    const move = async (times: number): Promise<void> => {
      await until(
        "it is ready",
        async () => (await house.lines(id)).filter((line) => line === "ready").length === times,
      );
      await house.engine.request((scheduler, now) => ({ events: requestMigrate(scheduler, id, null, now) }));
      await until("it has moved", () => jobOf(id)?.migrations === times);
    };
    await move(1);
    await move(2);
    const carried = await eventsOf(id, "CheckpointCarried");
    expect(carried).toMatchObject([
      { bytes: 3_000_002, files: 2 },
      { bytes: 2, files: 1, kept: { bytes: 3_000_000, files: 1 } },
    ]);
  });
});
