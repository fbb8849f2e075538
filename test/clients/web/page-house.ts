import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";
import { ApiHouse } from "../../api/house.ts";
import { aServer } from "../../engine/house.ts";
import { builtMonitor } from "./built-monitor.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What a browser says by itself while there is no server, or no token yet. */
const EXPECTED = /WebSocket|ERR_CONNECTION|Failed to load resource/;

/** A whole server with the web monitor, and a browser that looks at it. */
export class PageHouse extends ApiHouse {
  monitor = "";
  browser!: Browser;
  /** What pages complained about, and what they asked of others than their server. */
  readonly complaints: string[] = [];

  /** @param gpus of each server, by name */
  async openPages(chromiumPath: string, gpus: Readonly<Record<string, number>>): Promise<this> {
    this.monitor = await builtMonitor();
    await this.open({ monitor: this.monitor });
    for (const [name, count] of Object.entries(gpus)) await this.engines.join(aServer(name, count));
    this.browser = await chromium.launch({ executablePath: chromiumPath, args: ["--no-sandbox"] });
    return this;
  }

  /** A page of its own, as a user opens it, with nothing remembered. */
  async page(path: string, options: Parameters<Browser["newPage"]>[0] = {}): Promise<Page> {
    const page = await this.browser.newPage({ viewport: { width: 1200, height: 800 }, ...options });
    page.setDefaultTimeout(20_000);
    const url = new URL(path, this.api.url);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("dialog", (dialog) => {
      this.complaints.push(`a dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on("console", (message) => {
      if (message.type() === "error" && !EXPECTED.test(message.text())) this.complaints.push(message.text());
    });
    page.on("request", (request) => {
      const asked = request.url();
      if (!asked.startsWith(url.origin) && !/^(data|blob):/.test(asked))
        this.complaints.push(`asked of others: ${asked}`);
    });
    await page.goto(url.href);
    return page;
  }

  /** The same server again, on its port. */
  async restartHere(): Promise<void> {
    const { hostname: host, port } = new URL(this.api.url);
    await this.restart({ monitor: this.monitor, listen: { host, port: Number(port), tls: null } });
  }

  override async close(): Promise<void> {
    await this.browser?.close();
    await super.close();
  }
}

/** What axe finds wrong with the page as it is now, by the rules of WCAG 2.2 A and AA. */
export async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as { axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }
    ).axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

/** In both themes, on a large screen and on a phone: axe finds nothing wrong, and nothing is wider than its room. */
export async function everywhere(page: Page): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    for (const width of [1200, 390]) {
      await page.setViewportSize({ width, height: 800 });
      // Charts follow their room a frame later.
      await expect
        .poll(() => beyondScreen(page), { timeout: 20_000, message: `${width} pixels` })
        .toBeLessThanOrEqual(0);
      expect(await axeFaults(page), `${colorScheme}, ${width} pixels`).toEqual([]);
    }
  }
}

/** By how many pixels the page, or the dialog that is open, is wider than there is room. */
const beyondScreen = (page: Page): Promise<number> =>
  page
    .locator("html, dialog[open]")
    .evaluateAll((all) => Math.max(...all.map(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)));
