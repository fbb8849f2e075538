import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { JobId } from "../core/job.ts";
import type { Instant } from "../core/time.ts";
import { LineNumbers } from "./line-numbers.ts";
import { type Cut, LogCuts } from "./log-cuts.ts";
import {
  dropTornLine,
  encode,
  type LogCursor,
  type LogEntry,
  type LogStream,
  NEWLINE,
  READ_BYTES,
  split,
} from "./log-lines.ts";
import { LogOverflow, quotaNotice } from "./log-overflow.ts";
import type { LogFilter } from "./log-scan.ts";
import { LogSearch } from "./log-search.ts";
import { readBack } from "./read-back.ts";

export type { LogCursor, LogEntry, LogStream } from "./log-lines.ts";
export type { LogFilter } from "./log-scan.ts";

export interface StoredLine extends LogEntry {
  readonly attempt: number;
  /** Behind this line. */
  readonly cursor: LogCursor;
}

export interface LogPage {
  readonly lines: readonly StoredLine[];
  /** Where the next page begins. */
  readonly cursor: LogCursor;
  /** Is there more at this moment? */
  readonly hasMore: boolean;
  /** What was removed in front of these lines, and behind where reading began. */
  readonly gaps?: readonly LogGap[];
}

export interface LogGap extends Cut {
  readonly attempt: number;
}

/** The output of one attempt, as it lies here. */
export interface LogFile {
  readonly job: JobId;
  readonly attempt: number;
  readonly bytes: number;
  /** When it was last written. */
  readonly at: Instant;
}

/**
 * Output of jobs: one append-only file per attempt, one JSON array a line: `[at, stream, position, text, continues?, rank?]`. Line and
 * reading position are written together, so after a crash reading goes on exactly behind the last line that is there.
 */
export class JobLogs {
  readonly numbers: LineNumbers;
  readonly #root: string;
  readonly #cuts: LogCuts;
  readonly #search = new LogSearch();
  readonly #maxRunBytes: number;
  readonly #overflows = new Map<string, LogOverflow>();
  readonly #files = new Map<string, { fd: number; size: number }>();
  /** By attempt and rank. */
  readonly #positions = new Map<string, Map<number, Partial<Record<LogStream, string>>>>();
  readonly #listeners = new Map<JobId, Set<() => void>>();
  /** What was stored since the server began. */
  readonly stored = { lines: 0, bytes: 0 };

  /** @param maxRunBytes of one attempt about so much is stored, and its last lines */
  constructor(root: string, maxRunBytes = Number.POSITIVE_INFINITY) {
    this.#root = root;
    this.#cuts = new LogCuts(root);
    this.#maxRunBytes = maxRunBytes;
    this.numbers = new LineNumbers({
      attempts: (job) => this.attempts(job),
      size: (job, attempt) => this.size(job, attempt),
      cutOf: (job, attempt) => this.#cuts.of(job, attempt),
      path: (job, attempt) => this.#path(job, attempt),
    });
    mkdirSync(root, { recursive: true, mode: 0o700 });
  }

  /** Appends; the lines are in the file when it returns. Throws, and none of them is, when the disk is full. */
  append(job: JobId, attempt: number, lines: readonly LogEntry[]): void {
    if (lines.length === 0 || (!this.#files.has(`${job}/${attempt}`) && this.#cuts.of(job, attempt))) return;
    const file = this.#open(job, attempt);
    const fitting = this.#fitting(`${job}/${attempt}`, file.size, lines);
    const bytes = Buffer.from(fitting.map(encode).join(""));
    try {
      for (let written = 0; written < bytes.length; ) written += writeSync(file.fd, bytes, written);
    } catch (error) {
      this.#takeBack(`${job}/${attempt}`, file);
      throw error;
    }
    file.size += bytes.length;
    this.stored.lines += fitting.length;
    this.stored.bytes += bytes.length;
    const positions = this.#positions.get(`${job}/${attempt}`);
    for (const { stream, position, rank = 0 } of lines) {
      const known = positions?.get(rank);
      if (known) known[stream] = position;
    }
    for (const wake of this.#listeners.get(job) ?? []) wake();
  }

  /** What of it is stored, and where the quota is reached a line that says so; the rest is kept in mind. */
  #fitting(key: string, size: number, lines: readonly LogEntry[]): readonly LogEntry[] {
    const overflow = this.#overflows.get(key);
    if (overflow || size >= this.#maxRunBytes) {
      const over = overflow ?? new LogOverflow();
      this.#overflows.set(key, over);
      over.add(lines);
      return [];
    }
    if (this.#maxRunBytes === Number.POSITIVE_INFINITY) return lines;
    let room = this.#maxRunBytes - size;
    const fitting: LogEntry[] = [];
    for (const line of lines) {
      fitting.push(line);
      room -= Buffer.byteLength(encode(line));
      if (room <= 0) break;
    }
    if (room > 0) return fitting;
    const over = new LogOverflow();
    this.#overflows.set(key, over);
    over.add(lines.slice(fitting.length));
    return [...fitting, quotaNotice(fitting.at(-1) as LogEntry, this.#maxRunBytes)];
  }

  /** No more lines come for this attempt: everything is on the disk when it returns. */
  close(job: JobId, attempt: number): void {
    const key = `${job}/${attempt}`;
    const last = this.#overflows.get(key)?.end() ?? [];
    if (last.length > 0) {
      const { fd } = this.#open(job, attempt);
      writeSync(fd, Buffer.from(last.map(encode).join("")));
    }
    this.#overflows.delete(key);
    const file = this.#files.get(key);
    if (file) {
      fsyncSync(file.fd);
      closeSync(file.fd);
      this.#files.delete(key);
    }
    this.#positions.delete(key);
    this.wake(job);
  }

  /** Half a batch is not left standing. */
  #takeBack(key: string, { fd, size }: { fd: number; size: number }): void {
    try {
      ftruncateSync(fd, size);
    } catch {
      this.#files.delete(key); // the next append opens the file anew, and drops the torn line then
      closeSync(fd);
    }
  }

  closeAll(): void {
    for (const { fd } of this.#files.values()) closeSync(fd);
    this.#files.clear();
  }

  /**
   * The newest reading position of each stream: where the reader of that member goes on. A stream that was silent for long takes a
   * while to find.
   */
  async positions(job: JobId, attempt: number, rank = 0): Promise<Partial<Record<LogStream, string>>> {
    const key = `${job}/${attempt}`;
    if (this.#cuts.of(job, attempt)) return {};
    const ofRun = this.#positions.get(key) ?? new Map<number, Partial<Record<LogStream, string>>>();
    this.#positions.set(key, ofRun);
    const known = ofRun.get(rank);
    if (known) return { ...known };
    const found: Partial<Record<LogStream, string>> = {};
    let before = this.size(job, attempt);
    while (before > 0 && !(found.stdout && found.stderr)) {
      const from = Math.max(0, before - READ_BYTES);
      const lines = readBack(this.#path(job, attempt), from, before);
      for (const line of lines.entries.toReversed())
        if ((line.rank ?? 0) === rank) found[line.stream] ??= line.position;
      if (from === 0) break;
      before = lines.start;
      await new Promise((resolve) => setImmediate(resolve)); // others have their turn between the parts of a long file
    }
    Object.assign(found, this.#overflows.get(key)?.positions(rank));
    ofRun.set(rank, found);
    return { ...found };
  }

  /** The jobs that have any output here. */
  jobs(): JobId[] {
    return readdirSync(this.#root);
  }

  /** All that lies here, also what was cut; looked for bit by bit, since it may be much. */
  async *files(): AsyncGenerator<LogFile> {
    for (const job of this.jobs()) {
      for (const name of await readdir(join(this.#root, job)).catch(() => [])) {
        const attempt = Number(/^(\d+)\.log$/.exec(name)?.[1]);
        if (!attempt) continue;
        const found = await stat(join(this.#root, job, name)).catch(() => null);
        if (found) yield { job, attempt, bytes: found.size, at: found.mtimeMs };
      }
    }
  }

  /** Removes the output of an attempt that is over, and leaves a mark of it. */
  async cut(job: JobId, attempt: number, at: Instant): Promise<Cut> {
    this.close(job, attempt);
    const cut = await this.#cuts.make(job, attempt, at);
    this.wake(job);
    return cut;
  }

  size(job: JobId, attempt: number): number {
    const path = this.#path(job, attempt);
    const cut = this.#cuts.of(job, attempt);
    if (cut) return cut.bytes;
    return this.#files.get(`${job}/${attempt}`)?.size ?? (existsSync(path) ? statSync(path).size : 0);
  }

  attempts(job: JobId): number[] {
    const folder = join(this.#root, job);
    if (!existsSync(folder)) return [];
    return [...new Set(readdirSync(folder).map((name) => Number.parseInt(name, 10)))].sort((a, b) => a - b);
  }

  /**
   * Up to `limit` lines behind the cursor (null: from the beginning), through the attempts; or of one attempt only. With a filter it
   * may come to fewer, or none, while there is more: it leaves off after a while, and goes on from the page's cursor.
   */
  async read(job: JobId, after: LogCursor | null, limit: number, only?: number, filter?: LogFilter): Promise<LogPage> {
    const attempts = this.attempts(job).filter((attempt) => only === undefined || attempt === only);
    let cursor = after ?? { attempt: attempts[0] ?? only ?? 1, offset: 0 };
    const lines: StoredLine[] = [];
    const gaps: LogGap[] = [];
    let [meetsGap, leftOff] = [false, false];
    for (const attempt of attempts) {
      if (attempt < cursor.attempt) continue;
      const cut = this.#cuts.of(job, attempt);
      if (cut && (attempt > cursor.attempt || cursor.offset < cut.bytes)) {
        meetsGap = lines.length > 0;
        if (meetsGap) break; // it stands in front of the next page
        gaps.push({ attempt, ...cut });
        cursor = { attempt, offset: cut.bytes };
      }
      if (cut) continue;
      if (attempt > cursor.attempt) cursor = { attempt, offset: 0 };
      const end = this.size(job, attempt);
      if (filter && cursor.offset < end) {
        const order = { path: this.#path(job, attempt), from: cursor.offset, end, limit: limit - lines.length, filter };
        const found = await this.#search.run(order);
        lines.push(...found.lines.map((line) => storedLine(line, attempt)));
        leftOff = found.offset > cursor.offset && found.offset < end;
        cursor = { attempt, offset: found.offset };
        if (leftOff) break;
      }
      while (!filter && cursor.offset < end && lines.length < limit) {
        const part = await this.#readOn(job, attempt, cursor.offset, end, limit - lines.length);
        if (part.length === 0) break;
        lines.push(...part);
        cursor = (part.at(-1) as StoredLine).cursor;
      }
      if (lines.length >= limit) break;
    }
    // What is left when fewer lines came than were asked for is half a line that a crash left behind: no more than nothing.
    const isFull = lines.length >= limit;
    const hasMore =
      meetsGap ||
      leftOff ||
      (isFull &&
        attempts.some(
          (attempt) =>
            this.size(job, attempt) >
            (attempt === cursor.attempt ? cursor.offset : attempt < cursor.attempt ? Number.POSITIVE_INFINITY : 0),
        ));
    return { lines, cursor, hasMore, ...(gaps.length > 0 && { gaps }) };
  }

  /** The cursor in front of the last `count` lines. */
  tail(job: JobId, count: number, only?: number): LogCursor | null {
    let missing = count;
    for (const attempt of this.attempts(job).toReversed()) {
      if ((only !== undefined && attempt !== only) || this.#cuts.of(job, attempt)) continue;
      const path = this.#path(job, attempt);
      let before = this.size(job, attempt);
      while (before > 0 && missing > 0) {
        const { entries, start, offsets } = readBack(path, Math.max(0, before - READ_BYTES), before);
        if (entries.length >= missing) return { attempt, offset: offsets[entries.length - missing] as number };
        missing -= entries.length;
        if (entries.length === 0) break;
        before = start;
      }
    }
    return null;
  }

  /** Is this a place where a line of the job begins, or will? */
  isBetweenLines(job: JobId, { attempt, offset }: LogCursor): boolean {
    if (!Number.isSafeInteger(attempt) || !Number.isSafeInteger(offset) || attempt < 1 || offset < 0) return false;
    if (offset === 0) return true;
    if (offset > this.size(job, attempt)) return false;
    if (this.#cuts.of(job, attempt)) return true; // it was, as far as anybody can tell
    const fd = openSync(this.#path(job, attempt), "r");
    try {
      const byte = Buffer.alloc(1);
      return readSync(fd, byte, 0, 1, offset - 1) === 1 && byte[0] === NEWLINE;
    } finally {
      closeSync(fd);
    }
  }

  /** Calls `wake` whenever there may be more of this job's output, until the result is called. */
  listen(job: JobId, wake: () => void): () => void {
    const listeners = this.#listeners.get(job) ?? new Set();
    this.#listeners.set(job, listeners.add(wake));
    return () => {
      listeners.delete(wake);
      if (listeners.size === 0) this.#listeners.delete(job);
    };
  }

  isListenedTo(job: JobId): boolean {
    return this.#listeners.has(job);
  }

  wake(job: JobId): void {
    for (const wake of this.#listeners.get(job) ?? []) wake();
  }

  /** Removes all output of a job. */
  remove(job: JobId): void {
    for (const attempt of this.attempts(job)) {
      this.close(job, attempt);
      this.#cuts.forget(job, attempt);
    }
    rmSync(join(this.#root, job), { recursive: true, force: true });
  }

  #path(job: JobId, attempt: number): string {
    return join(this.#root, job, `${attempt}.log`);
  }

  #open(job: JobId, attempt: number): { fd: number; size: number } {
    const key = `${job}/${attempt}`;
    const known = this.#files.get(key);
    if (known) return known;
    mkdirSync(join(this.#root, job), { recursive: true, mode: 0o700 });
    const fd = openSync(this.#path(job, attempt), "a+", 0o600);
    const file = { fd, size: dropTornLine(fd) };
    this.#files.set(key, file);
    return file;
  }

  async #readOn(job: JobId, attempt: number, from: number, end: number, limit: number): Promise<StoredLine[]> {
    const handle = await open(this.#path(job, attempt), "r");
    try {
      let bytes = Buffer.alloc(Math.min(READ_BYTES, end - from));
      for (;;) {
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
        const lines = split(bytes.subarray(0, bytesRead), from, limit).map((line) => storedLine(line, attempt));
        if (lines.length > 0 || from + bytes.length >= end) return lines;
        bytes = Buffer.alloc(Math.min(bytes.length * 4, end - from)); // one line is longer than what was read
      }
    } finally {
      await handle.close();
    }
  }
}

const storedLine = (
  { entry, end }: { readonly entry: LogEntry; readonly end: number },
  attempt: number,
): StoredLine => ({ ...entry, attempt, cursor: { attempt, offset: end } });
