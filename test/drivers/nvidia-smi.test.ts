import { describe, expect, it } from "vitest";
import { declaredGpus } from "../../src/core/server.ts";
import { GpuNames } from "../../src/drivers/gpu-readings.ts";
import { parseSmi } from "../../src/drivers/nvidia-smi.ts";
import { smiLine } from "../lab/host.ts";

/** What the script prints: each question's name, its lines, and how nvidia-smi ended. */
const printed = (
  ...answers: readonly (readonly [question: string, lines: readonly string[], code?: number])[]
): string =>
  answers.map(([question, lines, code = 0]) => [`@ ${question}`, ...lines, `@ = ${code}`, ""].join("\r\n")).join("");

const readings = (text: string, before = text) => {
  const names = new GpuNames(declaredGpus("beta", parseSmi(before).gpus));
  names.readings(parseSmi(before));
  return names.readings(parseSmi(text));
};
const two = [smiLine("GPU-a", 0), smiLine("GPU-b", 1)];

describe("what nvidia-smi prints", () => {
  it.each([
    [{ utilisation: "[Unknown Error]" }, "Unknown Error"],
    [{ temperature: "[GPU is lost]" }, "GPU is lost"],
    [{ used: "[GPU requires reset]" }, "GPU requires reset"],
    [{ ecc: 3 }, "3 uncorrected ECC errors"],
    [{ retired: "Yes" }, "memory pages wait to be retired: it has to be reset"],
    [{ utilisation: "[N/A]", ecc: "[N/A]", retired: "[N/A]", temperature: "[Not Supported]" }, null],
  ])("%j is read as the fault %j", (over, fault) => {
    expect(readings(printed(["gpus", [smiLine("GPU-a", 0, over)]]))).toMatchObject([{ fault }]);
  });

  it("of a GPU that is lost, by its place only, is a fault of that GPU and of no other", () => {
    const lost =
      "Unable to determine the device handle for GPU 0000:02:00.0: GPU is lost.  Reboot the system to recover this GPU";
    const text = printed(
      ["gpus", [lost], 15],
      ["gpu GPU-a", [two[0] as string]],
      ["gpu GPU-b", [lost], 15],
      ["list", []],
    );
    expect(readings(text, printed(["gpus", two])).map(({ fault }) => fault)).toEqual([
      null,
      "GPU is lost.  Reboot the system to recover this GPU",
    ]);
  });

  it("without a GPU that it told of before makes that one lost; nothing at all makes none lost", () => {
    const before = printed(["gpus", two]);
    const text = printed(["gpus", two.slice(0, 1)]);
    expect(readings(text, before)).toMatchObject([{ fault: null }, { fault: "nvidia-smi does not list it any more" }]);
    expect(readings(printed(["gpus", ["Failed to initialize NVML: Unknown Error"], 255]), before)).toEqual([]);
  });

  it("of a GPU in MIG mode gives its slices in its place, each with its parent and the parent's faults", () => {
    const text = printed(
      ["gpus", [smiLine("GPU-a", 0, { mig: "Enabled", name: "NVIDIA A100-SXM4-40GB", ecc: 1 }), smiLine("GPU-b", 1)]],
      [
        "list",
        [
          "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-a)",
          "  MIG 3g.20gb     Device  0: (UUID: MIG-111)",
          "  MIG 1g.5gb      Device  1: (UUID: MIG-222)",
          "GPU 1: Stand-in A100 (UUID: GPU-b)",
        ],
      ],
    );
    const slice = { parent: "GPU-a", fault: "1 uncorrected ECC error" };
    expect(parseSmi(text).gpus).toMatchObject([
      { index: 1, uuid: "GPU-b", fault: null },
      { index: 2, uuid: "MIG-111", model: "NVIDIA A100-SXM4-40GB MIG 3g.20gb", memoryMiB: 20_480, ...slice },
      { index: 3, uuid: "MIG-222", model: "NVIDIA A100-SXM4-40GB MIG 1g.5gb", memoryMiB: 5_120, ...slice },
    ]);
    const names = new GpuNames(declaredGpus("beta", parseSmi(text).gpus));
    expect(names.idsOf("GPU-a")).toEqual(["beta/MIG-111", "beta/MIG-222"]);
  });

  it("about GPUs in MIG mode without slices is no GPU, and says why", () => {
    const { gpus, trouble } = parseSmi(printed(["gpus", [smiLine("GPU-a", 0, { mig: "Enabled" })]]));
    expect([gpus, trouble]).toEqual([[], "all GPUs are in MIG mode and none has a slice"]);
  });
});
