import { describe, expect, test } from "vitest";
import { type Allowed, parseJobSpec, toInput } from "../../src/job-spec/index.ts";
import { messagesOf } from "../input/refused.ts";

const hash = "ab".repeat(32);
const allowed: Allowed = {
  mountRoots: ["/data", "/scratch/jobs"],
  runAs: ["1000:1000"],
  code: (asked) => (asked === hash ? { bytes: 12, files: 2 } : null),
};
const parse = (fields: object, by: Allowed | undefined = allowed) =>
  parseJobSpec({ image: "python:3.12", command: "true", ...fields }, { user: "ada", now: 0, allowed: by }).spec;
const refused = (fields: object, by?: Allowed): string[] => messagesOf(() => parse(fields, by));

describe("mounts", () => {
  test.each([
    ["/data/imagenet:/data", { source: "/data/imagenet", target: "/data", readOnly: true }],
    ["/data:/d:ro", { source: "/data", target: "/d", readOnly: true }],
    ["/scratch/jobs/a/:/out/:rw", { source: "/scratch/jobs/a", target: "/out", readOnly: false }],
    [
      { source: "/data//x/.", target: "/d" },
      { source: "/data/x", target: "/d", readOnly: true },
    ],
    [
      { source: "/data", target: "/d", readOnly: false },
      { source: "/data", target: "/d", readOnly: false },
    ],
  ])("%j is understood, and read-only unless it says otherwise", (written, mount) => {
    expect(parse({ mounts: [written] }).mounts).toEqual([mount]);
  });

  const remedy = "containers.mountRoots of schedulearn.yaml is the operator's word";
  test.each([
    ["/etc:/d", `mounts.0: /etc does not lie below "/data" or "/scratch/jobs": ${remedy}`],
    ["/database:/d", /mounts\.0: \/database does not lie below/],
    ["/scratch:/d", /mounts\.0: \/scratch does not lie below/],
    ["/data/../etc:/d", "mounts.0: must not hold ..: write where it leads"],
    [{ source: "/data/x/../../etc", target: "/d" }, "mounts.0.source: must not hold ..: write where it leads"],
    ["weights:/d", "mounts.0: must be an absolute path on the server: volumes by name are not given to jobs"],
    ["./data:/d", /mounts\.0: must be an absolute path on the server/],
    ["/data", /mounts\.0: must be \/folder\/of\/the\/server:\/folder\/in\/the\/container/],
    ["/data:/d:shared", /mounts\.0: must be \/folder/],
    ["/data:d", "mounts.0: must be an absolute path below /, such as /data"],
    ["/data:/", /must be an absolute path below/],
    ["/data:/proc/x", "mounts.0: must not lie in /proc"],
    ["/data:/schedulearn", "mounts.0: must not lie in /schedulearn"],
    ["/data:/code/data", "mounts.0: must not lie in /code"],
    ["/data:/checkpoint/x", "mounts.0: must not overlap checkpoint.path, /checkpoint"],
  ])("%j is refused with its place and the remedy", (written, message) => {
    const [said = "", ...more] = refused({ mounts: [written] });
    expect(more).toEqual([]);
    if (typeof message === "string") expect(said.replaceAll(/"/g, "")).toBe(message.replaceAll(/"/g, ""));
    else expect(said).toMatch(message);
  });

  test("the same target twice is refused, and a folder around the checkpoints too", () => {
    const mounts = ["/data:/d", { source: "/data/x", target: "/d/" }];
    expect(refused({ mounts })).toEqual(["mounts.1.target: is the target of mounts.0 already"]);
    const checkpoint = { path: "/work/checkpoints" };
    expect(refused({ mounts: ["/data:/work"], checkpoint })[0]).toMatch(/must not overlap checkpoint\.path/);
  });

  test("none is allowed unless the operator names a root, and only containers have any", () => {
    expect(refused({ mounts: ["/data:/d"] }, { ...allowed, mountRoots: [] })).toEqual([
      `mounts.0: no folder of a server may be mounted: ${remedy}`,
    ]);
    expect(refused({ image: null, mounts: ["/data:/d"] })).toEqual([
      "mounts: need an image: only containers have mounts",
    ]);
  });
});

test.each(["privileged", "network", "pid", "ipc", "devices", "volumes"])("%s is refused with the reason", (field) => {
  const [said = ""] = refused({ [field]: "host" });
  expect(said).toMatch(new RegExp(`^${field}: (is|are) (not|given|no|the)`));
});

test("a job names a user only within what the operator allows", () => {
  expect(parse({ runAs: "1000:1000" }).runAs).toBe("1000:1000");
  expect(refused({ runAs: "0:0" })[0]).toMatch(/runAs: must be .*1000:1000.*containers\.allowRunAs/);
  expect(refused({ runAs: "0" }, { ...allowed, runAs: [] })[0]).toMatch(/no job may choose it/);
  expect(parse({ runAs: "7" }, { ...allowed, runAs: null }).runAs).toBe("7");
  expect(refused({ runAs: "root" })[0]).toMatch(/must be a user by numbers/);
  expect(refused({ image: null, runAs: "7" })[0]).toMatch(/needs an image/);
});

describe("code", () => {
  test("is known by its hash, with what was uploaded", () => {
    expect(parse({ code: { hash } }).code).toEqual({ hash, bytes: 12, files: 2 });
  });
  test("that nobody has uploaded is refused, and so is a folder that no client has packed", () => {
    expect(refused({ code: { hash: "cd".repeat(32) } })[0]).toMatch(/code\.hash: nothing was uploaded under it/);
    expect(refused({ code: "./train" })[0]).toMatch(/code: is a folder of your machine/);
  });
  test("is read-only, so checkpoints lie elsewhere", () => {
    expect(refused({ code: { hash }, checkpoint: { path: "/code/ckpt" } })[0]).toMatch(/must not lie in \/code/);
  });
});

test("a spec written back and handed in again is the same", () => {
  const spec = parse({
    code: { hash },
    mounts: ["/data:/d", "/data/x:/e:rw"],
    runAs: "1000:1000",
    imagePull: "always",
  });
  expect(parse(toInput(spec))).toEqual(spec);
});
