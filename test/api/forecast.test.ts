import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse, type Json } from "./house.ts";

let house: ApiHouse;
let running: string;
let waiting: string;
const told = (seconds: number) => ({ command: "sleep 1000", gpus: { count: 2 }, estimate: { seconds: seconds * 2 } });

beforeAll(async () => {
  house = await new ApiHouse().open();
  await house.engines.join(aServer("alpha", 2));
  running = await house.submit({ name: "first", ...told(500) });
  await until(
    "it runs",
    async () => (await house.data(`{ job(id: "${running}") { status } }`)).job.status === "RUNNING",
  );
  waiting = await house.submit({
    name: "second",
    deadline: new Date(Date.now() + 86_400_000).toISOString(),
    ...told(300),
  });
});
afterAll(() => house.close());

const RANGE = "{ p10 p50 p90 }";
const JOB = `job name startsAt ${RANGE} endsAt ${RANGE} serverName size basis deadlineProbability reason`;
const forecast = async (args: string, variables: Record<string, unknown> = {}, types = ""): Promise<Json> =>
  (
    await house.data(
      `query ${types} { forecast${args} { at policies { policy options runs jobCount jobs { ${JOB} } } hypothetical { ${JOB} } errors { message code path } } }`,
      variables,
    )
  ).forecast;
const secondsTo = (at: string): number => (Date.parse(at) - Date.now()) / 1000;

describe("the query forecast", () => {
  it("tells of each job when it starts and ends, with a range, and where", async () => {
    const { policies, hypothetical, errors } = await forecast("");
    expect([hypothetical, errors]).toEqual([[], []]);
    expect(policies).toMatchObject([{ policy: "fifo", jobCount: 2 }]);
    const [{ runs, jobs }] = policies;
    expect(runs).toBeGreaterThan(20);
    expect(jobs).toMatchObject([
      { job: running, name: "first", startsAt: null, serverName: "alpha", size: 2, basis: "DECLARED", reason: null },
      { job: waiting, name: "second", serverName: "alpha", size: 2, basis: "DECLARED", deadlineProbability: 1 },
    ]);
    const [first, second] = jobs;
    expect(Date.parse(first.endsAt.p10)).toBeLessThan(Date.parse(first.endsAt.p50));
    expect(Date.parse(first.endsAt.p50)).toBeLessThan(Date.parse(first.endsAt.p90));
    expect(Date.parse(second.startsAt.p50)).toBeGreaterThanOrEqual(Date.parse(first.endsAt.p50));
    expect(secondsTo(first.endsAt.p50)).toBeGreaterThan(300);
    expect(secondsTo(first.endsAt.p50)).toBeLessThan(700);
  });

  it("tells only of the jobs that it is asked for, under the policies that it is asked for", async () => {
    const { policies } = await forecast(
      `(policies: ["srtf", "fifo"], jobs: ["${waiting.slice(4)}"], runs: 7, seed: 3)`,
    );
    expect(policies.map(({ policy, runs, jobs }: Json) => [policy, runs, jobs.map(({ job }: Json) => job)])).toEqual([
      ["srtf", 7, [waiting]],
      ["fifo", 7, [waiting]],
    ]);
  });

  it("sums up what each policy comes to", async () => {
    const summary = "summary { told meanWait meanJct makespan }";
    const ask = `{ forecast(policies: ["fifo", "srtf"]) { at policies { ${summary} jobs { job startsAt { p50 } endsAt { p50 } } } }
      jobs { nodes { id submittedAt } } }`;
    const { forecast: made, jobs: known } = await house.data(ask);
    const submittedAt = new Map(known.nodes.map(({ id, submittedAt: at }: Json) => [id, Date.parse(at)]));
    for (const { summary: told, jobs } of made.policies) {
      const ends = jobs.map(({ endsAt }: Json) => Date.parse(endsAt.p50));
      const jcts = jobs.map(({ job }: Json, i: number) => (ends[i] - (submittedAt.get(job) as number)) / 1000);
      expect(told.told).toBe(2);
      expect(told.meanJct).toBeCloseTo((jcts[0] + jcts[1]) / 2, 2);
      expect(told.makespan).toBeCloseTo((Math.max(...ends) - Date.parse(made.at)) / 1000, 2);
      const [wait] = jobs.flatMap(({ startsAt }: Json) => (startsAt ? [Date.parse(startsAt.p50)] : []));
      expect(told.meanWait).toBeCloseTo((wait - Date.parse(made.at)) / 1000, 2);
    }
  });

  it("tells what a job would get that is not there, and changes nothing", async () => {
    const before = house.engine.feed.head;
    const { hypothetical, policies } = await forecast(
      "(hypothetical: $job, jobs: [])",
      { job: { spec: told(10) } },
      "($job: ForecastJobInput)",
    );
    expect(policies[0].jobs).toEqual([]);
    expect(hypothetical).toMatchObject([{ job: null, serverName: "alpha", size: 2, reason: null }]);
    expect(secondsTo(hypothetical[0].startsAt.p50)).toBeGreaterThan(600);
    expect(house.engine.feed.head).toBe(before);
    expect(house.engine.nextJobId()).toBe("job-3");
    const { hypothetical: twice } = await forecast(
      `(policies: ["fifo", "srtf"], hypothetical: { yaml: "command: ls\\ngpus: 1\\n" })`,
    );
    expect(twice).toMatchObject([
      { job: null, basis: "NONE" },
      { job: null, basis: "NONE" },
    ]);
  });

  it("refuses, with everything that has to be mended, what cannot be forecast", async () => {
    const refusals = async (args: string): Promise<Json> => {
      const { policies, errors } = await forecast(args);
      expect(policies).toEqual([]);
      return errors;
    };
    expect(await refusals(`(policies: ["nonsense"])`)).toMatchObject([{ code: "UNKNOWN_POLICY" }]);
    expect(await refusals(`(jobs: ["job-77"])`)).toMatchObject([{ code: "NOT_FOUND", path: ["jobs"] }]);
    expect(await refusals(`(hypothetical: { yaml: "cors: 1\\nname: [\\n" })`)).toMatchObject([
      { code: "INVALID_INPUT" },
    ]);
    expect(
      await refusals(`(hypothetical: { spec: { command: "ls", gpus: { count: 9 }, cores: { count: -1 } } })`),
    ).not.toEqual([]);
    expect(await refusals(`(hypothetical: { spec: { command: "ls", gpus: { count: 9 } } })`)).toMatchObject([
      { path: ["gpus"] },
    ]);
    expect(await refusals(`(hypothetical: { spec: { command: "ls", after: ["job-77"] } })`)).toMatchObject([
      { code: "NOT_FOUND", path: ["after", "0"] },
    ]);
    for (const [args, argument] of [
      ["(runs: 0)", "runs"],
      ["(runs: 201)", "runs"],
      ["(jobs: [])", "jobs"],
      ["(policies: [])", "policies"],
    ]) {
      const { errors } = await house.ask(`{ forecast${args} { at } }`);
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT", argument } }]);
    }
  });

  it("costs by the number of policies", async () => {
    const many = Array.from({ length: 18 }, () => '"fifo"').join(", ");
    const parts = Array.from({ length: 6 }, (_, i) => `f${i}: forecast(policies: [${many}]) { at }`).join(" ");
    const { errors } = await house.ask(`{ ${parts} }`);
    expect(errors).toMatchObject([{ extensions: { code: "COST_LIMIT" } }]);
  });

  it("answers those who ask the same at once with one answer", async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => forecast("(runs: 9, seed: 5)")));
    expect(new Set(answers.map(({ at }) => at)).size).toBe(1);
  });
});

describe("a job", () => {
  const expected = async (id: string): Promise<Json> =>
    (await house.data(`{ job(id: "${id}") { status forecast { ${JOB} at } } }`)).job.forecast;

  it("has what was last expected of it, and none once it is over", async () => {
    await until("it is forecast", async () => (await expected(waiting)) !== null);
    expect(await expected(waiting)).toMatchObject({ job: waiting, name: "second" });
    const id = await house.submit({ command: "true", cores: { count: 1 } });
    await until(
      "it is over",
      async () => (await house.data(`{ job(id: "${id}") { status } }`)).job.status === "COMPLETED",
    );
    expect(await expected(id)).toBeNull();
  });
});

describe("the query forecastAccuracy", () => {
  const FIELDS = "policy category of forecasts error bias coverage";
  const accuracy = async (): Promise<Json> => (await house.data(`{ forecastAccuracy { ${FIELDS} } }`)).forecastAccuracy;

  it("holds what was expected at submission against what came of it, also after a restart", async () => {
    const file = join(house.engines.folder, "told");
    const id = await house.submit({
      command: `while [ ! -e ${file} ]; do sleep 0.02; done`,
      cores: { count: 1 },
      type: "short",
      estimate: { seconds: 2 },
    });
    const ask = async (): Promise<Json> =>
      (await house.data(`{ job(id: "${id}") { status endedAt forecast { endsAt { p50 } } } }`)).job;
    const { forecast: told } = await until("it is forecast", async () => {
      const job = await ask();
      return job.forecast && job; // a job that is over by then is not
    });
    writeFileSync(file, "");
    const { endedAt } = await until("it is over", async () => {
      const job = await ask();
      return job.status === "COMPLETED" && job;
    });
    await until("it is judged", async () => (await accuracy()).some(({ category }: Json) => category === "short"));
    const end = (await accuracy()).find(({ category, of }: Json) => category === "short" && of === "END");
    expect(end).toMatchObject({ policy: "fifo", forecasts: 1 });
    expect(end.bias).toBeCloseTo((Date.parse(endedAt) - Date.parse(told.endsAt.p50)) / 1000, 2);
    expect(Math.abs(end.bias)).toBe(end.error);
    await house.restart();
    expect(await accuracy()).toContainEqual(end);
  });
});
