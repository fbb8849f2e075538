import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import tar from "tar-stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type PackedCode, packCode } from "../../../clients/sdk/code.ts";

let folder: string;
const packs: PackedCode[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "code-"));
});
afterEach(async () => {
  for (const pack of packs.splice(0)) await pack.remove();
  rmSync(folder, { recursive: true, force: true });
});

function put(files: Readonly<Record<string, string>>, into = folder): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(into, path)), { recursive: true });
    writeFileSync(join(into, path), text);
  }
}

async function packed(of = folder): Promise<PackedCode> {
  const pack = await packCode(of);
  packs.push(pack);
  return pack;
}

/** Path to content, or to where a link leads. */
async function inside(pack: PackedCode): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const extract = tar.extract();
  Readable.fromWeb(pack.open() as never).pipe(extract);
  for await (const entry of extract) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { type, name, linkname } = entry.header;
    if (type === "file") found[name] = Buffer.concat(chunks).toString();
    if (type === "symlink") found[name] = `-> ${linkname}`;
  }
  return found;
}

const names = async (): Promise<string[]> => Object.keys(await inside(await packed())).sort();

test("the same files give the same hash, wherever, whenever and in whatever order they were written", async () => {
  put({ "train.py": "print(1)", "lib/a.py": "a", "lib/b/c.py": "c" });
  const first = await packed();
  const other = mkdtempSync(join(tmpdir(), "code-"));
  try {
    put({ "lib/b/c.py": "c", "lib/a.py": "a", "train.py": "print(1)" }, other);
    utimesSync(join(other, "train.py"), 1, 1);
    expect((await packed(other)).hash).toBe(first.hash);
    put({ "lib/a.py": "A" }, other);
    expect((await packed(other)).hash).not.toBe(first.hash);
  } finally {
    rmSync(other, { recursive: true });
  }
  expect(first).toMatchObject({ files: 3, bytes: 10 });
  chmodSync(join(folder, "train.py"), 0o755);
  expect((await packed()).hash).not.toBe(first.hash);
});

describe("what is left out", () => {
  test("is what Git leaves out, by every .gitignore there is", async () => {
    put({
      ".gitignore": "*.log\n/data/\n!keep.log\nbuild\nnotes/*.txt\n# a comment\n\\#odd\n",
      "lib/.gitignore": "!special.log\ncache/\n/top.py\n",
      "a.log": "",
      "keep.log": "",
      "data/x": "",
      "lib/data/x": "",
      "lib/special.log": "",
      "lib/other.log": "",
      "lib/cache/x": "",
      "lib/top.py": "",
      "lib/deep/top.py": "",
      "build/x": "",
      "lib/build": "",
      "notes/a.txt": "",
      "notes/deep/a.txt": "",
      "#odd": "",
      "train.py": "",
    });
    execFileSync("git", ["init", "-q"], { cwd: folder });
    const byGit = execFileSync("git", ["ls-files", "--others", "--exclude-standard"], {
      cwd: folder,
      encoding: "utf8",
    });
    expect(await names()).toEqual(byGit.trim().split("\n").sort());
  });

  test("is what .dockerignore names, from the root, and what a later line takes back is in", async () => {
    put({
      ".dockerignore": "*.bin\ndata\n!data/small.csv\n**/*.tmp\n",
      "a.bin": "",
      "lib/a.bin": "",
      "data/large.csv": "",
      "data/small.csv": "",
      "x.tmp": "",
      "lib/deep/x.tmp": "",
      "train.py": "",
    });
    expect(await names()).toEqual([".dockerignore", "data/small.csv", "lib/a.bin", "train.py"]);
  });

  test("is the history, and what Python keeps compiled", async () => {
    put({ ".git/config": "", "lib/__pycache__/a.pyc": "", "train.py": "" });
    expect(await names()).toEqual(["train.py"]);
  });
});

describe("links", () => {
  test("within the folder stay links, absolute ones too", async () => {
    put({ "lib/a.py": "a" });
    symlinkSync("lib/a.py", join(folder, "b.py"));
    symlinkSync(join(folder, "lib"), join(folder, "everything"));
    expect(await inside(await packed())).toEqual({ "lib/a.py": "a", "b.py": "-> lib/a.py", everything: "-> lib" });
  });

  test.each(["/etc/passwd", "../outside", "lib/../../outside"])(
    "to %s are refused, with the remedy",
    async (target) => {
      put({ "lib/a.py": "a" });
      symlinkSync(target, join(folder, "data"));
      await expect(packCode(folder)).rejects.toThrow(
        /code: data is a link that leads out of the folder.*\.dockerignore/,
      );
      put({ ".dockerignore": "data" });
      expect(await names()).toEqual([".dockerignore", "lib/a.py"]);
    },
  );
});

test("the largest files are known, and a folder that is none is told", async () => {
  put({ a: "x".repeat(10), b: "x".repeat(30), "c/d": "x".repeat(20) });
  expect((await packed()).largest.map(({ path }) => path)).toEqual(["b", "c/d", "a"]);
  await expect(packCode(join(folder, "none"))).rejects.toThrow(/code: there is no folder .*none/);
  await expect(packCode(join(folder, "a"))).rejects.toThrow(/is no folder/);
});

test("a folder with a link to itself ends", async () => {
  cpSync(import.meta.dirname, join(folder, "copy"), { recursive: true });
  symlinkSync(".", join(folder, "copy", "self"));
  expect(await inside(await packed())).toMatchObject({ "copy/self": "-> ." });
});
