import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmod,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PassThrough, type Readable, Transform } from "node:stream";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { carry, Surplus, type Target } from "../../src/carry/carry.ts";
import { CheckpointGone } from "../../src/drivers/driver.ts";
import { folderTarget, packFolder } from "../../src/drivers/process/checkpoint-tar.ts";

const never = new AbortController().signal;
let root: string;
let source: string;
let target: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "carry-"));
  [source, target] = [join(root, "source"), join(root, "target")];
  await mkdir(source);
  await mkdir(target);
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Which bytes a tar stream passes on before it is cut. */
const cutAfter = (bytes: number, stream: Readable): Readable => {
  let left = bytes;
  const cut = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(new Error("the line went dead"));
      else done(null, chunk);
    },
  });
  stream.on("error", () => {}).pipe(cut);
  cut.on("error", () => stream.destroy());
  return cut;
};

const bring = (
  open = async (): Promise<NodeJS.ReadableStream> => packFolder(source, never),
  to = folderTarget(target, source),
) => carry(open, to, never, { patienceMillis: 2_000 });

/** By the tools of the machine, not by the code it judges: kind, rights, hash or target of each path, and which paths are one file. */
async function listing(folder: string): Promise<unknown[]> {
  const lines: unknown[] = [];
  const firstOf = new Map<number, string>();
  const walk = async (path: string): Promise<void> => {
    for (const name of (await readdir(join(folder, path))).sort()) {
      const child = join(path, name);
      const { mode, ino, nlink, mtimeMs } = await lstat(join(folder, child));
      const kind = mode & 0o170000;
      if (kind === 0o040000) {
        lines.push([child, mode]);
        await walk(child);
      } else if (kind === 0o120000) lines.push([child, await readlink(join(folder, child))]);
      else {
        const same = firstOf.get(ino) ?? child;
        if (nlink > 1) firstOf.set(ino, same);
        const hash = createHash("sha256")
          .update(await readFile(join(folder, child)))
          .digest("hex");
        lines.push([child, mode, same, hash, Math.floor(mtimeMs / 1000)]);
      }
    }
  };
  await walk(".");
  return lines;
}

type Thing = {
  path: string[];
  kind: "file" | "folder" | "symlink" | "link";
  mode: number;
  size: number;
  hole: boolean;
};
const aName = fc
  .oneof(
    fc.constantFrom(
      "model",
      "weights.pt",
      "Gewicht-ü",
      "重み",
      "e\u0301",
      "a b",
      "-rf",
      "🙂",
      "x".repeat(120),
      ".hidden",
    ),
    fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }),
  )
  .filter(
    (name) =>
      !/[/\0]/.test(name) &&
      name !== "." &&
      name !== ".." &&
      Buffer.byteLength(name) <= 255 &&
      !/\p{Surrogate}/u.test(name),
  );
const aThing: fc.Arbitrary<Thing> = fc.record({
  path: fc.array(aName, { minLength: 1, maxLength: 3 }),
  kind: fc.constantFrom("file", "file", "file", "folder", "symlink", "link"),
  mode: fc.constantFrom(0o644, 0o600, 0o755, 0o777, 0o400, 0o666, 0),
  size: fc.oneof(fc.nat(2000), fc.constantFrom(0, 511, 512, 513, 65_536, 70_001, 200_000)),
  hole: fc.boolean(),
});

async function build(things: readonly Thing[]): Promise<void> {
  let seed = 1;
  const files: string[] = [];
  for (const { path, kind, mode, size, hole } of things) {
    const place = join(source, ...path);
    try {
      await mkdir(dirname(place), { recursive: true });
      if (kind === "folder") await mkdir(place);
      else if (kind === "symlink") await symlink(path.at(-1) as string, place);
      else if (kind === "link" && files.length > 0) await link(files[size % files.length] as string, place);
      else {
        await writeFile(place, hole ? Buffer.alloc(size) : Buffer.alloc(size, `${seed++}`), { flag: "wx" });
        await chmod(place, mode);
        files.push(place);
      }
    } catch {
      // the place is taken, or a file lies in the way
    }
  }
}

describe("a checkpoint that is carried", () => {
  it("is the same folder afterwards, whatever lies in it and whatever lay at the target", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aThing, { maxLength: 12 }), fc.array(aThing, { maxLength: 6 }), async (now, before) => {
        for (const folder of [source, target]) {
          await rm(folder, { recursive: true, force: true });
          await mkdir(folder);
        }
        await build(before);
        await bring();
        await rm(source, { recursive: true });
        await mkdir(source);
        await build(now);
        await bring();
        expect(await listing(target)).toEqual(await listing(source));
        expect((await bring()).bytes).toBe(0);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  it("goes on after a cut with the file that was cut: what came whole is not carried again", async () => {
    for (let n = 0; n < 8; n++) await writeFile(join(source, `shard${n}`), Buffer.alloc(300_000, `${n}`));
    let opened = 0;
    const carried = await bring(async () => {
      opened += 1;
      return opened <= 3 ? cutAfter(opened * 700_000, packFolder(source, never)) : packFolder(source, never);
    });
    expect(opened).toBe(4);
    expect(await listing(target)).toEqual(await listing(source));
    expect(carried.files).toBeGreaterThanOrEqual(8);
    expect(carried.files).toBeLessThan(8 + 3 * 3); // of each cut, the file under way and what had not been read yet; all again: 21
  });

  it("carries only what has changed, and what has gone goes", async () => {
    for (const name of ["old", "same", "changed"]) await writeFile(join(source, name), name.repeat(1000));
    await bring();
    await rm(join(source, "old"));
    await writeFile(join(source, "changed"), "otherwise");
    expect(await bring()).toEqual({ bytes: 9, files: 1, kept: { bytes: 4000, files: 1 } });
    expect(await listing(target)).toEqual(await listing(source));
  });

  it("keeps the second of a file that was written in the last instant of it", async () => {
    await writeFile(join(source, "weights"), "a".repeat(1000));
    await utimes(join(source, "weights"), 1_700_000_000.9998, 1_700_000_000.9998);
    await bring();
    expect(await listing(target)).toEqual(await listing(source));
    expect((await bring()).bytes).toBe(0);
  });

  it("finds out what size and time do not tell: a file of the same size, written in the same second", async () => {
    await writeFile(join(source, "weights"), "a".repeat(1000));
    await bring();
    await writeFile(join(source, "weights"), "b".repeat(1000));
    execFileSync("touch", ["-r", join(source, "weights"), join(target, "weights")]);
    expect(await bring()).toMatchObject({ bytes: 1000, files: 1 });
    expect(await listing(target)).toEqual(await listing(source));
  });

  it("is not taken for whole where the target spoils what it is given", async () => {
    await writeFile(join(source, "weights"), "a".repeat(100_000));
    const honest = folderTarget(target, source);
    const spoils: Target = {
      ...honest,
      async unpack(stream, signal) {
        await honest.unpack(stream, signal);
        await writeFile(join(target, "weights"), `${"a".repeat(99_999)}b`);
        execFileSync("touch", ["-r", join(source, "weights"), join(target, "weights")]);
      },
    };
    await expect(bring(undefined, spoils)).rejects.toThrow("the copy is not equal to its source: weights differs");
  });

  it("is refused by a target that cannot take away what lies there beside it", async () => {
    await writeFile(join(target, "step-300"), "of another checkpoint");
    const { remove: _, ...cannotRemove } = folderTarget(target, source);
    await expect(bring(undefined, cannotRemove)).rejects.toThrow(Surplus);
  });

  it("is given up when no file comes through for the time of the patience, with the last reason", async () => {
    let opened = 0;
    const open = async () => {
      opened += 1;
      const source = new PassThrough();
      setImmediate(() => source.destroy(new Error("the cable was cut")));
      return source;
    };
    const carrying = carry(open, folderTarget(target, source), never, { patienceMillis: 3_000 }); // a busy machine makes pauses
    await expect(carrying).rejects.toThrow("the cable was cut");
    expect(opened).toBeGreaterThan(1);
  });

  it("is given up at once where the source says that it never can be had", async () => {
    let opened = 0;
    const gone = (): Promise<NodeJS.ReadableStream> => {
      opened += 1;
      return Promise.reject(new CheckpointGone("there is no such folder"));
    };
    await expect(bring(gone)).rejects.toThrow(CheckpointGone);
    expect(opened).toBe(1);
  });

  it("takes a stream on which nothing moves for a broken one", async () => {
    await writeFile(join(source, "weights"), "a");
    let opened = 0;
    const carrying = carry(
      async () => (opened++ === 0 ? new PassThrough() : packFolder(source, never)),
      folderTarget(target, source),
      never,
      { silenceMillis: 5_000 }, // of a good stream on a busy machine too little to be taken for silent
    );
    expect(await carrying).toMatchObject({ files: 1 });
    expect(opened).toBe(2);
  });
});
