import type { Rows } from "./rows.ts";
import {
  bottom,
  type Extent,
  isExact,
  lengthOf,
  moved,
  type Place,
  scrolled,
  scrollTopOf,
  top,
  within,
} from "./scroll.ts";

/** Of one line, in pixels: as log.css has it. */
export const ROW_HEIGHT = 20;
/** Rows beyond the lower edge that are drawn too where their heights are not known. */
const SPARE_ROWS = 8;
/** So many heights are kept in mind. */
const MOST_HEIGHTS = 20_000;
/** So long the scroll bar rests before it is put where it belongs. */
const SETTLE_MILLIS = 150;

/**
 * Which rows of a log are drawn, and where: it follows the end, or stays where it was scrolled to while the log grows. The scroll
 * bar is the browser's own; what it stands for is worked out here, so that it may stand for millions of lines.
 */
export class Pane {
  isFollowing = true;
  rows: Rows;
  /** As many as there were when they were drawn last: what the scroll bar says is of these. */
  #count = 0;
  /** Lines go on in the next row where they are too long. */
  #isWrapping = false;
  #height = 0;
  #place: Place = top;
  #scrollTop = 0;
  #scrolledAt = -Infinity;
  /** Of rows that were drawn, by the number of their line. */
  readonly #heights = new Map<number, number>();

  constructor(rows: Rows) {
    this.rows = rows;
  }

  get isWrapping(): boolean {
    return this.#isWrapping;
  }

  /** Other rows, or other heights: the line at the upper edge stays there. */
  show(rows: Rows, isWrapping: boolean): void {
    const number = this.#count > 0 ? this.rows.numberAt(this.#place.row) : null;
    if (isWrapping !== this.#isWrapping) this.#heights.clear();
    this.rows = rows;
    this.#count = rows.count;
    this.#isWrapping = isWrapping;
    this.#place = number === null ? top : { row: Math.max(0, rows.rowOf(number)), offset: 0 };
    this.#scrollTop = -1; // whatever the scroll bar says, it is put where it belongs
  }

  /** @returns whether anything is different now */
  resize(height: number): boolean {
    if (height === this.#height) return false;
    this.#height = height;
    return true;
  }

  /** So long the thing is that is scrolled, in pixels, as it was drawn last. */
  get length(): number {
    return lengthOf(this.#extent);
  }

  /** What is to be drawn now: rows, and how much of the first is above the edge. */
  draw(): { readonly from: number; readonly to: number; readonly offset: number } {
    this.#count = this.rows.count;
    const extent = this.#extent;
    this.#place = this.isFollowing ? bottom(extent) : within(this.#place, extent);
    const { row, offset } = this.#place;
    let to = row;
    for (let pixels = -offset; pixels < this.#height && to < extent.rows; to++)
      pixels += extent.heightOf(to) ?? extent.rowHeight;
    return { from: row, to: Math.min(extent.rows, to + (this.#isWrapping ? SPARE_ROWS : 1)), offset };
  }

  /** Heights of drawn rows, by the number of their line. @returns whether any was not known */
  measure(heights: Iterable<readonly [number: number, pixels: number]>): boolean {
    let isNew = false;
    if (this.#heights.size > MOST_HEIGHTS) this.#heights.clear(); // those that are seen come again at once
    for (const [number, pixels] of heights)
      if (this.#heights.get(number) !== pixels) {
        this.#heights.set(number, pixels);
        isNew = true;
      }
    return isNew;
  }

  /** The scroll bar was moved by whoever looks. @returns whether that changes anything */
  scrolledTo(scrollTop: number, now: number): boolean {
    if (Math.abs(scrollTop - this.#scrollTop) < 1) return false;
    const before = this.#scrollTop;
    this.#scrollTop = scrollTop;
    this.#scrolledAt = now;
    const extent = this.#extent;
    this.#place = scrolled(this.#place, before, scrollTop, extent);
    this.isFollowing = scrollTop >= lengthOf(extent) - this.#height - 1;
    return true;
  }

  /** Where the scroll bar has to be put now; null: it is where it belongs, or still moves. */
  barAt(now: number): number | null {
    const extent = this.#extent;
    const isMoving = now - this.#scrolledAt < SETTLE_MILLIS && !this.isFollowing && !isExact(extent);
    if (isMoving) return null;
    const wanted = this.isFollowing ? lengthOf(extent) - this.#height : scrollTopOf(this.#place, extent);
    return Math.abs(wanted - this.#scrollTop) < 1 ? null : wanted;
  }

  /** The scroll bar was put there. @param scrollTop as the browser has it now */
  barIsAt(scrollTop: number): void {
    this.#scrollTop = scrollTop;
  }

  /** To this line, a third from the upper edge. */
  goTo(number: number): void {
    this.isFollowing = false;
    this.#count = this.rows.count;
    const row = Math.max(0, Math.min(this.rows.count - 1, this.rows.rowOf(number)));
    this.#place = moved({ row, offset: 0 }, -Math.floor(this.#height / 3 / ROW_HEIGHT) * ROW_HEIGHT, this.#extent);
  }

  get #extent(): Extent {
    return {
      rows: this.#count,
      height: this.#height,
      rowHeight: ROW_HEIGHT,
      isEven: !this.#isWrapping,
      heightOf: (row) => (this.#isWrapping ? (this.#heights.get(this.rows.numberAt(row)) ?? null) : ROW_HEIGHT),
    };
  }
}
