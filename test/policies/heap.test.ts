import fc from "fast-check";
import { expect, it } from "vitest";
import { Heap } from "../../src/policies/heap.ts";

const numbers = fc.array(fc.integer({ min: 0, max: 20 }));

it("a heap hands out the least first, whatever came in between", () => {
  fc.assert(
    fc.property(numbers, numbers, (first, later) => {
      const heap = new Heap<number>((a, b) => a < b, first);
      const half: number[] = [];
      for (let i = 0; i < first.length / 2; i++) {
        half.push(heap.first as number);
        heap.pop();
      }
      const sorted = first.toSorted((a, b) => a - b);
      expect(half).toEqual(sorted.slice(0, half.length));
      for (const number of later) heap.push(number);
      const rest: number[] = [];
      for (let next = heap.first; next !== undefined; next = heap.first) {
        rest.push(next);
        heap.pop();
      }
      expect(rest).toEqual([...sorted.slice(half.length), ...later].sort((a, b) => a - b));
    }),
  );
});

it("the first of a heap goes where it belongs when it has changed", () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.integer(), (numbers, change) => {
      const items = numbers.map((value) => ({ value }));
      const heap = new Heap<{ value: number }>((a, b) => a.value < b.value, items);
      (heap.first as { value: number }).value = change;
      heap.settle();
      expect(heap.first?.value).toBe(Math.min(...items.map(({ value }) => value)));
    }),
  );
});
