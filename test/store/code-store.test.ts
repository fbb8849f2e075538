import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import tar from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CodeStore } from "../../src/store/code-store.ts";

let folder: string;
let store: CodeStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "store-"));
  store = new CodeStore(folder, 1);
});
afterEach(() => rmSync(folder, { recursive: true }));

type Entry = tar.Header & { readonly text?: string };
const file = (name: string, content = ""): Entry => ({ name, text: content }) as Entry;
const link = (name: string, linkname: string): Entry => ({ name, type: "symlink", linkname }) as Entry;

async function archive(...entries: readonly Entry[]): Promise<Buffer> {
  const pack = tar.pack();
  for (const { text: content = "", ...header } of entries) pack.entry(header, content);
  pack.finalize();
  return buffer(pack);
}
const hashOf = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
const take = (bytes: Buffer, hash = hashOf(bytes)) => store.receive(hash, Readable.from([bytes]));

test("what is taken in is found by its hash, whole, by a later life too", async () => {
  const bytes = await archive(file("a", "12345"), file("b/c", "678"), link("l", "b/c"));
  expect(await take(bytes)).toEqual({ bytes: 8, files: 2 });
  const later = new CodeStore(folder, 1);
  expect(later.find(hashOf(bytes))).toEqual({ bytes: 8, files: 2 });
  expect(await text(later.open(hashOf(bytes)))).toBe(bytes.toString());
  expect(later.find("ab".repeat(32))).toBeNull();
  expect(() => later.open("ab".repeat(32))).toThrow(/nothing is kept/);
});

test.each([
  ["a path that climbs", [file("../x")], /is no path within the folder/],
  ["an absolute path", [file("/etc/passwd")], /is no path within the folder/],
  ["a path that goes there and back", [file("a/../b")], /is no path within the folder/],
  ["a link to the outside", [link("l", "../x")], /leads out of the folder/],
  ["an absolute link", [link("l", "/etc")], /leads out of the folder/],
  // l leads to the folder itself, so l/.. would be above it, though the text of m stays within.
  [
    "a link that climbs behind another",
    [link("x/l", ".."), link("m", "x/l/../secret")],
    /"m" is a link that leads out/,
  ],
  ["a file behind a link", [link("l", "b"), file("l/x")], /"l\/x" lies behind a link/],
  [
    "a device",
    [{ name: "d", type: "character-device", devmajor: 1, devminor: 3 } as Entry],
    /only files, folders and links/,
  ],
  ["a hard link", [file("a"), { name: "b", type: "link", linkname: "a" } as Entry], /only files, folders and links/],
])("%s is refused, and nothing is kept", async (_, entries, message) => {
  await expect(take(await archive(...entries))).rejects.toThrow(message);
  expect(readdirSync(folder)).toEqual([]);
});

test("what is too large, another than its hash says, no archive, or cut off is refused, and nothing is kept", async () => {
  await expect(take(await archive(file("a", "x".repeat(1024 * 1024 + 1))))).rejects.toThrow(/more than 1 MiB/);
  await expect(take(Buffer.alloc(4 * 1024 * 1024))).rejects.toThrow(/more than \d MiB/);
  const bytes = await archive(file("a", "1"));
  await expect(take(bytes, "ab".repeat(32))).rejects.toThrow(/what came has the hash/);
  await expect(take(Buffer.from("no archive at all"))).rejects.toThrow(/no tar archive/);
  const broken = new Readable({
    read() {
      this.push(bytes.subarray(0, 100));
      this.destroy(new Error("cut"));
    },
  });
  await expect(store.receive(hashOf(bytes), broken)).rejects.toThrow("cut");
  expect(readdirSync(folder)).toEqual([]);
});

test("what no job needs goes when its time is over, and time begins anew when it is wanted again", async () => {
  const [needed, wanted, old] = await Promise.all(["1", "2", "3"].map((each) => archive(file("a", each))));
  for (const bytes of [needed, wanted, old] as Buffer[]) await take(bytes);
  const now = Date.now();
  await store.touch(hashOf(wanted as Buffer), new Date(now + 60_000));
  expect(await store.sweep(new Set([hashOf(needed as Buffer)]), now - 60_000)).toEqual([]);
  expect(await store.sweep(new Set([hashOf(needed as Buffer)]), now + 30_000)).toEqual([hashOf(old as Buffer)]);
  expect([needed, wanted, old].map((bytes) => store.find(hashOf(bytes as Buffer)) !== null)).toEqual([
    true,
    true,
    false,
  ]);
  expect(readdirSync(folder)).toHaveLength(4);
});
