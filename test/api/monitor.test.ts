import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ApiHouse } from "./house.ts";

const SCRIPT = `console.log("${"x".repeat(2000)}");`;
const folder = mkdtempSync(join(tmpdir(), "monitor-"));
const house = new ApiHouse();
beforeAll(() => house.open({ monitor: folder }));
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

const get = (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(new URL(path, house.api.url), { headers });
const asBrowser = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

it("a monitor that is not built is told of in plain words", async () => {
  const answer = await get("/");
  expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining("is not built")]);
});

it("the monitor is at every address that a browser asks for and nothing else is at", async () => {
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<!doctype html><title>Schedulearn</title>");
  writeFileSync(join(folder, "assets/index-Ab12_x-.js"), SCRIPT);
  writeFileSync(join(folder, "assets/index-Ab12_x-.js.br"), brotliCompressSync(SCRIPT));
  for (const path of ["/", "/jobs/job-17", "/servers/alpha?tab=usage"]) {
    const answer = await get(path, asBrowser);
    expect([answer.status, await answer.text()], path).toEqual([200, expect.stringContaining("<title>Schedulearn")]);
    expect(answer.headers.get("content-security-policy")).toMatch(
      /default-src 'none'.*script-src 'self';.*style-src 'self';/,
    );
    expect(answer.headers.get("cache-control")).toBe("no-store");
  }
  expect((await get("/jobs/job-17")).status).toBe(404); // a program is told in JSON that there is nothing
  expect((await get("/healthz", asBrowser)).headers.get("content-type")).toContain("text/plain");
});

it("its parts may be kept for ever, and go packed to whom can unpack them", async () => {
  const path = "/assets/index-Ab12_x-.js";
  const packed = await get(path, { "accept-encoding": "br" });
  expect(packed.headers.get("content-encoding")).toBe("br");
  const plain = await get(path, { "accept-encoding": "identity" });
  expect(plain.headers.get("content-encoding")).toBe(null);
  for (const answer of [packed, plain]) {
    expect(answer.headers.get("content-type")).toContain("text/javascript");
    expect(answer.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(answer.headers.get("vary")).toContain("Accept-Encoding");
    expect(await answer.text()).toBe(SCRIPT);
  }
});

it.each([
  "/assets/index-Ab12_x-.js.br",
  "/assets/none-1.js",
  "/assets/..%2Findex.html",
  "/assets/%2e%2e/index.html.js",
])("nothing but its parts is given away: %s", async (path) => {
  expect((await get(path)).status).toBe(404);
});

it("the schema of a job is there for whom writes one", async () => {
  const schema = await (await get("/job-spec.schema.json")).json();
  expect(schema).toMatchObject({ title: "Job spec", properties: { command: { title: "Command" } } });
});
