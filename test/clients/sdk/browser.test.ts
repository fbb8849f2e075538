import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { build, type Rollup } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient } from "../../../clients/sdk/index.ts";
import { chromiumPath, NO_CHROMIUM } from "../../chromium.ts";
import { type House, startHouse } from "../house.ts";

/** The SDK as a page loads it, and what the bundler says of it. */
async function bundled() {
  const warnings: string[] = [];
  const [{ output } = { output: [] }] = (await build({
    configFile: false,
    logLevel: "silent",
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL("../../../clients/sdk/index.ts", import.meta.url)), formats: ["es"] },
      rollupOptions: { onwarn: ({ message }) => warnings.push(message) },
    },
  })) as Rollup.RollupOutput[];
  const [chunk, ...others] = output;
  if (chunk?.type !== "chunk") throw new Error("the bundle is no script");
  return { chunk, others, warnings };
}

test("the SDK is bundled for a browser whole, with nothing of Node in it", async () => {
  const { chunk, others, warnings } = await bundled();
  expect([others, warnings]).toEqual([[], []]);
  expect(chunk.imports).toEqual([]);
  expect(chunk.code).not.toMatch(/vite-browser-external|from "node:|require\(/);
});

/** Follows a job to its end in a page: its lines, and what was told of it. */
const inPage = (code: string): string => `(async () => {
  const { createClient } = await import(URL.createObjectURL(new Blob([${JSON.stringify(code)}], { type: "text/javascript" })));
  const client = createClient({ url: new URL("/graphql", location).href, retry: { attempts: 1000, firstMillis: 20, maxMillis: 200 } });
  window.seen = 0;
  window.follow = async (id) => {
    const lines = [];
    const told = (async () => {
      const statuses = [];
      for await (const { job } of client.followJobs({ job: id })) statuses.push(job?.status);
      return statuses;
    })();
    for await (const { text } of client.followLines(id)) window.seen = lines.push(text);
    return { lines, last: (await told).at(-1), ended: (await client.waitFor(id)).status };
  };
})()`;

describe("in Chromium", () => {
  if (!chromiumPath) {
    test("needs Chromium", ({ skip }) => skip(NO_CHROMIUM));
    return;
  }
  let house: House;
  let browser: Browser;
  beforeAll(async () => {
    house = await startHouse({ servers: "alpha=local" });
    browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await house.end();
  });

  test("streams of a page go on over a restart of the server, and lose and double nothing", async () => {
    const page = await browser.newPage();
    await page.goto(new URL("/healthz", house.url).href); // an empty page of the server's own
    await page.evaluate(inPage((await bundled()).chunk.code));
    const file = join(house.folder, "enough");
    const client = createClient({ url: house.url });
    const { id } = await client.submit({
      command: `i=0; while [ ! -e ${file} ]; do i=$((i+1)); echo "line $i"; sleep 0.01; done; echo "end $i"`,
    });
    const followed = page.evaluate(`window.follow("${id}")`) as Promise<{
      lines: string[];
      last: string;
      ended: string;
    }>;
    await page.waitForFunction("window.seen > 10");
    house = await house.restart();
    const seen = (await page.evaluate("window.seen")) as number;
    await page.waitForFunction(`window.seen > ${seen + 10}`);
    writeFileSync(file, "");
    const { lines, last, ended } = await followed;
    const count = lines.length - 1;
    expect(lines).toEqual([...Array.from({ length: count }, (_, i) => `line ${i + 1}`), `end ${count}`]);
    expect([last, ended]).toEqual(["COMPLETED", "COMPLETED"]);
    client.close();
  });
});
