import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { Check } from "../../../clients/cli/server-side.ts";
import { checkMachine } from "../../../src/doctor.ts";
import { cliHouse } from "./cli-house.ts";
import { runCli } from "./run-cli.ts";

const { cli, json, inHouse, url } = cliHouse();
const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

const named = (checks: readonly Check[], name: string): Check | undefined =>
  checks.find((check) => check.name === name);
const look = (yaml: string, data = inHouse("other")): Promise<readonly Check[]> => {
  writeFileSync(inHouse("doctor.yaml"), yaml);
  return checkMachine({ config: inHouse("doctor.yaml"), data }, new AbortController().signal);
};

test("doctor tells of the machine and of a server that is well, in lines and as JSON", async () => {
  const { out } = await cli(["doctor", "--data", inHouse("none-yet")]);
  expect(out).toMatch(/^ok {4}Node: \d+\./m);
  expect(out).toMatch(/^ok {4}data folder: .*none-yet is made by the first start$/m);
  expect(out).toMatch(/^ok {4}server: http:.*, version \d/m);
  expect(out).toMatch(/^ok {4}server alpha: process, 0 GPUs, \d+ cores/m);
  const short = await cli(["doctor", "--url", new URL(url()).host]);
  expect(short.out).toMatch(/^ok {4}server: http:.*\/graphql, version \d.*\nok {4}ready: /m);
  const { checks } = JSON.parse((await cli(["doctor", "--json"])).out);
  expect(checks.every(({ state }: Check) => ["ok", "warn", "fail"].includes(state))).toBe(true);
});

test("a server that is down fails, with exit code 1 and the remedy on the next line", async () => {
  await json(["servers", "add", "lost", "unix:///nowhere.sock", "--no-verify"]);
  const { code, out } = await cli(["doctor"]);
  expect(code).toBe(1);
  expect(out).toMatch(
    /^fail {2}server lost: .*nowhere\.sock.*\n {6}→ look at its engine; schedulearn servers rm lost/m,
  );
  await json(["servers", "rm", "lost"]);
});

test("without a server the machine is checked; a named server that is not there fails", async () => {
  const usual = await runCli(["doctor", "--data", inHouse("d")]);
  expect(usual.out).toMatch(/^ok {4}Node: /m);
  const none = await runCli(["doctor", "--url", "http://127.0.0.1:1/graphql"]);
  expect([none.code, none.out]).toEqual([1, expect.stringMatching(/^fail {2}server: .*127\.0\.0\.1:1/m)]);
  const far = await runCli(["doctor", "--url", "http://box.invalid:4000/graphql"]);
  expect(far.out).not.toMatch(/data folder/);
});

test("what a server would trip over on its machine is found before it is started", async () => {
  expect(named(await look("cors: 1\n"), "configuration")).toMatchObject({
    state: "fail",
    message: expect.stringContaining("cors"),
  });
  const open = inHouse("open");
  mkdirSync(open);
  chmodSync(open, 0o755);
  expect(named(await look("{}\n", open), "data folder")).toMatchObject({
    state: "warn",
    remedy: expect.stringContaining("chmod 700"),
  });
  const other = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  endings.push(() => other.close());
  const { port } = other.address() as AddressInfo;
  expect(named(await look(`listen: { port: ${port} }\n`), "port")).toMatchObject({
    state: "fail",
    message: expect.stringContaining(String(port)),
  });
});

test("each engine of the configuration is asked: its version, its clock, and what to do where it does not answer", async () => {
  const engine = createServer((request, response) => {
    const body = request.url?.includes("/info")
      ? { ServerVersion: "28.1.1", SystemTime: new Date(Date.now() + 90_000).toISOString(), Runtimes: { nvidia: {} } }
      : { ApiVersion: "1.49" };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => engine.listen(0, "127.0.0.1", resolve));
  endings.push(() => engine.close());
  const { port } = engine.address() as AddressInfo;
  const checks = await look(
    `servers:\n  - { name: a, endpoint: "tcp://127.0.0.1:${port}" }\n  - { name: b, endpoint: "unix:///nowhere.sock" }\n`,
  );
  expect(named(checks, "engine a")).toMatchObject({
    state: "ok",
    message: expect.stringMatching(/^Docker 28\.1\.1, API 1\.49/),
  });
  expect(named(checks, "engine a: clock")).toMatchObject({
    state: "warn",
    message: expect.stringMatching(/^(89|90|91) s ahead/),
  });
  expect(named(checks, "engine a: GPUs")).toMatchObject({ state: "ok" });
  expect(named(checks, "engine b")).toMatchObject({
    state: "fail",
    remedy: expect.stringContaining("install and start Docker"),
  });
});
