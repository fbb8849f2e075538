import type { ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ImagesConfig, RegistryConfig } from "../../../src/config/index.ts";
import { matches } from "../../../src/drivers/docker/image/image-collection.ts";
import { Registries, registryOf } from "../../../src/drivers/docker/image/registries.ts";
import { busyboxImage } from "../../lab/docker-lab.ts";
import { useLab } from "../../lab/shared-lab.ts";
import { until } from "../support.ts";
import { DockerBench } from "./bench.ts";
import { startRegistry } from "./registry.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "registries-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const basic = (text: string): { auth: string } => ({ auth: Buffer.from(text).toString("base64") });
const dockerConfig = (config: object): NodeJS.ProcessEnv => {
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  return { ...process.env, DOCKER_CONFIG: folder };
};

test.each([
  ["python:3.12", "docker.io"],
  ["team/model:1", "docker.io"],
  ["docker.io/library/python", "docker.io"],
  ["registry.example.org/model@sha256:00", "registry.example.org"],
  ["r:5000/model", "r:5000"],
  ["localhost/model", "localhost"],
])("%s comes from %s", (image, registry) => {
  expect(registryOf(image)).toBe(registry);
});

describe("who we are to a registry", () => {
  test("is what the configuration says, with a password of a file or a variable, read when it is needed", async () => {
    const file = join(folder, "password");
    const registries = new Registries(
      [
        { host: "r:5000", username: "ann", passwordFile: file },
        { host: "docker.io", username: "hub", passwordEnv: "HUB" },
      ],
      { HUB: "s3cret" },
    );
    writeFileSync(file, "first\n");
    expect(await registries.authFor("r:5000/m")).toEqual({
      username: "ann",
      password: "first",
      serveraddress: "r:5000",
    });
    writeFileSync(file, "second\n");
    expect(await registries.authFor("r:5000/m")).toMatchObject({ password: "second" });
    expect(await registries.authFor("python")).toMatchObject({ username: "hub", password: "s3cret" });
    rmSync(file);
    await expect(registries.authFor("r:5000/m")).rejects.toThrow(/the password of registry r:5000 cannot be had/);
  });

  test("is else what Docker's own file says", async () => {
    const env = dockerConfig({
      auths: { "https://index.docker.io/v1/": basic("ann:a:b"), "https://r.example.org": { identitytoken: "tok" } },
    });
    const registries = new Registries([], env);
    expect(await registries.authFor("python")).toMatchObject({ username: "ann", password: "a:b" });
    expect(await registries.authFor("r.example.org/m")).toMatchObject({ identitytoken: "tok" });
    expect(await registries.authFor("other.example.org/m")).toBeUndefined();
    expect(await new Registries([], { DOCKER_CONFIG: join(folder, "none") }).authFor("python")).toBeUndefined();
  });

  test("is what a credential helper says, where Docker's file names one", async () => {
    const helper = join(folder, "docker-credential-lab");
    const script = `#!/bin/sh
read -r host
case $host in
  known.example.org) echo '{"Username":"ann","Secret":"from helper"}';;
  *) echo "credentials not found in native keychain"; exit 1;;
esac
`;
    writeFileSync(helper, script);
    chmodSync(helper, 0o755);
    const env = dockerConfig({ credsStore: "lab", credHelpers: { "odd.example.org": "../../bin/sh" } });
    const registries = new Registries([], { ...env, PATH: `${folder}:${process.env.PATH}` });
    expect(await registries.authFor("known.example.org/m")).toMatchObject({ username: "ann", password: "from helper" });
    expect(await registries.authFor("unknown.example.org/m")).toBeUndefined();
    await expect(registries.authFor("odd.example.org/m")).rejects.toThrow(/no name of a credential helper/);
  });
});

test.each([
  ["pytorch/*", "pytorch/pytorch:2.5", true],
  ["pytorch/pytorch", "pytorch/pytorch:2.5", false],
  ["python", "python:latest", true],
  ["docker.io/library/python:3", "python:3", true],
  ["r:5000/*", "r:5000/team/model:1", true],
  ["*", "anything:1", true],
  ["a.b/*", "aXb/c:1", false],
])("the pattern %s speaks of %s: %s", (pattern, name, does) => {
  expect(matches(pattern, name)).toBe(does);
});

const shared = useLab({ hosts: 1 });

shared.describe("a registry that wants a password", () => {
  const bench = new DockerBench(shared);
  let registry: ChildProcess;
  let address: string;
  let image: string;

  beforeAll(async () => {
    ({ registry, address } = await startRegistry(shared, bench.host(), "ann:s3cret"));
    image = `${address}/model:1`;
  });
  afterAll(() => registry?.kill());
  afterEach(async () => {
    await bench
      .host()
      .docker.getImage(image)
      .remove({ force: true })
      .catch(() => {});
  });

  const passwordIs = (password: string): RegistryConfig[] => {
    writeFileSync(join(folder, "password"), password);
    return [{ host: address, username: "ann", passwordFile: join(folder, "password") }];
  };

  test("gives its images to who knows it, and to nobody else, who is told so without a word of the password", async () => {
    const stranger = await bench.connect();
    const refused = bench.order("echo never", { image });
    stranger.start(refused);
    const { outcome } = await bench.told.first("RunExited", refused);
    expect(outcome).toMatchObject({ cause: { code: "image-pull", permanent: true } });
    await stranger.close();

    const wrong = await bench.connect({ registries: passwordIs("gue55ed") });
    const tried = bench.order("echo never", { image });
    wrong.start(tried);
    const told = JSON.stringify((await bench.told.first("RunExited", tried)).outcome) + bench.house.logged.join();
    expect(told).toMatch(/cannot be pulled/);
    expect(told).not.toContain("gue55ed");
    await wrong.close();

    const known = await bench.connect({ registries: passwordIs("s3cret") });
    expect(await bench.output(known, bench.order("ls /weights", { image }))).toEqual(["/weights"]);
  });

  test("is asked again for an image that is there, where the job wants it so", async () => {
    const driver = await bench.connect({ registries: passwordIs("s3cret") });
    await bench.output(driver, bench.order("true", { image }));
    const again = bench.order("true", { image });
    await bench.output(driver, again);
    expect(bench.told.of("RunPreparing", again).filter(({ phase }) => phase === "pulling")).toEqual([]);
    const anew = bench.order("true", { image, imagePull: "always" });
    await bench.output(driver, anew);
    expect(bench.told.of("RunPreparing", anew).filter(({ phase }) => phase === "pulling")).not.toEqual([]);
  });

  const rules: ImagesConfig = { highPercent: 100, lowPercent: 1, keep: [], minAgeHours: 0 };
  const housekeeping = (changed: Partial<ImagesConfig> = {}) => {
    mkdirSync(join(folder, "uses"), { recursive: true });
    return { images: { ...rules, ...changed }, minFreeDiskMiB: 1, usesFile: join(folder, "uses", "host1.json") };
  };

  test("an image that was pulled for a job goes when no container is made of it; those that lay there before stay", async () => {
    const options = { registries: passwordIs("s3cret"), housekeeping: housekeeping() };
    const driver = await bench.connect(options);
    await bench.output(driver, bench.order("true"));
    const run = bench.order("true", { image });
    await bench.output(driver, run);
    const list = async () => (await driver.images?.(AbortSignal.timeout(20_000))) ?? [];
    expect(await list()).toMatchObject([
      { name: busyboxImage, stays: "a container is made of it" },
      { name: image, stays: "a container is made of it" },
    ]);
    expect(await driver.collectImages?.()).toEqual([]);
    for (const { job, attempt } of bench.told.all.filter((event) => event.type === "RunStarted"))
      await driver.reap(job, attempt);
    await until("nothing holds them", async () => (await list()).every(({ stays }) => !stays?.includes("container")));
    expect(await list()).toMatchObject([
      { name: busyboxImage, stays: expect.stringMatching(/not pulled/) },
      { name: image, stays: null },
    ]);
    await driver.close();

    const keeping = await bench.connect({ ...options, housekeeping: housekeeping({ keep: ["127.0.0.1*"] }) });
    expect(await keeping.collectImages?.()).toEqual([]);
    await keeping.close();
    const young = await bench.connect({ ...options, housekeeping: housekeeping({ minAgeHours: 1 }) });
    expect(await young.collectImages?.()).toEqual([]);
    await young.close();
    // What jobs have used is known to a later life.
    const later = await bench.connect(options);
    expect(await later.collectImages?.()).toEqual([image]);
    const images = await bench.host().docker.listImages();
    expect(images.flatMap(({ RepoTags }) => RepoTags ?? [])).toEqual(expect.arrayContaining([busyboxImage]));
    expect(images.flatMap(({ RepoTags }) => RepoTags ?? [])).not.toContain(image);
  });

  test("its disk is measured over the network as this machine sees it, and its images are named", async () => {
    await bench.connect({ housekeeping: housekeeping() });
    const measured = await until("it is measured", () => bench.told.all.find(({ type }) => type === "ServerMeasured"));
    expect(measured).toMatchObject({ minFreeDiskMiB: 1, images: expect.arrayContaining([busyboxImage]) });
    const free = (measured as { freeDiskMiB: number }).freeDiskMiB;
    const { unixSocket, name } = bench.host();
    const near = await bench.connect({ endpoint: `unix://${unixSocket}`, housekeeping: housekeeping() });
    const all = () => bench.told.all.filter(({ type }) => type === "ServerMeasured");
    const local = await until("it is measured again", () => all().find((event) => event !== measured));
    expect(near.server).toBe(name);
    // Others write to this disk meanwhile.
    expect(Math.abs((local as { freeDiskMiB: number }).freeDiskMiB - free)).toBeLessThan(Math.max(2048, free * 0.2));
    await until("no probe is left", async () => (await bench.remains()).length === 0);
  });
});
