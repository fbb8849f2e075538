import { expect, test } from "vitest";
import { statusReason } from "../../src/core/explain.ts";
import { fullName } from "../../src/core/image-name.ts";
import { aServer, aSpec, gpus, World } from "./world.ts";

const measured = (server: string, freeDiskMiB: number | null, images: readonly string[] = []) =>
  ({ type: "ServerMeasured", server, freeDiskMiB, minFreeDiskMiB: 2048, images, at: 0 }) as const;
const where = (world: World): string[] => world.starts.map(({ server }) => server);
const long = { "job-1": 1e6, "job-2": 1e6 };

test("a server with too little free disk takes no new run, says how much it has, and takes runs again when it has more", () => {
  const world = new World({ durations: long }).join(aServer("a", 2), aServer("b", 1));
  world.scheduler.observe(measured("a", 512));
  world.submit("job-1", aSpec({ gpus: gpus(2) })).run(100);
  expect(where(world)).toEqual([]);
  const job = world.scheduler.job("job-1");
  expect(job && statusReason(job, world.scheduler, world.now)).toContain(
    "a has 512 MiB of free disk, 2,048 are kept free",
  );
  world.scheduler.observe(measured("a", 4096));
  world.submit("job-2", aSpec()).run(200);
  expect(where(world)).toEqual(["a", "b"]);
});

test("what is not known of a disk holds nothing back", () => {
  const world = new World({ durations: long }).join(aServer("a", 1));
  world.scheduler.observe(measured("a", null));
  world.submit("job-1", aSpec()).run(100);
  expect(where(world)).toEqual(["a"]);
});

test("of servers on which a job fits equally well, one that has its image is taken; a better fit goes before that", () => {
  const world = new World({ durations: long }).join(aServer("a", 2), aServer("b", 2), aServer("c", 1));
  world.scheduler.observe(measured("b", null, ["python:3.12", "torch:latest"]));
  world.submit("job-1", aSpec({ gpus: gpus(2), image: "docker.io/library/torch" })).run(100);
  world.submit("job-2", aSpec({ gpus: gpus(1), image: "python:3.12" })).run(200);
  expect(where(world)).toEqual(["b", "c"]);
});

test.each([
  ["python", "python:latest"],
  ["docker.io/library/python:3", "python:3"],
  ["index.docker.io/team/model", "team/model:latest"],
  ["r:5000/model", "r:5000/model:latest"],
  ["r:5000/model@sha256:00", "r:5000/model@sha256:00"],
])("%s is %s in full", (short, full) => {
  expect(fullName(short)).toBe(full);
});
