// The figures about all runs at once.
import { byId, element, emptyState, fill, scrolled } from "./elements.js";
import { compact, duration, number, percent } from "./human.js";
import { lines } from "./lines.js";
import { drawn, runColour } from "./theme.js";

/** What is told of each run: its title, where it stands in the metrics, how it is shown, and which is better, -1 less or 1 more;
 * where it is left out when it is nothing anywhere, what has to be more than nothing. */
const HEADLINE = [
  ["Mean JCT", "meanJct", duration, -1],
  ["Median JCT", "medianJct", duration, -1],
  ["p95 JCT", "p95Jct", duration, -1],
  ["p99 JCT", "p99Jct", duration, -1],
  ["Makespan", "makespan", duration, -1],
  ["Queueing", "meanQueueingDelay", duration, -1],
  ["Waiting", "meanWaiting", duration, -1],
  ["Jobs/h", "throughput", number, 1],
  ["GPUs used", "utilisation", percent, 1, "utilisation"],
  ["Cores used", "coreUtilisation", percent, 1, "coreUtilisation"],
  ["Fairness", "fairness", number, 1],
  ["Preempted", "preemptions", number, 0],
  ["Migrated", "migrations", number, 0, "migrations"],
  ["Resized", "resizes", number, 0, "resizes"],
  ["Late", "deadlineMisses", number, -1, "deadlines"],
  ["Unfinished", "unfinished", number, -1, "unfinished"],
];

export function swatch(i) {
  const mark = element("span", { class: "swatch", "aria-hidden": "true" });
  drawn(() => mark.style.setProperty("background", runColour(i)));
  return mark;
}

export function headline(runs) {
  if (runs.length === 0) return byId("headline").replaceChildren(emptyState("No policy was run."));
  const isThere = (key) => runs.some(({ metrics }) => metrics[key] > 0);
  const rows = HEADLINE.filter(([, , , , needs]) => needs === undefined || isThere(needs));
  const head = element("tr", {}, element("th", { scope: "col" }, "Policy"));
  for (const [title] of rows) head.append(element("th", { scope: "col" }, title));
  const body = element("tbody");
  for (const [i, { name, metrics }] of runs.entries()) {
    const row = element("tr", {}, element("th", { scope: "row" }, swatch(i), name));
    for (const [title, key, show, better] of rows) {
      const isBest = better !== 0 && isBestOf(runs, key, better, metrics[key]);
      const cell = element(
        "td",
        isBest ? { class: "best", title: `the best: ${title.toLowerCase()}` } : {},
        show(metrics[key]),
      );
      row.append(cell);
    }
    body.append(row);
  }
  const note = element(
    "caption",
    {},
    runs.length > 1
      ? "Means over the jobs that ended, where nothing else is said; the best of each column is marked."
      : "Means over the jobs that ended, where nothing else is said.",
  );
  const table = element("table", { class: "headline" }, note, element("thead", {}, head), body);
  byId("headline").replaceChildren(scrolled("Metrics by policy", table));
}

/** Where all are alike none is best; nor is a time of no job at all. */
function isBestOf(runs, key, better, value) {
  const able = runs.filter(({ metrics }) => metrics.unfinished < metrics.jobs || key === "unfinished");
  const values = able.map(({ metrics }) => metrics[key]);
  if (values.length < 2 || values.every((other) => other === values[0])) return false;
  return value === (better < 0 ? Math.min(...values) : Math.max(...values)) && values.includes(value);
}

/** Bars by run, group by group: all of one scale, or each group of its own. */
export function bars(id, title, note, groups, names, show, { isOneScale = true } = {}) {
  const mostOf = (means) => Math.max(...means.map((value) => value ?? 0));
  const mostOfAll = Math.max(...groups.map(({ means }) => mostOf(means)));
  const list = element("dl", { class: "bars" });
  for (const { name, about, means } of groups) {
    const part = element("div", {}, element("dt", {}, name, about ? element("small", {}, ` ${about}`) : ""));
    const most = isOneScale ? mostOfAll : mostOf(means);
    for (const [i, value] of means.entries()) {
      const bar = element("span", { class: "bar", style: { width: `${most > 0 ? (100 * (value ?? 0)) / most : 0}%` } });
      drawn(() => bar.style.setProperty("background", runColour(i)));
      const label = element("span", { class: "name" }, names[i]);
      part.append(
        element(
          "dd",
          {},
          label,
          element("span", { class: "track" }, bar),
          element("span", { class: "value" }, show(value)),
        ),
      );
    }
    list.append(part);
  }
  fill(id, title, note, groups.length === 0 ? emptyState("No jobs.") : list);
}

/** Which part of the values is at most so large. */
export function distribution(id, title, note, label, { x, parts }, names, scale) {
  if (x.length === 0) return fill(id, title, note, emptyState("No job has ended."));
  const shown = names.flatMap((name, i) => (parts[i].length > 0 ? [[name, i]] : []));
  // From 0 at the least value on, also where all values are the same.
  const places = [x[0] / 1.02, ...x, ...(x.length === 1 ? [x[0] * 1.02] : [])];
  const data = [places.map(Math.log10), ...shown.map(([, i]) => [0, ...parts[i], ...(x.length === 1 ? [1] : [])])];
  const plot = lines(label, {
    names: shown.map(([name]) => name),
    colours: shown.map(([, i]) => i),
    data,
    scale,
    show: percent,
    top: 1,
  });
  fill(id, title, note, plot);
}

/** The same figure of all runs over time; null where a run is over. */
export function course(id, title, note, label, runs, valuesOf, show, top = null) {
  const isThere = runs.some((run) => valuesOf(run).some((value) => value > 0));
  if (!isThere) return fill(id, title, note, emptyState("None in any run."));
  const bins = Math.max(...runs.map(({ course: { waiting } }) => waiting.length));
  const { binSeconds } = runs[0].course;
  const data = [
    Array.from({ length: bins + 1 }, (_, i) => i * binSeconds),
    ...runs.map((run) => {
      const values = valuesOf(run);
      return Array.from({ length: bins + 1 }, (_, i) => values[Math.min(i, i === values.length ? i - 1 : i)] ?? null);
    }),
  ];
  const plot = lines(label, {
    names: runs.map(({ name }) => name),
    colours: runs.map((_, i) => i),
    data,
    scale: "time",
    show,
    tick: show === number ? compact : show,
    top,
    sync: "course",
  });
  fill(id, title, note, plot);
}

/** What has come together until then. */
export const summed = (values) => {
  let sum = 0;
  return values.map((value) => (sum += value));
};
