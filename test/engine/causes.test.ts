import { writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Cause } from "../../src/core/outcome.ts";
import { until } from "../drivers/support.ts";
import { aServer, EngineHouse, shell } from "./house.ts";

let house: EngineHouse;
beforeEach(async () => {
  house = await (await new EngineHouse().open()).join(aServer("alpha", 1));
});
afterEach(async () => {
  await house.cancelAll();
  await house.close();
  house.remove();
});

const NONE = { queueSeconds: null, pullSeconds: null, runSeconds: null, idleSeconds: null };
const CUDA_OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB";
const retries = { application: 0, infrastructure: 0 };

async function causeOf(script: string, secrets: Record<string, string> = {}): Promise<Cause | null> {
  const id = await house.submit({ command: shell(script), retries }, secrets);
  await house.reaches(id, "failed", "completed");
  const state = (await house.engine.queries.jobsById([id])).get(id)?.state;
  return state?.status === "failed" ? state.cause : null;
}

describe("the cause of an end", () => {
  it("is the GPU's memory where a program that fails said so last, behind it only a traceback's worth of lines", async () => {
    const cause = await causeOf(`echo '${CUDA_OOM}' >&2; for i in $(seq 100); do echo rank $i; done; exit 1`);
    expect(cause).toMatchObject({
      origin: "application",
      code: "cuda-oom",
      message: expect.stringContaining(CUDA_OOM),
    });
  });

  it("is not, where the program went on for long and then failed of something else, nor where it ended well", async () => {
    expect(await causeOf(`echo '${CUDA_OOM}'; for i in $(seq 300); do echo $i; done; exit 3`)).toMatchObject({
      code: "exit",
    });
    expect(await causeOf(`echo '${CUDA_OOM}'; exit 0`)).toBeNull();
  });

  it("is a GPU that has failed: the infrastructure's, and not of the program's budget", async () => {
    const line = "RuntimeError: CUDA error: uncorrectable ECC error encountered";
    expect(await causeOf(`echo '${line}'; kill -ABRT $$`)).toMatchObject({
      origin: "infrastructure",
      code: "gpu-lost",
    });
  });

  it("tells no secret that stood in the line", async () => {
    const cause = await causeOf('echo "$TOKEN CUDA out of memory"; exit 1', { TOKEN: "s3cret-token" });
    expect(cause?.message).toContain("*** CUDA out of memory");
    expect(cause?.message).not.toContain("s3cret");
  });

  it("is known to the next life of the server too", async () => {
    const file = `${house.folder}/go`;
    const id = await house.submit({
      command: shell(`echo '${CUDA_OOM}'; while ! test -e ${file}; do sleep 0.05; done; exit 1`),
    });
    await until("it has said so", async () => (await house.lines(id)).length > 0);
    await house.close();
    house = await new EngineHouse(house.folder).open();
    writeFileSync(file, "");
    await house.reaches(id, "failed");
    expect((await house.engine.queries.jobsById([id])).get(id)?.state).toMatchObject({ cause: { code: "cuda-oom" } });
  });

  it("is a stall for a program that talks on but does not come on, and not for one that does", async () => {
    const limits = { ...NONE, stallSeconds: 4 };
    const [stalled, well] = [
      await house.submit({ command: shell("while :; do echo epoch=1 step=7; sleep 0.25; done"), limits }),
      await house.submit({ command: shell("for i in $(seq 20); do echo epoch=1 step=$i; sleep 0.25; done"), limits }),
    ];
    await house.reaches(stalled, "failed");
    expect((await house.engine.queries.jobsById([stalled])).get(stalled)?.state).toMatchObject({
      cause: { origin: "application", code: "stalled", message: "it made no progress for 4 s" },
    });
    await house.reaches(well, "completed");
  });
});

describe("a file of progress", () => {
  it("is read as it grows, also what is written last, and so is one that begins anew", async () => {
    const script =
      "echo epoch,loss > log.csv; echo 1,0.5 >> log.csv; while ! test -e go; do sleep 0.05; done; echo epoch,loss > log.csv; printf '3,0.2' >> log.csv";
    const id = await house.submit({ command: shell(script), progressFile: "log.csv" });
    const seen = await until("it has told", () => house.engine.scheduler.job(id)?.progress);
    expect(seen).toMatchObject({ epoch: 1, metrics: { loss: 0.5 } });
    const work = `${house.folder}/servers/alpha/runs/${id}/1/work`;
    writeFileSync(`${work}/go`, "");
    await house.reaches(id, "completed");
    expect((await house.engine.queries.jobsById([id])).get(id)?.progress).toMatchObject({
      epoch: 3,
      metrics: { loss: 0.2 },
    });
  });

  it("that never comes, or is none, keeps nobody waiting", async () => {
    for (const progressFile of ["never.csv", "/dev/zero", "."]) {
      const id = await house.submit({ command: shell("echo done"), progressFile });
      await house.reaches(id, "completed");
      expect(await house.lines(id)).toEqual(["done"]);
    }
  });
});
