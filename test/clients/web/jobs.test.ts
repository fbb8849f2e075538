import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { chromiumPath, NO_CHROMIUM } from "../../chromium.ts";
import { until } from "../../drivers/support.ts";
import { everywhere, PageHouse } from "./page-house.ts";

const WAITING = 60;
const HOSTILE = `"><script>alert(1)</script>\u202E`;

describe("the list of jobs", () => {
  if (!chromiumPath) {
    test("needs Chromium", ({ skip }) => skip(NO_CHROMIUM));
    return;
  }
  let house: PageHouse;
  beforeAll(async () => {
    house = await new PageHouse().openPages(chromiumPath as string, { alpha: 1, beta: 1 });
    for (const spec of [
      { command: "exit 3", name: "has failed", user: "bob", labels: { project: "vision" } },
      { command: "true", name: HOSTILE, user: "carol", type: "keras" },
    ]) {
      const id = await house.submit(spec);
      await until("it is over", () => house.engine.hasEnded(id));
    }
    await house.submit({
      command: "echo epoch=1/2; sleep 1000",
      name: "runs",
      gpus: { count: 2 },
      servers: { count: 2 },
    });
    const submission = `submitJob(input: {spec: {command: "true", name: "waits", gpus: {count: 1}}}) { job { id } }`;
    const ten = Array.from({ length: 10 }, (_, i) => `s${i}: ${submission}`).join(" ");
    for (let i = 0; i < WAITING / 10; i++) await house.data(`mutation { ${ten} }`);
  });
  afterAll(() => house.close());

  const rows = (page: Page) => page.locator("tbody tr");
  const address = (page: Page): string => page.url().slice(new URL(page.url()).origin.length);

  it("keeps what is looked for in the address, through reloads and Back", async () => {
    const page = await house.page("/jobs");
    await page.getByText(`1–50 of ${WAITING + 3}`).waitFor();
    await page.getByRole("link", { name: "Next" }).click();
    await page.getByText(`51–${WAITING + 3} of ${WAITING + 3}`).waitFor();
    await page.getByText(HOSTILE).waitFor(); // a text and no more
    await page.getByRole("link", { name: "Failed", exact: true }).click();
    await page.getByText("1–1 of 1").waitFor();
    expect(address(page)).toBe("/jobs?phase=failed");
    await page.getByText("exited with code 3").waitFor();
    await page.reload();
    await page.getByText("1–1 of 1").waitFor();
    await page.goBack();
    await page.getByText(`51–${WAITING + 3} of`).waitFor();
    expect(address(page)).toBe("/jobs?page=2");

    await page.keyboard.press("/");
    await page.keyboard.type("CAROL");
    await until("all of it is looked for", () => address(page) === "/jobs?q=CAROL");
    await page.getByText("1–1 of 1").waitFor();
    await page.getByRole("button", { name: "Filters" }).click();
    await page.getByLabel("Labels").fill("project=vision");
    await page.getByText("No job is like this").waitFor();
    expect(address(page)).toBe("/jobs?q=CAROL&label=project%3Dvision");
    await page.goBack();
    await page.getByText(`51–${WAITING + 3} of`).waitFor();
    expect(await page.getByLabel("Search by name").inputValue()).toBe("");

    await page.getByLabel("Order").selectOption("Last ended first");
    await rows(page).first().getByText("completed").waitFor();
    await page.close();
  });

  it("looks for all that was typed and chosen, however fast one thing follows another", async () => {
    const page = await house.page("/jobs");
    await page.getByText("1–50 of").waitFor();
    await page.getByRole("button", { name: "Filters" }).click();
    await page.getByLabel("Search by name").fill("CAROL");
    await page.getByLabel("User", { exact: true }).fill("carol");
    await page.getByLabel("Order").selectOption("By name");
    await until("all of it is looked for", () => address(page) === "/jobs?q=CAROL&user=carol&order=NAME");
    await page.close();
  });

  it("names every server of a job over several, as the page of the job does with their GPUs", async () => {
    const page = await house.page("/jobs?phase=running");
    await page.getByText("alpha, beta: 2 GPUs").waitFor();
    await rows(page).getByRole("link").first().click();
    await page.getByText("2 GPUs of alpha, beta (alpha/0, beta/0)").waitFor();
    await page.close();
  });

  it("is gone through by the keyboard alone", async () => {
    const page = await house.page("/");
    await page.getByText("2 of 2 GPUs held").waitFor(); // before there is data no key may be heard
    await until("it goes there: the second key counts if it comes in time", async () => {
      await page.keyboard.press("g");
      await page.keyboard.press("j");
      return address(page) === "/jobs";
    });
    await rows(page).first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("x");
    await page.getByText("1 job selected").waitFor();
    const href = await rows(page).nth(1).locator("[data-open]").getAttribute("href");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**${href}`);
    await page.keyboard.press("?");
    await page.getByRole("heading", { name: "Keyboard and links" }).waitFor();
    await page.close();
  });

  it("has what is selected paused, retried or cancelled together, after asking, and says what could not be done", async () => {
    const page = await house.page("/jobs?phase=queued");
    await page.getByLabel("Select all on this page").check();
    await page.getByText("50 jobs selected").waitFor();
    await page.getByRole("button", { name: "Cancel", exact: true }).click();
    await page.getByRole("button", { name: "Cancel 50 jobs" }).click();
    await page.getByText("Cancelled: 50 jobs").waitFor();
    await page.getByText(`1–${WAITING - 50} of ${WAITING - 50}`).waitFor();
    await page.goto(new URL("/jobs?phase=running", page.url()).href);
    await page.getByLabel(/Select job-\d+/).check();
    await page.getByRole("button", { name: "Retry" }).click();
    await page
      .getByRole("alert")
      .getByText(/Retry failed for 1/)
      .waitFor();
    await page.close();
  });

  it("is saved as CSV, in which no name becomes a formula", async () => {
    const id = await house.submit({ command: "true", name: '=HYPERLINK("x"), "y"', user: "eve" });
    const page = await house.page("/jobs?user=eve");
    await page.getByText("1–1 of 1").waitFor();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV" }).click(),
    ]);
    const text = await new Response((await download.createReadStream()) as unknown as ReadableStream).text();
    expect(text).toContain(`\r\n${id},"'=HYPERLINK(""x""), ""y""",`);
    await page.close();
  });

  it("is accessible in both themes, and fits a phone", async () => {
    const page = await house.page("/jobs?phase=running&label=a%3Db");
    await page.getByText("No job is like this").waitFor();
    await everywhere(page);
    await page.getByRole("link", { name: "Clear these" }).click();
    await page.getByText("50 %").waitFor();
    await page.getByLabel(/Select job-\d+/).check();
    await everywhere(page);
    await page.close();
  });

  it("complains of nothing and asks nothing of other hosts", () => {
    expect(house.complaints).toEqual([]);
  });
});
