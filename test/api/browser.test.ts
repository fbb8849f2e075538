import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { chromiumPath, NO_CHROMIUM } from "../chromium.ts";
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
