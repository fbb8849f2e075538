import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type House, startHouse, wireTo } from "../house.ts";
import { cliHouse, eventually } from "./cli-house.ts";
import { runCli } from "./run-cli.ts";

const { cli, json, holding, inHouse, url } = cliHouse();

function file(name: string, ...lines: string[]): string {
  const path = inHouse(name);
  writeFileSync(path, `${lines.join("\n")}\n`);
  return path;
}
function firstRow(path: string): Record<string, string | undefined> {
  const [names, row] = readFileSync(path, "utf8").split("\n");
  return Object.fromEntries((names ?? "").split(",").map((name, i) => [name, row?.split(",")[i]]));
}
const jobsOf = async (label: string) => (await json(["ls", "--all", "--label", label])).jobs;

test("the jobs of a trace are submitted at their times and take their durations, and the table is that of the simulator", async () => {
  const trace = file(
    "trace.csv",
    "job_id,submit_time_s,num_gpus,duration_s,user",
    "a,1000,1,60,ann",
    "b,1060,1,30,bob",
  );
  const [out, details] = [inHouse("jobs.csv"), inHouse("details.csv")];
  const {
    code,
    out: said,
    err,
  } = await cli([
    ...["replay", trace, "--on-cores", "--speed", "60", "--scale-durations", "0.02", "--jobs-out", out],
    ...["--details", details],
  ]);
  expect([code, err.split("\n").at(-2)]).toEqual([0, "2 of 2 jobs submitted, 0 waiting, 0 running, 2 over"]);
  expect(said).toMatch(/^policy +mean JCT +median +p95 +makespan +queueing +/);
  expect(said).toMatch(/^fifo +\d/m);
  const [header, a, b] = readFileSync(out, "utf8").split("\n");
  expect(header).toMatch(/^job_id,first_start_s,end_s,preemptions/);
  const [[, aStart, aEnd], [, bStart, bEnd]] = [a, b].map((row) =>
    (row ?? "").split(",").map(Number),
  ) as number[][] as [[number, number, number], [number, number, number]];
  expect(aEnd - aStart).toBeGreaterThan(1.1);
  expect(bStart).toBeGreaterThanOrEqual(1);
  expect(bEnd - bStart).toBeGreaterThan(0.5);
  const known = firstRow(details);
  expect(known).toMatchObject({ job_id: "a", user: "ann", size: "1", alone_s: "1.2", preemptions: "0" });
  for (const name of ["queueing_delay_s", "waiting_s", "service_s", "jct_s", "core_seconds"])
    expect(Number(known[name])).toBeGreaterThan(0);
  expect(known.core_seconds).toBe(known.service_s);
  expect(known).not.toHaveProperty("lost_gpu_seconds");
  const jobs = await json(["ls", "--all"]);
  expect(jobs.jobs.map((job: { name: string; user: string }) => [job.name, job.user]).sort()).toEqual([
    ["a", "ann"],
    ["b", "bob"],
  ]);
});

test("what a job had is counted whole, also where its news comes when it is over", async () => {
  const { id, release } = await holding("gate");
  const job = file("after.yaml", "command: sleep 0.3", `after: [${id}]`);
  const trace = file("late.csv", "job_id,submit_time_s,num_gpus,duration_s", "a,0,2,1");
  const details = inHouse("late-details.csv");
  const wire = await wireTo(url());
  const replay = cli(["replay", trace, "--on-cores", "--job", job, "--details", details], {
    url: wire.url,
    columns: 100,
    onOutput: (shown) => {
      if (/1 of 1 job submitted/.test(shown)) wire.freeze();
    },
  });
  await eventually(async () => (await json(["ls", "--all"])).jobs[0].name).toBe("a");
  release();
  await eventually(async () => (await json(["ls", "--all"])).jobs[0].status).toBe("COMPLETED");
  wire.cut();
  expect((await replay).code).toBe(0);
  wire.close();
  const { service_s, core_seconds } = firstRow(details);
  expect(Number(service_s)).toBeGreaterThanOrEqual(0.3);
  expect(Number(core_seconds)).toBeCloseTo(2 * Number(service_s), 3);
});

test("a requests file: programs on cores, whose updates are asked for while they run", async () => {
  const requests = file(
    "requests.csv",
    ...["execution,7,tf,1,0,0,4", "execution,8,tf,1,0,2,0.1", "update,7,tf,2,0.7,3"],
  );
  const report = await json(["replay", requests, "--elastic", "2"]);
  expect(report).toMatchObject({ file: "requests.csv", policy: "fifo", metrics: { jobs: 2, unfinished: 0 } });
  const [grows] = (await jobsOf(report.label)).filter(({ name }: { name: string }) => name === "replay-7");
  expect(grows).toMatchObject({ priority: -3, cores: { min: 1, preferred: 2, max: 4 }, type: "tf" });
});

test("a job file of one's own runs in place of the work that waits", async () => {
  const job = file("job.yaml", "command: echo took $WORK_SECONDS", "labels: {mine: yes}");
  const trace = file("own.csv", "job_id,submit_time_s,num_gpus,duration_s", "a,0,1,90");
  const report = await json(["replay", trace, "--on-cores", "--job", job, "--scale-durations", "0.1"]);
  const [{ id, labels }] = await jobsOf(report.label);
  expect(labels).toMatchObject({ mine: "yes" });
  expect((await cli(["logs", id])).out).toBe("took 9\n");
});

test("a job that the server refuses, or that fails, is told, and the others go on", async () => {
  const job = file("fails.yaml", "command: '[ $SCHEDULEARN_CORES = 1 ]'");
  const trace = file("mixed.csv", "job_id,submit_time_s,num_gpus,duration_s", "a,0,1,1", "b,0,9999,1", "c,0,2,1");
  const { code, out, err } = await cli(["replay", trace, "--on-cores", "--job", job, "--quiet"]);
  expect(code).toBe(1);
  expect(err).toMatch(/^b is refused: no server could ever hold 9999 cores/m);
  expect(err).toMatch(/^1 job did not complete: schedulearn ls --label replay=/m);
  expect(out).toMatch(/unfinished/);
});

test("--no-wait ends when all are submitted", async () => {
  const trace = file("long.csv", "job_id,submit_time_s,num_gpus,duration_s", "long,0,1,600");
  const { code, out, err } = await cli(["replay", trace, "--on-cores", "--no-wait"]);
  expect([code, out]).toEqual([0, ""]);
  const label = /--label (replay=\w+)/.exec(err)?.[1] ?? "";
  const [{ id, endedAt }] = await jobsOf(label);
  expect(endedAt).toBe(null);
  await cli(["cancel", id]);
});

test.each([
  [[], /^stopped: 1 of 2 jobs submitted\n1 job not over, and going on: schedulearn cancel job-\d+\n/m],
  [["--cancel-on-exit"], /^stopped: 1 of 2 jobs submitted\n1 job cancelled\n/m],
])("Ctrl-C stops submitting and says what is left %j", async (more, said) => {
  const trace = file("slow.csv", "job_id,submit_time_s,num_gpus,duration_s", "first,0,1,600", "never,600,1,600");
  const interrupt = new AbortController();
  const { code, out, err } = await cli(["replay", trace, "--on-cores", ...more], {
    signal: interrupt.signal,
    columns: 100,
    onOutput: (shown) => {
      if (/1 running/.test(shown)) interrupt.abort();
    },
  });
  expect(code).toBe(130);
  expect(out).toMatch(/1 of 2 jobs submitted, 0 waiting, 1 running, 0 over/);
  expect(err).toMatch(said);
  const { jobs } = await json(["ls", "--all", "--phase", "running"]);
  for (const { id } of jobs) await cli(["cancel", id]);
});

test.each([
  [["execution,a,tf,two,0,0"], [], 1, /bad\.csv:1:16: threads must be a whole number of at least 1, not "two"/],
  [["execution,a,tf,2,0,0"], [], 2, /bad\.csv does not say how long a takes: give --programs FILE, or --job FILE/],
  [["job_id,submit_time_s,num_gpus,duration_s", "a,-1,1,1"], [], 1, /bad\.csv:2:3: submit_time_s must be /],
  [["execution,a,tf,2,0,0,9"], ["--jobs-out", "/nowhere/out.csv"], 2, /\/nowhere\/out\.csv cannot be written/],
])("%j %j is refused before anything is submitted", async (lines, more, exit, problem) => {
  const before = (await json(["ls", "--all"])).totalCount;
  const { code, out, err } = await cli(["replay", file("bad.csv", ...lines), ...more]);
  expect([code, out]).toEqual([exit, ""]);
  expect(err).toMatch(problem);
  expect((await json(["ls", "--all"])).totalCount).toBe(before);
  expect(existsSync("/nowhere/out.csv")).toBe(false);
});

test("a server that is started anew meanwhile loses nothing: submissions wait for it, and none is made twice", async () => {
  const house = await startHouse({ servers: "alpha=local" });
  const { folder, url } = house;
  const trace = file("patient.csv", "job_id,submit_time_s,num_gpus,duration_s", "a,0,1,2", "b,1,1,1");
  let down: Promise<void> | null = null;
  let again: Promise<House> | null = null;
  const { code, err, out } = await runCli(["replay", trace, "--on-cores"], {
    url,
    onOutput: (_, said) => {
      if (/1 of 2 jobs submitted/.test(said)) down ??= house.close();
      if (/b has to wait: no Schedulearn server answers .*; trying again/.test(said))
        again ??= (down as Promise<void>).then(() =>
          startHouse({ servers: "alpha=local", folder, port: new URL(url).port }),
        );
    },
  });
  expect([code, err.match(/2 of 2 jobs submitted, 0 waiting, 0 running, 2 over/)?.length], err + out).toEqual([0, 1]);
  await (await (again as unknown as Promise<House>)).end();
});
