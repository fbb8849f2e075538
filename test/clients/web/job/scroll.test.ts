import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Pane, ROW_HEIGHT } from "../../../../clients/web/job/log/pane.ts";
import type { Rows } from "../../../../clients/web/job/log/rows.ts";
import { MOST_PIXELS } from "../../../../clients/web/job/log/scroll.ts";

const HEIGHT = 600;

/** As many rows as one wants, line 1 being the first. */
class Lines implements Rows {
  count: number;
  constructor(count: number) {
    this.count = count;
  }
  numberAt = (row: number): number => row + 1;
  rowOf = (number: number): number => number - 1;
  at = (): undefined => undefined;
  look = (): void => {};
}

/** A browser's scroll bar in front of a pane. */
class Scroller {
  readonly rows: Lines;
  readonly pane: Pane;
  top = 0;
  now = 0;
  constructor(count: number) {
    this.rows = new Lines(count);
    this.pane = new Pane(this.rows);
    this.pane.resize(HEIGHT);
    this.draw();
  }
  /** One frame, long after the last scrolling. @returns the numbers of the first and the last line that are seen */
  draw(): { first: number; last: number; offset: number } {
    this.now += 1_000;
    const { from, offset } = this.pane.draw();
    const wanted = this.pane.barAt(this.now);
    if (wanted !== null) {
      this.top = Math.max(0, Math.min(this.pane.length - HEIGHT, wanted));
      this.pane.barIsAt(this.top);
    }
    return {
      first: from + 1,
      last: Math.min(this.rows.count, from + Math.ceil((HEIGHT + offset) / ROW_HEIGHT)),
      offset,
    };
  }
  scroll(to: number): ReturnType<Scroller["draw"]> {
    this.top = Math.max(0, Math.min(this.pane.length - HEIGHT, to));
    this.pane.scrolledTo(this.top, this.now);
    return this.draw();
  }
}

describe("scrolling a log", () => {
  it.each([10, 1_000, 200_000, 1_000_000, 50_000_000])(
    "of %i lines begins at its end and stays there as it grows",
    (count) => {
      const log = new Scroller(count);
      expect(log.draw().last).toBe(count);
      log.rows.count += 137;
      expect(log.draw().last).toBe(count + 137);
      expect(log.pane.length).toBeLessThanOrEqual(MOST_PIXELS);
    },
  );

  it("up by a little leaves the end, and what is looked at stays while more comes; down to the end follows again", () => {
    for (const count of [1_000, 5_000_000]) {
      const log = new Scroller(count);
      const end = log.draw().first;
      expect(log.scroll(log.top - 200).first).toBe(end - 10);
      expect(log.pane.isFollowing).toBe(false);
      log.rows.count += 5_000;
      expect(log.draw().first).toBe(end - 10);
      log.scroll(log.pane.length);
      expect(log.pane.isFollowing).toBe(true);
      expect(log.draw().last).toBe(count + 5_000);
    }
  });

  it("counts from what was drawn: lines that came since do not keep anybody from the end", () => {
    const log = new Scroller(1_000);
    log.scroll(5_000);
    log.rows.count += 300;
    log.scroll(log.pane.length);
    expect(log.pane.isFollowing).toBe(true);
  });

  it("moves pixel by pixel also where the bar cannot, and comes to every part by it", () => {
    const log = new Scroller(50_000_000);
    const middle = log.scroll(log.pane.length / 2);
    expect(middle.first).toBeGreaterThan(24_900_000);
    expect(middle.first).toBeLessThan(25_100_000);
    const before = middle.first * ROW_HEIGHT + middle.offset;
    const after = log.scroll(log.top + 55);
    expect(after.first * ROW_HEIGHT + after.offset).toBeCloseTo(before + 55, 3);
    expect(log.scroll(0).first).toBe(1);
    expect(log.scroll(log.pane.length).last).toBe(50_000_000);
  });

  it("goes to a line and shows it, wherever it is", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000_000 }), fc.nat(), fc.boolean(), (count, pick, wraps) => {
        const log = new Scroller(count);
        const number = 1 + (pick % count);
        if (wraps) log.pane.show(log.rows, true);
        log.pane.goTo(number);
        const { first, last } = log.draw();
        expect(first).toBeLessThanOrEqual(number);
        expect(last).toBeGreaterThanOrEqual(number);
        expect(log.draw()).toEqual({ first, last, offset: expect.any(Number) }); // the bar that follows changes nothing
      }),
    );
  });

  it("keeps the line at the edge when lines begin to wrap, and shows the end in full when rows are high", () => {
    const log = new Scroller(10_000);
    const { first } = log.scroll(40_000);
    log.pane.show(log.rows, true);
    expect(log.draw().first).toBe(first);
    log.pane.isFollowing = true;
    log.pane.draw();
    log.pane.measure(Array.from({ length: 60 }, (_, index) => [10_000 - index, 100] as const));
    const { from, to, offset } = log.pane.draw();
    expect(to).toBe(10_000);
    expect((to - from) * 100 - offset).toBe(HEIGHT);
  });
});
