import { describe, expect, it } from "vitest";
import { parseCluster } from "../../src/sim/cluster.ts";
import { readClusterFile } from "../../src/sim/cluster-file.ts";

const brief = (servers: ReturnType<typeof parseCluster>) =>
  servers.map(({ id, gpus, cores }) => [id, gpus.length, cores]);

describe("a cluster in a word", () => {
  it.each([
    [
      "2x4",
      [
        ["server-1", 4, 0],
        ["server-2", 4, 0],
      ],
    ],
    ["1x4+32", [["server-1", 4, 32]]],
    ["pool:64", [["pool", 64, 0]]],
    ["pool:8+16", [["pool", 8, 16]]],
    ["cores:16", [["server-1", 0, 16]]],
    [
      "cores:2x16",
      [
        ["server-1", 0, 16],
        ["server-2", 0, 16],
      ],
    ],
  ])("%s", (text, expected) => {
    expect(brief(parseCluster(text))).toEqual(expected);
  });

  it.each(["", "4", "0x4", "4x0", "4x4x4", "pool:", "pool:0", "cores:", "-1x2", "1e3x4", "999999999x9", "4x4+"])(
    "%s is none, and is told what one is like",
    (text) => {
      expect(() => parseCluster(text)).toThrow(`--cluster must be SERVERSxGPUS such as 16x4`);
    },
  );
});

describe("a cluster as YAML", () => {
  it("has servers by name, alike ones counted, with GPUs of several makes, cores and memory", () => {
    const text = [
      "servers:",
      "  - { name: a100, count: 2, gpus: { count: 8, model: A100, memoryMiB: 40960 }, cores: 96, memoryMiB: 1000000 }",
      "  - name: old",
      "    gpus: 2",
    ].join("\n");
    const servers = readClusterFile("c.yaml", text);
    expect(brief(servers)).toEqual([
      ["a100-1", 8, 96],
      ["a100-2", 8, 96],
      ["old", 2, 0],
    ]);
    expect(servers[1]).toMatchObject({ driver: "simulated", health: "up", memoryMiB: 1_000_000 });
    expect(servers[1]?.gpus[7]).toEqual({ id: "a100-2/7", index: 7, uuid: null, model: "A100", memoryMiB: 40_960 });
    expect(servers[2]?.gpus[0]).toMatchObject({ model: null, memoryMiB: null });
  });

  it.each([
    ["servers: []", "c.yaml:1:1: servers: must not be empty"],
    ["", "c.yaml:1:1: servers: is required"],
    ["servers:\n  - name: Big One", "c.yaml:2:5: servers.0.name: must be 1 to 40 lower-case letters, digits or -"],
    ["servers:\n  - name: a\n    gpu: 4", "c.yaml:3:5: servers.0.gpu: unknown, did you mean gpus?"],
    ["servers:\n  - name: a\n    gpus: many", "c.yaml:3:5: servers.0.gpus: must be a whole number or an object"],
    ["servers:\n  - name: a\n    gpus: -1", "c.yaml:3:5: servers.0.gpus: must be at least 0"],
    ["servers:\n  - name: a", "c.yaml:1:1: servers: no server has GPUs or CPU cores"],
    [
      "servers:\n  - { name: a, count: 3, gpus: 1 }\n  - { name: a-2, gpus: 1 }",
      "c.yaml:3:7: servers.1.name: a-2 is a server of servers.0 already",
    ],
    ["servers: [", "c.yaml:1:"],
  ])("that is wrong is told of with its place: %s", (text, message) => {
    expect(() => readClusterFile("c.yaml", text)).toThrow(message);
  });
});
