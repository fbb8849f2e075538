import { useEffect, useRef, useState } from "preact/hooks";
import { span as spanText } from "../../design/time.ts";
import { type Ink, inkOf } from "./colours.ts";
import { useHands } from "./hands.ts";
import { AXIS, type Picture, paint, spanAt, xOf, yOf } from "./paint.ts";
import type { Layout } from "./rows.ts";
import { endOf, type Span, statusWords } from "./span.ts";
import { momentText, type View } from "./view.ts";

interface Props {
  readonly layout: Layout;
  readonly view: View;
  readonly now: number;
  readonly label: string;
  isShown(span: Span): boolean;
  onView(change: (view: View) => View): void;
  /** Back to where it follows the present. */
  onNow(): void;
  onOpen(job: string): void;
}

/** What is pointed at, and where. */
interface Marked {
  readonly span: Span;
  readonly x: number;
  readonly y: number;
}

const MOST_OF_SCREEN = 0.68;

/** Who had what when: rows are GPUs, a rectangle is a job on one of them. Drawn on a canvas as large as what is in view. */
export function Chart({ layout, view, now, label, isShown, onView, onNow, onOpen }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const holder = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 800, screen: 900 });
  const [top, setTop] = useState(0);
  const [marked, setMarked] = useState<Marked | null>(null);
  const lastMarked = useRef<Span | null>(null);
  const mark = (next: Marked | null): void => {
    lastMarked.current = next?.span ?? null;
    setMarked(next);
  };
  const [ink, setInk] = useState<Ink | null>(null);

  const rowHeight = heightOfRow(layout.rows.length);
  const whole = AXIS + Math.max(1, layout.rows.length) * rowHeight + 1;
  const height = Math.min(whole, Math.max(180, Math.round(size.screen * MOST_OF_SCREEN)));
  const gutter = size.width < 560 ? 84 : 150;
  const picture: Picture | null = ink && {
    ...{ layout, view, rowHeight, top, height, gutter, now, ink, isShown },
    width: size.width,
    marked: marked?.span ?? null,
  };
  const present = useRef(picture);
  present.current = picture;

  useEffect(() => {
    const { current } = holder;
    if (!current) return;
    const measure = (): void => setSize({ width: current.clientWidth, screen: innerHeight });
    const recolour = (): void => setInk(inkOf(current));
    const sized = new ResizeObserver(measure);
    sized.observe(current);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    addEventListener("themechange", recolour);
    scheme.addEventListener("change", recolour);
    measure();
    recolour();
    return () => {
      sized.disconnect();
      removeEventListener("themechange", recolour);
      scheme.removeEventListener("change", recolour);
    };
  }, []);

  // One frame a change, however many there are.
  useEffect(() => {
    const frame = requestAnimationFrame(() => present.current && draw(canvas.current, present.current));
    return () => cancelAnimationFrame(frame);
  });

  useHands(canvas, {
    point(x, y) {
      const span = present.current && spanAt(present.current, x, y);
      mark(span ? { span, x, y } : null);
      return span !== null;
    },
    open: () => lastMarked.current && !lastMarked.current.isDeleted && onOpen(lastMarked.current.job),
    drag: (pixels) =>
      onView(({ from, to }) => {
        const shift = (pixels / Math.max(1, size.width - gutter)) * (to - from);
        return { from: from - shift, to: to - shift };
      }),
    partOf: (x) => Math.min(1, Math.max(0, (x - gutter) / Math.max(1, size.width - gutter))),
    onView,
    onNow,
    step(across, down) {
      const span = stepped(layout, marked?.span ?? null, view, now, across, down);
      if (!span || !present.current) return;
      const row = layout.rowsOf.get(span.id)?.[0] ?? 0;
      const y = yOf(present.current, row);
      if (y < AXIS || y + rowHeight > height)
        holder.current?.scrollTo({ top: Math.max(0, row * rowHeight - height / 2) });
      if (span.from > view.to || endOf(span, now) < view.from)
        onView(({ from, to }) => ({ from: span.from - 0.2 * (to - from), to: span.from + 0.8 * (to - from) }));
      const x = Math.max(gutter, xOf(present.current, span.from));
      mark({ span, x, y: Math.min(height - 20, Math.max(AXIS, y) + rowHeight / 2) });
    },
    leave: () => mark(null),
  });

  return (
    <div class="gantt-frame">
      <div
        ref={holder}
        class="gantt"
        style={{ height: `${height}px` }}
        onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      >
        <div style={{ height: `${whole}px` }}>
          {/* biome-ignore lint/a11y/noInteractiveElementToNoninteractiveRole: the arrow keys move it, and Enter opens a job */}
          <canvas ref={canvas} tabIndex={0} role="application" aria-label={label} style={{ height: `${height}px` }} />
        </div>
      </div>
      {marked && <Tip {...marked} now={now} layout={layout} width={size.width} />}
    </div>
  );
}

function draw(canvas: HTMLCanvasElement | null, picture: Picture): void {
  const context = canvas?.getContext("2d");
  if (!canvas || !context) return;
  const ratio = devicePixelRatio || 1;
  const [wide, tall] = [Math.round(picture.width * ratio), Math.round(picture.height * ratio)];
  if (canvas.width !== wide) canvas.width = wide;
  if (canvas.height !== tall) canvas.height = tall;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  paint(context, picture);
}

const heightOfRow = (rows: number): number => (rows <= 16 ? 24 : rows <= 48 ? 18 : rows <= 160 ? 14 : 9);

/** The span beside the marked one; without one, the newest in view. */
function stepped(
  layout: Layout,
  marked: Span | null,
  view: View,
  now: number,
  across: number,
  down: number,
): Span | null {
  const inView = (span: Span): boolean => span.from < view.to && endOf(span, now) > view.from;
  if (!marked) return layout.spansOf.flatMap((spans) => spans.filter(inView)).at(-1) ?? null;
  const row = layout.rowsOf.get(marked.id)?.[down > 0 ? -1 : 0] ?? layout.rowsOf.get(marked.id)?.[0] ?? 0;
  if (across !== 0) {
    const spans = layout.spansOf[row] ?? [];
    return spans[spans.findIndex(({ id }) => id === marked.id) + across] ?? marked;
  }
  const middle = Math.min(Math.max(marked.from, view.from), view.to);
  for (let next = row + down; next >= 0 && next < layout.rows.length; next += down) {
    const near = layout.spansOf[next]
      ?.filter(({ id }) => id !== marked.id)
      .toSorted((a, b) => distance(a, middle, now) - distance(b, middle, now))[0];
    if (near) return near;
  }
  return marked;
}

const distance = (span: Span, at: number, now: number): number => Math.max(span.from - at, at - endOf(span, now), 0);

interface TipProps {
  readonly span: Span;
  readonly x: number;
  readonly y: number;
  readonly now: number;
  readonly layout: Layout;
  readonly width: number;
}

/** Everything about the span that is pointed at. */
function Tip({ span, x, y, now, layout, width }: TipProps) {
  const end = endOf(span, now);
  const rows = layout.rowsOf.get(span.id) ?? [];
  const labels = rows.map((row) => layout.rows[row]?.label).filter(Boolean);
  const place = span.gpus.length > 0 ? labels.join(", ") : `${span.cores} cores`;
  const isLeft = x > width / 2;
  return (
    <div
      class="gantt-tip"
      role="status"
      style={{
        top: `${y + 14}px`,
        ...(isLeft ? { right: `${Math.max(4, width - x + 10)}px` } : { left: `${x + 10}px` }),
      }}
    >
      <strong>
        <bdi>{span.name}</bdi>
      </strong>
      <p>
        {span.isDeleted ? "deleted since" : span.job}
        {span.user && (
          <>
            {" "}
            of <bdi>{span.user}</bdi>
          </>
        )}
        {span.attempt > 1 && `, run ${span.attempt}`}
      </p>
      <p>
        {statusWords[span.status]} on <bdi>{span.server}</bdi>: {place}
      </p>
      <p>
        {momentText(span.from)} – {span.lasts ? "now" : momentText(end)} ({spanText((end - span.from) / 1000)})
      </p>
    </div>
  );
}
