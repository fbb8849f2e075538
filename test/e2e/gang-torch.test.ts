import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { useLab } from "../lab/shared-lab.ts";
import { GangHouse, MACHINE, missing } from "./gang-house.ts";

const shared = useLab({ hosts: 2 });
const MINUTES = 4 * 60_000;
const reason = missing("/usr/lib/python3/dist-packages/torch", "python3-torch");
const script = readFileSync(new URL("./train-ddp.py", import.meta.url), "utf8");
const training = (env: Record<string, string>) => ({
  ...MACHINE,
  command: ["python3", "-c", script],
  env: { STEPS: "40", SAVE_EVERY: "10", PAUSE: "0", HOME: "/tmp", ...env },
});

shared.describe("torch.distributed (gloo) over two Docker engines", () => {
  const gang = new GangHouse(shared);
  const losses = (lines: readonly string[]): number[] =>
    lines.flatMap((line) => (/"loss": ([\d.e-]+)/.exec(line)?.[1] ?? []) as string | []).map(Number);
  const weightsOf = (lines: readonly string[], rank: number): string | undefined =>
    lines.find((line) => line.startsWith(`${rank} `) && line.includes("ends with"))?.split("ends with ")[1];

  test(
    "trains one model; the death of one container ends the attempt, and the next goes on at the saved step",
    async (context) => {
      context.skip(reason !== null, reason ?? "");
      const retries = { application: 1, infrastructure: 1 };
      const id = await gang.submit({ ...training({ STEPS: "60", PAUSE: "0.3" }), retries });
      await gang.says(id, /"step": 25,/);
      const [, second] = (await gang.run(id)).on;
      const host = shared.hosts.find(({ name }) => name === second?.server);
      const [container] = (await host?.docker.listContainers()) ?? [];
      await host?.docker.getContainer(container?.Id ?? "").kill();
      await gang.ends(id, "completed");

      const [first] = await gang.exits(id);
      expect(first).toMatchObject({
        outcome: { cause: { message: expect.stringMatching(new RegExp(`^rank 1 on ${second?.server}: .*SIGKILL`)) } },
      });
      const lines = await gang.lines(id);
      const begun = lines.filter((line) => line.includes("begins at step"));
      expect(begun.slice(0, 2).sort()).toEqual([
        "0 process 0 of 2 begins at step 0",
        "1 process 1 of 2 begins at step 0",
      ]);
      const resumed = Number(/(\d+)$/.exec(begun[2] ?? "")?.[1]);
      expect(resumed).toBeGreaterThanOrEqual(20);
      expect(begun.slice(2).sort()).toEqual(
        [0, 1].map((rank) => `${rank} process ${rank} of 2 begins at step ${resumed}`),
      );
      const all = losses(lines);
      expect(all.at(-1)).toBeLessThan((all[0] as number) / 10);
      expect(weightsOf(lines, 0)).toBe(weightsOf(lines, 1));
      expect(gang.house.engine.scheduler.job(id)?.progress?.step ?? 60).toBe(60);
    },
    MINUTES,
  );

  test(
    "torchrun starts its processes on each server, with a program of its user's",
    async (context) => {
      context.skip(reason !== null, reason ?? "");
      // That version of torchrun does not start with this version of Python unless it is told where to put its logs.
      const launcherCommand = "python3 -m torch.distributed.run --redirects 1 --tee 1 --log_dir /tmp/logs".split(" ");
      const id = await gang.submit({ ...training({}), launcher: "torchrun", launcherCommand });
      await gang.ends(id, "completed");
      const lines = await gang.lines(id);
      for (const rank of [0, 1])
        expect(lines.filter((line) => line.endsWith(`process ${rank} of 2 begins at step 0`))).toHaveLength(1);
      expect(weightsOf(lines, 0)).toBe(weightsOf(lines, 1));
      expect(await gang.exits(id)).toMatchObject([{ outcome: { kind: "succeeded" } }]);
    },
    MINUTES,
  );
});
