import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse } from "./house.ts";

const house = new ApiHouse();
beforeAll(async () => {
  await house.open();
  await house.engines.join(aServer("alpha", 8));
});
afterAll(() => house.close());

const BATCH =
  "id name size parameterNames maxParallel maxFailures counts { queued running completed failed cancelled }";
const submit = (input: Record<string, unknown>) =>
  house.mutate("submitJob", input, `job { id batch { id index size parameters } } batch { ${BATCH} }`);
const jobsOf = async (batch: string) =>
  (
    await house.data(
      `query ($batch: ID!) { jobs(filter: { batch: $batch }, orderBy: OLDEST_FIRST, first: 100) {
    nodes { id name status statusReason command batch { index parameters whole { counts { completed failed cancelled } } } } } }`,
      { batch },
    )
  ).jobs.nodes;
const isOver = (batch: string) =>
  until("the batch is over", async () =>
    (await jobsOf(batch)).every((job: { status: string }) => /COMPLETED|FAILED|CANCELLED/.test(job.status)),
  );

const outputOf = async (id: string): Promise<string[]> =>
  (await house.data("query ($id: ID!) { jobLogs(job: $id) { lines { text } } }", { id })).jobLogs.lines.map(
    ({ text }: { text: string }) => text,
  );

describe("an array", () => {
  test("is as many jobs, each of which finds its number", async () => {
    const { job, batch, errors } = await submit({
      spec: {
        name: "n",
        command: 'echo "$SCHEDULEARN_BATCH $SCHEDULEARN_ARRAY_INDEX $SCHEDULEARN_ARRAY_SIZE"',
        array: { indices: "3,7" },
      },
    });
    expect(errors).toEqual([]);
    expect(job.batch).toEqual({ id: batch.id, index: 3, size: 2, parameters: {} });
    expect(batch).toMatchObject({ name: "n", size: 2, parameterNames: [] });
    await isOver(batch.id);
    const jobs = await jobsOf(batch.id);
    expect(jobs.map(({ name }: { name: string }) => name)).toEqual(["n.3", "n.7"]);
    expect(jobs[1].batch.whole.counts).toEqual({ completed: 2, failed: 0, cancelled: 0 });
    expect(await outputOf(jobs[1].id)).toEqual([`${batch.id} 7 2`]);
  });

  test("is stored whole or not at all", async () => {
    const before = (await house.data("{ jobs { totalCount } }")).jobs.totalCount;
    const { job, errors } = await submit({ spec: { command: "true", array: { count: 3 }, gpus: { count: 1000 } } });
    expect(job).toBeNull();
    expect(errors[0].message).toContain("no server could ever hold");
    expect((await house.data("{ jobs { totalCount } }")).jobs.totalCount).toBe(before);
  });
});

describe("a sweep", () => {
  test("is a job for each combination, told in its command, its name and its variables", async () => {
    const yaml = `
name: s
command: echo {{lr}} $SCHEDULEARN_PARAM_LR "$SCHEDULEARN_PARAM_OPT"
env: { BOTH: "{{lr}}/{{opt}}" }
sweep: { lr: [0.1, 0.01], opt: [adam, "s g d"] }
`;
    const { batch } = await submit({ yaml });
    expect(batch).toMatchObject({ size: 4, parameterNames: ["lr", "opt"] });
    await isOver(batch.id);
    const jobs = await jobsOf(batch.id);
    expect(jobs.map(({ name }: { name: string }) => name)).toEqual([
      "s lr=0.1 opt=adam",
      "s lr=0.1 opt=s g d",
      "s lr=0.01 opt=adam",
      "s lr=0.01 opt=s g d",
    ]);
    expect(jobs[3].batch.parameters).toEqual({ lr: 0.01, opt: "s g d" });
    expect(await outputOf(jobs[3].id)).toEqual(["0.01 0.01 s g d"]);
  });

  test("with the same key is the same sweep; another one is refused, whichever of its jobs differs", async () => {
    const spec = (values: number[]) => ({ command: "true", sweep: { parameters: { x: values } } });
    const first = await submit({ spec: spec([1, 2]), idempotencyKey: "k" });
    const again = await submit({ spec: spec([1, 2]), idempotencyKey: "k" });
    expect(again).toEqual({ ...first, batch: expect.objectContaining({ id: first.batch.id }) });
    const other = await submit({ spec: spec([1, 3]), idempotencyKey: "k" });
    expect(other.errors[0]).toMatchObject({ code: "CONFLICT" });
    expect(await jobsOf(first.batch.id)).toHaveLength(2);
  });

  test("tells all that is wrong with it at once", async () => {
    const { errors } = await submit({
      spec: { command: "echo", sweep: { parameters: { a: { min: 2, max: 1 }, A: [1, 1] }, mode: "random" } },
    });
    expect(errors.map(({ message }: { message: string }) => message)).toEqual([
      "sweep.parameters.a.min: must be below max",
      "sweep.parameters.A.1: is in the list already",
      "sweep.parameters.A: would have the same variable as a, SCHEDULEARN_PARAM_A",
      "sweep.samples: is required of a random sweep",
    ]);
  });
});

describe("a whole batch", () => {
  const slow = (more: Record<string, unknown> = {}) =>
    submit({
      spec: { command: "sleep 600", array: { count: 3, maxParallel: 1 }, checkpoint: { graceSeconds: 0 }, ...more },
    });

  test("waits for its turns, is held, let go on, cancelled and retried", async () => {
    const { batch } = await slow();
    await until("it is so far", async () => (await jobsOf(batch.id))[0].status === "RUNNING");
    const [, second] = await jobsOf(batch.id);
    expect(second).toMatchObject({ status: "PENDING", statusReason: expect.stringContaining(batch.id) });
    const paused = await house.mutate("pauseBatch", { id: batch.id }, "jobIds");
    expect(paused.jobIds).toHaveLength(3);
    expect((await house.mutate("resumeBatch", { id: batch.id }, "jobIds")).jobIds).toHaveLength(3);
    const cancelled = await house.mutate("cancelBatch", { id: batch.id, graceSeconds: 0 }, `jobIds batch { ${BATCH} }`);
    expect(cancelled.jobIds).toHaveLength(3);
    await isOver(batch.id);
    // None of those that waited has begun since another was stopped.
    expect((await house.data(`{ job(id: "${second.id}") { attempt status } }`)).job).toEqual({
      attempt: 0,
      status: "CANCELLED",
    });
    const again = await house.mutate("cancelBatch", { id: batch.id }, "jobIds");
    expect(again.errors[0]).toMatchObject({ code: "CONFLICT" });
    expect((await house.mutate("retryBatch", { id: batch.id }, "jobIds")).jobIds).toHaveLength(3);
    await house.mutate("deleteBatch", { id: batch.id, graceSeconds: 0 }, "jobIds");
    await until("it is so far", async () => (await house.data(`{ batch(id: "${batch.id}") { id } }`)).batch === null);
  });

  test("goes on with its turns and failures after a restart of the server", async () => {
    const { batch } = await submit({
      spec: { command: "exit {{index}}", array: { indices: "1-4", maxParallel: 1, maxFailures: 1 } },
    });
    await until("it is so far", async () => (await jobsOf(batch.id))[0].status === "FAILED");
    await house.restart();
    await isOver(batch.id);
    expect((await jobsOf(batch.id)).map(({ status }: { status: string }) => status)).toEqual([
      "FAILED",
      "FAILED",
      "CANCELLED",
      "CANCELLED",
    ]);
    expect((await jobsOf(batch.id))[3].statusReason).toBe(
      `2 of ${batch.id} have failed, and at most 1 may: the rest is cancelled`,
    );
  });

  test("that is not there is told of", async () => {
    expect((await house.mutate("cancelBatch", { id: "batch-99999" }, "jobIds")).errors).toMatchObject([
      { code: "NOT_FOUND", message: "there is no batch batch-99999" },
    ]);
  });

  test("is one row of a list that shows the first of each", async () => {
    const { batch } = await submit({ spec: { command: "true", array: { count: 2 } } });
    const { jobs } = await house.data("{ jobs(filter: { firstOfBatch: true }) { nodes { id batch { id } } } }");
    expect(jobs.nodes.filter((job: { batch: { id: string } | null }) => job.batch?.id === batch.id)).toHaveLength(1);
  });

  test("is forecast before it is submitted", async () => {
    const { forecast } = await house.data(
      `query ($spec: JobSpecInput!) { forecast(hypothetical: { spec: $spec }) { hypothetical { name } errors { message } } }`,
      { spec: { name: "f", command: "true", array: { count: 3, maxParallel: 1 }, estimate: { seconds: 5 } } },
    );
    expect(forecast.hypothetical.map(({ name }: { name: string }) => name)).toEqual(["f.0", "f.1", "f.2"]);
  });
});
