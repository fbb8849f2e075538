import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { chromiumPath, NO_CHROMIUM } from "../../chromium.ts";
import { until } from "../../drivers/support.ts";
import { everywhere, PageHouse } from "./page-house.ts";

describe("the pages of the cluster", () => {
  if (!chromiumPath) {
    test("needs Chromium", ({ skip }) => skip(NO_CHROMIUM));
    return;
  }
  let house: PageHouse;
  let job: string;
  beforeAll(async () => {
    house = await new PageHouse().openPages(chromiumPath as string, { alpha: 2, beta: 2 });
    job = await house.submit({
      command: "sleep 1000",
      name: "<b>trains</b>",
      user: "ann",
      gpus: { count: 2 },
      estimate: { seconds: 5000 },
    });
    await house.submit({ command: "sleep 1000", name: "other", user: "bob", cores: { count: 2 } });
    await until(
      "they run",
      async () => (await house.data("{ cluster { counts { running } } }")).cluster.counts.running === 2,
    );
  });
  afterAll(() => house.close());

  const card = (page: Page, name: string) => page.getByRole("article", { name });
  const server = async (name: string) =>
    (await house.data("query ($name: ID!) { server(name: $name) { state stateReason } }", { name })).server;
  const address = (page: Page): string => page.url().slice(new URL(page.url()).origin.length);

  describe("servers", () => {
    it("show who is on them, and are drained and cordoned with a reason, live", async () => {
      const page = await house.page("/servers");
      await card(page, "alpha").getByRole("link", { name: "<b>trains</b>" }).waitFor();
      await card(page, "alpha").getByText("2 of 2").waitFor();
      await page.getByText("2 of 2 servers up · 2 of 4 GPUs held").waitFor();

      await card(page, "beta").getByRole("button", { name: "Cordon…" }).click();
      await page.getByLabel("Reason").fill("new disk");
      await page.getByRole("button", { name: "Cordon", exact: true }).click();
      await card(page, "beta").getByText("cordoned", { exact: true }).waitFor();
      await card(page, "beta").getByText("new disk").waitFor();
      await card(page, "alpha").getByRole("button", { name: "Drain…" }).click();
      await page.getByLabel("Deadline, in minutes").fill("30");
      await page.getByRole("button", { name: "Drain", exact: true }).click();
      await card(page, "alpha").getByText("are left here").or(card(page, "alpha").getByText("is left here")).waitFor();
      await card(page, "alpha")
        .getByText(/Deadline in (29|30) min/)
        .waitFor();
      await everywhere(page);
      await page.setViewportSize({ width: 1200, height: 800 });

      await card(page, "alpha").getByRole("button", { name: "Undrain" }).click();
      await card(page, "alpha").getByText("up", { exact: true }).waitFor();
      await house.mutate("cordonServer", { name: "beta", cordoned: false }, "server { name }"); // from elsewhere
      await card(page, "beta").getByText("up", { exact: true }).waitFor();
      expect(await server("alpha")).toEqual({ state: "UP", stateReason: null });
      await page.close();
    });

    it("are added with what is wrong told beside the field, and removed", async () => {
      const page = await house.page("/servers");
      await page.getByRole("button", { name: "Add a server" }).click();
      const [name, endpoint] = [page.getByLabel("Name"), page.getByLabel("Endpoint")];
      const add = page.getByRole("button", { name: "Add", exact: true });
      await name.fill("Not A Name");
      await endpoint.fill("http://nowhere");
      await add.click();
      await page.locator("[aria-invalid=true][name=name]").waitFor();
      await everywhere(page);
      await name.fill("gamma");
      await add.click();
      await page.locator("[aria-invalid=true][name=endpoint]").waitFor();
      await endpoint.fill("ssh://ann@gamma");
      house.unreachable = "connection refused";
      await add.click();
      await page.locator("dialog .fault").getByText("connection refused").waitFor();
      house.unreachable = null;
      await add.click();
      await card(page, "gamma").waitFor();
      await card(page, "gamma").getByRole("button", { name: "Remove…" }).click();
      await page.getByRole("button", { name: "Remove", exact: true }).click();
      await card(page, "gamma").waitFor({ state: "detached" });
      expect(await server("gamma")).toBeNull();
      await page.close();
    });

    it("have a page each, on which GPUs are quarantined and released, with their usage over time", async () => {
      const page = await house.page("/servers");
      await page.getByRole("link", { name: "beta", exact: true }).click();
      await page.getByRole("heading", { name: "beta", level: 1 }).waitFor();
      await page.getByRole("button", { name: "Quarantine GPU 1" }).click();
      await page.getByLabel("Reason").fill("it crackles");
      await page.getByRole("button", { name: "Quarantine", exact: true }).click();
      await page.getByText("it crackles").waitFor();
      await page.getByText("quarantined").waitFor();
      await page.getByRole("button", { name: "Release" }).click();
      await page.getByText("quarantined").waitFor({ state: "detached" });
      await page.getByRole("heading", { name: "Usage over time" }).waitFor();
      await page.getByRole("button", { name: "24h" }).click();
      await until("the span is in the URL", () => address(page) === "/servers/beta?span=24h");
      await everywhere(page);
      await page.goto(new URL("/servers/nobody", house.api.url).href);
      await page.getByText("There is no server nobody").waitFor();
      await page.close();
    });
  });

  describe("the timeline", () => {
    const chart = (page: Page) => page.locator("canvas");
    const tip = (page: Page) => page.locator(".gantt-tip");

    it("tells who has what where one points, and opens the job", async () => {
      const page = await house.page("/timeline?span=60");
      const box = await until("it is drawn", async () => {
        const found = await chart(page).boundingBox();
        return found && found.height > 100 ? found : null;
      });
      const beforeNow = box.x + 150 + (box.width - 150) * 0.8 - 4; // a quarter as much of the future is shown
      await until("it is told", async () => {
        await page.mouse.move(beforeNow, box.y + 26 + 12);
        return (await tip(page).count()) > 0;
      });
      for (const text of ["<b>trains</b>", `${job} of ann`, "trains on alpha: GPU 0, GPU 1", "now"])
        await tip(page).getByText(text).first().waitFor();
      await page.mouse.click(beforeNow, box.y + 26 + 12);
      await until("the job is open", () => address(page) === `/jobs/${job}`);
      await page.close();
    });

    it("is moved and zoomed by wheel, buttons and keys, keeps that in the URL, and goes back to now", async () => {
      const page = await house.page("/timeline");
      await chart(page).waitFor();
      const query = (): URLSearchParams => new URL(page.url()).searchParams;
      await page.getByRole("button", { name: "Closer" }).click();
      await until("it is closer", () => query().get("span") === "1800");
      await page.getByRole("button", { name: "Farther" }).click();
      await until("it is farther", () => query().get("span") === null);
      await chart(page).hover({ position: { x: 400, y: 60 } });
      await page.keyboard.down("Control");
      await page.mouse.wheel(0, -100);
      await page.keyboard.up("Control");
      await until("the wheel has zoomed", () => query().has("from"));
      const width = (): number => Date.parse(query().get("to") ?? "") - Date.parse(query().get("from") ?? "");
      expect(width()).toBeCloseTo(0.8 * 4_500_000, -4);
      const from = query().get("from") as string;
      await chart(page).focus();
      await page.keyboard.press("ArrowLeft");
      await until("it has moved", () => Date.parse(query().get("from") ?? "") < Date.parse(from));
      await page.reload();
      await chart(page).waitFor();
      expect(width()).toBeCloseTo(0.8 * 4_500_000, -4);
      await page.getByRole("button", { name: "Now" }).click();
      await until("it is live", () => !query().has("from"));
      await chart(page).focus();
      await page.keyboard.press("Shift+ArrowRight");
      await tip(page).waitFor();
      await page.keyboard.press("Escape");
      await tip(page).waitFor({ state: "detached" });
      await page.close();
    });

    it("tells the same in a table, for one user or job, and grows as things happen", async () => {
      const page = await house.page("/timeline?user=ann");
      await page.getByText("As a table").click();
      const table = page.getByRole("region", { name: "The chart as a table" });
      const row = table.getByRole("row").filter({ hasText: "<b>trains</b>" }).filter({ hasText: "until now" });
      await row.getByText("2 GPUs").waitFor();
      expect(await table.getByText("other").count()).toBe(0);
      await page.getByLabel("User").selectOption("");
      await table.getByText("other").first().waitFor();
      await page.getByRole("searchbox", { name: "Job" }).fill("later");
      const later = await house.submit({ command: "true", name: "a later one", cores: { count: 1 } });
      await until("it is over", () => house.engine.hasEnded(later));
      await table.getByText("a later one").first().waitFor();
      await until("it is in the URL", () => address(page) === "/timeline?job=later");
      await everywhere(page);
      await page.close();
    });
  });

  describe("policies", () => {
    it("are switched after it was said what becomes of jobs, with what is wrong told beside the option", async () => {
      const page = await house.page("/policies");
      await page.getByRole("button", { name: "Switch to tiresias", exact: true }).click();
      await page.getByText("2 jobs run now. The switch itself stops none").waitFor();
      await page.getByLabel("thresholds").fill("7200,100");
      await page.getByRole("button", { name: "Switch", exact: true }).click();
      await page.locator("dialog .fault").first().waitFor();
      expect(await page.locator("[aria-invalid=true]").count()).toBe(1);
      await page.getByLabel("thresholds").fill("100,7200");
      await page.getByLabel("Placement").selectOption("spread");
      await page.getByRole("button", { name: "Switch", exact: true }).click();
      await page.getByText("thresholds=100,7200").waitFor();
      expect(house.engine.scheduler.setting).toMatchObject({ policy: "tiresias", placement: "spread" });
      await house.mutate("setPolicy", { policy: "fifo", placement: "consolidate" }, "policy { key }"); // from elsewhere
      await page.getByText("backfill=none").waitFor();
      expect(house.engine.scheduler.jobs.size).toBe(2);
      await page.close();
    });

    it("are compared by what they come to for the jobs of now", async () => {
      const page = await house.page("/policies?compare=fifo,srtf");
      const table = page.getByRole("region", { name: "What each policy comes to" });
      await table
        .getByRole("row")
        .filter({ hasText: "srtf" })
        .getByText(/\d (h|min)/)
        .first()
        .waitFor();
      await table.getByRole("row").filter({ hasText: "fifo" }).getByText("in force").waitFor();
      await page.getByText("Start and end of each job").click();
      await page.getByRole("region", { name: "Start and end" }).getByText("<b>trains</b>").waitFor();
      await page.getByRole("checkbox", { name: "tiresias", exact: true }).check();
      await table.getByRole("row").filter({ hasText: "tiresias" }).waitFor();
      expect(address(page)).toBe("/policies?compare=fifo,srtf,tiresias");
      await everywhere(page);
      await page.close();
    });
  });

  describe("reports", () => {
    const frame = (page: Page) => page.frameLocator(".report-viewer iframe");

    it("are made by comparing policies from the page, and open where they reach nothing", async () => {
      const page = await house.page("/reports");
      await page.getByText("No report yet").waitFor();
      await page.getByRole("button", { name: "Compare policies" }).click();
      await page.getByRole("button", { name: "Drawn by lot" }).click();
      await page.getByRole("textbox", { name: "Jobs" }).fill("nobody");
      await page.getByRole("button", { name: "Start" }).click();
      await page.locator("dialog .fault").getByText("nobody").waitFor();
      await page.getByRole("textbox", { name: "Jobs" }).fill("philly,jobs=20");
      await page.getByRole("textbox", { name: "Servers" }).fill("2x4");
      await page.getByRole("button", { name: "Start" }).click();
      await page
        .getByRole("region", { name: /Outcomes of fifo/ })
        .getByText("goodput")
        .waitFor();
      await everywhere(page);
      await page.setViewportSize({ width: 1200, height: 800 });
      await page.getByRole("link", { name: "Open the report" }).click();
      await frame(page)
        .getByRole("heading", { name: /on philly,jobs=20/ })
        .waitFor();
      expect(page.url()).toContain("report=simulation%3A");
      await page.close();
    });

    it("of others can be dropped on the page, and cannot reach it or the server", async () => {
      const page = await house.page("/reports");
      const hostile = `<title>x</title><p id="said">waiting</p><script>
        const said = (text) => { document.getElementById("said").textContent = text; };
        const tries = [() => parent.document.title, () => localStorage.length];
        const reached = tries.filter((each) => { try { each(); return true; } catch { return false; } }).length;
        fetch("${house.api.url}?query={version}").then(() => said("reached"), () => said("reached " + reached));
      </script>`;
      await page
        .getByText("Open a file")
        .locator("input")
        .setInputFiles({
          name: "theirs.html",
          mimeType: "text/html",
          buffer: Buffer.from(hostile),
        });
      await frame(page).getByText("reached 0").waitFor();
      house.complaints.splice(0, Number.POSITIVE_INFINITY); // of its Content-Security-Policy, as it should be
      await page.getByRole("button", { name: "Close", exact: true }).click();
      await page.locator(".report-viewer").waitFor({ state: "detached" });
      await page.close();
    });
  });

  it("nothing was asked of others, and no page has complained", () => {
    expect(house.complaints).toEqual([]);
  });

  it("without a server each page says what there is to do", async () => {
    for (const { id } of [...house.engine.scheduler.jobs.values()]) {
      await house.mutate("cancelJob", { id, graceSeconds: 0 });
      await until("it is over", () => house.engine.hasEnded(id));
    }
    for (const name of ["alpha", "beta"]) await house.mutate("removeServer", { name, force: true }, "removedServerId");
    const page = await house.page("/servers");
    await page.getByText("No server yet").waitFor();
    await page.getByText("schedulearn servers add").waitFor();
    await page.goto(new URL("/policies", house.api.url).href);
    await page.getByText("No job waits or runs").waitFor();
    await page.goto(new URL("/timeline?span=1", house.api.url).href);
    await page
      .getByText(/No server yet|Who had what when/)
      .first()
      .waitFor();
    await page.close();
  });
});
