import { expect, test } from "vitest";
import { cliHouse, eventually } from "./cli-house.ts";

const { cli, json } = cliHouse();

test("metrics sums up what ended: counts, throughput and times, which are those of the jobs themselves", async () => {
  const ids: string[] = [];
  for (const [user, seconds] of [
    ["ada", 0.1],
    ["ada", 0.4],
    ["bob", 0.2],
  ] as const)
    ids.push((await json(["submit", "--user", user, "--", `sleep ${seconds}`])).id);
  ids.push((await json(["submit", "--user", "bob", "--", "exit 3"])).id);
  for (const id of ids) await eventually(async () => (await json(["show", id])).endedAt).not.toBeNull();
  const times: number[] = [];
  for (const id of ids.slice(0, 3)) times.push((await json(["show", id])).jobCompletionTime);
  const sorted = times.toSorted((a, b) => a - b);
  const { jobs, groups, completedPerHour } = await json(["metrics", "--since", "1h", "--by", "user"]);
  expect(jobs).toMatchObject({ completed: 3, failed: 1, cancelled: 0 });
  expect(jobs.jobCompletionTime).toMatchObject({ jobs: 3, p50: sorted[1], p90: sorted[2], max: sorted[2] });
  expect(jobs.jobCompletionTime.mean).toBeCloseTo(times.reduce((sum, each) => sum + each, 0) / 3, 3);
  expect(completedPerHour).toBeCloseTo(3, 1);
  expect(groups.map(({ group, completed }: { group: string; completed: number }) => [group, completed]).sort()).toEqual(
    [
      ["ada", 2],
      ["bob", 1],
    ],
  );
  const { out } = await cli(["metrics", "--since", "1h", "--by", "user"]);
  expect(out).toMatch(/^ended +3 completed, 1 failed, 0 cancelled$/m);
  expect(out).toMatch(/^throughput +3 completed an hour$/m);
  expect(out).toMatch(/^completion time +3 /m);
  expect(out).toMatch(/^USER +COMPLETED +FAILED .*\n(ada +2 +0|bob +1 +1)/m);
  expect(
    (await json(["metrics", "--since", "2020-01-01T00:00:00Z", "--until", "2021-01-01T00:00:00Z"])).jobs,
  ).toMatchObject({
    completed: 0,
    jobCompletionTime: null,
  });
});

test("metrics --prometheus prints what the server tells Prometheus", async () => {
  const { code, out } = await cli(["metrics", "--prometheus"]);
  expect([code, out]).toEqual([0, expect.stringMatching(/^# HELP schedulearn_/m)]);
});
