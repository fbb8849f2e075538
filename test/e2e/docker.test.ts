import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { until } from "../drivers/support.ts";
import { trainScript } from "../engine/house.ts";
import { busyboxImage } from "../lab/docker-lab.ts";
import { useLab } from "../lab/shared-lab.ts";
import { type Ended, runCommand, ServerProcess } from "../setup/server.ts";

const shared = useLab({ hosts: 2, gpus: 4 });

shared.describe("the command line over a server of two Docker hosts, reached by TLS as its configuration says", () => {
  let server: ServerProcess;
  const run = (...args: string[]): Promise<Ended> => runCommand(args, { env: { SCHEDULEARN_URL: server.url } });
  const json = async (verb: string, ...args: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await run(verb, "--json", ...args)).stdout);

  beforeAll(async () => {
    server = new ServerProcess();
    const servers = shared.hosts.map(({ name, tcp }) => ({
      name,
      endpoint: `tcp://${tcp.host}:${tcp.port}`,
      tls: { ca: tcp.caPath, cert: tcp.certPath, key: tcp.keyPath },
      gpus: [0, 1, 2, 3].map((index) => ({ index, uuid: `GPU-${name}-${index}`, model: "A100", memoryMiB: 81_920 })),
    }));
    const config = join(server.folder, "schedulearn.yaml");
    writeFileSync(config, JSON.stringify({ servers })); // JSON is YAML
    server = await new ServerProcess({ folder: server.folder, env: { SCHEDULEARN_CONFIG: config } }).start();
  }, 120_000);
  afterAll(async () => {
    await run("rm", ...(await jobs()));
    for (const { docker } of shared.hosts)
      await until("nothing is left", async () => (await docker.listContainers({ all: true })).length === 0);
    await server.end();
    server.remove();
  }, 120_000);
  const jobs = async (): Promise<string[]> =>
    (await run("ls", "--all", "--json")).stdout.match(/job-\d+/g)?.filter((id, i, all) => all.indexOf(id) === i) ?? [];

  it("shows both hosts up, with their GPUs", async () => {
    const { stdout } = await run("servers");
    for (const { name } of shared.hosts) expect(stdout).toMatch(new RegExp(`${name} +up .* 0/4`));
  });

  it("runs a job from YAML to its end and shows its output", async () => {
    const file = join(server.folder, "job.yaml");
    writeFileSync(
      file,
      `name: hello\nimage: ${busyboxImage}\ncommand: echo "hello from $SCHEDULEARN_JOB_ID"\ngpus: 1\n`,
    );
    const { code, stdout } = await run("submit", file, "--follow");
    expect(stdout).toMatch(/hello from job-\d+/);
    expect(code).toBe(0);
  });

  it("moves a training job to the other host by name, and its result is that of an undisturbed run", async () => {
    const flags = ["--image", busyboxImage, "--env", "EPOCHS=4", "--env", "STEPS=20", "--env", "CHECKPOINT_EVERY=5"];
    const script = ["--", "/bin/sh", "-c", trainScript];
    const alone = await run("submit", ...flags, "--env", "SECONDS_PER_STEP=0", "--follow", ...script);
    const { id } = await json("submit", ...flags, "--env", "SECONDS_PER_STEP=0.3", "--gpus", "2", ...script);
    await until("it trains", async () => ((await run("logs", `${id}`)).stdout.match(/"epoch"/g)?.length ?? 0) > 5);
    const from = (await run("show", `${id}`)).stdout;
    const target = shared.hosts.find(({ name }) => !from.includes(name))?.name as string;
    expect((await run("migrate", `${id}`, target)).code).toBe(0);
    const followed = await run("logs", `${id}`, "-f");
    expect(followed.stdout.trim().split("\n").at(-1)).toBe(alone.stdout.trim().split("\n").at(-1));
    expect((await run("show", `${id}`)).stdout).toContain(target);
  });

  it("says of a command that does not exist what it was, and that it was the job's fault", async () => {
    const { code, stdout, stderr } = await run("submit", "--image", busyboxImage, "--follow", "--", "nosuchcommand");
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(/failed.*nosuchcommand/);
  });
});
