import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { cliHouse, eventually } from "./cli-house.ts";

const { cli, json, holding, inHouse } = cliHouse();

test("without jobs there is nothing to forecast, and nothing to tell of past forecasts", async () => {
  expect((await cli(["forecast"])).out).toBe("nothing to forecast: no job waits or runs\n");
  expect((await cli(["forecast", "--accuracy"])).out).toMatch(/^nothing to tell yet: /);
  expect(await json(["forecast"])).toMatchObject({ policies: [{ policy: "fifo", jobs: [] }] });
});

test("forecast tells of the jobs when they start and end, and why where that cannot be told", async () => {
  const file = inHouse("told.yaml");
  writeFileSync(file, "name: told\ncommand: sleep 100\ncores: 1\nestimate: {seconds: 100}\n");
  const { id: told } = await json(["submit", file]);
  await eventually(async () => (await json(["show", told])).status).toBe("RUNNING");
  const { id: unknown, release } = await holding("unknown");

  const { out, err } = await cli(["forecast"]);
  expect(out).toMatch(/^ID +NAME +STARTS IN +RANGE +ENDS IN +RANGE +SERVER +SIZE +IN TIME +JUDGED BY +BUT\n/);
  expect(out).toMatch(new RegExp(`^${told} +told +runs +- +\\S.*what its user said`, "m"));
  expect(out).toMatch(new RegExp(`^${unknown} +unknown +runs +- +\\? .*nothing is known of how long it takes`, "m"));
  expect(err).toMatch(/^times from now, played through so often: fifo \d+\n$/);

  const [policy] = (await json(["forecast", told])).policies;
  expect(policy.jobs).toMatchObject([{ job: told, startsAt: null, basis: "DECLARED", reason: null }]);
  const several = await cli(["forecast", "--policy", "fifo,srtf", told]);
  expect(several.out).toMatch(/^ID +NAME +FIFO +SRTF\n/);
  expect(several.out).toMatch(/^ +mean end +\S+.*$/m);
  release();
});

test("submit --dry-run tells what the job would get, and submits nothing", async () => {
  const before = (await json(["ls", "--all"])).totalCount;
  const file = inHouse("dry.yaml");
  writeFileSync(file, "name: dry\ncommand: 'true'\nestimate: {seconds: 60}\n");
  const { code, out, err } = await cli(["submit", file, "--dry-run"]);
  expect([code, err]).toEqual([0, "nothing was submitted; this is what it would get under fifo\n"]);
  expect(out).toMatch(/^starts +in \d\.\ds, \d{4}-/m);
  expect(out).toMatch(/^ends +in .*s \(.*s to .*s\), \d{4}-/m);
  expect(out).toMatch(/^where +(alpha|beta), with 1$/m);
  const { forecast, policy } = await json(["submit", "--dry-run", "--", "true"]);
  expect([policy, forecast.job]).toEqual(["fifo", null]);
  expect((await json(["ls", "--all"])).totalCount).toBe(before);
});

test("submit --dry-run tells each fault of a file as a submission would", async () => {
  const file = inHouse("bad-dry.yaml");
  writeFileSync(file, "name: bad\ncommand: 'true'\ncors: 2\n");
  const { code, err } = await cli(["submit", file, "--dry-run"]);
  expect([code, err]).toEqual([1, `schedulearn: ${file}: cors: unknown, did you mean cores? (line 3, column 1)\n`]);
  expect((await cli(["submit", "--dry-run", "--gpus", "999", "--", "true"])).err).toMatch(
    /no server could ever hold 999/,
  );
  expect((await cli(["submit", "--dry-run", "-f", "--", "true"])).code).toBe(2);
});

test("what forecast cannot do is refused with the reason", async () => {
  expect((await cli(["forecast", "--policy", "nonsense"])).err).toMatch(/there is no policy nonsense/);
  expect((await cli(["forecast", "job-9999"])).err).toMatch(/there is no job job-9999/);
  expect((await cli(["forecast", "--runs", "0"])).err).toMatch(/runs: it must be between 1 and 200, not 0/);
  expect((await cli(["forecast", "--accuracy", "1"])).code).toBe(2);
});

test("jobs that have completed are held against what was told when they were submitted", async () => {
  const file = inHouse("short.yaml");
  const told = inHouse("told"); // a job that is over by then is not forecast
  const command = `while [ ! -e ${told} ]; do sleep 0.02; done`;
  writeFileSync(file, `name: short\ncommand: "${command}"\ntype: short\nestimate: {seconds: 2}\n`);
  const { id } = await json(["submit", file]);
  await eventually(async () => (await json(["show", id])).forecast?.endsAt?.p50 ?? null).not.toBeNull();
  expect((await cli(["show", id])).out).toMatch(/^expected end +(in |[^,]+ ago, )/m);
  writeFileSync(told, "");
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  const end = async () =>
    (await json(["forecast", "--accuracy"])).accuracy.find(
      (each: { category: string; of: string }) => each.category === "short" && each.of === "END",
    );
  await eventually(end).toMatchObject({ policy: "fifo", forecasts: 1 });
  expect((await cli(["forecast", "--accuracy"])).out).toMatch(/^fifo +short +end +1 +\d/m);
});
