import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export interface Line {
  readonly name: string;
  /** One for each time; null: not known. */
  readonly values: readonly (number | null)[];
  /** A token: `--works`. */
  readonly colour: string;
  readonly isFilled?: boolean;
}

interface Props {
  /** What it tells, in words. */
  readonly label: string;
  /** Seconds since the epoch. */
  readonly at: readonly number[];
  readonly lines: readonly Line[];
  /** The top of the scale; what is needed unless given. */
  readonly top?: number | undefined;
  show(value: number): string;
}

const HEIGHT = 150;

/** Lines over time, as wide as there is room. */
export function Plot({ label, at, lines, top, show }: Props) {
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const names = lines.map(({ name }) => name).join();
  const given = useRef({ at, lines });
  given.current = { at, lines };
  const data = (): uPlot.AlignedData => [
    [...given.current.at],
    ...given.current.lines.map(({ values }) => [...values]),
  ];

  useEffect(() => {
    const parent = holder.current;
    if (!parent) return;
    const draw = (): void => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(parent, given.current.lines, top, show), data(), parent);
    };
    draw();
    const sized = new ResizeObserver(() => plot.current?.setSize({ width: parent.clientWidth, height: HEIGHT }));
    sized.observe(parent);
    addEventListener("themechange", draw);
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", draw);
    return () => {
      sized.disconnect();
      removeEventListener("themechange", draw);
      scheme.removeEventListener("change", draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [names, top]);
  useEffect(() => plot.current?.setData(data()));

  return <div ref={holder} class="plot" role="img" aria-label={label} />;
}

function optionsOf(
  parent: HTMLElement,
  lines: readonly Line[],
  top: number | undefined,
  show: (value: number) => string,
): uPlot.Options {
  const token = tokensOf(parent);
  const [dim, grid] = [token("--dim"), token("--line")];
  const axis = { stroke: dim, grid: { stroke: grid, width: 1 }, ticks: { show: false }, font: "11px system-ui" };
  return {
    width: parent.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 } },
    scales: { y: { range: (_plot, _least, most) => [0, top ?? Math.max(most, 1e-9) * 1.08] } },
    axes: [
      { ...axis, size: 26, space: 60, values: (_plot, values) => values.map((value) => timeOf(value, values)) },
      { ...axis, size: 62, values: (_plot, values) => values.map((value) => (value === null ? "" : show(value))) },
    ],
    series: [
      {},
      ...lines.map(({ name, colour, isFilled = false }) => ({
        label: name,
        stroke: token(colour),
        width: 1.75,
        points: { show: false },
        ...(isFilled && { fill: token(`${colour}-soft`) }),
      })),
    ],
  };
}

/** The time of day; the date where they lie days apart. */
function timeOf(seconds: number, all: readonly number[]): string {
  const step = (all[1] ?? 0) - (all[0] ?? 0);
  const form =
    step >= 43_200 ? ({ month: "short", day: "numeric" } as const) : ({ hour: "2-digit", minute: "2-digit" } as const);
  return new Intl.DateTimeFormat("en", { ...form, hourCycle: "h23" }).format(1000 * seconds);
}

/** The value of a token as a canvas can use it: `light-dark()` stands in it, which only an element resolves. */
function tokensOf(parent: HTMLElement): (name: string) => string {
  const probe = document.createElement("span");
  parent.append(probe);
  const found = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  queueMicrotask(() => probe.remove());
  return found;
}
