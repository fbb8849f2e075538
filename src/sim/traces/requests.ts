import { nearest } from "../../input/index.ts";
import { type Cell, numberIn, Row } from "./csv.ts";
import { Faults } from "./faults.ts";

/**
 * The requests file of a public scheduler of malleable TensorFlow programs. One request a line, without names of columns:
 * `execution,INSTANCE,IMAGE,THREADS,DELAY,PRIORITY` starts a program, `update,…` changes one that an earlier line has started. DELAY is
 * in seconds after the request before; of priorities 0 goes first. Ours alone: a seventh value, how many seconds the program takes with
 * the threads it asks for; THREADS written as `2+4`, between operations and within one; lines that begin with `#`.
 */
export type ProgramRequest = ProgramStart | ProgramUpdate;

interface Asked {
  readonly instance: string;
  readonly threads: Threads;
  /** After the first moment of the file. */
  readonly atSeconds: number;
  /** 0 goes first. */
  readonly priority: number;
  readonly line: number;
}
export interface ProgramStart extends Asked {
  readonly kind: "execution";
  readonly image: string;
  /** With the threads it asks for, undisturbed; null: the file does not say. */
  readonly durationSeconds: number | null;
}
export interface ProgramUpdate extends Asked {
  readonly kind: "update";
}

/** So many cores; the two pools are null where the program is to use what it is granted. */
export interface Threads {
  readonly count: number;
  readonly interOp: number | null;
  readonly intraOp: number | null;
}

const VALUES = ["kind", "instance", "image", "threads", "delay", "priority", "duration_s"] as const;
const KINDS = ["execution", "update"] as const;
const MOST_THREADS = 4096;

/** Does it begin as such a file does? */
export const isRequests = (text: string): boolean => /^\uFEFF?(?:#.*\n|\s*\n)*(?:execution|update),/.test(text);

/** The requests in the order of the file, which is that of their times. Throws a DomainError that names file, line and column. */
export function readRequests(file: string, text: string): ProgramRequest[] {
  const reader = new Reader(file);
  const row = new Row(text);
  const requests: ProgramRequest[] = [];
  for (let at = text.startsWith("\uFEFF") ? 1 : 0, line = 1; at < text.length; line++) {
    const isComment = text.startsWith("#", at);
    at = row.read(at, line);
    if (isComment || row.isEmpty) continue;
    const request = reader.read(row);
    if (request) requests.push(request);
  }
  reader.faults.tell();
  if (requests.length === 0) reader.faults.add({ line: 1, column: 1 }, `expected requests: ${VALUES.join(",")}`);
  reader.faults.tell();
  return requests;
}

class Reader {
  readonly faults: Faults;
  /** Where each instance was started. */
  readonly #started = new Map<string, number>();
  #atSeconds = 0;

  constructor(file: string) {
    this.faults = new Faults(file);
  }

  read(row: Row): ProgramRequest | null {
    const { faults } = this;
    const { line } = row;
    if (row.unclosed > 0 || row.length < 6 || row.length > 7) {
      const expected = `expected 6 values or 7 (${VALUES.join(",")}), found ${row.length}`;
      faults.add(
        { line, column: row.unclosed || 1 },
        row.unclosed > 0 ? "the quote that begins here has no end" : expected,
      );
      return null;
    }
    const kind = this.#kind(row.cell(0));
    const instance = row.text(1);
    if (instance === "") faults.add(row.place(1), "instance must not be empty");
    const threads = this.#threads(row.cell(3));
    const delay = this.#delay(row.cell(4));
    const priority = numberIn(row.cell(5), "priority", faults, { least: 0, isWhole: true });
    if (kind) this.#introduce(kind, instance, row);
    const hasDuration = row.text(6) !== "";
    const durationSeconds = hasDuration ? numberIn(row.cell(6), "duration_s", faults, { least: 0 }) : null;
    if (delay !== null) this.#atSeconds += delay;
    if (kind === null || threads === null || priority === null) return null;
    const asked: Asked = { instance, threads, atSeconds: this.#atSeconds, priority, line };
    return kind === "update" ? { kind, ...asked } : { kind, ...asked, image: row.text(2), durationSeconds };
  }

  #kind(cell: Cell): (typeof KINDS)[number] | null {
    const kind = KINDS.find((each) => each === cell.text);
    if (kind) return kind;
    const meant = nearest(cell.text, KINDS);
    const problem = `expected ${KINDS.join(" or ")}, found ${JSON.stringify(cell.text)}`;
    this.faults.add(cell, `${problem}${meant ? `: did you mean ${meant}?` : ""}`);
    return null;
  }

  /** An instance is started once, and changed only then. */
  #introduce(kind: (typeof KINDS)[number], instance: string, row: Row): void {
    const startedIn = this.#started.get(instance);
    if (kind === "update") {
      if (startedIn === undefined) this.faults.add(row.place(1), `no line above starts instance ${instance}`);
      if (row.text(6) !== "")
        this.faults.add(row.place(6), "an update has no duration: a program's work stays what it is");
      return;
    }
    if (startedIn !== undefined) this.faults.add(row.place(1), `line ${startedIn} starts instance ${instance} already`);
    if (row.text(2) === "") this.faults.add(row.place(2), "image must not be empty");
    this.#started.set(instance, row.line);
  }

  /** `6`, or `2+4` for pools of their own. */
  #threads(cell: Cell): Threads | null {
    const [, inter, intra] = /^(\d+)\+(\d+)$/.exec(cell.text) ?? [];
    const bounds = { least: 1, most: MOST_THREADS, isWhole: true };
    if (inter === undefined || intra === undefined) {
      const count = numberIn(cell, "threads", this.faults, bounds);
      return count === null ? null : { count, interOp: null, intraOp: null };
    }
    const [interOp, intraOp] = [inter, intra].map((text) =>
      numberIn({ ...cell, text }, "threads", this.faults, bounds),
    );
    return interOp && intraOp ? { count: interOp + intraOp, interOp, intraOp } : null;
  }

  /** That scheduler's own generator writes some in brackets. */
  #delay(cell: Cell): number | null {
    return numberIn({ ...cell, text: cell.text.replace(/^\[(.*)\]$/, "$1") }, "delay", this.faults, { least: 0 });
  }
}

/** The file that reads as these requests; times to the millisecond. */
export function requestsText(requests: readonly ProgramRequest[]): string {
  let before = 0;
  const images = new Map<string, string>();
  const lines = requests.map((request) => {
    const { kind, instance, threads, atSeconds, priority } = request;
    const at = Math.round(atSeconds * 1000);
    const delay = (at - before) / 1000;
    before = at;
    if (request.kind === "execution") images.set(instance, request.image);
    const { count, interOp, intraOp } = threads;
    const asked = interOp === null ? String(count) : `${interOp}+${intraOp}`;
    const duration = request.kind === "execution" ? request.durationSeconds : null;
    const values = [
      kind,
      instance,
      images.get(instance),
      asked,
      delay,
      priority,
      ...(duration === null ? [] : [duration]),
    ];
    return values.join(",");
  });
  return `${lines.join("\n")}\n`;
}
