import { mkdir, mkdtemp, readdir, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { pack } from "tar-stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packFolder, unpackFolder } from "../../../src/drivers/process/checkpoint-tar.ts";
import { House, orderOf, readWhole, until } from "../support.ts";
import { processBench } from "./bench.ts";

const never = new AbortController().signal;
const HOME = "/checkpoint";

let root: string;
let target: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "sl-tar-"));
  target = join(root, "target");
  await mkdir(target);
});
afterEach(() => rm(root, { recursive: true, force: true }));

type Entry = Parameters<ReturnType<typeof pack>["entry"]>[0] & { text?: string };

function tarOf(...entries: Entry[]): Readable {
  const tar = pack();
  for (const { text = "", ...header } of entries) tar.entry(header, text);
  tar.finalize();
  return Readable.from(tar, { objectMode: false });
}
const unpack = (source: NodeJS.ReadableStream) => unpackFolder(source, target, HOME, never);

describe("a checkpoint's tar stream", () => {
  it("brings a folder over as it was: contents, modes, links, what is empty", async () => {
    const from = join(root, "from");
    await mkdir(join(from, "a/b"), { recursive: true });
    await mkdir(join(from, "empty"));
    await writeFile(join(from, "a/b/weights"), Buffer.alloc(200_000, 7), { mode: 0o640 });
    await writeFile(join(from, "nothing"), "");
    await symlink("a/b/weights", join(from, "latest"));
    await symlink(join(from, "a"), join(from, "absolute"));
    expect(await unpackFolder(packFolder(from, never), target, from, never)).toEqual({ bytes: 200_000, files: 2 });
    const found = await readdir(target, { recursive: true, withFileTypes: true }); // without types it walks through links
    expect(found.map((entry) => relative(target, join(entry.parentPath, entry.name))).sort()).toEqual(
      ["a", "a/b", "a/b/weights", "absolute", "empty", "latest", "nothing"].sort(),
    );
    expect(await readFile(join(target, "latest"))).toEqual(Buffer.alloc(200_000, 7));
    expect(await readlink(join(target, "absolute"))).toBe("a");
  });

  it("makes links relative that were absolute in a container", async () => {
    await unpack(
      tarOf({ name: "./step-5", text: "five" }, { name: "./latest", type: "symlink", linkname: "/checkpoint/step-5" }),
    );
    expect(await readFile(join(target, "latest"), "utf8")).toBe("five");
  });

  for (const [what, entries] of Object.entries({
    "a name that climbs out": [{ name: "../evil", text: "x" }],
    "an absolute name": [{ name: "/tmp/evil", text: "x" }],
    "a link that points out": [{ name: "out", type: "symlink", linkname: "../../etc" }],
    "an absolute link to elsewhere": [{ name: "out", type: "symlink", linkname: "/etc/passwd" }],
    "a file behind a link": [
      { name: "in", type: "directory" },
      { name: "link", type: "symlink", linkname: "in" },
      { name: "link/file", text: "x" },
    ],
    "a link that leads out by way of another": [
      { name: "here", type: "symlink", linkname: "." },
      { name: "out", type: "symlink", linkname: "here/here/here/../../.." },
    ],
    "a hard link to elsewhere": [{ name: "out", type: "link", linkname: "../../etc/passwd" }],
    "a device": [{ name: "dev", type: "character-device", devmajor: 1, devminor: 3 }],
  } satisfies Record<string, Entry[]>)) {
    it(`is refused with ${what}`, async () => {
      await expect(unpack(tarOf(...(entries as Entry[])))).rejects.toThrow();
      expect(await readdir(root)).toEqual(["target"]);
    });
  }

  it("is refused when it breaks off, also between two files", async () => {
    const whole = await readWhole(tarOf({ name: "a", text: "x".repeat(600) }, { name: "b", text: "y" }));
    for (const end of [100, 700, 1_536]) {
      await expect(unpack(Readable.from([whole.subarray(0, end)]))).rejects.toThrow();
      await rm(target, { recursive: true });
      await mkdir(target);
    }
  });

  it("passes on why its source broke", async () => {
    const source = new PassThrough();
    source.write(Buffer.alloc(10));
    setImmediate(() => source.destroy(new Error("the cable was cut")));
    await expect(unpack(source)).rejects.toThrow("the cable was cut");
  });

  it("is given up when nobody wants it any more", async () => {
    const giveUp = new AbortController();
    const unpacked = unpackFolder(new PassThrough(), target, HOME, giveUp.signal);
    giveUp.abort(new Error("not wanted"));
    await expect(unpacked).rejects.toThrow();
  });
});

describe("a run that is told to stop while its checkpoint is carried", () => {
  it("has stopped at once, and has not started", async () => {
    const bench = await processBench();
    const source = new PassThrough();
    const house = new House((server, context) =>
      bench.open(server, { ...context, openCheckpoint: () => Promise.resolve(source) }),
    );
    const driver = await house.connect("left");
    const run = orderOf(
      "left",
      {},
      { attempt: 2, checkpoint: { generation: 2, from: { server: "right", generation: 1 } } },
    );
    driver.start(run);
    await house.told.first("RunPreparing", run);
    await until("the stream is read", () => source.listenerCount("data") + source.listenerCount("readable") > 0);
    driver.stop(run, "SIGTERM", 600);
    expect((await house.told.first("RunExited", run)).outcome).toEqual({ kind: "stopped" });
    expect(house.told.of("RunStarted", run)).toEqual([]);
    expect(source.destroyed).toBe(true);
    await house.close();
    await bench.cleanup();
  });
});
