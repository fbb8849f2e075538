import type { Server } from "../../../sdk/index.ts";
import { endOf, type Span } from "./span.ts";

/** A row of the chart: a GPU, or room for one job at a time that has cores alone. */
export interface Row {
  readonly server: string;
  /** What stands beside it. */
  readonly label: string;
  /** It is quarantined, or somebody else is at work on it. */
  readonly isUnfit: boolean;
}

/** The rows of one server. */
export interface Group {
  readonly server: string;
  readonly first: number;
  readonly rows: number;
  readonly isRemoved: boolean;
}

export interface Layout {
  readonly rows: readonly Row[];
  readonly groups: readonly Group[];
  /** The spans of each row, in the order in which they begin. */
  readonly spansOf: readonly (readonly Span[])[];
  readonly rowsOf: ReadonlyMap<string, readonly number[]>;
}

/**
 * Lays spans out on rows: one for each GPU, server by server, then as many as it takes for jobs that have cores alone. Servers and GPUs
 * that are gone have rows as long as somebody had them in the window.
 */
export function layOut(servers: readonly Server[], spans: readonly Span[], now: number, only: string | null): Layout {
  const rows: Row[] = [];
  const groups: Group[] = [];
  const spansOf: Span[][] = [];
  const rowsOf = new Map<string, number[]>();
  const byServer = new Map<string, Span[]>();
  for (const span of spans) {
    const known = byServer.get(span.server);
    if (known) known.push(span);
    else byServer.set(span.server, [span]);
  }
  const names = [...new Set([...servers.map(({ name }) => name), ...[...byServer.keys()].sort()])];
  for (const name of names.filter((each) => only === null || each === only)) {
    const server = servers.find((each) => each.name === name);
    const ofServer = byServer.get(name) ?? [];
    const first = rows.length;
    const rowOfGpu = new Map<string, number>();
    const add = (label: string, isUnfit = false): number => {
      spansOf.push([]);
      return rows.push({ server: name, label, isUnfit }) - 1;
    };
    const put = (row: number, span: Span): void => {
      spansOf[row]?.push(span);
      rowsOf.set(span.id, [...(rowsOf.get(span.id) ?? []), row]);
    };
    for (const { id, index, state } of server?.gpus ?? [])
      rowOfGpu.set(id, add(`GPU ${index}`, state === "FAULTY" || state === "BUSY"));
    const lanes: { row: number; until: number; job: string }[] = [];
    for (const span of ofServer.toSorted((a, b) => a.from - b.from)) {
      for (const gpu of span.gpus) {
        if (!rowOfGpu.has(gpu)) rowOfGpu.set(gpu, add(`GPU ${gpu.slice(gpu.indexOf("/") + 1)}`));
        put(rowOfGpu.get(gpu) as number, span);
      }
      if (span.gpus.length > 0) continue;
      const own = span.status === "EXPECTED" ? lanes.find(({ job }) => job === span.job) : undefined;
      const free = own ?? lanes.find(({ until }) => until <= span.from);
      const lane = free ?? { row: add(lanes.length === 0 ? "cores" : ""), until: 0, job: "" };
      if (!free) lanes.push(lane);
      lane.until = endOf(span, now);
      lane.job = span.job;
      put(lane.row, span);
    }
    if (rows.length === first && server) add("");
    if (rows.length > first) groups.push({ server: name, first, rows: rows.length - first, isRemoved: !server });
  }
  return { rows, groups, spansOf, rowsOf };
}
