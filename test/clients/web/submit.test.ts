import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { chromiumPath, NO_CHROMIUM } from "../../chromium.ts";
import { everywhere, PageHouse } from "./page-house.ts";

describe("a new job", () => {
  if (!chromiumPath) {
    test("needs Chromium", ({ skip }) => skip(NO_CHROMIUM));
    return;
  }
  let house: PageHouse;
  beforeAll(async () => {
    house = await new PageHouse().openPages(chromiumPath as string, { alpha: 2 });
  });
  afterAll(() => house.close());

  it("is told what is wrong by field, forecast, submitted, and linked to", async () => {
    const page = await house.page("/submit");
    const submit = page.getByRole("button", { name: "Submit" });
    await submit.click();
    await page.locator("#faults").getByText("command must not be empty").waitFor();
    await page.getByLabel("Command").fill("echo hello");
    await page.getByLabel("Memory", { exact: true }).fill("1");
    await page.locator(".about.fault").getByText("must be at least 6").waitFor();
    expect(await page.getByLabel("Memory", { exact: true }).getAttribute("aria-invalid")).toBe("true");
    await page.getByLabel("Memory", { exact: true }).fill("64");
    await page.getByLabel("GPUs", { exact: true }).fill("4");
    await page.getByLabel("At most, if its size may change").first().fill("2");
    await submit.click();
    await page.locator(".about.fault").getByText("must be at most gpus.max").waitFor(); // no schema says this: the server does
    await page.getByLabel("At most, if its size may change").first().fill("");
    await submit.click();
    await page.locator("#faults").getByText("no server could ever hold 4 GPUs").waitFor();
    expect(house.engine.scheduler.jobs.size).toBe(0);
    await page.getByLabel("GPUs", { exact: true }).fill("1");
    await page.getByRole("button", { name: "Forecast" }).click();
    await page.getByText("Would start now").waitFor();
    await submit.click();
    await page.getByRole("status").getByRole("link", { name: "job-1" }).click();
    await page.waitForURL("**/jobs/job-1");
    await page.close();
    const { job } = await house.data("{ job(id: 1) { spec } }");
    expect(job.spec).toMatchObject({ command: "echo hello", memoryMiB: 64, gpus: 1 });
  });

  it("is the same in the form and as YAML, and what the form does not know stays", async () => {
    const page = await house.page("/submit");
    await page.getByLabel("Command").fill("sleep 1");
    await page.getByLabel("Labels").fill("project=vision\nstage=test");
    await page.getByRole("tab", { name: "YAML" }).click();
    const editor = page.getByLabel("The job as YAML");
    expect(await editor.inputValue()).toBe("command: sleep 1\nlabels:\n  project: vision\n  stage: test\n");
    await editor.fill("command: [a");
    await page.locator("#faults li").waitFor();
    expect(await page.getByRole("tab", { name: "Form" }).isDisabled()).toBe(true);
    await editor.fill("command: sleep 2\nelasticity: never\nworkdir: /tmp\n");
    await page.locator("#faults").getByText("must be one of none, restart, live").waitFor();
    await editor.fill("command: sleep 2\nelasticity: live\nworkdir: /tmp\ngpus: { min: 1, max: 2 }\n");
    await page.getByRole("tab", { name: "Form" }).click();
    expect(await page.getByLabel("Command").inputValue()).toBe("sleep 2");
    expect(await page.getByLabel("At most, if its size may change").first().inputValue()).toBe("2");
    await page.getByText("Beside these fields").getByText("workdir").waitFor();
    await page.getByLabel("Name").fill("named here");
    await page.getByRole("button", { name: "Submit" }).click();
    const link = page.getByRole("status").getByRole("link");
    const id = await link.textContent();
    await page.close();
    const { job } = await house.data(`{ job(id: "${id}") { spec } }`);
    expect(job.spec).toMatchObject({
      name: "named here",
      workdir: "/tmp",
      elasticity: "live",
      gpus: { min: 1, max: 2 },
    });
  });

  it("begins with all of a job that is submitted again, but its secrets", async () => {
    const id = await house.submit({
      command: "true",
      name: "<b>first</b>",
      env: { SEED: 1 },
      secrets: { KEY: "xyzzy-7" },
      priority: 5,
    });
    const page = await house.page(`/submit?from=${id}`);
    await page.getByText("had secrets: KEY").waitFor();
    expect(await page.getByLabel("Name").inputValue()).toBe("<b>first</b>");
    expect(await page.getByLabel("Priority").inputValue()).toBe("5");
    expect(await page.getByLabel("Environment").inputValue()).toBe("SEED=1");
    expect(await page.content()).not.toContain("xyzzy-7");
    await page.goto(new URL("/submit?from=job-999", page.url()).href);
    await page.getByText("There is no job job-999").waitFor();
    await page.close();
  });

  it("is accessible in both themes, and fits a phone", async () => {
    const page = await house.page("/submit");
    await page.getByLabel("Memory", { exact: true }).fill("1");
    await everywhere(page);
    await page.getByRole("tab", { name: "YAML" }).click();
    await everywhere(page);
    await page.close();
  });

  it("complains of nothing and asks nothing of other hosts", () => {
    expect(house.complaints).toEqual([]);
  });
});
