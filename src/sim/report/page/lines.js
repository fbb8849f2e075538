// Line plots, by uPlot, which stands in the page before this.
import { element } from "./elements.js";
import { duration } from "./human.js";
import { drawn, ink, runColour, runDash } from "./theme.js";

const FONT = "12px system-ui, sans-serif";
const LEAST_HEIGHT = 220;
const STEPS_OF_TIME = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200,
  10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000, 1_728_000, 4_320_000, 8_640_000, 17_280_000, 43_200_000,
];
/** Where a logarithmic scale of times, and one of ratios, may be marked: the roundest first, the others where there is room. */
const TIMES = [
  [0.001, 1, 60, 3600, 86_400, 864_000, 8_640_000, 86_400_000],
  [0.01, 0.1, 10, 600, 36_000, 172_800, 1_728_000, 17_280_000],
  [0.005, 0.05, 0.5, 5, 300, 1800, 18_000, 432_000, 4_320_000, 43_200_000],
  [0.002, 0.02, 0.2, 2, 20, 120, 1200, 7200],
];
const RATIOS = [
  [1, 10, 100, 1000, 10_000, 100_000, 1_000_000],
  [0.1, 0.01, 0.001],
  [2, 20, 200, 2000],
  [5, 50, 500, 5000],
];

/** Logarithms of marks within the range, as many lists of them as have room. */
function marksBetween(lists, low, high, most) {
  let marks = [];
  for (const list of lists) {
    const more = [...marks, ...list.map(Math.log10).filter((at) => at >= low - 1e-9 && at <= high + 1e-9)];
    if (more.length > most) break;
    marks = more;
  }
  return marks.sort((a, b) => a - b);
}

/**
 * @param names of the lines, which have the colours of the runs
 * @param data the places, then each line's values
 * @param scale of the places: `time`, or `log-time` and `log-ratio` with the logarithms as places
 * @param range of the values; null: what is there, from 0
 */
export function lines(label, { names, colours, data, scale, show, tick = show, top = null, sync = null }) {
  const holder = element("div", { class: "lines", role: "img", "aria-label": label });
  let plot = null;
  const size = () => {
    const legend = plot?.root.querySelector(".u-legend").offsetHeight ?? 0;
    holder.style.setProperty("min-height", `${LEAST_HEIGHT + legend}px`);
    return { width: Math.max(240, holder.clientWidth), height: holder.clientHeight - legend };
  };
  const make = () => {
    plot?.destroy();
    plot = null;
    plot = new uPlot({ ...size(), ...optionsOf({ names, colours, scale, show, tick, top, sync }) }, data, holder);
    plot.setSize(size());
  };
  new ResizeObserver(() => {
    if (plot && holder.clientWidth > 0) plot.setSize(size());
  }).observe(holder);
  requestAnimationFrame(() => drawn(make));
  return holder;
}

function optionsOf({ names, colours, scale, show, tick, top, sync }) {
  const { text, dim, grid } = ink();
  const axis = {
    stroke: dim,
    font: FONT,
    grid: { stroke: grid, width: 1 },
    ticks: { stroke: grid, width: 1, size: 4 },
  };
  const marks = scale === "log-ratio" ? RATIOS : TIMES;
  const place = scale === "log-ratio" ? (value) => `${value.toLocaleString("en-US")}×` : duration;
  const isLog = scale !== "time";
  const word = { time: "at", "log-time": "within", "log-ratio": "at most" }[scale];
  return {
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
        space: 88,
        size: 34,
        ...(isLog
          ? {
              splits: ({ width }, _, low, high) => marksBetween(marks, low, high, (width - 70) / 84),
              values: (_, splits) => splits.map((at) => place(round10(10 ** at))),
            }
          : { incrs: STEPS_OF_TIME, values: (_, splits) => splits.map(duration) }),
      },
      { ...axis, size: 52, values: (_, splits) => splits.map(tick) },
    ],
    series: [
      { label: "\u00a0", value: (_, at) => (at === null ? "" : `${word} ${place(isLog ? 10 ** at : at)}`) },
      ...names.map((name, i) => ({
        label: name,
        stroke: runColour(colours[i]),
        dash: runDash(colours[i]),
        width: 2,
        points: { show: false },
        paths: isLog ? undefined : uPlot.paths.stepped({ align: 1 }),
        value: (_, value) => (value === null || value === undefined ? "" : show(value)),
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
