import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { chromiumPath, NO_CHROMIUM } from "../../chromium.ts";
import { PageHouse } from "./page-house.ts";

describe("the style of a page", () => {
  if (!chromiumPath) {
    test("needs Chromium", ({ skip }) => skip(NO_CHROMIUM));
    return;
  }
  let house: PageHouse;
  let pages: readonly string[];
  beforeAll(async () => {
    house = await new PageHouse().openPages(chromiumPath as string, { alpha: 2, beta: 0 });
    const ended = await house.submit({ command: "echo epoch=1/2 loss=0.5; exit 3", name: "ended" });
    await house.engines.reaches(ended, "failed");
    const command = "echo epoch=1/2; sleep 1000";
    const running = await house.submit({ command, name: "runs", gpus: { count: 1 } });
    await house.engines.reaches(running, "running");
    const waiting = await house.submit({ command, name: "waits", gpus: { count: 2 } });
    pages = [
      "/",
      "/jobs",
      ...["overview", "log", "metrics", "runs", "events"].map((tab) => `/jobs/${ended}?tab=${tab}`),
      `/jobs/${running}`,
      `/jobs/${waiting}`,
      "/submit",
      "/servers",
      "/servers/alpha",
      "/timeline",
      "/policies",
      "/reports",
    ];
  });
  afterAll(() => house.close());

  it("is the same whichever page one comes from", async () => {
    const walked = await house.page("/");
    for (const path of pages) await follow(walked, path);
    for (const path of pages) {
      const direct = await house.page(path);
      await expect
        .poll(
          async () => {
            await follow(walked, path);
            for (const page of [walked, direct]) expect(await page.locator("main .loading").count()).toBe(0);
            const [come, gone] = [await styles(walked), await styles(direct)];
            return [...come.filter((each) => !gone.includes(each)), ...gone.filter((each) => !come.includes(each))];
          },
          { timeout: 20_000, message: path },
        )
        .toEqual([]);
      await direct.close();
    }
    await walked.close();
  });
});

interface Element {
  readonly tagName: string;
  readonly className: string;
  readonly parentElement: Element;
  href: string;
  querySelectorAll(selector: string): Iterable<Element>;
  append(element: Element): void;
  click(): void;
  remove(): void;
}

/** Goes there as a link does, without loading anew, and waits until it is shown. */
async function follow(page: Page, path: string): Promise<void> {
  await page.evaluate((href) => {
    const { document } = globalThis as never as { document: { createElement(tag: string): Element; body: Element } };
    const link = document.createElement("a");
    link.href = href;
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
  await page.locator("main h1").waitFor();
}

const PROPERTIES =
  "display position color backgroundColor fontSize fontWeight whiteSpace textAlign verticalAlign overflowX overflowY opacity flexGrow " +
  "flexDirection alignItems justifyContent paddingTop paddingLeft rowGap columnGap marginBottom borderTopWidth borderTopColor " +
  "borderTopLeftRadius minWidth maxWidth";

/** How each kind of element is styled, but for what depends on its content. */
const styles = (page: Page): Promise<string[]> =>
  page.locator("main").evaluate((main, properties) => {
    const { getComputedStyle } = globalThis as never as {
      getComputedStyle(of: Element): Readonly<Record<string, string>>;
    };
    const found = new Set<string>();
    for (const element of (main as never as Element).querySelectorAll(":not(svg *, .uplot *)")) {
      const style = getComputedStyle(element);
      const said = properties.split(" ").map((name) => `${name} ${style[name]}`);
      found.add(`${element.tagName} ${element.className} in ${element.parentElement.className}: ${said.join(", ")}`);
    }
    return [...found].sort();
  }, PROPERTIES);
