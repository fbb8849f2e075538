// Line plots, by uPlot, which stands in the page before this.
import { element } from "./elements.js";
import { duration } from "./human.js";
import { drawn, ink, runColour, runDash } from "./theme.js";

const FONT = "12px system-ui, sans-serif";
const HEIGHT = 230;
const STEPS_OF_TIME = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 1_728_000, 4_320_000, 8_640_000, 17_280_000, 43_200_000,
];
/** Where a logarithmic scale of times, and one of ratios, is marked. */
const TIMES = [0.001, 0.01, 0.1, 1, 10, 60, 600, 3600, 36_000, 86_400, 864_000, 8_640_000, 86_400_000];
const RATIOS = [0.001, 0.01, 0.1, 1, 2, 5, 10, 100, 1000, 10_000, 100_000, 1_000_000];

/**
 * @param names of the lines, which have the colours of the runs
 * @param data the places, then each line's values
 * @param scale of the places: `time`, or `log-time` and `log-ratio` with the logarithms as places
 * @param range of the values; null: what is there, from 0
 */
export function lines(label, { names, colours, data, scale, show, top = null, sync = null }) {
  const holder = element("div", { class: "lines", role: "img", "aria-label": label });
  let plot = null;
  const make = () => {
    const width = Math.max(240, holder.clientWidth);
    plot?.destroy();
    plot = new uPlot(optionsOf({ names, colours, scale, show, top, sync, width, last: data[0].at(-1) }), data, holder);
  };
  new ResizeObserver(() => {
    if (plot && holder.clientWidth > 0 && plot.width !== holder.clientWidth)
      plot.setSize({ width: Math.max(240, holder.clientWidth), height: HEIGHT });
  }).observe(holder);
  requestAnimationFrame(() => drawn(make));
  return holder;
}

function optionsOf({ names, colours, scale, show, top, sync, width }) {
  const { text, dim, grid } = ink();
  const axis = {
    stroke: dim,
    font: FONT,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
  };
  const marks = scale === "log-ratio" ? RATIOS : TIMES;
  const place = scale === "log-ratio" ? (value) => `${value}×` : duration;
  const isLog = scale !== "time";
  return {
    width,
    height: HEIGHT,
    padding: [8, 16, 0, 0],
    cursor: { y: false, drag: { x: true, y: false }, points: { size: 7 }, ...(sync && { sync: { key: sync } }) },
    legend: { live: true },
    scales: {
      x: { time: false },
      y: { range: (_, least, most) => [Math.min(0, least ?? 0), top ?? (most > 0 ? most * 1.05 : 1)] },
    },
    axes: [
      {
        ...axis,
        space: 64,
        ...(isLog
          ? {
              splits: (_, __, low, high) => marks.map(Math.log10).filter((at) => at >= low - 1e-9 && at <= high + 1e-9),
              values: (_, splits) => splits.map((at) => place(round10(10 ** at))),
            }
          : { incrs: STEPS_OF_TIME, values: (_, splits) => splits.map(duration) }),
      },
      { ...axis, size: 52, values: (_, splits) => splits.map(show) },
    ],
    series: [
      {
        label: scale === "log-ratio" ? "at most" : isLog ? "within" : "at",
        value: (_, at) => (at === null ? "–" : place(isLog ? 10 ** at : at)),
      },
      ...names.map((name, i) => ({
        label: name,
        stroke: runColour(colours[i]),
        dash: runDash(colours[i]),
        width: 2,
        points: { show: false },
        paths: isLog ? undefined : uPlot.paths.stepped({ align: 1 }),
        value: (_, value) => show(value),
      })),
    ],
    hooks: {
      init: [
        (made) => {
          made.root.style.color = text;
        },
      ],
    },
  };
}

/** Round times from one to the other, about so many. */
export function ticksBetween(from, to, count) {
  const step = STEPS_OF_TIME.find((each) => (to - from) / each <= count) ?? STEPS_OF_TIME.at(-1);
  const ticks = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push(round10(at));
  return ticks;
}

const round10 = (value) => Number(value.toPrecision(10));
