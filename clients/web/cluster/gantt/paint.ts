import { type Ink, jobColour } from "./colours.ts";
import type { Layout } from "./rows.ts";
import { beginOf, endOf, type Span } from "./span.ts";
import { ticksIn, tickText, type View } from "./view.ts";

export const AXIS = 26;
export const FONT = "12px system-ui, sans-serif";

export interface Picture {
  readonly layout: Layout;
  readonly view: View;
  /** The height of a row, and how far the rows are scrolled. */
  readonly rowHeight: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly gutter: number;
  readonly now: number;
  readonly ink: Ink;
  /** Drawn as ever; what is not of them is faint. */
  isShown(span: Span): boolean;
  /** The job that is pointed at, and the span. */
  readonly marked: Span | null;
}

/** How strongly what a job does is drawn. */
const STRENGTH = { RUNNING: 1, STARTING: 0.5, STOPPING: 0.5, FROZEN: 0.35, EXPECTED: 0.3 } as const satisfies Record<
  Span["status"],
  number
>;
const FAINT = 0.15;
const LEAST_FOR_NAME = 34;

/** Draws the chart: bands of servers, times, spans, now. The rows lie below the axis. */
export function paint(canvas: CanvasRenderingContext2D, picture: Picture): void {
  const { width, height, gutter, ink } = picture;
  canvas.clearRect(0, 0, width, height);
  canvas.font = FONT;
  drawBands(canvas, picture);
  canvas.save();
  canvas.beginPath();
  canvas.rect(gutter, AXIS, width - gutter, height - AXIS);
  canvas.clip();
  drawGrid(canvas, picture);
  drawSpans(canvas, picture);
  drawNow(canvas, picture);
  canvas.restore();
  drawTimes(canvas, picture);
  drawLabels(canvas, picture);
  canvas.strokeStyle = ink.line;
  canvas.strokeRect(gutter + 0.5, AXIS + 0.5, width - gutter - 1, height - AXIS - 1);
}

export const xOf = ({ view, width, gutter }: Picture, at: number): number =>
  gutter + ((at - view.from) / (view.to - view.from)) * (width - gutter);
export const yOf = ({ top, rowHeight }: Picture, row: number): number => AXIS + row * rowHeight - top;

/** The span there; what was begun later lies over what was begun before. */
export function spanAt(picture: Picture, x: number, y: number): Span | null {
  const { layout, view, width, gutter, top, rowHeight, now } = picture;
  if (x < gutter || y < AXIS) return null;
  const at = view.from + ((x - gutter) / (width - gutter)) * (view.to - view.from);
  const slack = ((view.to - view.from) / (width - gutter)) * 1.5; // what is thinner than a pixel can be pointed at too
  const spans = layout.spansOf[Math.floor((y - AXIS + top) / rowHeight)];
  return spans?.findLast((span) => beginOf(span, now) - slack <= at && at <= endOf(span, now) + slack) ?? null;
}

function visibleRows({ layout, top, rowHeight, height }: Picture): readonly [first: number, last: number] {
  const last = Math.ceil((top + height - AXIS) / rowHeight);
  return [Math.max(0, Math.floor(top / rowHeight)), Math.min(layout.rows.length, last)];
}

function drawBands(canvas: CanvasRenderingContext2D, picture: Picture): void {
  const { layout, ink, width, height, gutter, rowHeight } = picture;
  canvas.fillStyle = ink.band;
  for (const [i, { first, rows }] of layout.groups.entries()) {
    if (i % 2 === 1) continue;
    const y = Math.max(AXIS, yOf(picture, first));
    canvas.fillRect(gutter, y, width - gutter, Math.min(height, yOf(picture, first + rows)) - y);
  }
  canvas.fillStyle = ink.bad;
  canvas.globalAlpha = 0.1;
  for (const [i, row] of layout.rows.entries())
    if (row.isUnfit && yOf(picture, i) >= AXIS) canvas.fillRect(gutter, yOf(picture, i), width - gutter, rowHeight);
  canvas.globalAlpha = 1;
}

const ticksOf = ({ view, width, gutter }: Picture) => ticksIn(view, (width - gutter) / 80);

function drawGrid(canvas: CanvasRenderingContext2D, picture: Picture): void {
  canvas.fillStyle = picture.ink.line;
  for (const at of ticksOf(picture).at) canvas.fillRect(Math.round(xOf(picture, at)), AXIS, 1, picture.height);
}

function drawTimes(canvas: CanvasRenderingContext2D, picture: Picture): void {
  const { ink, width, gutter } = picture;
  const { step, at: ticks } = ticksOf(picture);
  canvas.fillStyle = ink.dim;
  canvas.textAlign = "center";
  canvas.textBaseline = "middle";
  for (const at of ticks) {
    const text = tickText(at, step);
    const half = canvas.measureText(text).width / 2;
    const x = xOf(picture, at);
    if (x - half >= gutter - 10 && x + half <= width) canvas.fillText(text, x, AXIS / 2);
  }
}

function drawSpans(canvas: CanvasRenderingContext2D, picture: Picture): void {
  const { layout, view, now, rowHeight, ink } = picture;
  const [first, last] = visibleRows(picture);
  const tall = rowHeight - (rowHeight > 6 ? 2 : 1);
  for (let row = first; row < last; row++) {
    const y = yOf(picture, row) + (rowHeight > 6 ? 1 : 0);
    let drawnTo = Number.NEGATIVE_INFINITY;
    for (const span of layout.spansOf[row] ?? []) {
      const end = endOf(span, now);
      if (end < view.from || span.from > view.to || end <= beginOf(span, now)) continue;
      const [x, right] = [xOf(picture, beginOf(span, now)), xOf(picture, end)];
      if (right < drawnTo + 0.5) continue; // many within one pixel are drawn as one
      drawnTo = Math.max(right, x + 0.5);
      drawSpan(canvas, picture, span, x, y, Math.max(1, right - x), tall);
    }
  }
  canvas.globalAlpha = 1;
  canvas.fillStyle = ink.text;
}

function drawSpan(
  canvas: CanvasRenderingContext2D,
  picture: Picture,
  span: Span,
  x: number,
  y: number,
  wide: number,
  tall: number,
): void {
  const { ink, marked, gutter, width } = picture;
  const isMarked = marked?.job === span.job;
  canvas.globalAlpha = picture.isShown(span) ? STRENGTH[span.status] : FAINT;
  canvas.fillStyle = span.isDeleted ? ink.dim : jobColour(span.job, ink);
  canvas.fillRect(x, y, Math.max(1, wide - (wide > 4 ? 1 : 0)), tall);
  if (span.status === "EXPECTED" || isMarked) {
    canvas.globalAlpha = isMarked ? 1 : 0.6;
    canvas.strokeStyle = isMarked ? ink.text : jobColour(span.job, ink);
    canvas.setLineDash(span.status === "EXPECTED" ? [3, 3] : []);
    canvas.lineWidth = marked === span ? 2 : 1;
    canvas.strokeRect(x + 0.5, y + 0.5, Math.max(1, wide - 2), tall - 1);
    canvas.setLineDash([]);
    canvas.lineWidth = 1;
  }
  const isNamed = span.status === "RUNNING" || span.status === "EXPECTED";
  if (!isNamed || wide < LEAST_FOR_NAME || tall < 12) return;
  const left = Math.max(x, gutter) + 5;
  const text = fitted(canvas, span.name, Math.min(x + wide, width) - left - 4);
  if (text === "") return;
  canvas.globalAlpha = picture.isShown(span) ? 1 : 0.4;
  canvas.fillStyle = span.status === "EXPECTED" ? ink.dim : ink.text;
  canvas.textAlign = "left";
  canvas.textBaseline = "middle";
  canvas.fillText(text, left, y + tall / 2 + 0.5);
}

function drawNow(canvas: CanvasRenderingContext2D, picture: Picture): void {
  const { now, ink, height } = picture;
  const x = Math.round(xOf(picture, now));
  canvas.fillStyle = ink.accent;
  canvas.fillRect(x, AXIS, 2, height - AXIS);
}

function drawLabels(canvas: CanvasRenderingContext2D, picture: Picture): void {
  const { layout, ink, height, gutter, rowHeight } = picture;
  const [first, last] = visibleRows(picture);
  canvas.clearRect(0, AXIS, gutter, height);
  canvas.textBaseline = "middle";
  const half = gutter > 110;
  for (const group of layout.groups) {
    const [y, end] = [
      Math.max(AXIS, yOf(picture, group.first)),
      Math.min(height, yOf(picture, group.first + group.rows)),
    ];
    if (end - y < 10) continue;
    canvas.fillStyle = group.isRemoved ? ink.dim : ink.text;
    canvas.textAlign = "left";
    canvas.fillText(
      fitted(canvas, group.server, half ? gutter - 68 : gutter - 12),
      6,
      y + Math.min(rowHeight, end - y) / 2,
    );
    canvas.fillStyle = ink.line;
    canvas.fillRect(0, y, gutter, 1);
  }
  if (!half || rowHeight < 13) return;
  canvas.textAlign = "right";
  for (let row = first; row < last; row++) {
    const y = yOf(picture, row) + rowHeight / 2;
    if (y < AXIS + 4) continue;
    canvas.fillStyle = layout.rows[row]?.isUnfit ? ink.bad : ink.dim;
    canvas.fillText(layout.rows[row]?.label ?? "", gutter - 8, y);
  }
}

const MOST_WIDTHS = 5_000;
const widths = new Map<string, number>();

/** Measuring is what takes longest of all, and names come again in each frame. */
function widthOf(canvas: CanvasRenderingContext2D, text: string): number {
  const known = widths.get(text);
  if (known !== undefined) return known;
  if (widths.size >= MOST_WIDTHS) widths.clear();
  const { width } = canvas.measureText(text);
  widths.set(text, width);
  return width;
}

/** The text, cut where there is no room; by its average letter, which is near enough. */
function fitted(canvas: CanvasRenderingContext2D, text: string, room: number): string {
  const width = widthOf(canvas, text);
  if (width <= room) return text;
  const letters = Math.floor((room - 12) / (width / text.length));
  return letters > 1 ? `${text.slice(0, letters)}…` : "";
}
