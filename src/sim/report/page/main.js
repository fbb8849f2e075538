// Draws the page from the data that stands in it.
import { byId, element } from "./elements.js";
import { bars, course, distribution, headline, summed } from "./figures.js";
import { gantt } from "./gantt.js";
import { counted, duration, number, percent, times } from "./human.js";
import { jobs } from "./jobs.js";

const page = JSON.parse(byId("data").textContent);
const { runs } = page;
const names = runs.map(({ name }) => name);

document.title = `${page.title} · Schedulearn`;
byId("title").textContent = page.title;
byId("command").textContent = page.command;
for (const [name, value] of page.settings)
  byId("settings").append(element("div", {}, element("dt", {}, name), element("dd", {}, value)));

headline(runs);
if (runs.length === 0) for (const section of [...document.querySelectorAll("section")].slice(1)) section.hidden = true;
distribution(
  "jct-distribution",
  "Distribution of JCT",
  "part of the jobs that were done within a time",
  "Part of the jobs that were done within a time, by policy",
  page.jct,
  names,
  "log-time",
);
const ofRuns = (name, key) => ({
  name,
  means: runs.map(({ metrics }) => (metrics.jobs > metrics.unfinished ? metrics[key] : null)),
});
bars(
  "jct-bars",
  "Times by policy",
  "",
  [ofRuns("Mean JCT", "meanJct"), ofRuns("95th percentile of JCT", "p95Jct"), ofRuns("Makespan", "makespan")],
  names,
  duration,
  { isOneScale: false },
);
if (runs.length > 0) {
  gantt(byId("gantt"), runs);
  const rows = (run) => Math.max(1, run.chart.rows);
  const unit = runs[0].chart.unit;
  course(
    "queue",
    "Queue length",
    "jobs that wait for a place",
    "Queue length over time, by policy",
    runs,
    (run) => run.course.waiting,
    number,
  );
  course(
    "utilisation",
    "Utilisation",
    `part of the ${unit}s on which a job trains`,
    "Utilisation over time, by policy",
    runs,
    (run) => run.course.training.map((value) => value / rows(run)),
    percent,
    1,
  );
  course(
    "preemptions",
    "Preemptions",
    "until then",
    "Preemptions until then, by policy",
    runs,
    (run) => summed(run.course.preemptions),
    number,
  );
  course(
    "moves",
    "Migrations and resizes",
    "until then",
    "Migrations and resizes until then, by policy",
    runs,
    (run) => summed(run.course.migrations.map((count, i) => count + run.course.resizes[i])),
    number,
  );
  jobs(byId("jobs"), runs);
}
const groups = (list) => list.map((group) => ({ ...group, about: counted(group.jobs, "job") }));
bars(
  "waiting-by-size",
  "Mean waiting by size",
  `${runs[0]?.chart.unit ?? "GPU"}s that a job asks for`,
  groups(page.waitingBySize),
  names,
  duration,
);
if (page.slowdownByUser.length < 2) byId("slowdown-by-user").remove();
else
  bars(
    "slowdown-by-user",
    "Mean slowdown by user",
    "JCT against the time that the job takes alone",
    groups(page.slowdownByUser),
    names,
    times,
  );
distribution(
  "slowdown-distribution",
  "Distribution of slowdown",
  "part of the jobs that took at most so many times as long as alone",
  "Part of the jobs with at most that slowdown, by policy",
  page.slowdown,
  names,
  "log-ratio",
);
