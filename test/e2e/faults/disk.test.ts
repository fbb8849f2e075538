import { expect, test } from "vitest";
import type { LabHost } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { counting, useFaultHouse } from "./house.ts";

const shared = useLab({ hosts: 1, gpus: 2, diskMiB: 160 });
const SLOW = { timeout: 240_000 };

shared.describe("an engine whose disk is full", () => {
  const using = useFaultHouse(shared);
  const only = (): LabHost => shared.hosts[0] as LabHost;

  test("fails a job for that reason and leaves nothing of it, until there is room again", SLOW, async () => {
    const { house } = using;
    only().fillDisk();
    const retries = { infrastructure: 0 };
    const { id } = await house.client.submit({ ...counting(3), retries });
    const job = await house.ends(id);
    expect(job).toMatchObject({ status: "FAILED", failure: { origin: "INFRASTRUCTURE", code: "disk-full" } });
    await house.leavesNothing();
    only().freeDisk();
    const next = await house.client.submit({ ...counting(3), retries });
    expect(await house.ends(next.id)).toMatchObject({ status: "COMPLETED", attempt: 1 });
  });

  test("keeps what runs: it ends by its own, and the job is told as it ended", SLOW, async () => {
    const { house } = using;
    const id = await house.submitTo(only(), counting(20));
    only().fillDisk();
    const job = await house.ends(id);
    expect(job).toMatchObject({ status: "COMPLETED", attempt: 1 });
  });
});
