import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { record } from "../../src/store/event-log.ts";
import { keepForecasts, pastForecasts } from "../../src/store/forecasts.ts";
import { openStore, type Store } from "../../src/store/store.ts";
import { aServer, aSpec, World } from "../core/world.ts";

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "forecasts-"));
  store = await openStore(join(folder, "schedulearn.db"));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const world = (): World => new World({ durations: { "job-1": 100 } }).join(aServer("alpha", 1));
let seq = 0;
async function recorded(of: World): Promise<void> {
  const events = of.log.splice(0).map((event) => ({ seq: ++seq, event }));
  await record(store, { events, changes: of.scheduler.takeChanges(), secrets: [] });
}
const range = { p10: 50, p50: 100, p90: null };
const row = (job: string) => ({
  job,
  at: 0,
  policy: "fifo",
  category: "vision",
  body: { startsAt: null, endsAt: range },
});

it("what was expected of a job is there with what came of it once it has completed, also after a restart", async () => {
  const here = world().submit("job-1", aSpec()).submit("job-2", aSpec()).run(5);
  await recorded(here);
  await keepForecasts(store, [row("job-1"), row("job-2")]);
  expect(await pastForecasts(store)).toEqual([]);
  here.run(115);
  await recorded(here);
  await store.close();
  store = await openStore(join(folder, "schedulearn.db"));
  const [first, ...others] = await pastForecasts(store);
  expect(others).toEqual([]);
  expect(first).toEqual({
    policy: "fifo",
    category: "vision",
    startsAt: null,
    endsAt: range,
    startedAt: 10,
    endedAt: 110,
  });
});

it("it goes with its job, and of a job that is gone already nothing is kept", async () => {
  const here = world().submit("job-1", aSpec());
  here.run();
  await recorded(here);
  await keepForecasts(store, [row("job-1"), row("job-7")]);
  expect(await pastForecasts(store)).toHaveLength(1);
  here.tell({ type: "JobDeleted", job: "job-1", at: here.now });
  await recorded(here);
  expect(await pastForecasts(store)).toEqual([]);
  expect(await store.fork().getConnection().execute("select job from forecast")).toEqual([]);
});
