import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { packCode } from "../../clients/sdk/code.ts";
import { createClient, type SchedulearnClient } from "../../clients/sdk/index.ts";
import { loadConfig } from "../../src/config/index.ts";
import { type Schedulearn, startSchedulearn } from "../../src/schedulearn.ts";
import { runCli } from "../clients/cli/run-cli.ts";
import { until } from "../drivers/support.ts";
import { pythonImage } from "../lab/docker-lab.ts";
import { useLab } from "../lab/shared-lab.ts";

const shared = useLab({ hosts: 2 });

/** Counts on from its checkpoint, tells by whose code it does, and ends when it is told to hurry. */
const TRAIN = `
import os, time, signal, sys
from lib import words
path = os.environ["SCHEDULEARN_CHECKPOINT_DIR"] + "/step"
step = int(open(path).read()) if os.path.exists(path) else 0
told = []
signal.signal(signal.SIGTERM, lambda *_: told.append(True)) # it saves between steps: each is said, and once
try:
    open("written", "w")
except OSError as error:
    print("read-only:", os.getcwd(), flush=True)
while not os.path.exists(os.environ["SCHEDULEARN_CHECKPOINT_DIR"] + "/enough") and step < 3000:
    step += 1
    print(words.SAID, "step", step, flush=True)
    if step >= int(os.environ.get("STEPS", "0")) > 0: break
    time.sleep(0.05)
    if told:
        open(path, "w").write(str(step))
        sys.exit(0)
`;

shared.describe("code that is shipped with a job", () => {
  let folder: string;
  let house: Schedulearn;
  let client: SchedulearnClient;
  const open = async (): Promise<void> => {
    house = await startSchedulearn(loadConfig({ cwd: folder, env: {} }), () => {});
    client = createClient({ url: house.url, webSocket: WebSocket });
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "code-house-"));
    const servers = shared.hosts.map(({ name, unixSocket }) => ({ name, endpoint: `unix://${unixSocket}`, gpus: 0 }));
    const settings = { listen: { port: 0 }, servers, reapGraceSeconds: 1, code: { maxMiB: 1 } };
    writeFileSync(join(folder, "schedulearn.yaml"), JSON.stringify(settings));
    mkdirSync(join(folder, "project", "src", "lib"), { recursive: true });
    const put = (path: string, text: string) => writeFileSync(join(folder, "project", path), text);
    put("src/train.py", TRAIN);
    put("src/lib/words.py", 'SAID = "shipped"\n');
    put("src/.gitignore", "*.ckpt\n");
    put("src/huge.ckpt", "x".repeat(2 * 1024 * 1024));
    put(
      "job.yaml",
      ["code: ./src", `image: ${pythonImage}`, "command: [python3, train.py]", "name: shipped"].join("\n"),
    );
    await open();
  }, 120_000);
  afterAll(async () => {
    client?.close();
    await house?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const linesOf = async (id: string) => (await client.logs(id, { last: 1000 })).lines.map(({ text }) => text);
  const volumes = async () =>
    (await Promise.all(shared.hosts.map(({ docker }) => docker.listVolumes()))).map(({ Volumes }) =>
      Volumes.map(({ Name }) => Name).filter((name) => name.includes("-code-")),
    );

  test("trains in a plain image, moves to another engine with it, through a restart of the server; and it is gone after", async () => {
    const { out, code, err } = await runCli(["--json", "submit", join(folder, "project", "job.yaml")], {
      url: house.url,
    });
    expect(err).toBe("");
    expect(code).toBe(0);
    const { id } = JSON.parse(out) as { id: string };
    await until("it trains", async () => (await linesOf(id)).includes("shipped step 3"));
    expect((await linesOf(id))[0]).toBe("read-only: /code");
    const job = await client.job(id);
    expect(job?.code).toMatchObject({ files: 3 });

    client.close();
    await house.close();
    await open();
    await client.migrate(id);
    await until("it trains elsewhere", async () => (await client.job(id))?.runs.nodes.length === 2);
    await until("it goes on there", async () => {
      const steps = (await linesOf(id)).map((line) => Number(/^shipped step (\d+)$/.exec(line)?.[1] ?? 0));
      return steps.length > 0 && (await client.job(id))?.status === "RUNNING" && Math.max(...steps) > 10;
    });
    const steps = (await linesOf(id)).flatMap((line) => /^shipped step (\d+)$/.exec(line)?.slice(1).map(Number) ?? []);
    expect(steps).toEqual(steps.map((_, i) => i + 1)); // the same code goes on where it stopped
    expect((await volumes()).map((names) => names.length)).toEqual([2, 2]); // the code, and that it is whole

    const second = await packCode(join(folder, "project", "src"));
    await client.uploadCode(second);
    await second.remove();
    const twin = await client.submit({
      image: pythonImage,
      command: ["python3", "-c", "import os; print(sorted(os.listdir('.')), os.environ['SCHEDULEARN_CODE_DIR'])"],
      code: { hash: second.hash },
    });
    expect((await client.waitFor(twin.id)).status).toBe("COMPLETED");
    expect(await linesOf(twin.id)).toEqual(["['.gitignore', 'lib', 'train.py'] /code"]);
    expect((await volumes()).map((names) => names.length)).toEqual([2, 2]); // shared

    for (const each of [id, twin.id]) await client.delete(each, 0);
    await until("no volume of code is left", async () => (await volumes()).flat().length === 0);
  }, 120_000);

  test("that is too large is refused before it is sent, with its largest files and the remedy", async () => {
    const project = join(folder, "large");
    mkdirSync(project);
    writeFileSync(join(project, "weights.bin"), Buffer.alloc(2 * 1024 * 1024));
    writeFileSync(join(project, "train.py"), "");
    const args = ["run", "--code", project, "--image", pythonImage, "--", "python3", "train.py"];
    const { code, err } = await runCli(args, { url: house.url });
    expect(code).toBe(1);
    expect(err.replaceAll(/\s+/g, " ")).toMatch(
      /code: .*large holds 2\.0 MiB, more than the 1\.0 MiB .*weights\.bin \(2\.0 MiB\).*\.dockerignore/,
    );
    expect((await client.jobs()).total).toBe(0);
  });
});
