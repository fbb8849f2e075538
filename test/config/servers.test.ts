import { describe, expect, test } from "vitest";
import { isLoopback, parseEndpoint, serverConfigFrom } from "../../src/config/index.ts";
import { messagesOf } from "../input/refused.ts";

describe("endpoints", () => {
  test.each([
    ["local", { kind: "local" }],
    ["unix:///var/run/docker.sock", { kind: "unix", path: "/var/run/docker.sock" }],
    ["tcp://10.0.0.2:2376", { kind: "tcp", host: "10.0.0.2", port: 2376 }],
    ["tcp://[fd00::1]:2376/", { kind: "tcp", host: "fd00::1", port: 2376 }],
    ["ssh://beta", { kind: "ssh", user: null, host: "beta", port: null }],
    ["ssh://trainer@beta.example.org:2222", { kind: "ssh", user: "trainer", host: "beta.example.org", port: 2222 }],
  ])("%s is understood", (text, endpoint) => {
    expect(parseEndpoint(text)).toEqual(endpoint);
  });

  const forms = "endpoint: must be unix:///path, tcp://host:port, ssh://user@host or local";
  test.each([
    ["/var/run/docker.sock", `${forms}, did you mean unix:///var/run/docker.sock?`],
    ["10.0.0.2:2376", `${forms}, did you mean tcp://10.0.0.2:2376?`],
    ["http://10.0.0.2:2375", `${forms}, did you mean tcp://10.0.0.2:2375?`],
    ["tcp://10.0.0.2", forms],
    ["unix://run/docker.sock", forms],
    ["tcp://10.0.0.2:2376/v1", forms],
    ["tcp://10.0.0.2:99999", forms],
    ["ssh://trainer:hush@beta", forms],
    ["ssh://-oProxyCommand=reboot", forms],
    ["ssh://-l@beta", forms],
    ["somewhere", forms],
  ])("%s is refused", (endpoint, message) => {
    expect(messagesOf(() => serverConfigFrom({ name: "a", endpoint }))).toEqual([message]);
  });

  test.each(["localhost", "127.0.0.1", "127.8.8.8", "::1"])("%s is this machine", (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  test.each(["0.0.0.0", "::", "10.0.0.2", "127.evil.org", "localhost.evil.org", ""])(
    "%j is not this machine",
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );
});

describe("a server", () => {
  test("needs a name and an endpoint, the rest has defaults", () => {
    expect(serverConfigFrom({ name: "alpha", endpoint: "local", gpus: null, cores: undefined })).toEqual({
      name: "alpha",
      endpoint: "local",
      tls: null,
      insecure: false,
      gpus: "auto",
    });
  });

  test("may list its GPUs, its cores, its memory and its tls files", () => {
    const server = {
      name: "beta",
      endpoint: "tcp://10.0.0.2:2376",
      tls: { ca: "ca.pem", cert: "cert.pem", key: "/key.pem" },
      gpus: [{ index: 0, uuid: "GPU-a", model: "A100", memoryMiB: 40_960 }, { index: 1 }],
      cores: 12,
      memoryMiB: 61_440,
    };
    expect(serverConfigFrom(server, "/etc/lab")).toEqual({
      ...server,
      tls: { ca: "/etc/lab/ca.pem", cert: "/etc/lab/cert.pem", key: "/key.pem" },
      insecure: false,
    });
  });

  const tcp = "tcp://10.0.0.2:2375";
  test("beyond this machine is reached by tls, or knowingly without", () => {
    expect(messagesOf(() => serverConfigFrom({ name: "a", endpoint: tcp }))).toEqual([
      "endpoint: without tls, anyone who can reach it rules that machine: give tls {ca, cert, key}, use ssh://, or set insecure: true in a network you trust",
    ]);
    expect(serverConfigFrom({ name: "a", endpoint: tcp, insecure: true }).insecure).toBe(true);
    expect(serverConfigFrom({ name: "a", endpoint: "tcp://localhost:2375" }).tls).toBeNull();
  });

  const tls = { ca: "a", cert: "b", key: "c" };
  test.each([
    [{ name: "Alpha_1" }, ["name: must be 1 to 40 lower-case letters, digits or -"]],
    [{ name: "" }, ["name: must be 1 to 40 lower-case letters, digits or -"]],
    [{ gpus: "all" }, ["gpus: must be auto, a whole number or a list"]],
    [{ gpus: -1 }, ["gpus: must be at least 0"]],
    [{ gpus: [{ uuid: "x" }] }, ["gpus.0.index: is required"]],
    [
      { gpus: [{ index: 0, uuid: "x" }, { index: 0, uuid: "x" }, { index: 1 }] },
      ["gpus.1.index: is that of gpus.0 already", "gpus.1.uuid: is that of gpus.0 already"],
    ],
    [
      { gpus: [{ index: 0, uuid: "1" }, { index: 1 }] },
      ["gpus.0.uuid: must not be a number: that is the index; nvidia-smi -L shows the UUID"],
    ],
    [{ tls }, ["tls: is for tcp:// endpoints only"]],
    [{ endpoint: tcp, tls: { ca: "x" } }, ["tls.cert: is required", "tls.key: is required"]],
    [{ core: 2, memoryMiB: 0 }, ["core: unknown, did you mean cores?", "memoryMiB: must be at least 1"]],
  ])("is refused with %j", (fields, messages) => {
    expect(messagesOf(() => serverConfigFrom({ name: "alpha", endpoint: "local", ...fields }))).toEqual(messages);
  });

  test.each([null, "local", []])("is never %j", (input) => {
    expect(messagesOf(() => serverConfigFrom(input))).toEqual(["Server: must be an object"]);
  });
});
