import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { REMEDIES, remedyOf } from "../../../src/core/remedy.ts";
import {
  type Circumstances,
  type ContainerState,
  engineFailure,
  exitOf,
} from "../../../src/drivers/docker/run/outcome.ts";

/** As engines of versions 20.10 and 26 told of ended containers. */
const state = (ExitCode: number, OOMKilled = false): ContainerState => ({
  Status: "exited",
  Running: false,
  Paused: false,
  Restarting: false,
  OOMKilled,
  Dead: false,
  Pid: 0,
  ExitCode,
  Error: "",
  StartedAt: "2026-11-26T01:27:48.814436998Z",
  FinishedAt: "2026-11-26T01:27:48.829952919Z",
});
const alone: Circumstances = { stopped: false, memoryMiB: null, engineEnded: false, askedBy: null };
const limited = { ...alone, memoryMiB: 64 };
const word = (found: ContainerState, circumstances: Circumstances): string => {
  const { outcome } = exitOf(found, circumstances);
  return outcome.kind === "failed" ? `${outcome.cause.origin}: ${outcome.cause.code}` : outcome.kind;
};

describe("how a container ended", () => {
  it.each<[string, ContainerState, Circumstances, string]>([
    ["of itself, well", state(0), alone, "succeeded"],
    ["of itself, badly", state(3), alone, "application: exit"],
    ["by a crash of its own", state(139), alone, "application: signal"],
    ["told to stop, whatever its code", state(137), { ...alone, stopped: true }, "stopped"],
    ["told to stop, and out of memory then", state(137, true), { ...limited, stopped: true }, "stopped"],
    ["over its limit of memory", state(137, true), limited, "application: oom"],
    ["with a child over the limit", state(3, true), limited, "application: oom"],
    ["well, though a child was over the limit", state(0, true), limited, "succeeded"],
    ["out of memory without a limit", state(137, true), alone, "infrastructure: host-oom"],
    ["killed by nobody that the engine knows", state(137), alone, "application: signal"],
    ["by docker kill", state(137), { ...alone, askedBy: "SIGKILL" }, "infrastructure: interference"],
    ["by docker stop", state(143), { ...alone, askedBy: "SIGTERM" }, "infrastructure: interference"],
    [
      "well after docker stop: it saved and left",
      state(0),
      { ...alone, askedBy: "SIGTERM" },
      "infrastructure: interference",
    ],
    ["with its engine", state(137), { ...alone, engineEnded: true }, "infrastructure: server-lost"],
    [
      "well, at the word of an engine that ends",
      state(0),
      { ...alone, engineEnding: true },
      "infrastructure: server-lost",
    ],
    ["well, while its engine was away", state(0), { ...alone, engineEnded: true }, "succeeded"],
    [
      "with its engine, which asked it first",
      state(143),
      { ...alone, engineEnded: true, askedBy: "SIGTERM" },
      "infrastructure: server-lost",
    ],
    [
      "with its engine, which lost its code",
      state(255),
      { ...alone, engineEnded: true },
      "infrastructure: server-lost",
    ],
    ["by itself while the engine was away", state(3), { ...alone, engineEnded: true }, "application: exit"],
  ])("%s", (_, found, circumstances, expected) => {
    expect(word(found, circumstances)).toBe(expected);
  });

  it("is told with its code and the signal's name, and what shells mean by theirs", () => {
    expect(exitOf(state(139), alone)).toMatchObject({ exitCode: 139, signal: "SIGSEGV" });
    const message = (code: number): unknown => exitOf(state(code), alone).outcome;
    expect(message(127)).toHaveProperty("cause.message", expect.stringContaining("not found"));
    expect(message(126)).toHaveProperty("cause.message", expect.stringContaining("may not be executed"));
    expect(message(137)).toHaveProperty("cause.message", expect.stringContaining("memory"));
  });
});

describe("why a container did not start", () => {
  it.each<[string, number, string, string]>([
    [
      "a missing program (state created, exit code 127)",
      400,
      'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/bin/nix": stat /bin/nix: no such file or directory: unknown',
      "application: command-not-found",
    ],
    [
      "one not on the PATH",
      400,
      'failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "nix": executable file not found in $PATH: unknown',
      "application: command-not-found",
    ],
    [
      "one that may not be executed (exit code 126)",
      400,
      'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/etc/passwd": permission denied: unknown',
      "application: command-not-found",
    ],
    [
      "a device that NVIDIA's hook does not find (exit code 128)",
      500,
      "failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: error during container init: error running hook #0: error running hook: exit status 1, stdout: , stderr: nvidia-container-cli: device error: 9: unknown device: unknown",
      "infrastructure: gpu-lost",
    ],
    [
      "a driver that is down",
      500,
      "nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown",
      "infrastructure: gpu-lost",
    ],
    [
      "a device file that is gone",
      500,
      'error gathering device information while adding custom device "/dev/nvidia0": no such file or directory',
      "infrastructure: gpu-lost",
    ],
    ["a full disk", 500, "mkdir /var/lib/docker/overlay2/x: no space left on device", "infrastructure: disk-full"],
    ["anything else", 500, "layer does not exist", "infrastructure: daemon-error"],
  ])("%s", (_, statusCode, message, expected) => {
    const outcome = engineFailure(Object.assign(new Error(message), { statusCode, json: { message } }));
    expect(outcome.kind === "failed" && `${outcome.cause.origin}: ${outcome.cause.code}`).toBe(expected);
  });
});

it("each cause has a remedy, in a sentence", () => {
  for (const remedy of Object.values(REMEDIES)) expect(remedy).toMatch(/^[A-Z].*\.$/);
  expect(remedyOf({ origin: "application", code: "oom", message: "" })).toContain("memoryMiB");
});

it("each cause stands in the operators' guide", () => {
  const guide = readFileSync(new URL("../../../docs/servers.md", import.meta.url), "utf8");
  for (const code of Object.keys(REMEDIES))
    expect(guide).toMatch(new RegExp(`^\\| \`${code}\` \\| (application|infrastructure) \\|`, "m"));
});
