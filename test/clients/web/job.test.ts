import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import type { LogEntry } from "../../../src/store/job-logs.ts";
import { ApiHouse } from "../../api/house.ts";
import { chromiumPath, NO_CHROMIUM } from "../../chromium.ts";
import { until } from "../../drivers/support.ts";
import { aServer } from "../../engine/house.ts";
import { builtMonitor } from "./built-monitor.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Counts frames, and how long the longest took. */
const WATCH = `{
  globalThis.watched = { longest: 0, frames: 0 };
  let last = performance.now();
  const frame = (now) => {
    watched.longest = Math.max(watched.longest, now - last);
    watched.frames += 1;
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}`;
const faults = (options: string): string => `axe.run("main", ${options}).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 200)).join(" ")))`;
const ESC = "\\033";

describe("the page of a job", () => {
  if (!chromiumPath) {
    test("needs Chromium", ({ skip }) => skip(NO_CHROMIUM));
    return;
  }
  let house: ApiHouse;
  let monitor: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  beforeAll(async () => {
    monitor = await builtMonitor();
    house = await new ApiHouse().open({ monitor });
    for (const name of ["alpha", "beta"]) await house.engines.join(aServer(name, 1));
    browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
    page = await context.newPage();
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("console", (message) => {
      if (message.type() === "error" && !/WebSocket|ERR_CONNECTION|Failed to load/.test(message.text()))
        complaints.push(message.text());
    });
  });
  afterEach(async () => {
    await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await house.close();
  });

  const open = (path: string) => page.goto(new URL(path, house.api.url).href);
  const submit = (command: string, spec: Record<string, unknown> = {}) => house.submit({ command, ...spec });
  const over = (id: string) => until(`${id} is over`, () => house.engine.hasEnded(id));
  const lines = () => page.locator(".log-line .log-text");
  const line = (text: string | RegExp) => lines().filter({ hasText: text }).first();
  const scroller = () => page.getByRole("region", { name: "Lines" });
  const scrollTo = (top: number) =>
    scroller().evaluate((element, to) => {
      element.scrollTop = to;
    }, top);
  /** The lines that are in the page now, by number. */
  const shown = async (): Promise<Map<number, string>> =>
    new Map(
      await page
        .locator(".log-line:not(.missing)")
        .evaluateAll((all) =>
          all.map(
            (each) =>
              [Number(each.getAttribute("data-number")), each.querySelector(".log-text")?.textContent ?? ""] as const,
          ),
        ),
    );
  /** A job that is over and has printed so much. */
  async function withOutput(count: number, textOf: (number: number) => string): Promise<string> {
    const id = await submit("true");
    await over(id);
    for (let from = 1; from <= count; from += 20_000) {
      const entries = Array.from({ length: Math.min(20_000, count - from + 1) }, (_, index): LogEntry => {
        const number = from + index;
        return { stream: number % 10 === 0 ? "stderr" : "stdout", at: number, text: textOf(number), position: "p" };
      });
      house.engine.logs.append(id, 1, entries);
    }
    house.engine.logs.close(id, 1);
    return id;
  }

  it("shows each line exactly once, in order, also of what was printed while the server was away", async () => {
    const enough = join(house.engines.folder, "enough");
    const id = await submit(
      `i=0; while [ ! -e ${enough} ]; do i=$((i+1)); echo said $i; sleep 0.02; done; echo all of $i`,
    );
    await open(`/jobs/${id}?tab=log`);
    const newest = async () => Math.max(0, ...(await shown()).keys());
    await until("some lines are there", async () => (await newest()) > 20);
    const { port } = new URL(house.api.url);
    await house.restart({ monitor, listen: { host: "127.0.0.1", port: Number(port), tls: null } });
    const before = await newest();
    await until("more lines are there", async () => (await newest()) > before + 20);
    writeFileSync(enough, "");
    await over(id);
    await line(/^all of \d+$/).waitFor();
    const count = await newest();
    expect((await shown()).get(count)).toBe(`all of ${count - 1}`);
    const found = new Map<number, string>();
    for (let top = 0; top < count * 20; top += 400) {
      await scrollTo(top);
      const behind = Math.min(count, Math.floor(top / 20) + 21);
      await until(`line ${behind} is drawn`, async () => (await shown()).has(behind));
      for (const [number, text] of await shown()) found.set(number, text);
    }
    found.delete(count);
    expect([...found].sort(([a], [b]) => a - b)).toEqual(
      Array.from({ length: count - 1 }, (_, index) => [index + 1, `said ${index + 1}`]),
    );
  });

  it("keeps up with 1,000 lines a second, and with whoever types and scrolls meanwhile", async () => {
    const burst = Array.from({ length: 20 }, (_, index) => `echo a line of a fast program $((i+${index}))`).join("; ");
    const id = await submit(`i=0; while [ $i -lt 100000 ]; do ${burst}; i=$((i+20)); sleep 0.018; done`);
    await open(`/jobs/${id}?tab=log`);
    await line(/^a line/).waitFor();
    await page.evaluate(WATCH);
    const end = async () => Math.max(...(await shown()).keys());
    const before = await end();
    await until("2,000 lines have come", async () => (await end()) > before + 2_000);
    await page.getByLabel("Search the output").fill("program 1");
    await page.locator(".log-line mark").first().waitFor();
    expect(await page.locator(".log-line").count()).toBeLessThan(100);
    await scroller().hover();
    await page.mouse.wheel(0, -300);
    await page.getByRole("button", { name: "Follow newest" }).waitFor();
    let held = await shown();
    await until("the wheel has come to rest", async () => {
      const before = held;
      await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
      held = await shown();
      return [...held.keys()].join() === [...before.keys()].join();
    });
    const watched = await page.evaluate<{ longest: number; frames: number }>("watched");
    expect(watched.longest).toBeLessThan(2_000);
    expect(watched.frames).toBeGreaterThan(10);
    expect([...(await shown()).keys()]).toEqual([...held.keys()]); // it stays where it was scrolled to
    await page.getByRole("button", { name: "Follow newest" }).click();
    await until("it follows again", async () => (await end()) > Math.max(...held.keys()) + 100);
    await house.mutate("deleteJob", { id, graceSeconds: 0 }, "deletedJobId");
    await page.getByText(`${id} was deleted`).waitFor();
  });

  it("opens a log of 200,000 lines at its end and at any line, without asking for all of it", async () => {
    const id = await withOutput(200_000, (number) => `line number ${number}`);
    let asked = 0;
    page.on("request", (request) => {
      if (request.postData()?.includes("GetLogPage")) asked += 1;
    });
    await open(`/jobs/${id}?tab=log`);
    await line("line number 200000").waitFor();
    await page.getByText("200,000 lines", { exact: true }).waitFor();
    await open(`/jobs/${id}#L123456`);
    await page.locator(".log-line.marked", { hasText: "line number 123456" }).waitFor();
    await scroller().press("Home");
    await line(/^line number 1$/).waitFor();
    await scroller().press("End");
    await line("line number 200000").waitFor();
    await scrollTo(2_000_000);
    await line("line number 100001").waitFor();
    expect(asked).toBeLessThan(20);
    expect(await page.locator(".log-line").count()).toBeLessThan(100);
    await page.getByRole("button", { name: "Wrap" }).click();
    await line("line number 100001").waitFor();
    await page.getByRole("button", { name: "To the end" }).click();
    await line("line number 200000").waitFor();
  });

  it("finds text on the server, goes from match to match, and shows matches or one stream alone", async () => {
    const id = await withOutput(20_000, (number) => (number % 4_000 === 7 ? `a needle at ${number}` : `hay ${number}`));
    await open(`/jobs/${id}?tab=log`);
    const search = page.getByLabel("Search the output");
    await search.fill("NEEDLE");
    await page.getByText("5 found").waitFor();
    await search.press("Enter");
    await page.getByText("5 of 5").waitFor();
    await page.locator(".log-line.marked", { hasText: "a needle at 16007" }).waitFor();
    await search.press("Enter");
    await page.locator(".log-line.marked", { hasText: "a needle at 12007" }).waitFor();
    await page.getByRole("button", { name: "Later match" }).click();
    await page.locator(".log-line.marked mark", { hasText: "needle" }).waitFor();
    await page.getByText("5 of 5").waitFor();
    await page.getByRole("button", { name: "Only matches" }).click();
    await until("only matches are left", async () => (await lines().count()) === 5);
    expect(page.url()).toContain("search=NEEDLE&only=1");
    await page.reload();
    await until("only matches are there", async () => (await lines().count()) === 5);
    await search.fill("");
    await page.getByLabel("Stream").selectOption("STDERR");
    await page.getByText("2,000 of 20,000 lines").waitFor();
    await line("hay 20000").waitFor();
    expect([...(await shown()).keys()].every((number) => number % 10 === 0)).toBe(true);
  });

  it("is not harmed by what a job prints", async () => {
    const name = "<img src=x onerror=alert(1)>";
    const printed = [
      `<script>alert(1)</script>`,
      `${ESC}]0;stolen title\\007title`,
      `${ESC}]8;;javascript:alert(2)\\007link${ESC}]8;;\\007`,
      `${ESC}]52;c;ZXZpbA==\\007clip`,
      `${ESC}[2J${ESC}[1;1Hmoved`,
      `${ESC}[31mred${ESC}[0m and plain`,
      `10 %%\\r100 %%`,
      `a\\342\\200\\256b`,
      `nul\\000 and \\377\\376`,
      `\\327\\251\\327\\234\\327\\225\\327\\235 abc`,
    ];
    const id = await submit(`printf '${printed.join("\\n")}\\n'; head -c 9000 /dev/zero | tr '\\0' x; echo`, { name });
    await over(id);
    await open(`/jobs/${id}?tab=log`);
    await line("<script>alert(1)</script>").waitFor();
    for (const text of [/^title$/, /^link$/, /^clip$/, /^moved$/, /^100 %$/, "a\\u202eb", /^nul␀ and/])
      await line(text).waitFor();
    await page.locator(".sgr-text-1", { hasText: "red" }).waitFor();
    expect(await page.title()).toBe(`${name} (${id}) · Schedulearn`);
    expect(await page.locator("main a[href^=javascript], main script, main img").count()).toBe(0);
    await page.getByRole("button", { name: "show all 9,000 characters" }).click();
    await until("the whole line is there", async () => (await lines().last().textContent())?.length === 9_000);
  });

  it("does what its buttons say, after asking where that cannot be undone", async () => {
    const id = await submit("echo epoch=1/4; sleep 1000", { name: "acted on", gpus: { count: 1 } });
    await open(`/jobs/${id}`);
    const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
    await page.getByText("epoch 1 of 4").waitFor();
    await press("Pause");
    await page.locator(".job-head .status", { hasText: "paused" }).waitFor();
    await press("Resume");
    await page.locator(".job-head .status", { hasText: "running" }).waitFor();
    await press("Migrate…");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("To").selectOption("beta");
    await dialog.getByRole("button", { name: "Migrate" }).click();
    await page.getByText("GPU of beta (0)").waitFor();
    await page.getByText("More").click();
    await press("Change priority…");
    await page.getByRole("dialog").getByRole("spinbutton").fill("7");
    await press("Change");
    await page.getByText(`${id} has priority 7`).waitFor();
    await press("Cancel…");
    await press("Cancel the job");
    await page.locator(".job-head .status", { hasText: "cancelled" }).waitFor();
    await press("Retry");
    await page.locator(".job-head .status", { hasText: "running" }).waitFor();
    await page.getByRole("link", { name: "Runs" }).click();
    await page.getByRole("cell", { name: "it goes on after a move" }).waitFor();
    await page.getByRole("cell", { name: "alpha → beta" }).waitFor();
    await page.getByText("More").click();
    await page.getByRole("link", { name: "Submit again…" }).click();
    await page.waitForURL(`**/submit?from=${id}`);
    await page.goBack();
    await page.getByRole("heading", { name: "acted on" }).waitFor();
    await page.getByText("More").click();
    await press("Delete…");
    await press("Delete it for good");
    await page.getByText(`${id} was deleted`).waitFor();
  });

  it("says why a job waits and why one failed, and that there is none", async () => {
    const blocking = await Promise.all([0, 1].map(() => submit("sleep 1000", { gpus: { count: 1 } })));
    const waiting = await submit("true", { name: "waits", gpus: { count: 1 } });
    await open(`/jobs/${waiting}`);
    await page.getByRole("heading", { name: "Why it waits" }).waitFor();
    await page.locator(".why-blockers li").first().waitFor();
    for (const id of [...blocking, waiting]) await house.mutate("deleteJob", { id, graceSeconds: 0 }, "deletedJobId");
    const failed = await submit("exit 3");
    await open(`/jobs/${failed}`);
    await page.getByRole("alert").getByText("exited with code 3").waitFor();
    await open("/jobs/job-99999");
    await page.getByText("There is no job job-99999").waitFor();
  });

  it("has no fault that axe finds, has enough contrast in the dark too, and fits 390 pixels", async () => {
    const id = await submit(
      "for i in 1 2 3 4 5; do echo epoch=$i/9 loss=0.$i; sleep 0.1; done; echo oops >&2; sleep 1000",
      { name: `looked at ${"x".repeat(60)}`, gpus: { count: 1 } },
    );
    await until(
      "it has told progress",
      async () => (await house.data(`{ job(id: "${id}") { progress { epoch } } }`)).job.progress?.epoch === 5,
    );
    for (const [tab, text] of [
      ["overview", "Timeline"],
      ["log", "oops"],
      ["metrics", "Progress and metrics"],
      ["runs", "Checkpoints"],
      ["events", "was submitted"],
    ] as const) {
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize({ width: 1200, height: 800 });
      await open(`/jobs/${id}?tab=${tab}`);
      await page.locator("main").getByText(text).first().waitFor();
      if (tab === "metrics") await page.locator(".u-over").first().waitFor();
      await page.evaluate(axe);
      expect(await page.evaluate<string[]>(faults("{}"))).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await page.evaluate<string[]>(faults("{ runOnly: ['color-contrast'] }"))).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      const sideways = () =>
        page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
      await until(`${tab} fits`, async () => (await sideways()) <= 0);
    }
    await house.mutate("deleteJob", { id, graceSeconds: 0 }, "deletedJobId");
  });
});
