import fc from "fast-check";
import { expect, test } from "vitest";
import { partsOf } from "../../src/core/share.ts";

test("who asks for several servers gets them alike where their room allows it; else the first are filled", () => {
  expect(partsOf([4, 4], 4, true)).toEqual([2, 2]);
  expect(partsOf([4, 4], 4, false)).toEqual([3, 1]);
  expect(partsOf([6, 2, 1], 7, true)).toEqual([4, 2, 1]);
});

test("each takes part, none gives more than it has, and together they give all", () => {
  const rooms = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(rooms, fc.boolean(), fc.nat(), (unsorted, alike, seed) => {
      const room = unsorted.toSorted((a, b) => b - a);
      const most = room.reduce((sum, each) => sum + each, 0);
      const size = room.length + (seed % (most - room.length + 1));
      const parts = partsOf(room, size, alike);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(size);
      expect(parts.every((part, i) => part >= 1 && part <= (room[i] as number))).toBe(true);
    }),
  );
});
