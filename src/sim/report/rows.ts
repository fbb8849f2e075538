import type { Placement, Server, ServerId, Share } from "../../core/server.ts";

/** The rows of one server in the chart of who had what. */
export interface ServerRows {
  readonly server: ServerId;
  readonly first: number;
  readonly rows: number;
}

export interface Span {
  readonly row: number;
  readonly rows: number;
}

/** One row for each GPU, server by server; for each core in a cluster that has no GPUs. */
export class Rows {
  readonly unit: "GPU" | "core";
  readonly servers: readonly ServerRows[];
  readonly count: number;
  readonly #rowOf = new Map<string, number>();

  constructor(servers: readonly Server[]) {
    this.unit = servers.some(({ gpus }) => gpus.length > 0) ? "GPU" : "core";
    let first = 0;
    this.servers = servers.map((server): ServerRows => {
      const keys = this.unit === "GPU" ? server.gpus.map(({ id }) => id) : coreKeys(server);
      for (const [i, key] of keys.entries()) this.#rowOf.set(key, first + i);
      first += keys.length;
      return { server: server.id, first: first - keys.length, rows: keys.length };
    });
    this.count = first;
  }

  /** What a placement covers, and another does not; neighbours together. */
  spans(placement: Placement, without: Placement = []): readonly Span[] {
    const taken = new Set(without.flatMap((share) => this.#of(share)));
    const rows = placement.flatMap((share) => this.#of(share)).filter((row) => !taken.has(row));
    const spans: { row: number; rows: number }[] = [];
    for (const row of rows.sort((a, b) => a - b)) {
      const last = spans.at(-1);
      if (last && last.row + last.rows === row) last.rows++;
      else spans.push({ row, rows: 1 });
    }
    return spans;
  }

  #of(share: Share): number[] {
    const keys = this.unit === "GPU" ? share.gpus : share.cores.map((core) => coreKey(share.server, core));
    return keys.map((key) => this.#rowOf.get(key)).filter((row): row is number => row !== undefined);
  }
}

const coreKey = (server: ServerId, core: number): string => `${server}#${core}`;
const coreKeys = ({ id, cores }: Server): string[] => Array.from({ length: cores }, (_, i) => coreKey(id, i));
