import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { chromiumPath, NO_CHROMIUM } from "../chromium.ts";
import { until } from "../drivers/support.ts";
import { aServer } from "../engine/house.ts";
import { ApiHouse } from "./house.ts";

describe("in a browser", () => {
  if (!chromiumPath) {
    test("needs Chromium", ({ skip }) => skip(NO_CHROMIUM));
    return;
  }
  let house: ApiHouse;
  let browser: Browser;
  /** What a page complained about, and what it asked of others than its server. */
  const complaints: string[] = [];
  beforeAll(async () => {
    house = await new ApiHouse().open();
    await house.engines.join(aServer("alpha", 1));
    browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await house.close();
  });

  async function open(path: string): Promise<Page> {
    const page = await browser.newPage();
    const url = new URL(path, house.api.url);
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !message.text().includes("401")) complaints.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(url.origin) && !request.url().startsWith("data:")) complaints.push(request.url());
    });
    await page.goto(url.href);
    return page;
  }

  it("the page shows jobs as they come, and their texts as texts", async () => {
    const page = await open("/");
    await page.getByText("No jobs yet").waitFor();
    const name = "<img src=x onerror=alert(1)>";
    await house.submit({ command: "echo epoch=1/2; sleep 1000", name, gpus: { count: 1 } });
    await page.getByText(name).waitFor();
    await page.getByText("50 %").waitFor();
    await page.getByText("alpha, GPU 0").waitFor();
    await house.mutate("deleteJob", { id: "1", graceSeconds: 0 }, "deletedJobId");
    await page.getByText("No jobs yet").waitFor();
    await page.close();
  });

  it("the page tells of a job that is over where it was, for how long, and why it failed", async () => {
    const page = await open("/");
    const name = "fails in the end";
    const id = await house.submit({ command: "sleep 0.2; exit 3", name });
    const row = page.getByRole("row").filter({ hasText: name });
    for (const text of ["failed", "exited with code 3", "alpha", /\d\.\d s/]) await row.getByText(text).waitFor();
    await house.mutate("deleteJob", { id }, "deletedJobId");
    await page.close();
  });

  it.each([390, 800, 1200])("at %i pixels every part of a job is in view, and its id in one piece", async (width) => {
    const name = `so-long-a-name-that-it-has-to-be-broken-${"x".repeat(80)}`;
    const id = await house.submit({ command: "echo epoch=1/2; sleep 1000", name, gpus: { count: 1 } });
    const page = await open("/");
    await page.setViewportSize({ width, height: 800 });
    await page.getByText("alpha, GPU 0").waitFor();
    await page.getByText("50 %").waitFor();
    const cells = [page.getByText(id, { exact: true }), page.getByText("alpha, GPU 0"), page.locator("tbody time")];
    for (const cell of cells) {
      const box = await until("it is drawn", () => cell.boundingBox()); // a row is drawn anew with each change
      expect(box.x + box.width).toBeLessThanOrEqual(width);
    }
    const lines = await cells[0]!.evaluate((cell) => {
      const range = cell.ownerDocument.createRange();
      range.selectNodeContents(cell);
      return range.getClientRects().length;
    });
    expect(lines).toBe(1);
    expect(await page.locator("main").evaluate((main) => main.scrollWidth - main.clientWidth)).toBe(0);
    await house.mutate("deleteJob", { id, graceSeconds: 0 }, "deletedJobId");
    await page.getByText("No jobs yet").waitFor();
    await page.close();
  });

  it("the playground runs a query and a subscription, with a token where one is needed", async () => {
    const token = await house.newToken();
    const page = await open("/playground");
    await page.fill("#token", "wrong");
    await page.click("#token-form button");
    await page.getByText("does not accept").waitFor();
    await page.fill("#token", token);
    await page.click("#token-form button");
    const run = page.locator(".graphiql-execute-button");
    await run.click();
    await page.locator(".graphiql-response").getByText("totalCount").waitFor();
    await page.getByLabel("Examples").selectOption("Follow everything that happens");
    await page.getByRole("tab", { name: "Events" }).waitFor();
    await run.click();
    const told = page.locator(".graphiql-response").getByText("takes jobs again");
    const mutation = 'mutation { drainServer(input: {name: "alpha", draining: false}) { errors { code } } }';
    await expect
      .poll(
        async () => {
          await house.ask(mutation, {}, { token });
          return told.count();
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0);
    await page.getByRole("tab", { name: "Jobs" }).waitFor();
    await page.close();
  });

  it("no page complains, or asks anything of other hosts", () => {
    expect(complaints).toEqual([]);
  });
});
