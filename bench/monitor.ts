import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { builtMonitor } from "../src/api/monitor.ts";
import { loadConfig } from "../src/config/index.ts";
import { startSchedulearn } from "../src/schedulearn.ts";
import { chromiumPath, NO_CHROMIUM } from "../test/chromium.ts";
import { type Figures, median, rounded } from "./figures.ts";

const SERVERS = 8;
const GPUS_EACH = 8;
const JOBS = 1_000;
const AT_ONCE = 40;
const ROUNDS = 5;

/**
 * The overview of 64 GPUs, each with a job that runs, and of all the jobs that wait for them: what goes over the wire, and when all
 * of it is shown and answers. Beside it a page of one word of the same server.
 */
export async function monitor(): Promise<Figures> {
  if (!chromiumPath) return { skipped: NO_CHROMIUM };
  const folder = mkdtempSync(join(tmpdir(), "monitor-"));
  writeFileSync(join(folder, "schedulearn.yaml"), JSON.stringify({ servers: servers() }));
  const config = loadConfig({ cwd: folder, env: {}, flags: { data: join(folder, "data"), port: "0" } });
  const schedulearn = await startSchedulearn(config, () => {});
  const browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
  try {
    await submit(schedulearn.url);
    const overview: Visit[] = [];
    for (let i = 0; i < ROUNDS; i++) overview.push(await visit(browser, new URL("/", schedulearn.url).href, ALL_SHOWN));
    const bare = await visit(browser, new URL("/healthz", schedulearn.url).href, "true");
    const [first] = overview as [Visit];
    return {
      "jobs, GPUs": `${JOBS}, ${SERVERS * GPUS_EACH}`,
      "scripts and styles over the wire: KiB, brotli": rounded(first.partBytes / 1024),
      "the same: KiB, gzip": rounded(first.parts.reduce((sum, part) => sum + gzipBytes(part), 0) / 1024),
      "answers of the API until all is shown: KiB": rounded(first.answerBytes / 1024),
      "first paint: median ms": rounded(median(overview.map(({ paintMillis }) => paintMillis)), 0),
      "all is shown and answers: median ms": rounded(median(overview.map(({ shownMillis }) => shownMillis)), 0),
      "main thread blocked beyond 50 ms at a time: median ms": rounded(
        median(overview.map((each) => each.blockedMillis)),
        0,
      ),
      "a page of one word, beside it: ms": rounded(bare.shownMillis, 0),
      rounds: ROUNDS,
    };
  } finally {
    await browser.close();
    await cancelAll(schedulearn.url);
    await schedulearn.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each GPU is a cell that leads to its job, and each of their jobs has a row. */
const ALL_SHOWN = `[".heat-gpus .held", ".running-row"].every((part) => document.querySelectorAll(part).length >= ${SERVERS * GPUS_EACH})`;

const servers = () =>
  Array.from({ length: SERVERS }, (_, server) => ({
    name: `server-${server}`,
    endpoint: "local",
    cores: 64,
    memoryMiB: 65_536,
    gpus: Array.from({ length: GPUS_EACH }, (_, index) => ({ index, uuid: `GPU-${server}-${index}`, model: "A100" })),
  }));

async function ask(url: string, query: string): Promise<{ data: Record<string, never> }> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(url, { method: "POST", headers, body: JSON.stringify({ query }) });
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  return response.json() as Promise<{ data: Record<string, never> }>;
}

/** The first 64 take the GPUs and go on; the others wait. */
async function submit(url: string): Promise<void> {
  const command = "echo epoch=1/10 loss=0.5 samples_per_second=1200; sleep 600";
  const one = `submitJob(input: {spec: {name: "bench", command: "${command}", gpus: {count: 1}}}) { job { id } }`;
  for (let i = 0; i < JOBS; i += AT_ONCE)
    await ask(url, `mutation { ${Array.from({ length: AT_ONCE }, (_, n) => `s${n}: ${one}`).join(" ")} }`);
  for (let running = 0; running < SERVERS * GPUS_EACH; ) {
    const { data } = await ask(url, "{ jobs(filter: {statuses: [RUNNING]}) { totalCount } }");
    running = (data as unknown as { jobs: { totalCount: number } }).jobs.totalCount;
    await new Promise((done) => setTimeout(done, 100));
  }
}

async function cancelAll(url: string): Promise<void> {
  for (;;) {
    const { data } = await ask(
      url,
      `{ jobs(filter: {statuses: [PENDING, STARTING, RUNNING]}, first: ${AT_ONCE}) { nodes { id } } }`,
    );
    const { nodes } = (data as unknown as { jobs: { nodes: { id: string }[] } }).jobs;
    if (nodes.length === 0) break;
    const all = nodes.map(({ id }, n) => `c${n}: cancelJob(input: {id: "${id}", graceSeconds: 0}) { job { id } }`);
    await ask(url, `mutation { ${all.join(" ")} }`);
  }
}

interface Visit {
  /** Of the page itself with its scripts and styles, as they came over the wire with their headers. */
  readonly partBytes: number;
  readonly parts: readonly string[];
  readonly answerBytes: number;
  readonly paintMillis: number;
  readonly shownMillis: number;
  readonly blockedMillis: number;
}

/** Opens a page in a browser that has never seen it, and waits until the condition holds there and it has nothing left to do. */
async function visit(browser: Browser, url: string, shown: string): Promise<Visit> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  const urls = new Map<string, string>();
  let [partBytes, answerBytes] = [0, 0];
  cdp.on("Network.responseReceived", ({ requestId, response }) => urls.set(requestId, response.url));
  cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (urls.get(requestId)?.endsWith("/graphql")) answerBytes += encodedDataLength;
    else partBytes += encodedDataLength;
  });
  await page.addInitScript(`
    globalThis.blocked = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) globalThis.blocked += duration - 50;
    }).observe({ type: "longtask", buffered: true });
    const look = () => {
      if (${shown}) requestIdleCallback(() => { globalThis.shownMillis = performance.now(); });
      else requestAnimationFrame(look);
    };
    look();`);
  await page.goto(url, { waitUntil: "commit" });
  // The page's own policy forbids to evaluate a text in it, as waitForFunction would.
  while (!(await page.evaluate("globalThis.shownMillis"))) await page.waitForTimeout(50);
  const [shownMillis, paintMillis, blockedMillis] = (await page.evaluate(
    `[shownMillis, performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0, blocked]`,
  )) as [number, number, number];
  const parts = [...urls.values()].filter((each) => each.includes("/assets/"));
  await context.close();
  return { partBytes, parts, answerBytes, paintMillis, shownMillis, blockedMillis };
}

/** As a browser without brotli would get it. */
function gzipBytes(url: string): number {
  const file = join(builtMonitor, "assets", basename(new URL(url).pathname));
  return (statSync(`${file}.gz`, { throwIfNoEntry: false }) ?? statSync(file)).size;
}
