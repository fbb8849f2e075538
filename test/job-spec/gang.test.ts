import { expect, test } from "vitest";
import { parseJobSpec, toInput } from "../../src/job-spec/index.ts";

const parse = (fields: object) => parseJobSpec({ command: "train", ...fields }, { user: "ada", now: 0 }).spec;

test("a job spans one server unless it asks for more", () => {
  expect(parse({}).servers).toEqual({ min: 1, max: 1 });
  expect(parse({ servers: 2, gpus: 4 }).servers).toEqual({ min: 2, max: 2 });
  expect(parse({ servers: { min: 1, max: 4 } }).servers).toEqual({ min: 1, max: 4 });
});

test("a job without GPUs has at least a core on each of its servers", () => {
  expect(parse({ servers: 3 }).cores).toMatchObject({ min: 3, max: 3 });
  expect(parse({ servers: 3, cores: 6 }).cores).toMatchObject({ min: 6, max: 6 });
  expect(parse({ servers: 2, gpus: 4 }).cores).toMatchObject({ min: 1, max: 1 });
});

test.each([
  [{ servers: { min: 3, max: 2 } }, "servers.min: must be at most servers.max"],
  [{ servers: 4, gpus: 2 }, "gpus: must be at least servers.min (4): each server takes part with a GPU"],
  [{ servers: 4, cores: 2 }, "cores: must be at least servers.min (4): each server takes part with a core"],
  [{ launcherCommand: ["mpiexec"] }, "launcherCommand: needs a launcher: torchrun, horovod or mpi"],
  [{ ports: [80, { name: "web", port: 80 }] }, "ports.1: port 80 is in the list already"],
  [
    {
      ports: [
        { name: "web", port: 80 },
        { name: "WEB", port: 81 },
      ],
    },
    "ports.1.name: another port is called WEB already",
  ],
  [{ ports: [{ name: "a b", port: 80 }] }, "ports.0.name: must be 1 to 40 letters, digits or _"],
  [{ launcher: "ray" }, /^launcher: must be one of/],
])("%j is refused in words", (fields, message) => {
  expect(() => parse(fields)).toThrow(message);
});

test("what is written back asks for the same", () => {
  for (const fields of [
    { servers: 2, gpus: 4, launcher: "torchrun", launcherCommand: ["python3", "-m", "torch.distributed.run"] },
    { servers: { min: 1, max: 3 }, launcher: "horovod", elasticity: "live" },
    { servers: 2, ports: [6006, { name: "dashboard", port: 8265 }] },
  ]) {
    const spec = parse({ ...fields, image: "image" });
    expect(parse(toInput(spec))).toEqual(spec);
    expect(toInput(spec)).toMatchObject(fields);
  }
});
