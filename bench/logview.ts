import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { createClient, type SchedulearnClient } from "../clients/sdk/index.ts";
import { JobLogs, type LogEntry } from "../src/store/job-logs.ts";
import { chromiumPath, NO_CHROMIUM } from "../test/chromium.ts";
import { ServerProcess } from "../test/setup/server.ts";
import { type Figures, rounded } from "./figures.ts";

const WATCHED_MILLIS = 5_000;
const RATES = [1_000, 5_000];
const LINES = 1_000_000;
const LINE = "epoch and loss and a few more words that make a line of some hundred characters, as training prints them";
const MIB = 1024 ** 2;

/** Frames of the page in a while, and the longest of them. */
const WATCH = `new Promise((resolve) => {
  let [frames, longest, last] = [0, 0, performance.now()];
  const end = last + ${WATCHED_MILLIS};
  const frame = (now) => {
    frames += 1;
    longest = Math.max(longest, now - last);
    last = now;
    if (now < end) requestAnimationFrame(frame);
    else resolve({ perSecond: frames / ${WATCHED_MILLIS / 1000}, longest });
  };
  requestAnimationFrame(frame);
})`;

interface Frames {
  readonly perSecond: number;
  readonly longest: number;
}

/** The log of a job in a browser: how smooth it is while lines come fast, and how long and how much a million lines take. Beside it a page at rest. */
export async function logview(): Promise<Figures> {
  if (!chromiumPath) return { skipped: NO_CHROMIUM };
  const server = await new ServerProcess({ built: true, env: { SCHEDULEARN_SERVERS: "here=local" } }).start();
  const client = createClient({ url: server.url });
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  try {
    const figures: Record<string, number | string> = {};
    for (const rate of [0, ...RATES]) {
      const { frames, lines } = await live(browser, client, rate);
      const name = rate === 0 ? "at rest" : `at ${rate} lines/s`;
      figures[`${name}: frames per second`] = rounded(frames.perSecond);
      figures[`${name}: longest frame ms`] = rounded(frames.longest, 0);
      if (rate > 0) figures[`${name}: lines shown per second`] = rounded(lines, 0);
    }
    return { ...figures, ...(await opened(browser, client, server.folder)) };
  } finally {
    await browser.close();
    client.close();
    await server.end();
    server.remove();
  }
}

/** A job that prints so many lines a second is followed. */
async function live(
  browser: Browser,
  client: SchedulearnClient,
  rate: number,
): Promise<{ frames: Frames; lines: number }> {
  const program = `let n = 0; const began = Date.now(); setInterval(() => {
    let text = ""; for (const due = (Date.now() - began) * ${rate / 1000}; n < due; n++) text += n + " ${LINE}\\n";
    process.stdout.write(text); }, 20)`;
  const job = await client.submit({ command: [process.execPath, "-e", `console.log("begin"); ${program}`] });
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  try {
    await page.goto(new URL(`/jobs/${job.id}?tab=log`, client.url).href);
    await page.locator(".log-line").first().waitFor();
    const [before, began] = [await lastLine(page), performance.now()];
    const frames = await page.evaluate<Frames>(WATCH);
    const lines = ((await lastLine(page)) - before) / ((performance.now() - began) / 1000);
    return { frames, lines };
  } finally {
    await page.close();
    await client.delete(job.id, 0);
  }
}

const lastLine = async (page: Page): Promise<number> =>
  Number(await page.locator(".log-line").last().getAttribute("data-number"));

/** A log of a million lines, written into the server's own folder, at its end, at a line, and scrolled through. */
async function opened(browser: Browser, client: SchedulearnClient, folder: string): Promise<Figures> {
  const { id } = await client.submit({ command: "true" });
  await client.waitFor(id);
  const logs = new JobLogs(join(folder, "logs"));
  for (let from = 1; from <= LINES; from += 50_000)
    logs.append(
      id,
      1,
      Array.from({ length: 50_000 }, (_, index) => entry(from + index)),
    );
  logs.closeAll();
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const url = new URL(`/jobs/${id}?tab=log`, client.url).href;
  await page.goto(new URL("/jobs", client.url).href); // the parts of the monitor are fetched before
  const shows = async (number: number, work: () => Promise<unknown>): Promise<number> => {
    const began = performance.now();
    await work();
    await page.locator(`.log-line:not(.missing)[data-number="${number}"]`).waitFor();
    return rounded(performance.now() - began, 0);
  };
  const atEnd = await shows(LINES, () => page.goto(url));
  const heap = await heapMiB(page);
  const atLine = await shows(LINES / 2, () => page.evaluate(`location.hash = "L${LINES / 2}"`));
  for (let part = 1; part <= 200; part++) {
    await page.evaluate(`document.querySelector(".log-scroller").scrollTop = ${part / 200} * 15e6`);
    await page.locator(".log-line:not(.missing)").first().waitFor();
  }
  const scrolled = await heapMiB(page);
  await page.getByLabel("Search the output").fill("999999 epoch");
  const found = await shows(LINES - 1, () => page.getByText("1 found").waitFor({ timeout: 120_000 }));
  await page.close();
  return {
    "1,000,000 lines, to the last one on the screen: ms": atEnd,
    "then to line 500,000: ms": atLine,
    "a text in line 999,999 found: ms": found,
    "JS heap when opened: MiB": heap,
    "JS heap when scrolled through 200 places: MiB": scrolled,
  };
}

const entry = (number: number): LogEntry => ({
  stream: "stdout",
  at: number,
  text: `${number} ${LINE}`,
  position: "p",
});

async function heapMiB(page: Page): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("HeapProfiler.collectGarbage");
  await devtools.send("Performance.enable");
  const { metrics } = await devtools.send("Performance.getMetrics");
  return rounded((metrics.find(({ name }) => name === "JSHeapUsedSize")?.value ?? 0) / MIB);
}
