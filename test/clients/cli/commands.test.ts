import { existsSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { formatSeconds } from "../../../clients/cli/format.ts";
import { cliHouse, eventually } from "./cli-house.ts";

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
const COLOUR = /\u001b\[[0-9;]*m/g;

const { cli, json, holding, inHouse } = cliHouse();

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
  const file = inHouse("job.yaml");
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
  const file = inHouse("bad.yaml");
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

test("ls shows the jobs that pass its filters, as a table and as JSON", async () => {
  const { id, release } = await holding("listed");
  const listed = async () => {
    const { jobs, totalCount } = await json(["ls", "--status", "running", "paused", "--phase", "running"]);
    return [totalCount, jobs.map((job: { id: string }) => job.id)];
  };
  await eventually(listed).toEqual([1, [id]]); // those of the tests before it end when they do
  const { out } = await cli(["ls", "--phase", "running"]);
  expect(out).toMatch(/^ID +NAME +STATUS +PROGRESS +SERVER +GPUS +CORES +TRAINED +REMAINING +USER +AGE +REASON\n/);
  expect(out).toMatch(new RegExp(`^${id} +listed +running +- +(alpha|beta) +0 +1 +[\\d.]+s +\\S+ +\\S+ +\\d+s$`, "m"));
  expect(out).not.toContain("\u001b");
  release();
  for (let i = 0; i < 3; i++) await json(["submit", "--label", "of=three", "--", "true"]);
  expect((await json(["ls", "--label", "of=three", "-n", "2"])).jobs.length).toBe(2);
  expect((await cli(["ls", "--label", "of=three", "-n", "2"])).err).toBe("1 more: schedulearn ls --all\n");
  expect((await json(["ls", "--label", "of=three", "--all"])).jobs.length).toBe(3);
});

test("ls shows of a job that is over where it was, what it had, how long it trained, and why it failed", async () => {
  const { id } = await json(["submit", "--name", "over", "--cores", "1:2", "--", "sleep 0.2; exit 3"]);
  await eventually(async () => (await json(["show", id])).status).toBe("FAILED");
  const { serviceTime } = await json(["show", id]);
  expect(serviceTime).toBeGreaterThanOrEqual(0.2);
  const row = new RegExp(
    `^${id} +over +failed +- +(alpha|beta) +0 +1:2 +${formatSeconds(serviceTime)} +- +\\S+ +\\d+s +exited with code 3$`,
    "m",
  );
  expect((await cli(["ls"])).out).toMatch(row);
  const narrow = (await cli(["ls", "--status", "failed"], { columns: 80 })).out.split("\n");
  expect(narrow.every((line) => line.replace(COLOUR, "").length <= 80)).toBe(true);
  expect(narrow.find((line) => line.startsWith(id))).toContain("exited ");
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

test("show breaks long values to the terminal's width, and leaves them whole in a pipe", async () => {
  const words = Array.from({ length: 30 }, (_, i) => `word${i}`).join(" ");
  const { id } = await json(["submit", "--env", `LONG=${words}`, "--", "true"]);
  expect((await cli(["show", id])).out).toContain(`LONG=${words}\n`);
  const lines = (await cli(["show", id], { columns: 60, env: { NO_COLOR: "1" } })).out.split("\n");
  expect(Math.max(...lines.slice(0, 20).map((line) => line.length))).toBeLessThanOrEqual(60);
  expect(lines.join(" ").replace(/\s+/g, " ")).toContain(`LONG=${words}`);
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
  expect((await cli(["show", id])).out).toMatch(new RegExp(`${from} +${to} +user +completed`));
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

test("migrate --wait tells where the job runs then and what the move cost", async () => {
  const script = "echo x > $SCHEDULEARN_CHECKPOINT_DIR/state; echo up; while true; do sleep 0.02; done";
  const { id } = await json(["submit", "--name", "waited-for", "--", script]);
  await eventually(async () => (await cli(["logs", id])).out).toBe("up\n");
  const { code, out, err } = await cli(["migrate", id, "--wait"]);
  expect([code, err]).toEqual([0, ""]);
  expect(out).toMatch(
    new RegExp(
      `^${id} moves from (alpha|beta) to (alpha|beta)\n${id} runs on \\2: [\\d.]+s of downtime, [\\d.]+ K?i?B carried`,
    ),
  );
  expect(await json(["migrate", id, "-w"])).toMatchObject({ state: "COMPLETED", downtime: expect.any(Number) });
  await cli(["rm", id, "--grace", "0"]);
});

test("migrate --wait fails with the reason when the job ends before it has moved", async () => {
  const file = inHouse("stop-asked");
  const script = `trap 'touch ${file}' TERM; echo up; while true; do sleep 0.02; done`;
  const { id } = await json(["submit", "--", script]);
  await eventually(async () => (await cli(["logs", id])).out).toBe("up\n");
  const moving = cli(["migrate", id, "--wait"]);
  await eventually(() => existsSync(file)).toBe(true);
  await cli(["cancel", id, "--grace", "0"]);
  const { code, err } = await moving;
  expect([code, err]).toEqual([1, expect.stringMatching(new RegExp(`^${id} was not migrated: the job is cancell`))]);
  await eventually(async () => (await json(["show", id])).status).toBe("CANCELLED");
});

test("gpus lists who has each GPU, and gives one to nobody while it is quarantined", async () => {
  await json(["servers", "add", "delta", "local", "--gpus", "1", "--cores", "1"]);
  expect((await cli(["gpus"])).out).toMatch(/SERVER +GPU +MODEL +MEMORY +USE +STATE +JOB +REASON\ndelta +0 /);
  const { gpus } = await json(["gpus"]);
  expect(gpus[0]).toMatchObject({ id: "delta/0", serverName: "delta", state: "IDLE", reason: null, job: null });
  expect((await cli(["gpus", "quarantine", "delta/0", "--reason", "its fan is loud"])).out).toBe(
    "GPU delta/0 is quarantined\n",
  );
  expect((await json(["gpus"])).gpus[0]).toMatchObject({ state: "FAULTY", reason: "its fan is loud" });
  expect((await cli(["gpus", "quarantine", "delta/0"])).err).toMatch(/quarantined already: its fan is loud/);
  expect((await cli(["gpus"])).out).toMatch(/delta +0 .*faulty +- +its fan is loud/);
  expect((await json(["gpus", "release", "delta/0"])).state).toBe("IDLE");
  expect((await cli(["gpus", "release", "delta/0"])).err).toMatch(/GPU delta\/0 is not quarantined/);
  expect((await cli(["gpus", "release", "delta/77"])).err).toMatch(/there is no GPU delta\/77; did you mean delta\/0/);
  await cli(["servers", "rm", "delta"]);
});

test("servers are listed, added, drained and removed", async () => {
  expect((await cli(["servers"])).out).toMatch(
    /^NAME +STATE +SINCE +GPUS +CORES +MEMORY +JOBS +DRIVER +ENDPOINT\nalpha +up +\d+[sm] +0\/0 /,
  );
  expect(await cli(["servers", "add", "gamma", "local", "--cores", "1"])).toEqual({
    code: 0,
    out: "gamma added: up, 0 GPUs, 1 core\n",
    err: "",
  });
  expect((await json(["servers", "drain", "gamma"])).draining).toBe(true);
  expect((await json(["servers", "drain", "gamma", "--undo"])).draining).toBe(false);
  expect(await cli(["servers", "rm", "gamma"])).toEqual({ code: 0, out: "gamma removed\n", err: "" });
  expect((await json(["servers"])).servers.map(({ name }: { name: string }) => name)).toEqual(["alpha", "beta"]);
  expect((await cli(["servers", "add", "lost", "unix:///nowhere.sock"])).err).toMatch(
    /\/nowhere\.sock.*\(--no-verify takes/,
  );
  const { out } = await cli(["servers", "add", "lost", "unix:///nowhere.sock", "--no-verify"]);
  expect(out).toMatch(/^lost added: down: .*\/nowhere\.sock/);
  await cli(["servers", "rm", "lost"]);
});

test("a server is cordoned and drained with a reason and a deadline, which the list shows until they end", async () => {
  const say = async (...words: string[]): Promise<string> => (await cli(words)).out;
  await eventually(() => say("servers")).toMatch(/^beta +up +\S+ +\S+ +0\//m); // the last one lets go of its core
  expect(await say("cordon", "beta", "--reason", "a fan rattles")).toBe("beta takes no more jobs; no job is there\n");
  expect(await say("servers")).toMatch(/^beta +cordoned: a fan rattles +\d+s /m);
  expect(await say("drain", "beta", "--reason", "new disks", "--deadline", "2h")).toBe(
    "beta takes no more jobs; no job is there\n",
  );
  expect(await say("servers")).toMatch(/^beta +draining, cordoned: new disks \(no job is there\) +\d+s /m);
  const [, beta] = (await json(["servers"])).servers;
  expect(beta).toMatchObject({
    state: "DRAINING",
    stateReason: "new disks",
    drain: { reason: "new disks", jobsLeft: 0, deadlineAt: expect.any(String) },
    cordoned: { reason: "a fan rattles" },
  });
  expect(Date.parse(beta.drain.deadlineAt) - Date.parse(beta.drain.since)).toBe(7_200_000);
  expect(await say("uncordon", "beta")).toBe(
    "beta takes no jobs yet: it is still draining; see schedulearn undrain beta\n",
  );
  await say("cordon", "beta", "--reason", "a fan rattles");
  expect(await say("undrain", "beta")).toBe(
    "beta takes no jobs yet: it is still cordoned; see schedulearn uncordon beta\n",
  );
  expect(await say("servers")).toMatch(/^beta +cordoned: a fan rattles/m);
  expect(await say("uncordon", "beta")).toBe("beta takes jobs again\n");
  expect(await say("servers")).toMatch(/^beta +up +/m);
  expect(await cli(["drain", "beta", "--deadline", "soon"])).toMatchObject({ code: 2 });
  expect((await cli(["cordon", "nowhere"])).err).toContain("there is no server nowhere; there are: alpha, beta");
});

test("drain tells in a sentence how many jobs are there; a server goes by force even with a job", async () => {
  await json(["servers", "add", "delta", "local", "--gpus", "1"]);
  const { id } = await holding("needs-delta", "--gpus", "1");
  expect((await cli(["cordon", "delta"])).out).toBe("delta takes no more jobs; 1 job stays\n");
  expect((await cli(["servers", "drain", "delta"])).out).toBe("delta takes no more jobs; 1 job is still there\n");
  const late = await cli(["drain", "delta", "--deadline", "2h"]);
  expect(late.out).toMatch(/^delta takes no more jobs; 1 job is still there, preempted in (2h 00m|1h 59m)\n$/);
  expect(await cli(["servers", "rm", "delta"])).toMatchObject({ code: 1, err: expect.stringContaining("delta") });
  expect(await cli(["servers", "rm", "delta", "--force"])).toEqual({ code: 0, out: "delta removed\n", err: "" });
  await cli(["rm", id, "--grace", "0"]);
});

test("ls counts the servers of a job over several, and show names them, while it runs and when it is over", async () => {
  for (const name of ["gang-1", "gang-2"]) await json(["servers", "add", name, "local", "--gpus", "1"]);
  const { id, release } = await holding("gang", "--gpus", "2", "-N", "2");
  expect((await cli(["ls"])).out).toMatch(new RegExp(`^${id} +gang +running +- +gang-1 \\+1 +2 `, "m"));
  const shown = (await cli(["show", id])).out;
  expect(shown).toMatch(/^server +gang-1, gang-2$/m);
  expect(shown).toMatch(/^gpus +2, now gang-1\/0, gang-2\/0$/m);
  expect(shown).toMatch(/^cores +1, now 2 in all$/m);
  release();
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  expect((await cli(["ls"])).out).toMatch(new RegExp(`^${id} +gang +completed +- +gang-1 \\+1 `, "m"));
  for (const name of ["gang-1", "gang-2"]) await cli(["servers", "rm", name]);
});

test("the policy is shown with its options and set while running; a wrong name is refused with those there are", async () => {
  expect(await cli(["policy", "set", "fifo", "--option", "backfill=fit", "--placement", "spread"])).toEqual({
    code: 0,
    out: "policy fifo, placement spread\n",
    err: "",
  });
  expect((await cli(["policy"])).out).toMatch(/^\* +fifo +- +- +backfill=fit/m);
  expect(await cli(["policy", "set", "magic"])).toMatchObject({ code: 1, err: expect.stringContaining("round-robin") });
});

test("a policy is shown with what each option means, what it may be, and what it is now", async () => {
  await json(["policy", "set", "round-robin", "--option", "quantumSeconds=60"]);
  const { out } = await cli(["policy", "show"]);
  expect(out).toMatch(/^policy +round-robin, at work$/m);
  expect(out).toMatch(/^may +preempt$/m);
  expect(out).toMatch(
    /^quantumSeconds +a number, at least 1, at most 86400; default 300, now 60\n +Length of a slice/m,
  );
  expect((await cli(["policy", "show", "fifo"])).out).toMatch(/^backfill +none, .*; default none\n/m);
  expect(await json(["policy", "show", "round-robin"])).toMatchObject({ active: true, values: { quantumSeconds: 60 } });
  expect(await cli(["policy", "show", "magic"])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^schedulearn: there is no policy magic; there are: fifo, .*\n$/),
  });
  await json(["policy", "set", "fifo"]);
});

test("options are given as texts, which the server reads; what it cannot read is told in one line", async () => {
  const set = (option: string) => cli(["policy", "set", "round-robin", "-o", option]);
  expect((await set("quantumSeconds=2.5")).code).toBe(0);
  expect((await json(["policy", "show"])).values).toMatchObject({ quantumSeconds: 2.5 });
  expect(await set("quantumSeconds=soon")).toMatchObject({
    code: 1,
    err: 'schedulearn: option quantumSeconds must be a number, not "soon"\n',
  });
  expect((await json(["policy", "show"])).values).toMatchObject({ quantumSeconds: 2.5 });
  await json(["policy", "set", "fifo"]);
});

test("the table of policies fits a terminal, and is whole in a pipe", async () => {
  const all = (await cli(["policy"])).out;
  expect(all).toContain("if others wait.");
  for (const columns of [80, 120]) {
    const { out } = await cli(["policy"], { columns, env: { NO_COLOR: "1" } });
    expect(out.split("\n").filter((line) => line.length > columns)).toEqual([]);
    expect(out).toMatch(/^ +round-robin +preempt +- +quantum/m);
  }
});

test("show and ls tell what is left of a job where that is known", async () => {
  const yaml = "command: sleep 60\ntype: declared\nestimate: {seconds: 5000}\ncores: {min: 1, max: 2, preferred: 2}\n";
  const { id } = await json(["submit", "-"], { stdin: yaml });
  await eventually(async () => (await json(["show", id])).status).toBe("RUNNING");
  const { out } = await cli(["show", id]);
  expect(out).toMatch(/^remaining +\d+m \d\ds.*, as its user said$/m);
  expect(out).toMatch(/^cores +1 to 2, 2 preferred, now #\d, #\d$/m);
  expect(out).toMatch(/^elasticity +restart$/m);
  expect(out).toMatch(/^resizes +0$/m);
  expect((await cli(["ls"])).out).toMatch(new RegExp(`^${id} .+ \\d+m \\d\\ds +\\S+ +\\d+s$`, "m"));
  await cli(["rm", id, "--grace", "0"]);
  const unknown = await json(["submit", "--type", "unheard-of", "--", "sleep 60"]);
  expect((await cli(["show", unknown.id])).out).toMatch(
    /^remaining +.+ give or take \d+%, from (all jobs|jobs of its kind)$/m,
  );
  await cli(["rm", unknown.id, "--grace", "0"]);
});

test("estimates tell how good they have been, or that there is nothing to tell yet", async () => {
  expect((await json(["estimates"])).accuracy).toEqual(expect.any(Array));
  const step = "i=$((i+1)); echo step=$i/20; sleep 0.1";
  const { id } = await json(["submit", "--type", "counted", "--", `i=0; while [ $i -lt 20 ]; do ${step}; done`]);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  const { out } = await cli(["estimates"]);
  expect(out).toMatch(/^CATEGORY +DONE +ESTIMATES +OFF BY +TENDENCY\nall +\d+% +\d+ +x\d+\.\d\d +\S+/);
  expect(out).toMatch(/^counted +75% +1 /m);
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

test("events leave out the steps of progress unless asked for, and -n gives the last ones", async () => {
  const { id } = await json(["submit", "--", "for i in 1 2 3; do echo epoch=$i/3; sleep 0.3; done"]);
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  const types = async (...flags: string[]): Promise<string[]> =>
    (await json(["events", "--job", id, ...flags])).events.map(({ type }: { type: string }) => type);
  expect(await types()).not.toContain("RunProgressed");
  expect(await types("--progress")).toContain("RunProgressed");
  expect(new Set(await types("--type", "RunProgressed"))).toEqual(new Set(["RunProgressed"]));
  expect(await types("-n", "1")).toEqual(["RunExited"]);
  expect(await types("-n", "0")).toEqual([]);
  expect(await types("-n", "2")).toEqual((await types()).slice(-2));
});
