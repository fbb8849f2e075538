import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse } from "./house.ts";

let house: ApiHouse;
beforeAll(async () => {
  house = await new ApiHouse().open();
  await house.engines.join(aServer("alpha", 2), aServer("beta", 2));
});
afterAll(() => house.close());

const forever = { command: "sleep 1000", gpus: { count: 1 } };
const status = async (id: string): Promise<string> =>
  (await house.data("query ($id: ID!) { job(id: $id) { status } }", { id })).job?.status;
const reaches = (id: string, wanted: string) => until(`${id} is ${wanted}`, async () => (await status(id)) === wanted);
const stop = async (...ids: string[]): Promise<void> => {
  for (const id of ids) await house.mutate("cancelJob", { id, graceSeconds: 0 });
  for (const id of ids) await reaches(id, "CANCELLED");
};

describe("submitJob", () => {
  it("runs a job to its end and shows what became of it", async () => {
    const id = await house.submit({
      name: "greeting",
      type: "shell",
      command: ["/bin/sh", "-c", "echo $WHO; echo epoch=2/2 loss=0.5"],
      env: { WHO: "world" },
      labels: { project: "demo" },
      gpus: { count: 1 },
      cores: { count: 2 },
      priority: 3,
    });
    await reaches(id, "COMPLETED");
    const { job } = await house.data(
      `query ($id: ID!) { job(id: $id) {
        id name type user status statusReason image command env labels priority attempt secretNames spec
        gpus { min max preferred } cores { min max } progress { epoch epochs fraction metrics }
        submittedAt firstStartedAt endedAt queueingDelay waitingTime serviceTime jobCompletionTime
        gpuSeconds coreSeconds
        runs { totalCount nodes { id reason status outcome exitCode server { name } gpus { index } startedAt } }
        migrations { totalCount } logs { lines { text stream attempt } hasMore } server { name } grantedGpus { id }
      } }`,
      { id },
    );
    expect(job).toMatchObject({
      id,
      name: "greeting",
      type: "shell",
      user: "ann",
      status: "COMPLETED",
      statusReason: null,
      image: null,
      command: "echo $WHO; echo epoch=2/2 loss=0.5",
      env: { WHO: "world" },
      labels: { project: "demo" },
      priority: 3,
      attempt: 1,
      gpus: { min: 1, max: 1, preferred: 1 },
      cores: { min: 2, max: 2 },
      progress: { epoch: 2, epochs: 2, fraction: 1, metrics: { loss: 0.5 } },
      runs: { totalCount: 1, nodes: [{ reason: "SUBMITTED", status: "ENDED", outcome: "SUCCEEDED", exitCode: 0 }] },
      migrations: { totalCount: 0 },
      server: null,
      grantedGpus: [],
    });
    expect(job.runs.nodes[0].server.name).toMatch(/alpha|beta/);
    expect(job.logs.lines.map(({ text }: { text: string }) => text)).toEqual(["world", "epoch=2/2 loss=0.5"]);
    expect(job.spec).toEqual({
      command: "echo $WHO; echo epoch=2/2 loss=0.5",
      name: "greeting",
      type: "shell",
      env: { WHO: "world" },
      gpus: 1,
      cores: 2,
      priority: 3,
      user: "ann",
      labels: { project: "demo" },
    });
    const millis = Date.parse(job.endedAt) - Date.parse(job.submittedAt);
    expect(job.jobCompletionTime).toBeCloseTo(millis / 1000, 3);
    expect(job.waitingTime + job.serviceTime).toBeCloseTo(job.jobCompletionTime, 3);
    expect(job.queueingDelay).toBeLessThanOrEqual(job.jobCompletionTime);
    expect(job.gpuSeconds).toBeCloseTo(job.serviceTime, 3);
    expect(job.coreSeconds).toBeCloseTo(2 * job.serviceTime, 3);
  });

  it("takes the spec of a job as it shows it", async () => {
    const id = await house.submit({ ...forever, labels: { a: "1" } });
    const { job } = await house.data("query ($id: ID!) { job(id: $id) { spec } }", { id });
    const again = await house.mutate("submitJob", { yaml: JSON.stringify(job.spec) }, "job { id spec }");
    expect(again.job.spec).toEqual(job.spec);
    await stop(id, again.job.id);
  });

  it("reads YAML, and tells the line and column of a malformed one", async () => {
    const { job } = await house.mutate("submitJob", { yaml: "command: 'true'\nname: from yaml\n" }, "job { id name }");
    expect(job.name).toBe("from yaml");
    const broken = await house.mutate("submitJob", { yaml: "name: broken\ncommand: [a, b\n" });
    expect(broken.job).toBeNull();
    expect(broken.errors[0]).toMatchObject({
      code: "INVALID_INPUT",
      message: expect.stringMatching(/line [23], column \d+: /),
    });
  });

  it("tells every fault at once with its path, and stores nothing", async () => {
    const before = (await house.data("{ jobs { totalCount } }")).jobs.totalCount;
    const { job, errors } = await house.mutate("submitJob", {
      spec: { gpus: { min: 4, max: 2 }, memoryMiB: 1, labels: { "-": "x" }, deadline: "2001-01-01T00:00:00Z" },
    });
    expect(job).toBeNull();
    const paths = errors.map(({ path }: { path: string[] }) => path.join("."));
    expect(paths).toEqual(expect.arrayContaining(["command", "gpus.min", "memoryMiB", "deadline"]));
    expect((await house.data("{ jobs { totalCount } }")).jobs.totalCount).toBe(before);
  });

  it("refuses a job that no server could ever hold", async () => {
    const { job, errors } = await house.mutate("submitJob", { spec: { ...forever, gpus: { count: 3 } } });
    expect(job).toBeNull();
    expect(errors).toMatchObject([{ code: "INVALID_INPUT", path: ["gpus"] }]);
    expect(errors[0].message).toContain("alpha (2 GPUs");
  });

  it("wants either spec or yaml", async () => {
    for (const input of [{}, { spec: forever, yaml: "command: 'true'" }])
      expect((await house.mutate("submitJob", input)).errors[0]).toMatchObject({ message: "give either spec or yaml" });
  });

  it("refuses an unknown field by its name", async () => {
    const answer = await house.ask("mutation ($input: SubmitJobInput!) { submitJob(input: $input) { job { id } } }", {
      input: { spec: { ...forever, gpu: 1 } },
    });
    expect(answer.errors![0]).toMatchObject({ extensions: { code: "BAD_USER_INPUT" } });
    expect(answer.errors![0]!.message).toContain('"gpu" is not defined by type "JobSpecInput"');
  });

  it("gives the first job for the same key, also when both come at once", async () => {
    const input = { spec: { command: "true" }, idempotencyKey: "once" };
    const [one, two] = await Promise.all([house.mutate("submitJob", input), house.mutate("submitJob", input)]);
    const three = await house.mutate("submitJob", input);
    expect(two.job.id).toBe(one.job.id);
    expect(three.job.id).toBe(one.job.id);
    const other = await house.mutate("submitJob", { ...input, idempotencyKey: "twice" });
    expect(other.job.id).not.toBe(one.job.id);
  });

  it("refuses a key that was used with another spec, but not after the first job was updated", async () => {
    const waits = { command: "true", gpus: { count: 1 }, after: [await house.submit(forever)] };
    const input = { spec: { ...waits, secrets: { KEY: "hush" } }, idempotencyKey: "k1" };
    const { job: first } = await house.mutate("submitJob", input);
    for (const other of [
      { ...input.spec, command: "false" },
      { ...input.spec, secrets: { KEY: "other" } },
    ])
      expect(await house.mutate("submitJob", { ...input, spec: other })).toEqual({
        job: null,
        errors: [
          {
            code: "CONFLICT",
            message: `the key k1 was used for ${first.id} with another spec`,
            path: ["idempotencyKey"],
          },
        ],
      });
    await house.mutate("updateJob", { id: first.id, priority: 7 });
    expect((await house.mutate("submitJob", input)).job.id).toBe(first.id);
    await stop(...waits.after);
  });

  it("gives no number to what it refuses", async () => {
    const first = await house.submit({ command: "true" });
    expect((await house.mutate("submitJob", { spec: { ...forever, gpus: { count: 3 } } })).job).toBeNull();
    const next = await Promise.all([house.submit({ command: "true" }), house.submit({ command: "true" })]);
    const number = Number(first.slice(4));
    expect(next.sort()).toEqual([`job-${number + 1}`, `job-${number + 2}`]);
  });

  it.each(["job-17", "17"])("refuses the name %s, which would be taken for an id", async (name) => {
    const { job, errors } = await house.mutate("submitJob", { spec: { ...forever, name } });
    expect(job).toBeNull();
    expect(errors).toMatchObject([{ code: "INVALID_INPUT", path: ["name"] }]);
  });

  it("refuses to wait for a job that is unknown or will not complete", async () => {
    const failed = await house.submit({ command: "exit 3" });
    await reaches(failed, "FAILED");
    const { job, errors } = await house.mutate("submitJob", { spec: { ...forever, after: [failed, "job-999"] } });
    expect(job).toBeNull();
    expect(errors).toMatchObject([
      { code: "CONFLICT", path: ["after", "0"], message: `after.0: ${failed} has failed and will not complete` },
      { code: "NOT_FOUND", path: ["after", "1"], message: "after.1: there is no job job-999" },
    ]);
  });

  it("has a job wait for another, and says so", async () => {
    const first = await house.submit({ command: "sleep 1000" });
    const second = await house.submit({ command: "true", after: [first] });
    const { job } = await house.data("query ($id: ID!) { job(id: $id) { status statusReason blockedBy } }", {
      id: second,
    });
    expect(job).toEqual({ status: "PENDING", statusReason: `it waits for ${first} to complete`, blockedBy: [first] });
    await stop(first);
    await reaches(second, "FAILED");
  });
});

describe("a job that is not over", () => {
  it("waits, with a reason, while there is no room", async () => {
    const running = [
      await house.submit({ ...forever, gpus: { count: 2 } }),
      await house.submit({ ...forever, gpus: { count: 2 } }),
    ];
    for (const id of running) await reaches(id, "RUNNING");
    const id = await house.submit({ ...forever, gpus: { count: 2 } });
    const { job } = await house.data("query ($id: ID!) { job(id: $id) { status statusReason } }", { id });
    expect(job.statusReason).toBe("needs 2 GPUs; none is free");
    await stop(id, ...running);
  });

  it("is updated while it waits; what is not given stays, null sets the default", async () => {
    const id = await house.submit({ ...forever, labels: { a: "1" }, priority: 1, retries: { application: 2 } });
    const held = await house.submit({
      ...forever,
      labels: { a: "1" },
      priority: 1,
      retries: { application: 2 },
      after: [id],
    });
    const select = "job { priority labels name gpus { min max } retries { application infrastructure } }";
    const { job, errors } = await house.mutate(
      "updateJob",
      {
        id: held,
        priority: 9,
        labels: { b: 2 },
        gpus: { min: 1, max: 2 },
        retries: { infrastructure: 7 },
        name: "new",
      },
      select,
    );
    expect(errors).toEqual([]);
    expect(job).toEqual({
      priority: 9,
      labels: { b: "2" },
      name: "new",
      gpus: { min: 1, max: 2 },
      retries: { application: 2, infrastructure: 7 },
    });
    const cleared = await house.mutate("updateJob", { id: held, priority: null, labels: null }, select);
    expect(cleared.job).toMatchObject({ priority: 0, labels: {}, name: "new" });
    const wrong = await house.mutate("updateJob", { id: held, gpus: { min: 2, max: 1 } });
    expect(wrong).toMatchObject({ job: null, errors: [{ path: ["gpus", "min"] }] });
    await stop(held, id);
  });

  it("is paused and resumed", async () => {
    const id = await house.submit(forever);
    await reaches(id, "RUNNING");
    expect((await house.mutate("pauseJob", { id })).job.status).toBe("PAUSED");
    expect((await house.mutate("pauseJob", { id })).errors).toMatchObject([{ code: "CONFLICT", path: ["id"] }]);
    expect((await house.mutate("resumeJob", { id })).job.status).toBe("RUNNING");
    await stop(id);
  });

  it("is migrated to a named server, and its GPUs and server are shown", async () => {
    const id = await house.submit(forever);
    await reaches(id, "RUNNING");
    const { job: before } = await house.data("query ($id: ID!) { job(id: $id) { server { name } } }", { id });
    const to = before.server.name === "alpha" ? "beta" : "alpha";
    const { migration } = await house.mutate(
      "migrateJob",
      { id: id.slice(4), to },
      "job { id } migration { id from to cause job { id } }",
    );
    expect(migration).toEqual({ id: `${id}.m1`, from: before.server.name, to, cause: "USER", job: { id } });
    await until("it has moved", async () => {
      const { job } = await house.data("query ($id: ID!) { job(id: $id) { status server { name } migrationCount } }", {
        id,
      });
      return job.status === "RUNNING" && job.server.name === to && job.migrationCount === 1;
    });
    const { migrations, server } = await house.data(
      "query ($to: ID!) { migrations(filter: {states: [COMPLETED]}) { nodes { id state downtime fromServer { name } } } server(name: $to) { jobs { id } gpus { job { id } } } }",
      { to },
    );
    expect(migrations.nodes[0]).toMatchObject({
      id: `${id}.m1`,
      state: "COMPLETED",
      fromServer: { name: before.server.name },
    });
    expect(migrations.nodes[0].downtime).toBeGreaterThanOrEqual(0);
    expect(server.jobs).toEqual([{ id }]);
    expect(server.gpus.filter(({ job }: { job: unknown }) => job)).toEqual([{ job: { id } }]);
    await stop(id);
  });

  it.each([
    ["gamma", "NOT_FOUND", /there are: alpha, beta/],
    ["same", "CONFLICT", /runs on .* already/],
  ])("is not migrated to %s", async (to, code, message) => {
    const id = await house.submit(forever);
    await reaches(id, "RUNNING");
    const { job } = await house.data("query ($id: ID!) { job(id: $id) { server { name } } }", { id });
    const { errors } = await house.mutate("migrateJob", { id, to: to === "same" ? job.server.name : to });
    expect(errors).toMatchObject([{ code, message: expect.stringMatching(message), path: ["to"] }]);
    await stop(id);
  });

  it("is stopped and gone when it is deleted", async () => {
    const id = await house.submit(forever);
    await reaches(id, "RUNNING");
    const payload = await house.mutate("deleteJob", { id, graceSeconds: 0 }, "deletedJobId");
    expect(payload).toEqual({ deletedJobId: id, errors: [] });
    await until("it is gone", async () => (await status(id)) === undefined);
  });
});

describe("a job that is over", () => {
  it.each(["pauseJob", "resumeJob", "cancelJob", "migrateJob", "retryJob"])(
    "refuses %s and says why",
    async (mutation) => {
      const id = await house.submit({ command: "true" });
      await reaches(id, "COMPLETED");
      const { job, errors } = await house.mutate(mutation, { id });
      expect(job).toBeNull();
      expect(errors).toMatchObject([{ code: "CONFLICT", path: ["id"], message: expect.stringMatching(/completed/) }]);
    },
  );

  it("is retried after a failure, and its old runs stay", async () => {
    const id = await house.submit({ command: "exit 3" });
    await reaches(id, "FAILED");
    const { job } = await house.data("query ($id: ID!) { job(id: $id) { statusReason failure { origin code } } }", {
      id,
    });
    expect(job).toMatchObject({
      statusReason: expect.stringContaining("3"),
      failure: { origin: "APPLICATION", code: "exit" },
    });
    expect((await house.mutate("retryJob", { id })).errors).toEqual([]);
    await until("it has failed again", async () => {
      const { job } = await house.data("query ($id: ID!) { job(id: $id) { status runs { nodes { id reason } } } }", {
        id,
      });
      return job.status === "FAILED" && job.runs.nodes.length === 2 && job.runs.nodes[1].reason === "RETRIED";
    });
  });

  it("shows the server of its last run", async () => {
    const id = await house.submit({ command: "true", gpus: { count: 1 } });
    await reaches(id, "COMPLETED");
    const { job } = await house.data(
      "query ($id: ID!) { job(id: $id) { server { name } lastServer { name } serverNames runs { nodes { serverName } } } }",
      { id },
    );
    expect(job.server).toBeNull();
    expect(job.lastServer.name).toBe(job.runs.nodes[0].serverName);
    expect(job.serverNames).toEqual([job.lastServer.name]);
  });

  it("waits anew, when it is retried, for what has not completed", async () => {
    const first = await house.submit({ command: "sleep 1000" });
    const second = await house.submit({ command: "true", after: [first] });
    await stop(second);
    const { job, errors } = await house.mutate("retryJob", { id: second }, "job { status blockedBy }");
    expect([job, errors]).toEqual([{ status: "PENDING", blockedBy: [first] }, []]);
    await stop(second, first);
    expect((await house.mutate("retryJob", { id: second })).errors).toEqual([
      {
        code: "CONFLICT",
        path: ["id"],
        message: `${second} cannot be retried, since it comes after another: ${first} has been cancelled and will not complete`,
      },
    ]);
    await house.mutate("deleteJob", { id: first }, "deletedJobId");
    expect((await house.mutate("retryJob", { id: second })).errors).toMatchObject([
      { code: "NOT_FOUND", message: expect.stringContaining(`there is no job ${first}`) },
    ]);
    expect(await status(second)).toBe("CANCELLED");
  });

  it("is deleted with its runs and output, and is not brought back by a retry at the same time", async () => {
    const id = await house.submit({ command: "exit 1" });
    await reaches(id, "FAILED");
    const [deleted, retried] = await Promise.all([
      house.mutate("deleteJob", { id }, "deletedJobId"),
      house.mutate("retryJob", { id }),
    ]);
    expect(deleted.deletedJobId).toBe(id);
    expect(retried.errors).toMatchObject([{ code: "NOT_FOUND" }]);
    const { job, node } = await house.data(
      "query ($id: ID!, $run: ID!) { job(id: $id) { id } node(id: $run) { id } }",
      { id, run: `${id}.1` },
    );
    expect([job, node]).toEqual([null, null]);
  });
});

describe("an unknown id", () => {
  it.each(["pauseJob", "resumeJob", "cancelJob", "migrateJob", "retryJob"])("is refused by %s", async (mutation) => {
    for (const id of ["job-4711", "4711"])
      expect((await house.mutate(mutation, { id })).errors).toEqual([
        { code: "NOT_FOUND", path: ["id"], message: "there is no job job-4711" },
      ]);
    expect((await house.mutate(mutation, { id: "a b" })).errors[0].message).toBe('there is no job "a b"');
  });
  it("is null for the query", async () => {
    expect(await house.data('{ job(id: "4711") { id } node(id: "job-4711.m1") { id } }')).toEqual({
      job: null,
      node: null,
    });
  });
});

describe("the global id", () => {
  it("leads back to whatever has it", async () => {
    const id = await house.submit({ command: "true" });
    await reaches(id, "COMPLETED");
    const ids = [id, `${id}.1`, "alpha", "alpha/1", "policy:fifo", "placement:spread"];
    for (const each of ids) {
      const { node } = await house.data("query ($id: ID!) { node(id: $id) { __typename id } }", { id: each });
      expect(node.id).toBe(each);
    }
  });
});
