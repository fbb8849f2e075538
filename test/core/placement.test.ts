import { describe, expect, it } from "vitest";
import { type Placement, samePlacement } from "../../src/core/server.ts";

const on = (gpus: string[], cores: number[], server = "a"): Placement => [{ server, gpus, cores, memoryMiB: 0 }];

describe("two placements", () => {
  it("are the same with the same servers, GPUs and cores, in whichever order a server tells of them", () => {
    expect(samePlacement(on(["a/0", "a/1"], [0, 1]), on(["a/1", "a/0"], [1, 0]))).toBe(true);
  });

  it.each([
    ["another server", on(["a/0"], [0], "b")],
    ["other GPUs", on(["a/1"], [0])],
    ["other cores, and as many", on(["a/0"], [1])],
    ["more cores", on(["a/0"], [0, 1])],
    ["a second server", [...on(["a/0"], [0]), ...on([], [0], "b")]],
  ])("differ with %s", (_, other) => {
    expect(samePlacement(on(["a/0"], [0]), other)).toBe(false);
  });
});
