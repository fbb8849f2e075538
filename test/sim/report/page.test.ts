import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { metricsOf } from "../../../src/sim/metrics.ts";
import { type Report, type ReportedRun, renderReport } from "../../../src/sim/report/index.ts";
import { chromiumPath, NO_CHROMIUM } from "../../chromium.ts";
import { aLargeRun, aReport, manyRows, recorded } from "./recorded.ts";

const scene = { cluster: "2x2", rows: ["first,0,2,100,ann,vgg", "second,10,4,50,bob,vgg", "third,20,2,30,ann,lstm"] };
const runsOf = (...policies: string[]): ReportedRun[] => policies.map((policy) => recorded(policy, scene));

describe("the page of a report, in a browser", () => {
  if (!chromiumPath) {
    test("needs Chromium", ({ skip }) => skip(NO_CHROMIUM));
    return;
  }
  let browser: Browser;
  let folder: string;
  let files = 0;
  /** What pages complained about, and what they asked of anybody. */
  const complaints: string[] = [];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "schedulearn-report-"));
    browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());

  /** Opens it from the disk, as a user does. */
  async function open(report: Report, options: BrowserContextOptions = {}): Promise<Page> {
    const path = join(folder, `${files++}.html`);
    writeFileSync(path, renderReport(report));
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("dialog", (dialog) => complaints.push(dialog.message()));
    page.on("request", (request) => {
      const url = request.url();
      if (url !== pathToFileURL(path).href && !url.startsWith("data:")) complaints.push(url);
    });
    await page.goto(pathToFileURL(path).href);
    return page;
  }

  /** Puts the pointer on a place of a plot: parts of its width and height. */
  async function point(page: Page, selector: string, x: number, y: number): Promise<void> {
    const plot = page.locator(selector);
    await plot.scrollIntoViewIfNeeded();
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height);
  }

  test("the table of policies has their figures, and the best marked", async () => {
    const page = await open(aReport(runsOf("fifo", "srtf")));
    const row = (name: string) => page.locator("#headline tr").filter({ hasText: name });
    const figures = (name: string): Promise<string[]> => row(name).locator("td").allTextContents();
    expect(await page.locator("#headline thead th").allTextContents()).toEqual(["fifo", "srtf"]);
    expect(await figures("Mean JCT")).toEqual(["2 min 13 s", "1 min 27 s"]);
    expect(await figures("Makespan")).toEqual(["3 min", "2 min 30 s"]);
    expect(await figures("Preemptions")).toEqual(["0", "3"]);
    expect(await row("Mean JCT").locator(".best").allTextContents()).toEqual(["1 min 27 s"]);
    expect(await row("Preemptions").locator(".best").count()).toBe(0);
    await page.close();
  });

  test("the pointer on a rectangle tells which job it is, where, and when", async () => {
    const page = await open(aReport(runsOf("fifo")));
    const gutter = 92 / (await page.locator("canvas.gantt").boundingBox())!.width;
    const at = (seconds: number): number => gutter + (1 - gutter) * (seconds / 180);
    const tip = page.locator(".tip");
    await point(page, "canvas.gantt", at(50), 0.1);
    await tip.getByText("first", { exact: true }).waitFor();
    expect(await tip.innerText()).toMatch(/ann[\s\S]*0 s to 1 min 40 s \(1 min 40 s\)[\s\S]*server-1, GPU 0–1/);
    await point(page, "canvas.gantt", at(120), 0.7);
    await tip.getByText("second", { exact: true }).waitFor();
    expect(await tip.innerText()).toMatch(/4 GPUs[\s\S]*Waiting\s*1 min 30 s[\s\S]*JCT\s*2 min 20 s/);
    await point(page, "canvas.gantt", at(50), 0.7); // idle
    await tip.waitFor({ state: "hidden" });
    await page.close();
  });

  test("the pointer on a plot tells the values of all policies there", async () => {
    const page = await open(aReport(runsOf("fifo", "srtf")));
    await point(page, "#utilisation .u-over", 0.25, 0.5);
    await page.locator("#utilisation .u-legend").getByText("50 %").first().waitFor();
    await point(page, "#queue .u-over", 0.4, 0.5);
    const queue = page.locator("#queue .u-legend");
    await queue.getByText(/at \d+ s|at 1 min/).waitFor();
    expect(await queue.innerText()).toMatch(/fifo\s*2/);
    await point(page, "#jct-distribution .u-over", 0.99, 0.5);
    await page.locator("#jct-distribution .u-legend").getByText("100 %").first().waitFor();
    await page.close();
  });

  test("one looks closer with buttons or keys, and at all again", async () => {
    const page = await open(aReport(runsOf("fifo")));
    const range = page.locator("#gantt output");
    await range.getByText("0 s to 3 min", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Closer" }).click();
    await range.getByText("45 s to 2 min 15 s", { exact: true }).waitFor();
    await page.locator("canvas.gantt").focus();
    await page.keyboard.press("ArrowRight");
    await range.getByText("56.3 s to 2 min 26 s", { exact: true }).waitFor();
    await page.keyboard.press("0");
    await range.getByText("0 s to 3 min", { exact: true }).waitFor();
    await page.close();
  });

  test("of five policies each can be looked at", async () => {
    const page = await open(aReport(runsOf("fifo", "srtf", "tiresias", "round-robin", "elastic-fifo")));
    expect(await page.locator("#headline thead th").count()).toBe(5);
    for (const group of ["Policy of the chart", "Policy of the table"])
      await page.getByRole("radiogroup", { name: group }).getByText("srtf").click();
    expect(await page.locator("canvas.gantt").getAttribute("aria-label")).toMatch(/^srtf: /);
    const jct = page.locator("#jobs tbody tr").first().locator("td").nth(7);
    expect(await jct.textContent()).toBe("2 min 30 s"); // it made room for the two others
    await page.close();
  });

  test("the table of jobs is sorted by any column, and searched", async () => {
    const page = await open(aReport([recorded("fifo", { cluster: "2x4", rows: manyRows(120) })]));
    const names = (): Promise<string[]> => page.locator("#jobs tbody th").allTextContents();
    expect((await names()).slice(0, 3)).toEqual(["job 0", "job 1", "job 2"]);
    expect(await names()).toHaveLength(50);
    await page.getByRole("button", { name: "Show more" }).click();
    expect(await names()).toHaveLength(120);
    const jct = page.locator("#jobs").getByRole("columnheader", { name: "JCT" });
    await jct.getByRole("button").click();
    expect(await jct.getAttribute("aria-sort")).toBe("descending");
    await page.getByLabel("Search").fill("user-3");
    await page.getByText("24 jobs found").waitFor();
    await page.getByLabel("Search").fill("job 77");
    await page.getByText("1 job found").waitFor();
    expect(await names()).toEqual(["job 77"]);
    await page.close();
  });

  test("names are shown as they are, whatever is in them", async () => {
    const name = `</script><img src=x onerror=alert(1)><b>"&amp;'`;
    const [run] = runsOf("fifo") as [ReportedRun];
    const results = run.results.map((result) => ({ ...result, name, user: name, type: name }));
    const servers = run.recording.servers.map((each) => ({ ...each, server: name }));
    const hostile = { ...run, name, results, recording: { ...run.recording, servers } };
    const page = await open(aReport([hostile, hostile], { title: name, command: name, settings: [[name, name]] }));
    expect(await page.locator("h1").textContent()).toBe(name);
    expect(await page.locator("#jobs tbody th").first().textContent()).toBe(name);
    await point(page, "canvas.gantt", 0.3, 0.1);
    expect(await page.locator(".tip strong").textContent()).toBe(name);
    expect(await page.locator("img, b").count()).toBe(0);
    await page.close();
  });

  test.each(["light", "dark"] as const)("everything can be read on %s ground", async (colorScheme) => {
    const page = await open(aReport(runsOf("fifo", "srtf")), { colorScheme });
    const [ground, least] = (await page.evaluate(CONTRAST)) as [string, { ratio: number; text: string }];
    expect(ground).toBe(colorScheme === "light" ? "rgb(255, 255, 255)" : "rgb(21, 24, 29)");
    expect(least.ratio, least.text).toBeGreaterThanOrEqual(4.5);
    await page.close();
  });

  test("every picture, control and table has a name", async () => {
    const page = await open(aReport(runsOf("fifo", "srtf")));
    for (const control of await page.locator("canvas[role], [role=img], [role=radiogroup], [role=region]").all())
      expect(await control.getAttribute("aria-label")).toBeTruthy();
    for (const input of await page.locator("input").all())
      expect(await page.locator(`label[for="${await input.getAttribute("id")}"]`).count()).toBe(1);
    await page.close();
  });

  test.each([400, 800, 1280])("nothing is wider than a window of %i pixels", async (width) => {
    const runs = runsOf("fifo", "srtf", "tiresias", "round-robin", "elastic-tiresias");
    const page = await open(aReport(runs, { command: `schedulearn ${"x".repeat(300)}` }), {
      viewport: { width, height: 900 },
    });
    await page.locator("#slowdown-distribution .uplot").waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    await page.close();
  });

  test("without a job that ended, a GPU or even a policy the page says so", async () => {
    const [run] = runsOf("fifo") as [ReportedRun];
    const results = run.results.map((result) => ({ ...result, endedAt: null }));
    const metrics = metricsOf(results, { gpus: 4, cores: 0, fragmentedGpuMillis: 0 });
    const unfinished = await open(aReport([{ ...run, results, metrics }]));
    expect(await unfinished.getByText("No job has ended.").count()).toBe(2);
    await unfinished.close();

    const recording = { ...run.recording, servers: [], stretches: [] };
    const bare = await open(aReport([{ ...run, results: [], recording }]));
    await bare.getByText("nothing that jobs could hold").waitFor();
    await bare.getByText("0 jobs").waitFor();
    await bare.close();

    const none = await open(aReport([]));
    await none.getByText("No policy was run.").waitFor();
    await none.close();
  });

  test("of 80,000 jobs the page draws what one can see, and finds the rest that it has", async () => {
    const page = await open(aReport([aLargeRun("fifo", 80_000)]));
    await page.getByText("Of 80,000 jobs").waitFor();
    expect(await page.evaluate("document.querySelectorAll('*').length")).toBeLessThan(3_000);
    await page.getByLabel("Search").fill("number 70010");
    await page.getByText("1 job found").waitFor();
    await page.getByText("grey is how busy the GPUs were").waitFor();
    await page.close();
  });

  test("no page complains, or asks for anything", () => {
    expect(complaints).toEqual([]);
  });
});

/** The ground, and the text that stands out least from what is behind it: WCAG 2.1, contrast ratio. */
const CONTRAST = `(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = parts(colour).slice(0, 3).map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (parts(colour)[3] !== 0) return colour;
    }
    return getComputedStyle(document.body).backgroundColor;
  };
  let least = { ratio: 99, text: "" };
  const texts = [...document.body.querySelectorAll("*")].filter((each) =>
    !["SCRIPT", "NOSCRIPT"].includes(each.tagName) && [...each.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ""));
  for (const each of texts) {
    const [a, b] = [light(getComputedStyle(each).color), light(groundOf(each))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least.ratio) least = { ratio, text: each.outerHTML.slice(0, 200) };
  }
  return [getComputedStyle(document.body).backgroundColor, least];
})()`;
