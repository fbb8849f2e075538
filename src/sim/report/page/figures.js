// The figures about all runs at once.
import { byId, element, emptyState, fill, scrolled } from "./elements.js";
import { compact, duration, number, percent, times } from "./human.js";
import { lines } from "./lines.js";
import { drawn, runColour } from "./theme.js";

/**
 * What is told of each run: its title, where it stands in the metrics, how it is shown, which is better (-1 less, 1 more, 0 neither),
 * and whether it is left out where it is nothing in any run; by the name of what must be something.
 */
const HEADLINE = [
  ["Mean JCT", "meanJct", duration, -1],
  ["Median JCT", "medianJct", duration, -1],
  ["95th percentile of JCT", "p95Jct", duration, -1],
  ["99th percentile of JCT", "p99Jct", duration, -1],
  ["Mean queueing delay", "meanQueueingDelay", duration, -1],
  ["Mean waiting time", "meanWaiting", duration, -1],
  ["Mean slowdown", "meanSlowdown", times, -1],
  ["Makespan", "makespan", duration, -1],
  ["Jobs per hour", "throughput", number, 1],
  ["Utilisation of GPUs", "utilisation", percent, 1, "utilisation"],
  ["Utilisation of cores", "coreUtilisation", percent, 1, "coreUtilisation"],
  ["GPUs free in pieces", "fragmentation", percent, -1, "fragmentation"],
  ["Fairness to jobs", "fairness", number, 1],
  ["Fairness to users", "userFairness", number, 1],
  ["Preemptions", "preemptions", number, 0],
  ["Migrations", "migrations", number, 0, "migrations"],
  ["Resizes", "resizes", number, 0, "resizes"],
  ["Training lost, on one GPU", "lostGpuSeconds", duration, -1, "lostGpuSeconds"],
  ["Deadlines missed", "deadlineMisses", number, -1, "deadlines"],
  ["Jobs that did not end", "unfinished", number, -1, "unfinished"],
];

export function swatch(i) {
  const mark = element("span", { class: "swatch", "aria-hidden": "true" });
  drawn(() => mark.style.setProperty("background", runColour(i)));
  return mark;
}

export function headline(runs) {
  if (runs.length === 0) return byId("headline").replaceChildren(emptyState("No policy was run."));
  const isThere = (key) => runs.some(({ metrics }) => metrics[key] > 0);
  const shown = HEADLINE.filter(([, , , , needs]) => needs === undefined || isThere(needs));
  const head = element("tr", {}, element("td"));
  for (const [i, { name }] of runs.entries()) head.append(element("th", { scope: "col" }, swatch(i), name));
  const body = element("tbody");
  for (const [title, key, show, better] of shown) {
    const row = element("tr", {}, element("th", { scope: "row" }, title));
    for (const { metrics } of runs) {
      const isBest = better !== 0 && isBestOf(runs, key, better, metrics[key]);
      row.append(element("td", isBest ? { class: "best", title: "the best" } : {}, show(metrics[key])));
    }
    body.append(row);
  }
  const marked = runs.length > 1 ? " The best of each row is marked." : "";
  const note = element(
    "caption",
    {},
    `Times are of the jobs that ended; fairness is Jain's index of their slowdown.${marked}`,
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
