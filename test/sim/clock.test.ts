import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "../../src/sim/clock.ts";

const alarms = fc.array(
  fc.record({ at: fc.integer({ min: 1, max: 20 }), rank: fc.integer({ min: 0, max: 2 }), isCancelled: fc.boolean() }),
  { maxLength: 200 },
);

test("alarms ring by time, then rank, then in the order in which they were set, and cancelled ones never", () => {
  fc.assert(
    fc.property(alarms, (set) => {
      const clock = new VirtualClock();
      const rung: number[] = [];
      const cancels = set.map(({ at, rank }, i) => clock.at(at, () => rung.push(i), rank));
      for (const [i, { isCancelled }] of set.entries()) if (isCancelled) cancels[i]?.();
      while (clock.advance());
      const wanted = set.flatMap((alarm, i) => (alarm.isCancelled ? [] : [{ ...alarm, i }]));
      wanted.sort((a, b) => a.at - b.at || a.rank - b.rank || a.i - b.i);
      expect(rung).toEqual(wanted.map(({ i }) => i));
    }),
  );
});

test("each step goes to one instant, and time stands still in between", () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  for (const at of [7, 3, 7]) clock.at(at, () => seen.push(clock.now()));
  expect(clock.advance()).toBe(true);
  expect([clock.now(), seen]).toEqual([3, [3]]);
  expect(clock.advance()).toBe(true);
  expect([clock.now(), seen]).toEqual([7, [3, 7, 7]]);
  expect(clock.advance()).toBe(false);
});

test("an alarm for what has passed rings at once, one set while others ring in its turn", () => {
  const clock = new VirtualClock();
  const rung: string[] = [];
  clock.at(0, () => rung.push("past"));
  expect(rung).toEqual(["past"]);
  clock.at(5, () => {
    clock.at(6, () => rung.push("next"));
    clock.at(5, () => rung.push("now"));
    rung.push("first");
  });
  while (clock.advance());
  expect(rung).toEqual(["past", "now", "first", "next"]);
});

test("thousands of cancelled alarms do not stay in memory, and the others still ring in order", () => {
  const clock = new VirtualClock();
  const rung: number[] = [];
  const cancels = Array.from({ length: 10_000 }, (_, i) => clock.at(1 + ((i * 7919) % 10_000), () => rung.push(i)));
  for (const [i, cancel] of cancels.entries()) if (i % 10 !== 0) cancel();
  while (clock.advance());
  expect(rung).toHaveLength(1_000);
  const times = rung.map((i) => 1 + ((i * 7919) % 10_000));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
