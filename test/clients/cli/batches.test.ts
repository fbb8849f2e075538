import { expect, test } from "vitest";
import { cliHouse, eventually } from "./cli-house.ts";

const { cli, json, holding } = cliHouse();

test("a sweep is submitted by flags, followed to its end, listed as one row and by its jobs", async () => {
  const { code, out, err } = await cli([
    ...[
      "run",
      "--name",
      "tuned",
      "--watch",
      "--max-parallel",
      "2",
      "--sweep",
      "lr=0.1,0.01",
      "--sweep",
      "opt=adam,sgd",
    ],
    ...["--", "echo {{lr}} $SCHEDULEARN_PARAM_OPT"],
  ]);
  expect([code, err]).toEqual([0, expect.stringMatching(/^batch-\d+ submitted: 4 jobs, job-\d+ and on\n/)]);
  expect(out).toContain("4 completed");
  const [id = ""] = /batch-\d+/.exec(err) ?? [];
  const row = (await cli(["ls"])).out.split("\n").filter((line) => line.includes("tuned"));
  expect(row).toHaveLength(1);
  expect(row[0]).toMatch(new RegExp(`^${id} +tuned +completed +4/4 .*4 completed$`));
  const { jobs, totalCount } = await json(["ls", "--batch", id, "--sort", "oldest"]);
  expect(totalCount).toBe(4);
  expect(jobs.map(({ name }: { name: string }) => name)).toEqual([
    "tuned lr=0.1 opt=adam",
    "tuned lr=0.1 opt=sgd",
    "tuned lr=0.01 opt=adam",
    "tuned lr=0.01 opt=sgd",
  ]);
  expect((await cli(["logs", jobs[3].id])).out).toBe("0.01 sgd\n");
  expect((await cli(["ls", "-q", "--search", "lr=0.01 opt=adam"])).out).toBe(`${jobs[2].id}\n`);
});

test("wait ends with the program's own exit code, with 0 when all completed, and with 124 when the time is up", async () => {
  const failed = await json(["submit", "--", "exit 7"]);
  const done = await json(["submit", "--", "true"]);
  expect(await cli(["wait", done.id])).toMatchObject({ code: 0, out: expect.stringContaining("completed") });
  expect((await cli(["wait", failed.id, done.id])).code).toBe(7);
  const held = await holding("waited");
  expect(await cli(["wait", held.id, "--timeout", "0.2s"])).toMatchObject({
    code: 124,
    err: expect.stringContaining(`${held.id} go on`),
  });
  expect((await cli(["wait", held.id, done.id, "--any"])).code).toBe(0);
  held.release();
  const range = `${failed.id.slice(4)}-${held.id.slice(4)}`;
  const waited = JSON.parse((await cli(["--json", "wait", range])).out);
  expect(waited).toMatchObject({ timedOut: false, jobs: [{ id: failed.id }, { id: done.id }, { id: held.id }] });
});

test("a batch, and a range of jobs, is cancelled and removed by one word", async () => {
  const { batch } = await json(["submit", "--array", "0-2", "--", "sleep 600"]);
  expect(await cli(["cancel", batch.id, "--grace", "0"])).toMatchObject({
    code: 0,
    out: `${batch.id} stopping: 3 jobs\n`,
  });
  await eventually(async () => (await json(["ls", "--batch", batch.id, "--status", "cancelled"])).totalCount).toBe(3);
  expect(await cli(["cancel", batch.id])).toMatchObject({ code: 1, err: expect.stringContaining("is over already") });
  const { jobs } = await json(["ls", "--batch", batch.id, "--sort", "oldest"]);
  const range = `${jobs[0].id.slice(4)}-${jobs[2].id.slice(4)}`;
  expect((await cli(["rm", range])).out.match(/removed/g)).toHaveLength(3);
  expect((await cli(["cancel", batch.id])).err).toContain(`there is no batch ${batch.id}`);
});

test("priority sets, raises and lowers", async () => {
  const held = await holding("prior");
  await cli(["priority", held.id, "10"]);
  await cli(["priority", held.id, "+5"]);
  expect((await json(["show", held.id])).priority).toBe(15);
  expect(await cli(["priority", held.id, "-3"])).toMatchObject({ code: 0 });
  expect((await json(["show", held.id])).priority).toBe(12);
  held.release();
});

test("--dry-run tells of a whole batch what is to be expected, and a placeholder that is unknown is told of", async () => {
  const { code, out, err } = await cli(["submit", "--dry-run", "--array", "0-4", "--name", "dry", "--", "sleep 1"]);
  expect([code, out]).toEqual([0, expect.stringMatching(/jobs +5: dry\.0, dry\.1, dry\.2, …/)]);
  expect(err).toContain("nothing was submitted");
  expect(await cli(["submit", "--sweep", "lr=1,2", "--", "echo {{rate}}"])).toMatchObject({
    code: 1,
    err: expect.stringContaining("command: there is no parameter rate: there are index, size and lr"),
  });
});

test("update changes limits and takes them away, of several jobs too", async () => {
  const held = await holding("limited");
  await cli(["update", held.id, "--time", "2h", "--idle-time", "30m", "--retries", "2"]);
  const limits = async () => (await json(["show", held.id])).spec.limits;
  expect(await limits()).toEqual({ runSeconds: 7200, idleSeconds: 1800 });
  expect((await cli(["update", held.id, held.id, "--no-time"])).out).toBe(`${held.id} changed\n${held.id} changed\n`);
  expect(await limits()).toEqual({ idleSeconds: 1800 });
  held.release();
});

test("ls --watch tells what has changed, until Ctrl-C", async () => {
  const stop = new AbortController();
  const lists: string[] = [];
  const { id: before } = await json(["submit", "--name", "seen-live", "--", "true"]);
  const watching = cli(["ls", "--watch", "--quiet", "--search", "seen-live"], {
    signal: stop.signal,
    onOutput: (out) => lists.push(out),
  });
  await eventually(() => lists.at(-1) ?? "").toContain(before);
  const { id } = await json(["submit", "--name", "seen-live", "--", "true"]);
  await eventually(() => lists.at(-1) ?? "").toContain(id);
  stop.abort();
  expect((await watching).code).toBe(130);
});
