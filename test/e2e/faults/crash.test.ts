import { expect, test } from "vitest";
import type { LabHost } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { containersOf, counting, eventually, useFaultHouse } from "./house.ts";

const shared = useLab({ hosts: 1, gpus: 2 });
const mortal = useLab({ hosts: 1, gpus: 2, liveRestore: false });
const SLOW = { timeout: 240_000 };
/** Nothing is lost here for want of patience. */
const PATIENT = { lostAfterSeconds: 300 };

shared.describe("an engine whose containers outlive it", () => {
  const using = useFaultHouse(shared, PATIENT);
  const only = (): LabHost => shared.hosts[0] as LabHost;

  test("is killed and starts again: its jobs go on, with every line once", SLOW, async () => {
    const { house } = using;
    const id = await house.submitTo(only(), counting(40));
    await only().kill();
    await only().start();
    expect(await house.ends(id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
    expect(await house.saidByAttempt(id, 1)).toHaveLength(41);
  });

  test("is down while the server is killed and starts again: both come back to the same run", SLOW, async () => {
    const { house } = using;
    const id = await house.submitTo(only(), counting(100_000));
    await only().kill();
    await house.restart();
    expect(await house.find(id)).toMatchObject({ status: "RUNNING", attempt: 1 });
    expect(await house.serverNamed(only().name)).toMatchObject({ state: "DOWN" });
    await only().start();
    await house.is(only().name, "UP");
    await house.letEnd(id);
    expect(await house.ends(id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
    expect((await house.saidByAttempt(id, 1)).at(-1)).toBe("attempt 1 ends");
  });

  test("loses its containerd, which starts again: the run goes on to its end", SLOW, async () => {
    const { house } = using;
    const id = await house.submitTo(only(), counting(30));
    await only().killContainerd();
    await only().start();
    expect(await house.ends(id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
    expect(await house.saidByAttempt(id, 1)).toHaveLength(31);
  });
});

mortal.describe("an engine that takes its containers along", () => {
  const using = useFaultHouse(mortal, PATIENT);
  const only = (): LabHost => mortal.hosts[0] as LabHost;

  test.each(["kill", "stop"] as const)(
    "ends by %s and starts again: the run is lost with it, and is tried again",
    SLOW,
    async (how) => {
      const { house } = using;
      const id = await house.submitTo(only(), counting(100_000));
      await only()[how]();
      await only().start();
      await house.runsOn(id, only(), 2);
      await eventually("the old container is gone", async () => (await containersOf(only(), id)).length === 1);
      await house.letEnd(id);
      const job = await house.ends(id);
      expect(job).toMatchObject({ status: "COMPLETED", attempt: 2 });
      const failure = { origin: "INFRASTRUCTURE", code: "server-lost" };
      expect(job.runs.nodes[0]).toMatchObject({ outcome: "FAILED", failure });
      await house.saidByAttempt(id, 1);
      expect((await house.saidByAttempt(id, 2)).at(-1)).toBe("attempt 2 ends");
    },
  );
});
