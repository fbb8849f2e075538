/** Where one looks: the row at the upper edge, and how much of it is above the edge, in pixels. */
export interface Place {
  readonly row: number;
  readonly offset: number;
}

export interface Extent {
  readonly rows: number;
  /** Of the part that is seen, in pixels. */
  readonly height: number;
  /** Of a row that was not measured. */
  readonly rowHeight: number;
  /** Of a row as it was drawn; null where it was not. */
  heightOf(row: number): number | null;
  /** Every row is as high as `rowHeight`. */
  readonly isEven: boolean;
}

/** Browsers cannot scroll further than this (Firefox, in pixels, with room to spare). */
export const MOST_PIXELS = 15_000_000;

/** How long the scrolled thing has to be. */
export const lengthOf = ({ rows, rowHeight, height }: Extent): number =>
  Math.max(height, Math.min(MOST_PIXELS, rows * rowHeight));

/** Is the place where one looks the place of the scroll bar, to the pixel? */
export const isExact = ({ rows, rowHeight, isEven }: Extent): boolean => isEven && rows * rowHeight <= MOST_PIXELS;

export const top: Place = { row: 0, offset: 0 };

/** Where one looks when the last row is at the lower edge. */
export function bottom(extent: Extent): Place {
  return moved({ row: extent.rows, offset: 0 }, -extent.height, extent);
}

/** The place so many pixels further down; it stops at the first row, not at the last. */
export function moved({ row, offset }: Place, pixels: number, extent: Extent): Place {
  if (extent.isEven) {
    const all = Math.max(0, row * extent.rowHeight + offset + pixels);
    return { row: Math.floor(all / extent.rowHeight), offset: all % extent.rowHeight };
  }
  const heightOf = (at: number): number => extent.heightOf(at) ?? extent.rowHeight;
  let [at, left] = [row, offset + pixels];
  while (left < 0 && at > 0) {
    at -= 1;
    left += heightOf(at);
  }
  if (left < 0) return top;
  while (at < extent.rows && left >= heightOf(at)) {
    left -= heightOf(at);
    at += 1;
  }
  return { row: at, offset: left };
}

/** No further down than where the last row is at the lower edge. */
export function within(place: Place, extent: Extent): Place {
  const end = bottom(extent);
  return place.row > end.row || (place.row === end.row && place.offset > end.offset) ? end : place;
}

/** Where the scroll bar belongs for a place. */
export function scrollTopOf({ row, offset }: Place, extent: Extent): number {
  if (isExact(extent)) return row * extent.rowHeight + offset;
  const end = bottom(extent);
  const most = lengthOf(extent) - extent.height;
  const all = end.row + end.offset / extent.rowHeight;
  return all <= 0 ? 0 : Math.min(most, ((row + offset / extent.rowHeight) / all) * most);
}

/**
 * Where one looks after the scroll bar went from `before` to `now`. Where it cannot stand for every pixel, a small step is one of
 * so many pixels from the present place, and a great one goes to that part of the whole.
 */
export function scrolled(place: Place, before: number, now: number, extent: Extent): Place {
  const most = lengthOf(extent) - extent.height;
  if (now <= 0) return top;
  if (now >= most - 1) return bottom(extent);
  if (isExact(extent)) return moved(top, now, extent);
  if (Math.abs(now - before) <= extent.height * 1.5) return within(moved(place, now - before, extent), extent);
  const end = bottom(extent);
  const row = (now / most) * (end.row + end.offset / extent.rowHeight);
  return { row: Math.floor(row), offset: (row % 1) * extent.rowHeight };
}
