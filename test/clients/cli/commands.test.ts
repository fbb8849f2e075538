import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type House, startHouse } from "../house.ts";
import { type CliOptions, runCli } from "./run-cli.ts";

/** Waits until what is asked is so. */
const eventually = <T>(ask: () => T) => expect.poll(ask, { timeout: 20_000, interval: 20 });

let house: House;
beforeAll(async () => {
  house = await startHouse();
});
afterAll(() => house.end());

const cli = (argv: string[], options: CliOptions = {}) => runCli(argv, { url: house.url, ...options });

async function json(argv: string[], options: CliOptions = {}) {
  const { code, out, err } = await cli(["--json", ...argv], options);
  expect(err).toBe("");
  expect(code).toBe(0);
  return JSON.parse(out);
}

/** Submits a job that runs until the file is there, and waits until it does. */
async function holding(name: string): Promise<{ id: string; release(): void }> {
  const file = join(house.folder, `release-${name}`);
  const { id } = await json([
    "submit",
    "--name",
    name,
    "--",
    `echo ${name} runs; while [ ! -e ${file} ]; do sleep 0.02; done`,
  ]);
  await eventually(async () => (await json(["show", id])).status).toBe("RUNNING");
  return { id, release: () => writeFileSync(file, "") };
}

test("a job given by flags runs, and its output is printed", async () => {
  const { code, out } = await cli(["submit", "--env", "WHO=world", "--", 'echo "hello $WHO"; exit 0']);
  const id = /^(job-\d+) submitted/.exec(out)?.[1] ?? "";
  expect([code, id]).toEqual([0, expect.stringMatching(/^job-/)]);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  expect(await cli(["logs", id])).toEqual({ code: 0, out: "hello world\n", err: "" });
});

test("several words behind -- are run as they stand, one with spaces by a shell", async () => {
  expect((await json(["submit", "--", "echo", "a b", "$HOME"])).command).toEqual(["echo", "a b", "$HOME"]);
  expect((await json(["submit", "--", "echo a && true"])).command).toBe("echo a && true");
});

test("a file is submitted from its name and from the standard input, and flags win over it", async () => {
  const file = join(house.folder, "job.yaml");
  const yaml = "# mine\nname: from-file\ncommand: 'true'\nenv: {A: 1, B: 2}\nlabels: {team: x}\n";
  writeFileSync(file, yaml);
  expect(await json(["submit", file])).toMatchObject({ name: "from-file", labels: { team: "x" } });
  expect(await json(["submit", "-"], { stdin: yaml })).toMatchObject({ name: "from-file" });
  const changed = await json([
    "submit",
    file,
    "--name",
    "mine",
    "--env",
    "B=3",
    "--label",
    "run=7",
    "--priority",
    "-5",
  ]);
  expect(changed).toMatchObject({ name: "mine", labels: { team: "x", run: "7" }, priority: -5 });
  expect((await json(["show", changed.id])).env).toEqual({ A: "1", B: "3" });
});

test("every fault of a file is told on its own line, with the file, the path, the line and the column", async () => {
  const file = join(house.folder, "bad.yaml");
  writeFileSync(file, "name: bad\ncommand: 'true'\ncors: 2\ngpus:\n  min: 4\n  max: 2\n");
  const { code, out, err } = await cli(["submit", file]);
  expect([code, out]).toEqual([1, ""]);
  const lines = err.trimEnd().split("\n").sort();
  expect(lines).toEqual([
    `schedulearn: ${file}: cors: unknown, did you mean cores? (line 3, column 1)`,
    expect.stringMatching(/^schedulearn: .*bad\.yaml: gpus\.min: must be at most .*\(line 5, column \d+\)$/),
  ]);
  writeFileSync(file, "name: [\n");
  expect((await cli(["submit", file, "--gpus", "1"])).err).toMatch(/line \d+, column \d+/);
});

test("submit --follow prints the output and tells a failure by its exit code", async () => {
  const good = await cli(["submit", "--follow", "--", "echo one; echo two"]);
  expect([good.code, good.out]).toEqual([0, "one\ntwo\n"]);
  const bad = await cli(["submit", "--follow", "--", "echo oh; exit 7"]);
  expect([bad.code, bad.out]).toEqual([1, "oh\n"]);
});

test("submit --follow --json prints the job, its lines, and the job as it ended", async () => {
  const { out } = await cli(["submit", "--follow", "--json", "--", "echo one"]);
  const items = out
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(items.map(({ status, text }) => text ?? status)).toEqual([expect.any(String), "one", "COMPLETED"]);
});

test("on a terminal, submit --follow draws a bar under the output", async () => {
  const script = "for i in 1 2; do echo epoch=$i/2; sleep 0.2; done";
  const { code, out } = await cli(["submit", "--follow", "--name", "bars", "--", script], { columns: 100 });
  expect(code).toBe(0);
  expect(out).toContain("epoch=1/2");
  expect(out).toMatch(/job-\d+ bars +█{20} /);
  expect(out).toContain("completed");
});

test("Ctrl-C leaves the followed job running and says how to follow it again", async () => {
  const stop = new AbortController();
  const { code, err, out } = await cli(["submit", "--follow", "--name", "long", "--", "echo up; sleep 60"], {
    signal: stop.signal,
    onOutput: (text) => text.includes("up\n") && stop.abort(),
  });
  const id = /^(job-\d+) goes on; follow it with schedulearn logs -f job-\d+/.exec(err)?.[1] ?? err;
  expect([code, out]).toEqual([130, "up\n"]);
  expect((await json(["show", id])).status).toBe("RUNNING");
  await cli(["rm", id, "--grace", "0"]);
});

test("ls shows the jobs that pass its filters, as a table and as JSON", async () => {
  const { id, release } = await holding("listed");
  const { jobs, totalCount } = await json(["ls", "--status", "running", "paused", "--phase", "running"]);
  expect([totalCount, jobs.map((job: { id: string }) => job.id)]).toEqual([1, [id]]);
  const { out } = await cli(["ls", "--phase", "running"]);
  expect(out).toMatch(/^ID +NAME +STATUS +PROGRESS +SERVER +GPUS +CORES +USER +AGE\n/);
  expect(out).toMatch(new RegExp(`^${id} +listed +running +- +(alpha|beta) +0 +1 +\\S+ +\\d+s$`, "m"));
  expect(out).not.toContain("\u001b");
  release();
  for (let i = 0; i < 3; i++) await json(["submit", "--label", "of=three", "--", "true"]);
  expect((await json(["ls", "--label", "of=three", "-n", "2"])).jobs.length).toBe(2);
  expect((await cli(["ls", "--label", "of=three", "-n", "2"])).err).toBe("1 more: schedulearn ls --all\n");
  expect((await json(["ls", "--label", "of=three", "--all"])).jobs.length).toBe(3);
});

test("colours come on a terminal only, and NO_COLOR turns them off", async () => {
  await json(["submit", "--", "true"]);
  expect((await cli(["ls"], { columns: 120 })).out).toContain("\u001b[");
  expect((await cli(["ls"], { columns: 120, env: { NO_COLOR: "1" } })).out).not.toContain("\u001b[");
});

test("a job is found by its id, its number, and a name of which there is one", async () => {
  const [a, b] = [
    await json(["submit", "--name", "twin", "--", "true"]),
    await json(["submit", "--name", "twin", "--", "true"]),
  ];
  const { id } = await json(["submit", "--name", "single", "--", "true"]);
  for (const wanted of [id, id.replace("job-", ""), "single"]) expect((await json(["show", wanted])).id).toBe(id);
  for (const job of [a, b]) await eventually(async () => (await json(["show", job.id])).status).toBe("COMPLETED");
  const twin = await cli(["show", "twin"]);
  expect(twin.code).toBe(1);
  expect(twin.err).toBe(`schedulearn: 2 jobs are called twin: ${b.id} (completed), ${a.id} (completed)\n`);
  expect((await cli(["show", "nobody"])).err).toContain("there is no job nobody");
  expect(await cli(["show", "99999"])).toMatchObject({ code: 1, err: "schedulearn: there is no job job-99999\n" });
});

test("show tells what a job asked for and how its run ended, and never a secret", async () => {
  const yaml = "name: shown\ncommand: exit 3\nsecrets: {KEY: s3cret}\nlabels: {team: x}\n";
  const { id } = await json(["submit", "-"], { stdin: yaml });
  await eventually(async () => (await json(["show", id])).status).toBe("FAILED");
  const { out } = await cli(["show", id]);
  expect(out).toMatch(/^name +shown$/m);
  expect(out).toMatch(/^status +failed: .+/m);
  expect(out).toMatch(/^secrets +KEY$/m);
  expect(out).toMatch(/^ +1 +submitted +(alpha|beta) +failed: /m);
  expect(out).not.toContain("s3cret");
});

test("logs --tail gives the last lines, --attempt those of one run, --json one document", async () => {
  const { id } = await json(["submit", "--", "for i in 1 2 3 4 5; do echo $i; done"]);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  expect((await cli(["logs", id, "--tail", "2"])).out).toBe("4\n5\n");
  expect((await cli(["logs", id, "--attempt", "2"])).out).toBe("");
  expect((await json(["logs", id])).lines.map(({ text }: { text: string }) => text)).toEqual(["1", "2", "3", "4", "5"]);
});

test("logs -f goes on until the job is over, and --tail 0 shows only what is new", async () => {
  const { id, release } = await holding("followed");
  await eventually(async () => (await cli(["logs", id])).out).toBe("followed runs\n");
  const whole = cli(["logs", "-f", id]);
  const news = cli(["logs", "-f", "--tail", "0", id]);
  release();
  expect(await whole).toEqual({ code: 0, out: "followed runs\n", err: "" });
  expect(await news).toEqual({ code: 0, out: "", err: "" });
});

test("hostile output is made harmless on a terminal and kept as it is in a pipe", async () => {
  const { id } = await json(["submit", "--", "printf '\\033]0;owned\\007\\033[31mred\\033[0m\\n'"]);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  expect((await cli(["logs", id])).out).toBe("\u001b]0;owned\u0007\u001b[31mred\u001b[0m\n");
  expect((await cli(["logs", id], { columns: 80 })).out).toBe("\\x1b]0;owned\\x07\u001b[31mred\u001b[0m\u001b[0m\n");
});

test("migrate moves a running job and names both servers", async () => {
  const { id, release } = await holding("mover");
  const from = (await json(["show", id])).server.name;
  const to = from === "alpha" ? "beta" : "alpha";
  expect(await cli(["migrate", id, to])).toMatchObject({ code: 0, out: `${id} moves from ${from} to ${to}\n` });
  const place = async () => {
    const { status, server } = await json(["show", id]);
    return `${status} on ${server?.name}`;
  };
  await eventually(place).toBe(`RUNNING on ${to}`);
  expect(await cli(["migrate", id, "nowhere"])).toMatchObject({ code: 1, err: expect.stringContaining("nowhere") });
  release();
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  expect((await cli(["show", id])).out).toMatch(new RegExp(`${from} +${to} +completed`));
});

test("cancel, retry, pause, resume and rm say what they did to each job, and go on behind one that refuses", async () => {
  const { id, release } = await holding("handled");
  expect((await cli(["pause", id])).out).toBe(`${id} paused\n`);
  expect((await json(["show", id])).status).toBe("PAUSED");
  expect((await cli(["resume", id])).out).toBe(`${id} resumed\n`);
  const { code, out, err } = await cli(["cancel", "job-99999", id, "--grace", "0"]);
  expect([code, out]).toEqual([1, `${id} stopping\n`]);
  expect(err).toContain("job-99999");
  await eventually(async () => (await json(["show", id])).status).toBe("CANCELLED");
  release();
  expect((await json(["retry", id])).jobs[0].id).toBe(id);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  expect((await cli(["rm", id])).out).toBe(`${id} removed\n`);
  expect((await cli(["show", id])).code).toBe(1);
});

test("update changes a job that is not over, and is refused for one that is", async () => {
  const { id, release } = await holding("updated");
  expect((await json(["update", id, "--priority", "9", "--label", "a=b"])).priority).toBe(9);
  release();
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  expect(await cli(["update", id, "--priority", "1"])).toMatchObject({ code: 1, err: expect.stringContaining("over") });
});

test("servers are listed, added, drained and removed", async () => {
  expect((await cli(["servers"])).out).toMatch(
    /^NAME +HEALTH +GPUS +CORES +MEMORY +JOBS +DRIVER +ENDPOINT\nalpha +up +0\/0 /,
  );
  expect(await cli(["servers", "add", "gamma", "local", "--cores", "1"])).toMatchObject({ code: 0 });
  expect((await json(["servers", "drain", "gamma"])).draining).toBe(true);
  expect((await json(["servers", "drain", "gamma", "--undo"])).draining).toBe(false);
  expect(await cli(["servers", "rm", "gamma"])).toEqual({ code: 0, out: "gamma removed\n", err: "" });
  expect((await json(["servers"])).servers.map(({ name }: { name: string }) => name)).toEqual(["alpha", "beta"]);
  expect((await cli(["servers", "add", "lost", "unix:///nowhere.sock"])).err).toContain("/nowhere.sock");
});

test("the policy is shown with its options and set while running; a wrong name is refused with those there are", async () => {
  expect(await cli(["policy", "set", "fifo", "--option", "backfill=fit", "--placement", "spread"])).toEqual({
    code: 0,
    out: "policy fifo, placement spread\n",
    err: "",
  });
  expect((await cli(["policy"])).out).toMatch(/^\* +fifo +backfill=fit/m);
  expect(await cli(["policy", "set", "magic"])).toMatchObject({ code: 1, err: expect.stringContaining("round-robin") });
});

test("events of a job are printed in order, as lines and as JSON", async () => {
  const { id } = await json(["submit", "--", "true"]);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  const { events } = await json(["events", "--job", id]);
  expect(events[0]).toMatchObject({ type: "JobSubmitted", jobId: id });
  const { out } = await cli(["events", "--job", id]);
  expect(out.trimEnd().split("\n").length).toBe(events.length);
  const followed = await cli(["events", "-f", "--job", id, "--json"]);
  expect(
    followed.out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).type),
  ).toEqual(events.map(({ type }: { type: string }) => type));
});
