import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createClient, type SchedulearnClient } from "../../../../clients/sdk/index.ts";
import { isLine } from "../../../../clients/web/job/log/pages.ts";
import { Scan } from "../../../../clients/web/job/log/scan.ts";
import { linesWith } from "../../../../clients/web/job/log/settings.ts";
import { LogSource } from "../../../../clients/web/job/log/source.ts";
import type { LogEntry } from "../../../../src/store/job-logs.ts";
import { ApiHouse } from "../../../api/house.ts";
import { until } from "../../../drivers/support.ts";
import { aServer } from "../../../engine/house.ts";
import { type Wire, wireTo } from "../../house.ts";

describe("the lines that a log is shown from", () => {
  let house: ApiHouse;
  let wire: Wire;
  let client: SchedulearnClient;
  const sources: LogSource[] = [];
  beforeAll(async () => {
    house = await new ApiHouse().open();
    await house.engines.join(aServer("alpha", 1));
    wire = await wireTo(house.api.url);
    client = createClient({ url: wire.url, retry: { attempts: 0 } });
  });
  afterEach(() => {
    for (const source of sources.splice(0)) source.close();
  });
  afterAll(async () => {
    client.close();
    wire.close();
    await house.close();
  });

  function open(job: string, attempt: number | null = null): LogSource {
    const source = new LogSource({
      job,
      attempt,
      server: () => client,
      connected: async () => {
        await until("the server answers", () =>
          client.cluster().then(
            () => true,
            () => false,
          ),
        );
      },
      changed: () => {},
      failed: (error) => {
        throw error;
      },
    });
    sources.push(source);
    void source.open();
    return source;
  }
  const written = (from: number, count: number, text = "line"): LogEntry[] =>
    Array.from({ length: count }, (_, i) => ({
      stream: "stdout",
      at: from + i,
      text: `${text} ${from + i}`,
      position: "p",
    }));
  async function finished(): Promise<string> {
    const id = await house.submit({ command: "true" });
    await until("it is over", () => house.engine.hasEnded(id));
    return id;
  }
  const textAt = (source: LogSource, number: number): string => {
    const row = source.at(number);
    return isLine(row) ? row.text : (row?.reason ?? "not here");
  };

  it("holds each line once, whatever is cut while they come", async () => {
    const id = await house.submit({
      command: "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo said $i; sleep 0.005; done",
    });
    const source = open(id);
    const heard: number[] = [];
    source.onAppended(({ number }) => heard.push(number));
    for (let cut = 1; !source.isComplete; cut++) {
      const goal = Math.min(300, cut * 40);
      await until("more has come", () => source.isComplete || source.last >= goal);
      wire.cut();
      if (cut > 8) await until("it is complete", () => source.isComplete);
    }
    expect([source.first, source.last]).toEqual([1, 300]);
    expect(new Set(heard).size).toBe(heard.length);
    for (let number = 1; number <= 300; number++) expect(textAt(source, number)).toBe(`said ${number}`);
  });

  it("holds no more than a few thousand lines, however many are looked at, and fetches what is looked at again", async () => {
    const id = await finished();
    for (let from = 1; from <= 60_000; from += 20_000) house.engine.logs.append(id, 1, written(from, 20_000));
    const source = open(id);
    await until("it is open", () => source.isOpen);
    for (const number of [60_000, ...Array.from({ length: 43 }, (_, page) => page * 1_000 + 7), 7]) {
      source.look([[number - 3, number + 3]]);
      await until(`line ${number} is here`, () => isLine(source.at(number)));
      expect(textAt(source, number)).toBe(`line ${number}`);
      expect(source.held).toBeLessThanOrEqual(20_000);
    }
    expect(textAt(source, 30_000)).toBe("not here");
  });

  it("tells what retention has removed, in front and in between, and keeps the numbers", async () => {
    const id = await finished();
    const { logs } = house.engine;
    logs.append(id, 1, written(1, 700));
    logs.append(id, 2, written(701, 10));
    logs.append(id, 3, written(711, 600));
    logs.append(id, 4, written(1_311, 5));
    await logs.cut(id, 1, Date.parse("2026-03-01"));
    await logs.cut(id, 3, Date.parse("2026-03-01"));
    const source = open(id);
    await until("it is open", () => source.isOpen);
    expect([source.first, source.last]).toEqual([701, 1_315]);
    expect(source.removed).toBe("700 lines of attempt 1 were removed by retention on 2026-03-01");
    source.look([[701, 1_315]]);
    await until("all is here", () => source.at(1_000) && source.at(705) && source.at(1_312));
    expect(textAt(source, 710)).toBe("line 710");
    expect(textAt(source, 1_000)).toBe("600 lines of attempt 3 were removed by retention on 2026-03-01");
    expect(textAt(source, 1_311)).toBe("line 1311");
    const run = open(id, 2);
    await until("it is open", () => run.isOpen);
    expect([run.first, run.last, textAt(run, 705)]).toEqual([701, 710, "line 705"]);
  });

  it("finds a text also where a colour changes inside of it, and in what comes later", async () => {
    const id = await house.submit({ command: "echo begin; sleep 1000" });
    await until("it prints", async () => (await client.logs(id)).lines.length > 0);
    const { logs } = house.engine;
    logs.append(id, 1, [...written(2, 3_000, "hay"), ...written(3_002, 1, "a \u001b[31mnee\u001b[0mdle (1+1)")]);
    const source = open(id);
    await until("it is open", () => source.isOpen);
    const scan = new Scan(source, linesWith("NEEDLE (1+"), () => {});
    await until("it has looked through all", () => scan.isDone);
    expect([scan.count, scan.numberAt(0)]).toEqual([1, 3_002]);
    logs.append(id, 1, [...written(3_003, 2, "hay"), ...written(3_005, 1, "needle (1+1) again")]);
    await until("the later one is found", () => scan.count === 2);
    expect([scan.numberAt(1), scan.indexOf(3_003)]).toEqual([3_005, 1]);
    scan.close();
    source.close(); // before it can hear that there is no such job any more
    await house.mutate("deleteJob", { id, graceSeconds: 0 }, "deletedJobId");
  });
});
