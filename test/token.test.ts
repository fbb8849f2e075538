import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tokenCommand } from "../src/token.ts";

let folder: string;
let out: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "token-"));
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    out += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

async function token(...args: string[]): Promise<string> {
  out = "";
  await tokenCommand([...args, "--data", join(folder, "data")]);
  return out;
}
const tokenJson = async (...args: string[]) => JSON.parse(await token(...args, "--json"));

test("a token is told with its text and the moment as ISO has it", async () => {
  const made = await tokenJson("create", "laptop");
  expect(made).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{8}$/),
    name: "laptop",
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    token: expect.stringMatching(/^slt_/),
  });
  const { token: _, ...shown } = made;
  expect(await tokenJson("ls")).toEqual([shown]);
});

test("tokens are listed under a header, in columns", async () => {
  const { id, createdAt } = await tokenJson("create", "laptop");
  expect(await token("ls")).toBe(`ID        CREATED                   NAME\n${id}  ${createdAt}  laptop\n`);
});

test("a token is revoked by its id or by a name that no other has", async () => {
  const { id } = await tokenJson("create", "twin");
  await tokenJson("create", "twin");
  await expect(token("revoke", "twin")).rejects.toThrow("2 tokens are called twin: revoke by id");
  expect(await token("revoke", id)).toBe(`revoked ${id}\n`);
  expect(await token("revoke", "twin")).toBe("revoked twin\n");
  await expect(token("revoke", "twin")).rejects.toThrow("there is no token twin");
  expect(await tokenJson("ls")).toEqual([]);
});

test.each([["ls"], ["revoke", "x"], ["forge", "x"]])(
  "token %s %s makes no database where there is none",
  async (...args) => {
    await expect(token(...args)).rejects.toThrow(
      args[0] === "forge" ? "unknown: token forge" : `there is no database in ${join(folder, "data")} yet`,
    );
    expect(existsSync(join(folder, "data"))).toBe(false);
  },
);
