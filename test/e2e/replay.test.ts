import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadConfig } from "../../src/config/index.ts";
import { type Schedulearn, startSchedulearn } from "../../src/schedulearn.ts";
import { type CliResult, runCli } from "../clients/cli/run-cli.ts";
import { until } from "../drivers/support.ts";
import { busyboxImage } from "../lab/docker-lab.ts";
import { useLab } from "../lab/shared-lab.ts";

const shared = useLab({ hosts: 2, gpus: 4 });

shared.describe("what replay and study run on two Docker hosts", () => {
  const folder = mkdtempSync(join(tmpdir(), "replay-"));
  let server: Schedulearn;
  const cli = (...argv: string[]): Promise<CliResult> =>
    runCli([...argv, "--image", busyboxImage], { url: server.url });
  const file = (name: string, ...lines: string[]): string => {
    writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
    return join(folder, name);
  };

  beforeAll(async () => {
    const servers = shared.hosts.map(({ name, unixSocket }) => ({
      name,
      endpoint: `unix://${unixSocket}`,
      gpus: [0, 1, 2, 3].map((index) => ({ index, uuid: `GPU-${name}-${index}` })),
    }));
    file("schedulearn.yaml", JSON.stringify({ servers })); // JSON is YAML
    const flags = { data: join(folder, "data"), port: "0" };
    server = await startSchedulearn(loadConfig({ cwd: folder, env: {}, flags }), () => {});
  }, 120_000);
  afterAll(async () => {
    const { out } = await runCli(["ls", "--all", "--json"], { url: server.url });
    for (const { id } of JSON.parse(out).jobs) await runCli(["rm", id], { url: server.url });
    for (const { docker } of shared.hosts)
      await until("nothing is left", async () => (await docker.listContainers({ all: true })).length === 0);
    await server.close();
    rmSync(folder, { recursive: true });
  }, 120_000);

  it("a trace of three elastic jobs of four GPUs: two at once, and the third when the first of them is over", async () => {
    const trace = file("trace.csv", "job_id,submit_time_s,num_gpus,duration_s", "a,0,4,60", "b,0,4,30", "c,10,4,20");
    const out = join(folder, "jobs.csv");
    const { code, err } = await cli(
      "replay",
      trace,
      "--speed",
      "20",
      "--scale-durations",
      "0.1",
      "--elastic",
      "2",
      "--jobs-out",
      out,
    );
    expect(code, err).toBe(0);
    const rows = readFileSync(out, "utf8").trimEnd().split("\n").slice(1);
    const [a, b, c] = rows.map((row) => row.split(",").slice(1, 3).map(Number) as [start: number, end: number]);
    if (!a || !b || !c) throw new Error(rows.join("\n"));
    expect(a[1] - a[0]).toBeGreaterThan(5.9);
    expect(b[0]).toBeLessThan(a[1]);
    expect(c[0]).toBeGreaterThanOrEqual(b[1]);
    expect(c[0]).toBeLessThan(a[1]);
  });

  it("an update of a requests file gives a running container another core", async () => {
    const requests = file("requests.csv", "execution,grows,tf,1,0,0,8", "update,grows,tf,2,2,0");
    const { code, out, err } = await cli("replay", requests, "--json");
    expect(code, err).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ metrics: { jobs: 1, resizes: 1, unfinished: 0 } });
  });

  it("a program that computes is measured in containers at each setting", async () => {
    const { code, out, err } = await cli("study", "parallelism", "--operations", "2", "--loops", "20000", "--json");
    expect(code, err).toBe(0);
    const settings = JSON.parse(out).measured.map((each: { interOp: number; intraOp: number }) => [
      each.interOp,
      each.intraOp,
    ]);
    expect(settings).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
      [2, 2],
    ]);
  });
});
