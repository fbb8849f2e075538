import { readdirSync, readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { parseJobs } from "../../src/job-spec/index.ts";
import { Program, temporaryFolder } from "./process.ts";

const specs = readdirSync("examples").filter((file) => file.endsWith(".yaml"));
const specOf = (file: string) => parse(readFileSync(`examples/${file}`, "utf8"));

describe("the job specs", () => {
  it.each(specs)("%s says what runs, and in which image", (file) => {
    const spec = specOf(file);
    expect(spec).toMatchObject({
      name: file.replace(".yaml", ""),
      image: expect.any(String),
      command: expect.any(String),
    });
    for (const value of Object.values(spec.env ?? {})) expect(value).toBeTypeOf("string");
  });

  it.each(specs)("%s tells editors where its fields are explained", (file) => {
    const schema = /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(`examples/${file}`, "utf8"))?.[1];
    expect(JSON.parse(readFileSync(`examples/${schema}`, "utf8"))).toMatchObject({ title: "Job spec" });
  });

  it("carry the scripts word for word", () => {
    expect(specOf("train-sh.yaml").command).toBe(readFileSync("examples/train.sh", "utf8"));
    for (const [spec, script] of [
      ["train-py.yaml", "train.py"],
      ["train-elastic.yaml", "train-elastic.py"],
      ["sweep.yaml", "sweep.py"],
    ] as const) {
      const text = readFileSync(`examples/${script}`, "utf8");
      expect(specOf(spec).command).toBe(`exec python3 - <<'PY'\n${text}PY\n`);
    }
  });
});

describe("sweep.yaml", () => {
  const jobs = () =>
    parseJobs(specOf("sweep.yaml"), { user: "ada", now: 0 }).specs.map(({ batch }) => batch?.parameters ?? {});

  it("is six jobs, each with parameters of its own", () => {
    expect(jobs()).toHaveLength(6);
    expect(new Set(jobs().map((each) => JSON.stringify(each))).size).toBe(6);
  });

  it("learns, and with three terms better than with one, as it must", async () => {
    const lossWith = async (terms: number): Promise<number> => {
      const program = new Program(["sh", "-c", specOf("sweep.yaml").command], {
        SCHEDULEARN_PARAM_LR: "0.1",
        SCHEDULEARN_PARAM_TERMS: String(terms),
        SECONDS_PER_EPOCH: "0",
      });
      expect(await program.exit()).toBe(0);
      expect(program.output).toContain('"epoch": 20, "epochs": 20');
      return Number(/ val_loss=([0-9.]+)\n$/.exec(program.output)?.[1]);
    };
    const [one, three] = [await lossWith(1), await lossWith(3)];
    expect(three).toBeLessThan(0.05);
    expect(one).toBeGreaterThan(2 * three);
  });
});

describe("quick.yaml", () => {
  it("says what it was granted", async () => {
    const program = new Program(["sh", "-c", specOf("quick.yaml").command], {
      SCHEDULEARN_JOB_NAME: "quick",
      SCHEDULEARN_ATTEMPT: "1",
      SCHEDULEARN_CORES: "2",
    });
    expect(await program.exit()).toBe(0);
    expect(program.output).toBe("job quick, attempt 1, 2 cores\n");
  });
});

describe("elastic.yaml", () => {
  let folder: ReturnType<typeof temporaryFolder>;
  beforeEach(() => {
    folder = temporaryFolder();
  });
  afterEach(() => folder[Symbol.dispose]());

  const start = (cores: number, secondsPerStep: string) =>
    new Program(["sh", "-c", specOf("elastic.yaml").command], {
      SCHEDULEARN_CHECKPOINT_DIR: folder.path,
      SCHEDULEARN_CORES: String(cores),
      STEPS: "40",
      SECONDS_PER_STEP: secondsPerStep,
    });

  it("stopped on one core goes on where it was on four", async () => {
    const first = start(1, "0.3"); // slow enough for a busy machine to stop it in time
    await first.printed('"step": 5,');
    first.signal("SIGTERM");
    expect(await first.exit(), first.output).toBe(143);
    const saved = Number(readFileSync(`${folder.path}/steps`, "utf8"));

    const second = start(4, "0");
    expect(await second.exit(), second.output).toBe(0);
    expect(second.output).toContain(`4 cores, from step ${saved}\n`);
    expect(second.output).toContain(`"step": ${saved + 4},`);
    expect(second.output).toMatch(/result 40\n$/);
  });
});
