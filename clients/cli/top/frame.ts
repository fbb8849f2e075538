import type { Job, Server } from "../../sdk/index.ts";
import { counted, formatAge, formatBytes, formatProgress, formatSeconds, formatShare } from "../format.ts";
import { bar } from "../progress.ts";
import { safeWord } from "../safe-text.ts";
import { reasonOf, statusCell } from "../status.ts";
import { type Cell, type Column, cutTo, styledWidth, table } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { chosen, type Picture, type Sort, type Use } from "./picture.ts";

/** What is wanted of the picture. */
export interface View {
  readonly sort: Sort;
  readonly filter: string;
  /** The job on which the mark stands; null: none. */
  readonly marked: string | null;
}

/** Lines that are drawn one below the other. */
export interface Frame {
  readonly head: readonly string[];
  readonly body: readonly string[];
  /** The jobs in the order of their lines, and in which line of the body each stands. */
  readonly jobs: readonly { readonly id: string; readonly line: number }[];
}

const GPU_COLOURS = { IDLE: "gray", LEASED: "green", BUSY: "yellow", FAULTY: "red" } as const;
const SERVER_COLOURS = { UP: "green", SUSPECT: "yellow", DOWN: "red", DRAINING: "yellow", CORDONED: "yellow" } as const;
const MIB = 2 ** 20;

/** The whole picture in lines of at most `columns`; null: as wide as it is. */
export function frame(
  terminal: Terminal,
  picture: Picture,
  use: Use,
  view: View,
  columns: number | null,
  now: number,
): Frame {
  const body: string[] = [];
  const jobs: { id: string; line: number }[] = [];
  const wide = columns ?? 120;
  const section = (
    title: string,
    of: readonly Column[],
    rows: readonly (readonly (string | Cell)[])[],
    ids: readonly string[] = [],
  ): void => {
    if (body.length > 0) body.push("");
    body.push(terminal.style(["bold", "cyan"])(cut(terminal, title, columns)));
    if (rows.length === 0) return;
    const lines = fitted(terminal, of, rows, columns);
    lines.forEach((line, i) => {
      const id = ids[i - 1];
      if (id !== undefined) jobs.push({ id, line: body.length });
      body.push(id !== undefined && id === view.marked ? terminal.style("inverse")(padTo(line, columns)) : line);
    });
  };
  section(
    "SERVERS",
    SERVER_COLUMNS,
    picture.servers.map((server) => serverRow(terminal, server, use, wide)),
  );
  const gpus = picture.servers.flatMap((server) => server.gpus);
  if (gpus.length > 0)
    section(
      "GPUS",
      GPU_COLUMNS,
      gpus.map((gpu) => {
        const { utilisationPercent: busy, memoryUsedMiB } = use.of(gpu);
        return [
          `${gpu.serverName}/${gpu.index}`,
          busy === null ? "-" : `${bar(busy / 100, wide)} ${String(Math.round(busy)).padStart(3)}%`,
          memoryUsedMiB === null ? "-" : formatBytes(memoryUsedMiB * MIB),
          { text: gpu.state.toLowerCase(), style: terminal.style(GPU_COLOURS[gpu.state]) },
          gpu.job ? `${gpu.job.id} ${gpu.job.name}` : (gpu.reason ?? "-"),
          gpu.model ?? "-",
        ];
      }),
    );
  const running = chosen(picture.running, view);
  section(
    `RUNNING ${shownOf(running.length, picture.running.length)}`,
    RUNNING_COLUMNS,
    running.map((job) => runningRow(terminal, job, wide)),
    running.map(({ id }) => id),
  );
  const waiting = chosen(picture.waiting, view);
  section(
    `WAITING ${shownOf(waiting.length, picture.waitingCount)}`,
    WAITING_COLUMNS,
    waiting.map((job) => [job.id, job.name, needWords(job), formatAge(job.submittedAt, now), job.user, reasonOf(job)]),
    waiting.map(({ id }) => id),
  );
  return { head: [headLine(terminal, picture, columns)], body, jobs };
}

const shownOf = (shown: number, all: number): string => (shown === all ? String(all) : `${shown} of ${all}`);

function headLine(
  terminal: Terminal,
  { cluster, servers, completedLastHour }: Picture,
  columns: number | null,
): string {
  const up = servers.filter(({ state }) => state === "UP").length;
  const gpus = servers.flatMap((server) => server.gpus);
  const held = gpus.filter(({ job }) => job !== null).length;
  const sum = (of: (server: Server) => number): number => servers.reduce((all, server) => all + of(server), 0);
  const words = [
    `${cluster.policy}`,
    up === servers.length ? counted(up, "server") : `${up} of ${counted(servers.length, "server")} up`,
    ...(gpus.length > 0 ? [`GPUs ${held}/${gpus.length}`] : []),
    `cores ${sum((server) => server.coresUsed)}/${sum((server) => server.cores)}`,
    `${completedLastHour} done in the last hour`,
  ];
  return terminal.style("bold")(cut(terminal, words.join(" · "), columns));
}

const SERVER_COLUMNS: readonly Column[] = [
  { title: "NAME", shrinks: true },
  { title: "GPUS", align: "right" },
  { title: "CORES", align: "right" },
  { title: "BUSY", align: "right" },
  { title: "STATE", shrinks: true },
  { title: "MEMORY", align: "right", optional: true },
];

function serverRow(terminal: Terminal, server: Server, use: Use, wide: number): (string | Cell)[] {
  const busy = use.coresBusyOf(server);
  const held = server.gpus.filter(({ job }) => job !== null).length;
  return [
    server.name,
    server.gpus.length === 0 ? "-" : `${held}/${server.gpus.length}`,
    wide < 60
      ? `${server.coresUsed}/${server.cores}`
      : `${bar(server.cores === 0 ? 0 : server.coresUsed / server.cores, 0)} ${server.coresUsed}/${server.cores}`,
    busy === null ? "-" : busy.toFixed(1),
    {
      text: [server.state.toLowerCase(), server.stateReason].filter(Boolean).join(": "),
      style: terminal.style(SERVER_COLOURS[server.state]),
    },
    server.memoryMiB === 0
      ? "-"
      : `${formatBytes(server.memoryUsedMiB * MIB)} of ${formatBytes(server.memoryMiB * MIB)}`,
  ];
}

const GPU_COLUMNS: readonly Column[] = [
  { title: "GPU", shrinks: true },
  { title: "BUSY" },
  { title: "MEMORY", align: "right" },
  { title: "STATE" },
  { title: "JOB", shrinks: true, least: 14 },
  { title: "MODEL", shrinks: true, optional: true },
];

const RUNNING_COLUMNS: readonly Column[] = [
  { title: "JOB" },
  { title: "PROGRESS" },
  { title: "LEFT", align: "right" },
  { title: "NAME", shrinks: true, least: 14 },
  { title: "STATUS" },
  { title: "ON", shrinks: true, least: 10 },
  { title: "USER", shrinks: true, optional: true },
  { title: "DETAILS", shrinks: true, least: 16, optional: true },
];

function runningRow(terminal: Terminal, job: Job, wide: number): (string | Cell)[] {
  const share = formatShare(job.progress);
  const fraction = job.progress?.fraction ?? null;
  const gpus = job.grantedGpus.length > 0 ? ` #${job.grantedGpus.map(({ index }) => index).join(",")}` : "";
  return [
    job.id,
    fraction === null ? share : `${bar(fraction, wide)} ${share.padStart(4)}`,
    formatSeconds(job.estimate?.remainingTime),
    job.name,
    statusCell(terminal, job),
    job.server ? `${job.server.name}${gpus}` : "-",
    job.user,
    reasonOf(job) || (job.progress ? formatProgress(job.progress) : ""),
  ];
}

const WAITING_COLUMNS: readonly Column[] = [
  { title: "JOB" },
  { title: "NAME", shrinks: true },
  { title: "NEEDS" },
  { title: "FOR", align: "right" },
  { title: "USER", shrinks: true, optional: true },
  { title: "WHY", shrinks: true, least: 24 },
];

const bounds = ({ min, max }: { readonly min: number; readonly max: number }): string =>
  min === max ? String(min) : `${min}:${max}`;
const needWords = ({ gpus, cores }: Job): string => {
  const [range, thing] = gpus.max > 0 ? [gpus, "GPU"] : [cores, "core"];
  return `${bounds(range)} ${thing}${range.max === 1 ? "" : "s"}`;
};

/** The table with as many of its columns as fit, the first ones last to go; `WHY` is what one looks for, and goes behind others. */
function fitted(
  terminal: Terminal,
  columns: readonly Column[],
  rows: readonly (readonly (string | Cell)[])[],
  width: number | null,
): string[] {
  const safe = rows.map((row) =>
    row.map((cell): Cell => {
      const { text, style } = typeof cell === "string" ? { text: cell, style: (same: string) => same } : cell;
      return { text: terminal.signs(safeWord(text)), style };
    }),
  );
  let kept = columns.map((_, i) => i);
  for (;;) {
    const lines = table(
      kept.map((i) => columns[i] as Column),
      safe.map((row) => kept.map((i) => row[i] as Cell)),
      { width, title: terminal.style("dim"), cut: terminal.cutSign },
    );
    if (lines) return lines;
    if (kept.length === 1) return safe.map((row) => cut(terminal, (row[0] as Cell).text, width));
    const goes = kept.findLast((i) => columns[i]?.title !== "WHY" && i > 0) ?? (kept.at(-1) as number);
    kept = kept.filter((i) => i !== goes);
  }
}

const cut = (terminal: Terminal, text: string, width: number | null): string =>
  width === null ? text : cutTo(terminal.signs(text), width, terminal.cutSign);

const padTo = (line: string, width: number | null): string =>
  width === null ? line : line + " ".repeat(Math.max(0, width - styledWidth(line)));
