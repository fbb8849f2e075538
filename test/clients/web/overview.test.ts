import type { Route } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { chromiumPath, NO_CHROMIUM } from "../../chromium.ts";
import { until } from "../../drivers/support.ts";
import { wireTo } from "../house.ts";
import { axeFaults, everywhere, PageHouse } from "./page-house.ts";

const HOSTILE = "<img src=x onerror=alert(1)> \u202Eevil";

describe("the overview", () => {
  if (!chromiumPath) {
    test("needs Chromium", ({ skip }) => skip(NO_CHROMIUM));
    return;
  }
  let house: PageHouse;
  beforeAll(async () => {
    house = await new PageHouse().openPages(chromiumPath as string, { alpha: 4, beta: 0 });
  });
  afterAll(() => house.close());

  const panel = (page: Awaited<ReturnType<PageHouse["page"]>>, name: string) => page.getByRole("region", { name });

  it("shows who has which GPU, who runs and how far, who waits and why, as it happens", async () => {
    const page = await house.page("/");
    await panel(page, "Running").getByText("Nothing runs at present").waitFor();
    const free = page.getByRole("link", { name: /^GPU \d.*: free/ });
    await free.nth(3).waitFor(); // servers are asked for apart from jobs
    expect(await free.count()).toBe(4);

    const command = "echo epoch=1/2 samples_per_second=1200; sleep 1000";
    const running = await house.submit({ command, name: HOSTILE, gpus: { count: 3 } });
    await panel(page, "Running").getByText("50 % · epoch 1 of 2 · 1,200 samples/s").waitFor();
    await panel(page, "Running").getByText(HOSTILE.slice(0, 28)).waitFor();
    await panel(page, "Running").getByText("alpha, 3 GPUs").waitFor();
    const held = page.getByRole("link", { name: new RegExp(`^GPU \\d.*\\(${running}\\)`) });
    await held.nth(2).waitFor();
    expect(await held.first().getAttribute("href")).toBe(`/jobs/${running}`);
    await panel(page, "Servers and GPUs").getByText("3 of 4 GPUs held").waitFor();

    const waiting = await house.submit({ command: "true", name: "waits", gpus: { count: 2 } });
    await panel(page, "Queue").getByText("needs 2 GPUs").waitFor();
    await panel(page, "Queue").getByRole("link", { name: waiting }).waitFor();

    await house.mutate("cancelJob", { id: running, graceSeconds: 0 });
    await panel(page, "Throughput").getByText("2 ended in 24 hours, 1 well").waitFor();
    await panel(page, "Queue").getByText("Nobody waits").waitFor();
    await page.close();
  });

  it("goes on by itself when the server was away", async () => {
    const page = await house.page("/");
    const connection = page.locator("#connection");
    await connection.getByText("Live").waitFor();
    const id = await house.submit({ command: "sleep 1000", name: "stays" });
    await page.getByRole("link", { name: id }).waitFor();
    const seen: string[] = [];
    await page.exposeFunction("seen", (text: string) => seen.push(text));
    await connection.evaluate((element) => {
      const { seen, MutationObserver: Watch } = globalThis as never as {
        seen(text: string): void;
        MutationObserver: new (change: () => void) => { observe(of: unknown, what: object): void };
      };
      new Watch(() => seen((element as { textContent: string | null }).textContent ?? "")).observe(element, {
        childList: true,
        subtree: true,
        characterData: true,
      });
    });
    await house.restartHere();
    const later = await house.submit({ command: "sleep 1000", name: "came later" });
    await page.getByRole("link", { name: later }).waitFor();
    await connection.getByText("Live").waitFor();
    expect(seen).toContain("Reconnecting");
    expect(await page.getByRole("link", { name: id }).count()).toBeGreaterThan(0);
    for (const job of [id, later]) await house.mutate("cancelJob", { id: job, graceSeconds: 0 });
    await page.close();
  });

  it("says on each page that the server cannot be reached, and keeps what was known", async () => {
    const wire = await wireTo(house.api.url);
    const page = await house.page(new URL("/", wire.url).href);
    const known = panel(page, "Servers and GPUs").getByText("0 of 4 GPUs held");
    await known.waitFor();
    wire.sever();
    await page.getByText("The connection to the server is lost").waitFor();
    await known.waitFor();
    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    await page.getByText("This page could not be fetched").waitFor();
    wire.mend();
    await page.getByRole("heading", { name: "Jobs" }).waitFor();
    await page.close();
    wire.close();
  });

  it("fetches a page anew when the server is back before the fetch has failed", async () => {
    const wire = await wireTo(house.api.url);
    const page = await house.page(new URL("/", wire.url).href);
    const connection = page.locator("#connection");
    await connection.getByText("Live").waitFor();
    const held: Route[] = [];
    let isBack = false;
    await page.route("**/assets/*", (route) => (isBack ? route.continue() : void held.push(route)));
    await page.getByRole("link", { name: "Jobs", exact: true }).click();
    await until("the page is asked for", () => held.length > 0);
    wire.sever();
    await page.getByText("The connection to the server is lost").waitFor();
    wire.mend();
    await connection.getByText("Live").waitFor();
    isBack = true;
    for (const route of held) await route.abort();
    await page.getByRole("heading", { name: "Jobs" }).waitFor();
    await page.close();
    wire.close();
  });

  it("is accessible in both themes, and fits a phone", async () => {
    const ids = [
      await house.submit({ command: "echo epoch=1/2; sleep 1000", name: "x".repeat(120), gpus: { count: 4 } }),
      await house.submit({ command: "true", name: "waits", gpus: { count: 4 } }),
    ];
    const page = await house.page("/");
    await panel(page, "Queue").getByText("needs 4 GPUs").first().waitFor();
    await panel(page, "Running").getByText("50 %").waitFor();
    await everywhere(page);
    for (const id of ids) await house.mutate("deleteJob", { id, graceSeconds: 0 }, "deletedJobId");
    await page.close();
  });

  it("wants a token where one is needed, and says when it is wrong", async () => {
    const token = await house.newToken();
    const page = await house.page("/jobs");
    await page.getByRole("heading", { name: "This server wants an access token" }).waitFor();
    expect(await axeFaults(page)).toEqual([]);
    await page.getByLabel("Access token").fill("wrong");
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("alert").getByText("not accepted").waitFor();
    await page.getByLabel("Access token").fill(token);
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByRole("heading", { name: "Jobs" }).waitFor();
    await page.locator("#connection").getByText("Live").waitFor();
    await page.close();
  });

  it("complains of nothing and asks nothing of other hosts", () => {
    expect(house.complaints).toEqual([]);
  });
});
