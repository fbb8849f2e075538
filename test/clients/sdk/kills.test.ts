import { expect, test } from "vitest";
import { killDuringStreams } from "./kills.ts";

test("a server that is killed again and again costs its streams no line and no event, and doubles none", async () => {
  const { lines, events } = await killDuringStreams(6);
  expect(lines).toEqual({ count: lines.count, lost: 0, doubled: 0, inOrder: true });
  expect(events).toEqual({ count: events.count, lost: 0, doubled: 0, inOrder: true });
  expect(lines.count).toBeGreaterThan(6 * 20);
  expect(events.count).toBeGreaterThan(6 * 3);
});
