import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { carry } from "../../../src/carry/carry.ts";
import { folderTarget, packFolder } from "../../../src/drivers/process/checkpoint-tar.ts";
import { Changing, Vault, VaultFull } from "../../../src/store/vault/vault.ts";
import { readWhole } from "../../drivers/support.ts";

const never = new AbortController().signal;
const facts = { generation: 1, step: 100, savedAt: 1_000, serviceMillis: 60_000 };
const GIB = 1024 ** 3;
let root: string;
let source: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "vault-"));
  source = join(root, "source");
  await mkdir(source);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const open = (limit = GIB): Promise<Vault> => Vault.open(join(root, "vault"), limit);
const take = (vault: Vault, job = "job-1", settle = async (): Promise<void> => {}) =>
  vault.take(job, packFolder(source, never), facts, 2_000, settle, never);
const contents = async (): Promise<string[]> => {
  const files = await readdir(join(root, "vault"), { recursive: true, withFileTypes: true });
  return files.filter((file) => file.isFile()).map(({ name }) => name);
};

describe("the vault", () => {
  it("gives back what it took, also to another that is opened later", async () => {
    await mkdir(join(source, "deep"));
    await writeFile(join(source, "deep/weights"), Buffer.alloc(70_001, 7));
    await writeFile(join(source, "empty"), "");
    for (const path of ["deep/weights", "deep", "empty", "."]) await utimes(join(source, path), 1_000, 1_000);
    const copy = await take(await open());
    expect(copy).toMatchObject({ job: "job-1", serial: 1, ...facts, takenAt: 2_000, bytes: 70_001, files: 2 });
    const again = await open();
    expect(again.copies("job-1")).toEqual([copy]);
    const target = join(root, "target");
    await mkdir(target);
    await carry(async (signal) => again.read(copy, signal), folderTarget(target, source), never);
    for (const path of ["deep", "."]) await utimes(join(target, path), 1_000, 1_000); // times of folders are not carried
    expect(await readWhole(packFolder(target, never))).toEqual(await readWhole(packFolder(source, never)));
  });

  it("keeps a file once that did not change, or is in several jobs", async () => {
    const vault = await open();
    await writeFile(join(source, "weights"), Buffer.alloc(1_000_000, 1));
    await take(vault);
    await writeFile(join(source, "log"), "one line");
    await take(vault);
    await take(vault, "job-2");
    expect(vault.usedBytes).toBe(1_000_008);
    await vault.keep("job-1", 0);
    expect(vault.usedBytes).toBe(1_000_008);
    await vault.keep("job-2", 0);
    expect(vault.usedBytes).toBe(0);
    expect(await contents()).toEqual([]);
  });

  it("keeps the newest copies that are asked for, and what only older ones had goes", async () => {
    const vault = await open();
    for (const text of ["a", "bb", "ccc"]) {
      await writeFile(join(source, "weights"), text);
      await take(vault);
    }
    await vault.keep("job-1", 2);
    expect(vault.copies("job-1").map(({ bytes }) => bytes)).toEqual([2, 3]);
    expect(vault.usedBytes).toBe(5);
    expect((await open()).copies("job-1").map(({ serial }) => serial)).toEqual([2, 3]);
  });

  it("has no copy of a folder that changed while it was read, and nothing is left of it", async () => {
    const vault = await open();
    await writeFile(join(source, "weights"), "a");
    const changing = take(vault, "job-1", () => Promise.reject(new Changing("weights was written")));
    await expect(changing).rejects.toThrow("weights was written");
    expect(vault.copies("job-1")).toEqual([]);
    expect(await contents()).toEqual([]);
  });

  it("is not deceived by a file that was written twice in one second at the same size", async () => {
    const vault = await open();
    const at = new Date(5_000);
    await writeFile(join(source, "weights"), "aaa");
    await utimes(join(source, "weights"), at, at);
    await take(vault);
    await writeFile(join(source, "weights"), "bbb");
    await utimes(join(source, "weights"), at, at);
    await expect(take(vault)).rejects.toThrow(Changing);
    await utimes(join(source, "weights"), new Date(6_000), new Date(6_000));
    await take(vault);
    const tar = await readWhole(vault.read(vault.copies("job-1").at(-1) as never, never));
    expect(tar.toString("latin1")).toContain("bbb");
  });

  it("says how much there is and how much may be when there is no room, and keeps what it has", async () => {
    const vault = await open(1_000_000);
    await writeFile(join(source, "small"), Buffer.alloc(400_000, 1));
    await take(vault);
    await writeFile(join(source, "large"), Buffer.alloc(700_000, 2));
    await expect(take(vault)).rejects.toThrow(VaultFull);
    await expect(take(vault)).rejects.toThrow("checkpoints.vaultGiB");
    expect(vault.copies("job-1")).toHaveLength(1);
    expect(await contents()).toHaveLength(2);
  });

  it("removes what a crash left: content without a copy, a copy that was not finished", async () => {
    await take(await open());
    await writeFile(join(root, "vault/new/half"), "x");
    await mkdir(join(root, "vault/files/ab"), { recursive: true });
    await writeFile(join(root, "vault/files/ab/abcd"), "x");
    await open();
    expect(await contents()).toEqual(["1.json"]);
    expect(JSON.parse(await readFile(join(root, "vault/jobs/job-1/1.json"), "utf8"))).toMatchObject({ serial: 1 });
  });

  it("takes no stream for whole that broke off", async () => {
    const vault = await open();
    await writeFile(join(source, "weights"), Buffer.alloc(100_000, 1));
    const whole = await readWhole(packFolder(source, never));
    for (const end of [600, 50_000, whole.length - 1_024]) {
      const cut = Readable.from([whole.subarray(0, end)]);
      await expect(vault.take("job-1", cut, facts, 1, async () => {}, never)).rejects.toThrow();
    }
    expect(await contents()).toEqual([]);
  });
});
