import { expect, test } from "vitest";
import { Ledger } from "../../src/core/ledger.ts";
import type { Driver, RunUse } from "../../src/drivers/driver.ts";
import { Accounts } from "../../src/engine/usage/account.ts";
import { RunUses } from "../../src/engine/usage/run-uses.ts";
import { aServer } from "./house.ts";

test("what jobs hold is added up to the millisecond, whenever it is asked for", () => {
  const ledger = new Ledger();
  ledger.setServer(aServer("alpha", 2, { cores: 8, memoryMiB: 8192 }));
  const accounts = new Accounts();
  const on = (gpus: string[], cores: number[], memoryMiB: number) => [[{ server: "alpha", gpus, cores, memoryMiB }]];
  const room = () => ledger.rooms.get("alpha")!;
  accounts.book(ledger.rooms, 1_000);
  ledger.hold("job-1", on(["alpha/0"], [0, 1], 1024));
  accounts.book(ledger.rooms, 1_250); // held from here on
  ledger.hold("job-2", on(["alpha/1"], [2, 3, 4, 5], 2048));
  accounts.book(ledger.rooms, 1_500);
  ledger.hold("job-1", []);
  accounts.book(ledger.rooms, 1_750);
  ledger.hold("job-3", on(["alpha/0"], [0], 512));
  accounts.book(ledger.rooms, 1_900);
  const statement = accounts.state("alpha", room(), 2_000)!;
  expect(statement.millis).toBe(1_000);
  expect(statement.cores).toBeCloseTo((2 * 500 + 4 * 500 + 1 * 100) / 1_000, 9);
  expect(statement.memoryMiB).toBeCloseTo((1024 * 500 + 2048 * 500 + 512 * 100) / 1_000, 9);
  expect(statement.gpus.get("alpha/0")).toEqual({ job: "job-1", held: 0.6 });
  expect(statement.gpus.get("alpha/1")).toEqual({ job: "job-2", held: 0.5 });
  const next = accounts.state("alpha", room(), 2_100)!;
  expect([next.millis, next.cores, next.gpus.get("alpha/0")]).toEqual([100, 5, { job: "job-3", held: 1 }]);
});

test("cores kept busy are those between two readings, however late they come; a hanging server is given up, and is asked once at a time", async () => {
  let now = 0;
  let asked = 0;
  const answers: (readonly RunUse[] | null)[] = [];
  const run = { job: "job-1", attempt: 1 };
  const lookAtUse = (signal: AbortSignal): Promise<readonly RunUse[]> => {
    asked++;
    const answer = answers.shift() ?? null;
    if (answer) return Promise.resolve(answer);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  };
  const uses = new RunUses({ lookAtUse } as unknown as Driver);
  const closing = new AbortController();
  const look = () => uses.look(() => now, closing.signal);
  expect(uses.samples(now)).toBeNull();
  now = 4_000;
  answers.push([{ run, at: 1_000, cpuMillis: 1_000, memoryMiB: 10 }]);
  await look();
  expect(uses.samples(now)).toEqual([{ job: "job-1", cores: null, memoryMiB: 10 }]);
  now = 11_000;
  answers.push([{ run, at: 11_000, cpuMillis: 16_000, memoryMiB: 20 }]);
  await look();
  expect(uses.samples(now)).toEqual([{ job: "job-1", cores: 1.5, memoryMiB: 20 }]);
  now = 20_000;
  const hanging = look();
  await look(); // at once, for one is under way
  expect(asked).toBe(3);
  expect(uses.samples(now)).toEqual([{ job: "job-1", cores: 1.5, memoryMiB: 20 }]);
  closing.abort();
  await hanging;
  expect(uses.samples(60_000)).toBeNull(); // too long ago to be the present
});
