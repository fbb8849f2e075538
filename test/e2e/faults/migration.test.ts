import { expect, test } from "vitest";
import { shell } from "../../engine/house.ts";
import { busyboxImage, type LabHost } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { eventually, useFaultHouse } from "./house.ts";

const shared = useLab({ hosts: 2, gpus: 2, diskMiB: 160 });
const SLOW = { timeout: 240_000 };

/** Saves when it is told to stop, and counts on from there. */
const saving = {
  image: busyboxImage,
  command: shell(
    `cd /checkpoint; i=$(cat step 2> /dev/null || echo 0); [ -e bulk ] || head -c 8000000 /dev/urandom > bulk
     said=$i; trap 'echo $said > new; mv new step; exit 143' TERM
     while :; do i=$((i+1)); echo "line $i"; said=$i; sleep 0.2; done`,
  ),
};

shared.describe("a move of a running job", () => {
  const using = useFaultHouse(shared, {
    placement: "spread",
    scheduling: {
      planSpacingSeconds: 0,
      cooldownSeconds: 0,
      migrationRestSeconds: 0,
      restartFactor: 0,
      endFactor: 0,
    },
  });
  const host = (at: number): LabHost => shared.hosts[at] as LabHost;
  test("to an engine whose disk is full fails for that reason, and the job trains on where it was", SLOW, async () => {
    const { house } = using;
    const id = await house.submitTo(host(0), { ...saving, gpus: { count: 1 } });
    host(1).fillDisk();
    await house.client.migrate(id, host(1).name);
    const migration = await eventually("the move has ended", async () =>
      (await house.client.job(id))?.migrations.nodes.find(({ endedAt }) => endedAt !== null),
    );
    expect(migration).toMatchObject({ state: "FAILED", cause: "USER" });
    expect(migration?.reason).toMatch(/no space left|disk/i);
    const job = await eventually("it runs again", async () => {
      const now = await house.client.job(id);
      return now?.status === "RUNNING" ? now : null;
    });
    expect(job).toMatchObject({ server: { name: host(0).name } });
  });

  test("makes room for a larger one that waits, says for which, and goes on with its work", SLOW, async () => {
    const { house } = using;
    const ids: string[] = [];
    for (const at of [0, 1]) ids.push(await house.submitTo(host(at), { ...saving, gpus: { count: 1 } }));
    const large = (await house.client.submit({ ...saving, gpus: { count: 2 } })).id;
    await eventually("the larger one runs", async () => (await house.client.job(large))?.status === "RUNNING");
    const jobs = await Promise.all(ids.map((id) => house.client.job(id)));
    const moved = jobs.find((job) => (job?.migrations.nodes.length ?? 0) > 0);
    expect(moved?.migrations.nodes).toMatchObject([{ cause: "DEFRAGMENTATION", makesRoomFor: large }]);
    await eventually("it trains on", async () =>
      (await house.lines(moved?.id as string)).some(({ attempt, text }) => attempt === 2 && text.startsWith("line ")),
    );
    const lines = await house.lines(moved?.id as string);
    const countsOf = (run: number): number[] =>
      lines.flatMap(({ attempt, text }) =>
        attempt === run && text.startsWith("line ") ? [Number(text.slice(5))] : [],
      );
    const [last, first] = [countsOf(1).at(-1) as number, countsOf(2)[0]];
    expect(last).toBeGreaterThan(0);
    expect([last, last + 1]).toContain(first); // the signal may come between saying it and noting it
  });
});
