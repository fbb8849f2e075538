import { describe, expect, test } from "vitest";
import { type ConfigSources, checkConfig } from "../../src/config/check.ts";
import type { Config } from "../../src/config/index.ts";
import { messagesOf } from "../input/refused.ts";

type Given = Partial<Omit<ConfigSources, "file">> & { text?: string; path?: string };
const configOf = ({ text, path = "/etc/lab/schedulearn.yaml", ...sources }: Given = {}): Config =>
  checkConfig({ file: text === undefined ? null : { path, text }, cwd: "/home/ada", env: {}, ...sources });
const refused = (given: Given): string[] =>
  messagesOf(() => configOf({ path: "/home/ada/schedulearn.yaml", ...given }));
const yaml = (...lines: string[]): string => lines.join("\n");

test("without a file and an environment there are defaults for everything", () => {
  expect(configOf()).toEqual({
    file: null,
    listen: { host: "127.0.0.1", port: 4000, tls: null },
    dataDir: "/home/ada/data",
    databaseFile: "/home/ada/data/schedulearn.sqlite",
    servers: null,
    policy: { key: "fifo", options: {} },
    placement: "consolidate",
    scheduling: {
      planSpacingSeconds: 30,
      cooldownSeconds: 120,
      horizonSeconds: 600,
      restartFactor: 1,
      endFactor: 2,
      migrationRestSeconds: 600,
      migrationGainSeconds: 60,
      migrationGainFraction: 0.1,
      maxMigrations: 5,
      maxConcurrentMigrations: 2,
      maxTransitions: 50,
      corePreemption: "pause",
      defragment: "on",
    },
    containers: {
      capabilities: ["CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "SETGID", "SETUID"],
      user: "image",
      allowRunAs: [],
      mountRoots: [],
      pidsLimit: 16_384,
      ulimits: {},
      oomScoreAdj: 500,
    },
    gpuWatch: { lookSeconds: 30, auditSeconds: 5, ignore: [] },
    images: { highPercent: 85, lowPercent: 70, keep: [], minAgeHours: 24 },
    registries: [],
    minFreeDiskMiB: 2048,
    code: { maxMiB: 256 },
    checkpoints: { backupSeconds: 600, backupsKept: 2, vaultGiB: 100, keepDays: 0 },
    lostAfterSeconds: 300,
    portRange: { first: 29_500, last: 29_999 },
    webhooks: [],
    reapGraceSeconds: 60,
    allowOrigins: [],
    log: { level: "info" },
    logs: { maxRunMiB: 10_240 },
    limits: { bodyBytes: 1_048_576, depth: 12, aliases: 50, requestsPerSecond: 100 },
  });
});

test.each(["", "# nothing but a comment\n", "{}", "listen:\nservers:\nlimits: {depth: }\n"])(
  "a file without a word changes nothing: %j",
  (text) => {
    expect(configOf({ text })).toEqual({ ...configOf(), file: "/etc/lab/schedulearn.yaml" });
  },
);

test("the configuration is frozen to its depth", () => {
  const config = configOf({
    text: "servers: [{name: a, endpoint: local, gpus: [{index: 0}]}]\npolicy: {key: x, options: {a: {b: 1}}}",
  });
  const parts: unknown[] = [config, config.listen, config.servers, config.servers?.[0]?.gpus, config.policy.options.a];
  expect(parts.filter((part) => !Object.isFrozen(part))).toEqual([]);
});

describe("what goes before what", () => {
  const text = "listen: {port: 1, host: filehost}\npolicy: {key: fifo, options: {backfill: fit}}\nservers: []";

  test("the environment goes before the file, field by field", () => {
    const { listen } = configOf({ text, env: { SCHEDULEARN_PORT: "2" } });
    expect(listen).toEqual({ host: "filehost", port: 2, tls: null });
  });

  test("a flag goes before the environment", () => {
    const { listen } = configOf({ text, env: { SCHEDULEARN_PORT: "2" }, flags: { port: "3" } });
    expect(listen.port).toBe(3);
  });

  test("another policy does not inherit the options of the one in the file", () => {
    expect(configOf({ text, env: { SCHEDULEARN_POLICY: "round-robin" } }).policy).toEqual({
      key: "round-robin",
      options: {},
    });
  });

  test("servers of the environment take the place of the file's", () => {
    const { servers } = configOf({ text, env: { SCHEDULEARN_SERVERS: "a=local" } });
    expect(servers?.map(({ name }) => name)).toEqual(["a"]);
  });

  test("an empty variable counts as none", () => {
    expect(configOf({ text, env: { SCHEDULEARN_PORT: "", SCHEDULEARN_SERVERS: "" } })).toEqual(configOf({ text }));
  });

  test("within a job, SCHEDULEARN_SERVERS is what the job was granted", () => {
    expect(configOf({ env: { SCHEDULEARN_SERVERS: "1", SCHEDULEARN_JOB_ID: "job-1" } }).servers).toBeNull();
  });
});

describe("relative paths", () => {
  const text = yaml(
    "dataDir: var",
    "listen: {tls: {cert: c.pem, key: /k.pem}}",
    "servers: [{name: a, endpoint: 'tcp://beta:2376', tls: {ca: ca.pem, cert: cert.pem, key: key.pem}}]",
  );

  test("in the file start at the file's folder", () => {
    expect(configOf({ text })).toMatchObject({
      dataDir: "/etc/lab/var",
      databaseFile: "/etc/lab/var/schedulearn.sqlite",
      listen: { tls: { cert: "/etc/lab/c.pem", key: "/k.pem" } },
      servers: [{ tls: { ca: "/etc/lab/ca.pem", cert: "/etc/lab/cert.pem", key: "/etc/lab/key.pem" } }],
    });
  });

  test("in the environment and in flags start at the working folder", () => {
    expect(configOf({ text, env: { SCHEDULEARN_DATA: "mine" } }).dataDir).toBe("/home/ada/mine");
    expect(configOf({ text, flags: { data: "../x" } }).dataDir).toBe("/home/x");
  });
});

describe("servers by the environment", () => {
  test("are names and endpoints, with the tls files of Docker's own client", () => {
    const env = {
      SCHEDULEARN_SERVERS: "alpha=unix:///run/a.sock, beta=tcp://10.0.0.2:2376,gamma=tcp://127.0.0.1:2375",
      DOCKER_CERT_PATH: "/certs",
    };
    const other = { gpus: "auto", insecure: false };
    expect(configOf({ env }).servers).toEqual([
      { name: "alpha", endpoint: "unix:///run/a.sock", tls: null, ...other },
      {
        name: "beta",
        endpoint: "tcp://10.0.0.2:2376",
        tls: { ca: "/certs/ca.pem", cert: "/certs/cert.pem", key: "/certs/key.pem" },
        ...other,
      },
      { name: "gamma", endpoint: "tcp://127.0.0.1:2375", tls: null, ...other },
    ]);
  });

  test("without a name, or twice, are refused", () => {
    expect(refused({ env: { SCHEDULEARN_SERVERS: "unix:///run/a.sock" } })).toEqual([
      "SCHEDULEARN_SERVERS: servers.0.name: is required",
    ]);
    expect(refused({ env: { SCHEDULEARN_SERVERS: "a=local,a=local" } })).toEqual([
      "SCHEDULEARN_SERVERS: servers.1.name: is that of servers.0 already",
    ]);
  });
});

describe("what is refused", () => {
  test("a typo in the file, with its line and column and what was meant", () => {
    const text = yaml("listen:", "  prot: 1", "servers:", "  - name: alpha", "    endpont: local");
    expect(refused({ text }).sort()).toEqual([
      "schedulearn.yaml:2:3: listen.prot: unknown, did you mean port?",
      "schedulearn.yaml:4:5: servers.0.endpoint: is required",
      "schedulearn.yaml:5:5: servers.0.endpont: unknown, did you mean endpoint?",
    ]);
  });

  test("every fault of every source at once, each with its source", () => {
    expect(
      refused({
        text: "limits: {depth: 0}",
        env: { SCHEDULEARN_PORT: "http", SCHEDULEARN_PROT: "1" },
        flags: { log: "loud" },
      }),
    ).toEqual([
      "schedulearn.yaml:1:10: limits.depth: must be at least 1",
      "SCHEDULEARN_PORT: listen.port: must be a whole number",
      "--log: log.level: must be one of fatal, error, warn, info, debug, trace or silent",
      "SCHEDULEARN_PROT: unknown, did you mean SCHEDULEARN_PORT?",
    ]);
  });

  test("a file that is no YAML", () => {
    expect(refused({ text: "listen: {port: 1" })[0]).toMatch(/^schedulearn\.yaml:1:17: /);
    expect(refused({ text: "- a" })).toEqual(["schedulearn.yaml:1:1: Configuration: must be an object"]);
  });

  test("a file elsewhere is named with its whole path", () => {
    expect(refused({ text: "x: 1", path: "/etc/lab/s.yaml" })).toEqual(["/etc/lab/s.yaml:1:1: x: unknown field"]);
  });

  test("two servers of one name", () => {
    const text = yaml("servers:", "  - {name: a, endpoint: local}", "  - {name: a, endpoint: local}");
    expect(refused({ text })).toEqual(["schedulearn.yaml:3:6: servers.1.name: is that of servers.0 already"]);
  });
});

test.each([
  "SCHEDULEARN_TOKEN",
  "SCHEDULEARN_URL",
  "SCHEDULEARN_TRACES",
  "SCHEDULEARN_JOB_ID",
  "SCHEDULEARN_CORES",
  "SCHEDULEARN_ELSE",
  "PROT",
])("the variable %s is left to others", (variable) => {
  expect(configOf({ env: { [variable]: "x" } })).toEqual(configOf());
});

test("a range of ports begins before it ends, and an address is an address", () => {
  const faults = (text: string) => () => checkConfig({ file: { path: "/w/s.yaml", text }, cwd: "/w", env: {} });
  expect(faults("portRange: {first: 6000, last: 5000}")).toThrow("portRange.first: must be at most portRange.last");
  expect(faults("servers: [{name: a, endpoint: local, address: 'http://a'}]")).toThrow(
    "servers.0.address: must be the IP address or name under which other servers reach it",
  );
  const { portRange, servers } = faults("servers: [{name: a, endpoint: local, address: 10.0.0.7}]")();
  expect(portRange).toEqual({ first: 29_500, last: 29_999 });
  expect(servers?.[0]?.address).toBe("10.0.0.7");
});

test("what a job finds in its environment is taken for no setting", () => {
  const env = {
    SCHEDULEARN_PORT_A: "29500",
    SCHEDULEARN_LISTEN_A: "80",
    SCHEDULEARN_MEMBERS: "a=1",
    SCHEDULEARN_KEY: "k",
  };
  expect(() => checkConfig({ file: null, cwd: "/w", env })).not.toThrow();
});
