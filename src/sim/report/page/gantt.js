// Who had which GPU when. One canvas: rows are GPUs, server by server; a rectangle is a job on neighbouring rows.
import { choice, element, emptyState } from "./elements.js";
import { counted, duration, times } from "./human.js";
import { ticksBetween } from "./lines.js";
import { drawn, ink, jobColour } from "./theme.js";

const GUTTER = 92;
const AXIS = 24;
const MOST_HEIGHT = 620;
const FONT = "12px system-ui, sans-serif";
const PHASES = { start: "Gets ready", train: "Trains", stop: "Stops" };
const COLOURINGS = [
  ["Colour by job", (job) => job],
  ["by user", ([, user]) => user],
  ["by type", ([, , type]) => type],
  ["by size", ([, , , size]) => Math.ceil(Math.log2(Math.max(1, size)))],
];

export function gantt(parent, runs) {
  if (runs[0].chart.rows === 0)
    return parent.replaceChildren(emptyState("The cluster has nothing that jobs could hold."));
  const canvas = element("canvas", { tabindex: "0", role: "img", class: "gantt" });
  const tip = element("div", { class: "tip", role: "status", hidden: "" });
  const note = element("p", { class: "note" });
  const range = element("output", { class: "note" });
  const holder = element("div", { class: "gantt-holder" }, canvas, tip);
  const chart = new Gantt(canvas, tip, range);
  const show = (run) => {
    chart.show(runs[run]);
    note.textContent = noteOf(runs[run]);
  };
  const button = (text, label, act) => {
    const made = element("button", { type: "button", "aria-label": label, title: label }, text);
    made.addEventListener("click", act);
    return made;
  };
  const policies = runs.map(({ name }) => name);
  const colourings = COLOURINGS.map(([name]) => name);
  const tools = element(
    "div",
    { class: "tools" },
    policies.length > 1 ? choice("Policy of the chart", policies, show) : "",
    choice("Colours", colourings, (i) => chart.colourBy(COLOURINGS[i][1])),
    element(
      "span",
      { class: "zoom" },
      range,
      button("+", "Closer", () => chart.zoom(0.5)),
      button("−", "Farther", () => chart.zoom(2)),
      button("All", "Show all", () => chart.all()),
    ),
  );
  parent.replaceChildren(tools, holder, note);
  show(0);
}

function noteOf({ name, chart: { leftOut, stretches, unit } }) {
  const keys = `${name}. Rows are ${unit}s. Drag to move, Ctrl and the wheel to zoom; or the arrow keys, + and −, and 0 for all. Lighter: the job gets ready or stops.`;
  if (leftOut === 0) return keys;
  return `${keys} Drawn one by one are the ${stretches.length.toLocaleString("en-US")} largest of ${(leftOut + stretches.length).toLocaleString("en-US")} stretches; grey is how busy the ${unit}s were with all of them.`;
}

class Gantt {
  #canvas;
  #tip;
  #range;
  #run = null;
  #colourOf = COLOURINGS[0][1];
  #colours = new Map();
  #view = { from: 0, to: 1, top: 0, bottom: 1 };
  /** The job under the pointer. */
  #marked = null;
  #frame = 0;

  constructor(canvas, tip, range) {
    this.#canvas = canvas;
    this.#tip = tip;
    this.#range = range;
    new ResizeObserver(() => this.#later()).observe(canvas.parentElement ?? canvas);
    drawn(() => this.#run && this.#draw()); // at once: what is printed waits for no frame
    this.#listen();
  }

  show(run) {
    this.#run = run;
    this.#colours.clear();
    const { rows } = run.chart;
    const height = Math.min(MOST_HEIGHT, Math.max(120, rows * Math.min(22, Math.max(9, 320 / rows)))) + AXIS;
    this.#canvas.style.setProperty("height", `${height}px`);
    this.#canvas.setAttribute(
      "aria-label",
      `${run.name}: which job had which of ${counted(rows, run.chart.unit)} when, over ${duration(run.chart.endSeconds)}. The table of jobs below tells the same in words.`,
    );
    this.all();
  }

  colourBy(colourOf) {
    this.#colourOf = colourOf;
    this.#colours.clear();
    this.#later();
  }

  all() {
    const { endSeconds, rows } = this.#run.chart;
    this.#look({ from: 0, to: Math.max(endSeconds, 1e-3), top: 0, bottom: rows });
  }

  /** @param factor below 1: closer. Thin rows are drawn taller with it. */
  zoom(factor, x = 0.5, y = 0.5) {
    const { from, to, top, bottom } = this.#view;
    const at = from + x * (to - from);
    const row = top + y * (bottom - top);
    const tall = this.#height() / (bottom - top);
    const rowFactor = factor < 1 ? (tall < 12 ? factor : 1) : factor;
    this.#look({
      from: at - (at - from) * factor,
      to: at + (to - at) * factor,
      top: row - (row - top) * rowFactor,
      bottom: row + (bottom - row) * rowFactor,
    });
  }

  /** Within what there is. */
  #look({ from, to, top, bottom }) {
    const { endSeconds, rows } = this.#run.chart;
    const [start, end] = within(from, to, Math.max(endSeconds, 1e-3), 1e-3);
    const [first, last] = within(top, bottom, rows, Math.min(rows, 4));
    this.#view = { from: start, to: end, top: first, bottom: last };
    this.#range.textContent = `${duration(start)} to ${duration(end)}`;
    this.#hideTip();
    this.#later();
  }

  #pan(time, rows) {
    const { from, to, top, bottom } = this.#view;
    this.#look({ from: from + time, to: to + time, top: top + rows, bottom: bottom + rows });
  }

  #listen() {
    const canvas = this.#canvas;
    let held = null;
    canvas.addEventListener("pointerdown", (event) => {
      held = { x: event.offsetX, y: event.offsetY };
      canvas.setPointerCapture(event.pointerId);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!held) return this.#point(event.offsetX, event.offsetY);
      const { from, to, top, bottom } = this.#view;
      const time = ((held.x - event.offsetX) * (to - from)) / this.#width();
      const rows = ((held.y - event.offsetY) * (bottom - top)) / this.#height();
      held = { x: event.offsetX, y: event.offsetY };
      this.#pan(time, rows);
    });
    for (const type of ["pointerup", "pointercancel"]) canvas.addEventListener(type, () => (held = null));
    canvas.addEventListener("pointerleave", () => this.#hideTip());
    canvas.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
        event.preventDefault();
        const [x, y] = [(event.offsetX - GUTTER) / this.#width(), event.offsetY / this.#height()];
        this.zoom(event.deltaY > 0 ? 1.25 : 0.8, clamp(x, 0, 1), clamp(y, 0, 1));
      },
      { passive: false },
    );
    canvas.addEventListener("keydown", (event) => {
      const { from, to, top, bottom } = this.#view;
      const [time, rows] = [(to - from) / 8, (bottom - top) / 8];
      const act = {
        ArrowLeft: () => this.#pan(-time, 0),
        ArrowRight: () => this.#pan(time, 0),
        ArrowUp: () => this.#pan(0, -rows),
        ArrowDown: () => this.#pan(0, rows),
        "+": () => this.zoom(0.5),
        "-": () => this.zoom(2),
        0: () => this.all(),
      }[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      act();
    });
  }

  #width() {
    return Math.max(1, this.#canvas.clientWidth - GUTTER);
  }
  #height() {
    return Math.max(1, this.#canvas.clientHeight - AXIS);
  }

  #point(x, y) {
    const { from, to, top, bottom } = this.#view;
    const at = from + ((x - GUTTER) * (to - from)) / this.#width();
    const row = top + (y * (bottom - top)) / this.#height();
    const found =
      x < GUTTER || y > this.#height()
        ? undefined
        : this.#run.chart.stretches.findLast(
            ([begin, end, first, rows]) => begin <= at && at < end && first <= row && row < first + rows,
          );
    if (!found) return this.#hideTip();
    const { chart, jobs } = this.#run;
    const [begin, end, first, rows, place, phase] = found;
    const [name, user, type, size, submitted, started, waiting, , jct, slowdown] = jobs[place];
    const server = chart.servers.find(([, least, count]) => first >= least && first < least + count);
    const until = server ? first + rows - 1 - server[1] : 0;
    const where =
      server && first + rows <= server[1] + server[2]
        ? `${server[0]}, ${chart.unit} ${first - server[1]}${rows > 1 ? `–${until}` : ""}`
        : counted(rows, chart.unit);
    const facts = [
      ["User", user],
      ["Type", type],
      ["Asks for", counted(size, chart.unit)],
      [PHASES[phase], `${duration(begin)} to ${duration(end)} (${duration(end - begin)})`],
      ["On", where],
      ["Submitted", duration(submitted)],
      ["First start", duration(started)],
      ["Waiting", duration(waiting)],
      ["JCT", duration(jct)],
      ["Slowdown", times(slowdown)],
    ];
    const list = element("dl");
    for (const [term, fact] of facts) list.append(element("dt", {}, term), element("dd", {}, fact));
    this.#tip.replaceChildren(element("strong", {}, name), list);
    this.#tip.hidden = false;
    const { clientWidth } = this.#canvas;
    const left = x + 16 + this.#tip.offsetWidth > clientWidth ? Math.max(0, x - 16 - this.#tip.offsetWidth) : x + 16;
    this.#tip.style.setProperty("left", `${left}px`);
    this.#tip.style.setProperty("top", `${y + 16}px`);
    if (this.#marked === place) return;
    this.#marked = place;
    this.#later();
  }

  #hideTip() {
    this.#tip.hidden = true;
    if (this.#marked === null) return;
    this.#marked = null;
    this.#later();
  }

  #later() {
    if (!this.#run || this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const canvas = this.#canvas;
    const ratio = devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * ratio;
    canvas.height = canvas.clientHeight * ratio;
    const paint = canvas.getContext("2d");
    paint.scale(ratio, ratio);
    paint.font = FONT;
    const [width, height, colours] = [this.#width(), this.#height(), ink()];
    const { from, to, top, bottom } = this.#view;
    const xOf = (at) => GUTTER + ((at - from) / (to - from)) * width;
    const yOf = (row) => ((row - top) / (bottom - top)) * height;
    this.#drawServers(paint, yOf, colours, width, height);
    this.#drawTimes(paint, xOf, colours, width, height);
    paint.save();
    paint.beginPath();
    paint.rect(GUTTER, 0, width, height);
    paint.clip();
    this.#drawBusy(paint, xOf, yOf, colours);
    this.#drawStretches(paint, xOf, yOf, colours);
    paint.restore();
  }

  #drawServers(paint, yOf, { band, text, grid }, width, height) {
    let free = 0;
    paint.textBaseline = "middle";
    paint.textAlign = "right";
    for (const [i, [name, first, rows]] of this.#run.chart.servers.entries()) {
      const [y, end] = [Math.max(0, yOf(first)), Math.min(height, yOf(first + rows))];
      if (end <= y) continue;
      paint.fillStyle = band;
      if (i % 2 === 0) paint.fillRect(GUTTER, y, width, end - y);
      const middle = (y + end) / 2;
      if (middle - 7 < free) continue; // no two labels over each other
      free = middle + 7;
      paint.fillStyle = text;
      paint.fillText(fitted(paint, name, GUTTER - 12), GUTTER - 8, clamp(middle, 7, height - 7));
    }
    paint.strokeStyle = grid;
    paint.strokeRect(GUTTER + 0.5, 0.5, width - 1, height - 1);
  }

  #drawTimes(paint, xOf, { dim, grid }, width, height) {
    const { from, to } = this.#view;
    paint.textBaseline = "top";
    paint.textAlign = "center";
    for (const at of ticksBetween(from, to, width / 90)) {
      const x = xOf(at);
      paint.fillStyle = grid;
      paint.fillRect(x, 0, 1, height + 4);
      paint.fillStyle = dim;
      const half = paint.measureText(duration(at)).width / 2;
      if (x + half <= GUTTER + width) paint.fillText(duration(at), Math.max(x, GUTTER), height + 8);
    }
  }

  #drawBusy(paint, xOf, yOf, { dim }) {
    const { busy, rows } = this.#run.chart;
    if (!busy) return;
    const { binSeconds, rowsPerBand, bands } = busy;
    paint.fillStyle = dim;
    for (const [i, band] of bands.entries()) {
      const [y, end] = [yOf(i * rowsPerBand), yOf(Math.min(rows, (i + 1) * rowsPerBand))];
      for (let bin = 0; bin < band.length; bin++) {
        const part = Number.parseInt(band[bin], 36) / 35;
        if (part === 0) continue;
        paint.globalAlpha = 0.45 * part;
        const x = xOf(bin * binSeconds);
        paint.fillRect(x, y, xOf((bin + 1) * binSeconds) - x, end - y);
      }
    }
    paint.globalAlpha = 1;
  }

  #drawStretches(paint, xOf, yOf, { ground, mark }) {
    const { from, to, top, bottom } = this.#view;
    const { stretches } = this.#run.chart;
    const gap = this.#height() / (bottom - top) > 5 ? 1 : 0;
    for (const [begin, end, row, rows, job, phase] of stretches) {
      if (end < from || begin > to || row > bottom || row + rows < top) continue;
      const [x, y] = [xOf(begin), yOf(row)];
      const [wide, tall] = [Math.max(0.5, xOf(end) - x), Math.max(0.5, yOf(row + rows) - y - gap)];
      paint.globalAlpha = (phase === "train" ? 1 : 0.4) * (this.#marked === null || this.#marked === job ? 1 : 0.5);
      paint.fillStyle = this.#colour(job);
      paint.fillRect(x, y, wide, tall);
      if (wide > 4) {
        paint.fillStyle = ground;
        paint.fillRect(x, y, 1, tall);
      }
      this.#drawName(paint, job, phase, x, y, wide, tall, mark);
    }
    paint.globalAlpha = 1;
  }

  #drawName(paint, job, phase, x, y, wide, tall, mark) {
    if (wide < 40 || tall < 13 || phase !== "train") return;
    paint.fillStyle = mark;
    paint.textBaseline = "middle";
    paint.textAlign = "left";
    const left = Math.max(x, GUTTER) + 5;
    const text = fitted(paint, this.#run.jobs[job][0], x + wide - left - 4);
    if (text.length > 1) paint.fillText(text, left, y + tall / 2 + 0.5);
  }

  #colour(place) {
    const key = this.#colourOf(this.#run.jobs[place]);
    if (!this.#colours.has(key)) this.#colours.set(key, this.#colours.size);
    return jobColour(this.#colours.get(key));
  }
}

const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

/** An interval moved, or cut, so that it lies within 0 and the end; no shorter than the least. */
function within(from, to, end, least) {
  const size = clamp(to - from, Math.min(least, end), end);
  const start = clamp((from + to - size) / 2, 0, end - size);
  return [start, start + size];
}

/** The text, cut where there is no room. */
function fitted(paint, text, room) {
  if (paint.measureText(text).width <= room) return text;
  let length = Math.min(text.length, Math.floor(room / 5));
  while (length > 0 && paint.measureText(`${text.slice(0, length)}…`).width > room) length--;
  return length > 0 ? `${text.slice(0, length)}…` : "";
}
