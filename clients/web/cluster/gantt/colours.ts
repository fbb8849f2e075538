/** Of jobs, after Okabe and Ito: people who see few colours can tell neighbours apart by how light they are. */
const JOBS = {
  light: ["#7fb2d6", "#f2b47e", "#7cc4ae", "#d3a2c6", "#d9cc7c", "#9aa7d6", "#e59a92", "#a9b59a"],
  dark: ["#3d7399", "#9c6534", "#357d68", "#84567a", "#857a33", "#55629a", "#94544e", "#62704f"],
} as const;

export interface Ink {
  readonly scheme: "light" | "dark";
  readonly text: string;
  readonly dim: string;
  readonly line: string;
  readonly ground: string;
  readonly band: string;
  readonly accent: string;
  readonly bad: string;
}

/** The tokens as the theme in force has them: a canvas knows no `light-dark()`. */
export function inkOf(element: HTMLElement): Ink {
  const probe = document.createElement("span");
  element.append(probe);
  const token = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const chosen = document.documentElement.dataset.theme;
  const isDark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const ink: Ink = {
    scheme: isDark ? "dark" : "light",
    text: token("--text"),
    dim: token("--dim"),
    line: token("--line"),
    ground: token("--surface"),
    band: token("--sunken"),
    accent: token("--accent"),
    bad: token("--bad"),
  };
  probe.remove();
  return ink;
}

/** The same for a job wherever and whenever; neighbours in the order of submission differ. */
export function jobColour(job: string, { scheme }: Ink): string {
  const number = Number(job.slice(job.lastIndexOf("-") + 1)) || 0;
  return JOBS[scheme][(number * 5) % JOBS.light.length] as string;
}
