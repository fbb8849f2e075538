// Colours that people who see few of them can tell apart, after Okabe and Ito, darker on light and lighter on dark.

const RUNS = {
  light: ["#0072b2", "#c2570c", "#00805c", "#a8488a", "#8a6d00", "#3f7fa6", "#5a5a5a", "#b3261e"],
  dark: ["#5cb3e6", "#f0a052", "#3fc79a", "#e08fc4", "#d8c04a", "#9ad0f0", "#bdbdbd", "#ff8a80"],
};
const JOBS = {
  light: ["#7fb2d6", "#f2b47e", "#7cc4ae", "#d3a2c6", "#d9cc7c", "#9aa7d6", "#e59a92", "#a9b59a"],
  dark: ["#3d7399", "#9c6534", "#357d68", "#84567a", "#857a33", "#55629a", "#94544e", "#62704f"],
};
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

const dark = matchMedia("(prefers-color-scheme: dark)");
let isPrinting = false;
const drawers = new Set();

/** Draws now, and again whenever the colours change. */
export function drawn(draw) {
  drawers.add(draw);
  draw();
}
const redraw = () => {
  for (const draw of drawers) draw();
};
dark.addEventListener("change", redraw);
for (const [event, value] of [
  ["beforeprint", true],
  ["afterprint", false],
])
  addEventListener(event, () => {
    isPrinting = value;
    redraw();
  });

const scheme = () => (dark.matches && !isPrinting ? "dark" : "light");

export const runColour = (i) => RUNS[scheme()][i % RUNS.light.length];
export const runDash = (i) => DASHES[Math.floor(i / RUNS.light.length) % DASHES.length];
/** Neighbours in the order of submission differ. */
export const jobColour = (i) => JOBS[scheme()][(i * 5) % JOBS.light.length];
export const ink = () =>
  scheme() === "dark"
    ? { text: "#d6d9de", dim: "#9aa1ac", grid: "#2c313a", ground: "#15181d", band: "#1d2127", mark: "#ffffff" }
    : { text: "#24292f", dim: "#59636e", grid: "#e4e7eb", ground: "#ffffff", band: "#f5f6f8", mark: "#000000" };
