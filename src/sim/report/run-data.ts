import type { Instant, Millis } from "../../core/time.ts";
import { hasEnded, jctOf, type Metrics, slowdownOf, waitingOf } from "../metrics.ts";
import type { JobResult } from "../simulation.ts";
import type { Course, Recording } from "./recorder.ts";
import type { ReportedRun } from "./reported-run.ts";
import type { Stretch } from "./stretches.ts";

/** The first jobs are in the table whatever they had. */
const FIRST_JOBS = 1_000;
/** How busy something was is written in so many steps, one sign each. */
const STEPS = 36;

/** One run as the page has it. Times are in seconds since the first submission. */
export interface RunData {
  readonly name: string;
  readonly metrics: Metrics;
  readonly course: { readonly binSeconds: number } & Readonly<Record<keyof Course, readonly number[]>>;
  readonly jobs: readonly JobRow[];
  readonly jobsLeftOut: number;
  readonly chart: Chart;
}

export interface Chart {
  readonly unit: "GPU" | "core";
  readonly rows: number;
  readonly servers: readonly (readonly [name: string, first: number, rows: number])[];
  readonly endSeconds: number;
  /** `job` is a place in `RunData.jobs`. */
  readonly stretches: readonly (readonly [
    from: number,
    to: number,
    row: number,
    rows: number,
    job: number,
    phase: string,
  ])[];
  readonly leftOut: number;
  /** One line per band and one sign per bin, from 0 for idle to z for busy; none where all stretches are there. */
  readonly busy: {
    readonly binSeconds: number;
    readonly rowsPerBand: number;
    readonly bands: readonly string[];
  } | null;
}

export type JobRow = readonly [
  name: string,
  user: string,
  type: string,
  size: number,
  submitted: number,
  started: number | null,
  waiting: number | null,
  service: number,
  jct: number | null,
  slowdown: number | null,
  preemptions: number,
  migrations: number,
  resizes: number,
];

/**
 * @param most stretches, the largest
 * @param binMillis a multiple of the recording's own, so that runs can be drawn over each other
 */
export function runDataOf(
  { name, metrics, results, recording }: ReportedRun,
  most: number,
  binMillis: Millis,
): RunData {
  const largest = [...recording.stretches].sort((a, b) => areaOf(b) - areaOf(a)).slice(0, most);
  const shown = new Set<number>([...results.keys()].slice(0, FIRST_JOBS));
  for (const { job } of largest) shown.add(job);
  const places = [...shown].filter((place) => results[place]).sort((a, b) => a - b);
  const rowOf = new Map(places.map((place, row) => [place, row]));
  return {
    name,
    metrics,
    course: courseOf(recording, binMillis),
    jobs: places.map((place) => jobRow(results[place] as JobResult, recording.begin)),
    jobsLeftOut: results.length - places.length,
    chart: chartOf(
      recording,
      largest.filter(({ job }) => rowOf.has(job)),
      rowOf,
    ),
  };
}

function jobRow(result: JobResult, begin: Instant): JobRow {
  const ended = hasEnded(result) ? result : null;
  return [
    result.name,
    result.user,
    result.type,
    result.size,
    seconds(result.submittedAt - begin),
    result.firstStartedAt === null ? null : seconds(result.firstStartedAt - begin),
    ended && rounded(waitingOf(ended)),
    seconds(result.serviceMillis),
    ended && rounded(jctOf(ended)),
    ended && rounded(slowdownOf(ended)),
    result.preemptions,
    result.migrations,
    result.resizes,
  ];
}

function courseOf({ course, binMillis: own }: Recording, binMillis: Millis): RunData["course"] {
  const factor = binMillis / own;
  const { preemptions, migrations, resizes, ...means } = course;
  const counts = { preemptions, migrations, resizes };
  const mapped = <T extends object>(of: T, map: (values: Float64Array) => number[]) =>
    Object.fromEntries(Object.entries(of).map(([name, values]) => [name, map(values)])) as Record<keyof T, number[]>;
  return {
    binSeconds: seconds(binMillis),
    ...mapped(means, (values) =>
      joined(values, factor).map((sum, i) => rounded(sum / sizeOf(i, factor, values.length))),
    ),
    ...mapped(counts, (values) => joined(values, factor)),
  };
}

const sizeOf = (bin: number, factor: number, length: number): number => Math.min(factor, length - bin * factor);

function joined(values: Float64Array, factor: number): number[] {
  const sums: number[] = Array.from({ length: Math.ceil(values.length / factor) }, () => 0);
  for (const [i, value] of values.entries())
    sums[Math.floor(i / factor)] = (sums[Math.floor(i / factor)] as number) + value;
  return sums;
}

function chartOf(recording: Recording, largest: readonly Stretch[], rowOf: ReadonlyMap<number, number>): Chart {
  const { unit, servers, begin, end, stretches, stretchesLeftOut, busy } = recording;
  const leftOut = stretchesLeftOut + stretches.length - largest.length;
  return {
    unit,
    rows: servers.reduce((sum, { rows }) => sum + rows, 0),
    servers: servers.map(({ server, first, rows }) => [server, first, rows]),
    endSeconds: seconds(end - begin),
    stretches: [...largest]
      .sort((a, b) => a.from - b.from || a.row - b.row)
      .map(({ from, to, row, rows, job, phase }) => [
        seconds(from - begin),
        seconds(to - begin),
        row,
        rows,
        rowOf.get(job) as number,
        phase,
      ]),
    leftOut,
    busy:
      leftOut === 0
        ? null
        : {
            binSeconds: seconds(busy.binMillis),
            rowsPerBand: busy.rowsPerBand,
            bands: busy.bands.map((band) =>
              Array.from(band, (part) => Math.round(Math.min(1, part) * (STEPS - 1)).toString(STEPS)).join(""),
            ),
          },
  };
}

const areaOf = ({ from, to, rows }: Stretch): number => (to - from) * rows;
const seconds = (millis: Millis): number => Math.round(millis) / 1000;
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
