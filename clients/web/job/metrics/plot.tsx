import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Curves, Series } from "./series.ts";

interface Props {
  readonly title: string;
  readonly curves: Curves;
  /** Plots with the same key have one cursor and one zoom. */
  readonly sync: string;
  /** The least and the greatest value that the plot has room for; by what is drawn where there are none. */
  readonly range?: readonly [number, number];
}

const HEIGHT = 180;

/** Curves over time. Drag to zoom, double click to see all again. */
export function Plot({ title, curves, sync, range }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  /** From when to when it was drawn: who sees less of that has zoomed. */
  const whole = useRef<readonly [number, number]>([0, 0]);
  const [pointed, setPointed] = useState<number | null>(null);
  const [theme, setTheme] = useState(0);
  const names = curves.series.map(({ name }) => name).join("\n");

  useEffect(() => {
    const changed = (): void => setTheme((count) => count + 1);
    const media = matchMedia("(prefers-color-scheme: dark)");
    addEventListener("themechange", changed);
    media.addEventListener("change", changed);
    return () => {
      removeEventListener("themechange", changed);
      media.removeEventListener("change", changed);
    };
  }, []);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const drawn = new uPlot(optionsFor(element, curves.series, sync, range, setPointed), dataOf(curves), element);
    plot.current = drawn;
    whole.current = spanOf(curves);
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = null;
    };
  }, [names, sync, theme]);
  useEffect(() => {
    const drawn = plot.current;
    if (!drawn) return;
    const { min, max } = drawn.scales.x ?? {};
    const isZoomed = min != null && max != null && (min > whole.current[0] || max < whole.current[1]);
    whole.current = spanOf(curves);
    drawn.setData(dataOf(curves), !isZoomed);
    if (isZoomed) drawn.redraw();
  }, [curves]);

  const at = pointed === null ? undefined : curves.times[pointed];
  return (
    <figure class="plot">
      <figcaption>
        {title}
        <span class="plot-latest">
          {at !== undefined && pointed !== null
            ? `${new Date(at * 1000).toLocaleTimeString()}: ${curves.series.map((each) => told(each.values[pointed], each)).join(", ")}`
            : curves.series.map(latest).join(", ")}
        </span>
      </figcaption>
      <div
        ref={place}
        class="plot-place"
        role="img"
        aria-label={`${title} over time: ${curves.series.map(summary).join("; ")}`}
      />
    </figure>
  );
}

const spanOf = ({ times }: Curves): readonly [number, number] => [times[0] ?? 0, times.at(-1) ?? 0];

const dataOf = ({ times, series }: Curves): uPlot.AlignedData => [
  times as number[],
  ...series.map(({ values }) => values as (number | null)[]),
];

const COLOURS = ["--accent", "--good", "--waits", "--rests", "--bad"] as const;

function optionsFor(
  element: HTMLElement,
  series: readonly Series[],
  sync: string,
  range: Props["range"],
  onPointed: (index: number | null) => void,
): uPlot.Options {
  const style = getComputedStyle(element);
  // A token may name two colours: what the canvas is to have is what the browser makes of it here.
  const colour = (token: string): string => {
    element.style.setProperty("color", `var(${token})`);
    const found = getComputedStyle(element).color;
    element.style.removeProperty("color");
    return found;
  };
  const font = `11px ${style.fontFamily}`;
  const axis = {
    stroke: colour("--dim"),
    font,
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { stroke: colour("--line"), width: 1, size: 4 },
  };
  return {
    width: element.clientWidth || 300,
    height: HEIGHT,
    cursor: { sync: { key: sync }, drag: { x: true, y: false }, points: { size: 7 } },
    legend: { show: false },
    hooks: { setCursor: [({ cursor }) => onPointed(cursor.idx ?? null)] },
    scales: { x: { time: true }, ...(range && { y: { range: [...range] as [number, number] } }) },
    axes: [
      {
        ...axis,
        space: 70,
        values: (_: uPlot, splits: number[], __: number, ___: number, step: number) => timeTicks(splits, step),
      },
      { ...axis, size: 54, values: (_: uPlot, splits: number[]) => splits.map(short) },
    ],
    series: [
      {},
      ...series.map(({ name }, index) => ({
        label: name,
        stroke: colour(COLOURS[index % COLOURS.length] as string),
        width: 1.5,
        spanGaps: false,
        points: { show: (drawn: uPlot) => drawn.data[0].length < 40, size: 4 },
      })),
    ],
  };
}

const DAY_SECONDS = 86_400;

/** The day where it begins, or the time. @param step from one to the next, in seconds */
const timeTicks = (splits: readonly number[], step: number): string[] =>
  splits.map((at) => {
    const time = new Date(at * 1000);
    const isDay = step >= DAY_SECONDS || (time.getHours() === 0 && time.getMinutes() === 0 && time.getSeconds() === 0);
    if (isDay) return time.toLocaleDateString(undefined, { month: "short", day: "numeric" });
    const seconds = step < 60 ? ({ second: "2-digit" } as const) : {};
    return time.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hour12: false, ...seconds });
  });

const figure = (value: number): string => String(Number(value.toPrecision(5)));

/** `1.2k`, `3.4M`, `1.5e-7`: what stands beside an axis. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e9) return `${Number((value / 1e9).toPrecision(3))}G`;
  if (size >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (size >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return size !== 0 && size < 1e-3 ? value.toExponential(1) : String(Number(value.toPrecision(4)));
}

const told = (value: number | null | undefined, { unit }: Series): string =>
  value == null ? "nothing" : `${figure(value)} ${unit}`.trim();

const latest = (series: Series): string =>
  told(
    series.values.findLast((each) => each !== null),
    series,
  );

function summary(series: Series): string {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of series.values) {
    if (value === null) continue;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  return `${series.name} from ${figure(least)} to ${figure(most)}, last ${latest(series)}`;
}
