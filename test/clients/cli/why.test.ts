import { expect, test } from "vitest";
import { cliHouse, eventually } from "./cli-house.ts";

const { cli, json, holding } = cliHouse();

test("why tells what a job waits for, the smallest change and when it starts, in any width", async () => {
  const { cores } = (await json(["servers"])).servers[0];
  const all = String(cores);
  const holders = [await holding("first", "--cores", all), await holding("second", "--cores", all)];
  const { id } = await json(["submit", "--name", "third", "--", "true"]);
  const { out, code } = await cli(["why", "third"]);
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`^job +${id}, third$`, "m"));
  expect(out).toMatch(/^It waits: 1 reason$/m);
  expect(out).toMatch(/^1 cores +needs 1 core; none is free$/m);
  expect(out).toMatch(/^smallest change +would start now if job-\d+ had ended$/m);
  const told = await json(["why", id]);
  expect(told.why.summary).toMatch(/^needs 1 core; none is free; would start now if job-\d+ had ended$/);
  expect((await json(["show", id])).statusReason).toBe("needs 1 core; none is free");
  const narrow = await cli(["why", id], { columns: 30 });
  for (const line of narrow.out.split("\n")) expect(line.length).toBeLessThan(60);
  for (const { release } of holders) release();
  await eventually(async () => (await json(["show", id])).status).toBe("COMPLETED");
  const { out: done } = await cli(["why", id]);
  expect(done).toMatch(/^why +it has completed$/m);
  expect(done).toMatch(/start +policy/);
});

test("why of a job that is not there says so", async () => {
  expect((await cli(["why", "job-9999"])).err).toMatch(/there is no job job-9999/);
});
