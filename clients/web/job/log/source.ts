import { type LogBatch, type LogFilter, type NumberedLogBatch, UnreachableError } from "../../../sdk/index.ts";
import { type Line, PAGE, Pages, type Row } from "./pages.ts";

interface LogQuery {
  readonly after?: string;
  readonly line?: number;
  readonly first?: number;
  readonly last?: number;
  readonly filter?: LogFilter;
}

/** What is asked of the server; the SDK's client has it. */
export interface LogServer {
  logPage(
    job: string,
    query: LogQuery & { attempt?: number },
    options: { signal?: AbortSignal },
  ): Promise<NumberedLogBatch>;
  followLogs(job: string, options: { after?: string; attempt?: number; signal?: AbortSignal }): AsyncIterable<LogBatch>;
}

export interface SourceOptions {
  readonly job: string;
  /** Of this run only. */
  readonly attempt: number | null;
  /** The client of the moment: another after a new token. */
  server(): LogServer;
  /** Resolves when it is worth another try after the connection was lost. */
  connected(signal: AbortSignal): Promise<void>;
  /** There is something new to show. */
  changed(): void;
  /** The server has refused, and would again. */
  failed(error: unknown): void;
}

const RETRY_MILLIS = 1_000;

/**
 * The output of a job as a list of lines by number, of which any part can be looked at while it grows at its end. Each line that
 * comes while one looks is there exactly once, also over lost connections and restarts of the server.
 */
export class LogSource {
  /** The first and the last line that there are at this moment; `last` is before `first` when there are none. */
  first = 1;
  last = 0;
  /** What is missing in front of the first line, and why; null: nothing. */
  removed: string | null = null;
  /** Is it known yet how much there is? */
  isOpen = false;
  /** The job is over, and this is all. */
  isComplete = false;
  readonly #options: SourceOptions;
  readonly #pages = new Pages();
  readonly #gone = new AbortController();
  readonly #appended = new Set<(line: Line) => void>();
  /** First lines of pages that are wanted, the most wanted first. */
  #wanted: readonly number[] = [];
  #asking = false;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** How many lines are held in memory. */
  get held(): number {
    return this.#pages.size;
  }

  /** Follows the output until `close`. */
  async open(): Promise<void> {
    let after: string | null = null;
    while (!this.#gone.signal.aborted) {
      try {
        after ??= await this.#begin();
        this.isComplete = false;
        const { job, attempt, server } = this.#options;
        const batches = server().followLogs(job, {
          after,
          ...(attempt !== null && { attempt }),
          signal: this.#gone.signal,
        });
        for await (const batch of batches) {
          if (batch.gap) {
            after = null; // how many lines are missing only the server knows
            break;
          }
          after = batch.cursor;
          this.#append(batch);
        }
        if (after === null) continue;
        this.isComplete = true;
        this.#changed();
        return;
      } catch (error) {
        if (this.#gone.signal.aborted) return;
        if (!(error instanceof UnreachableError)) return this.#options.failed(error);
        await this.#options.connected(this.#gone.signal);
      }
    }
  }

  close(): void {
    this.#gone.abort();
    this.#appended.clear();
  }

  /** The line, or what stands in its place; undefined while it is not here: `look` has it fetched. */
  at(number: number): Row | undefined {
    return this.#pages.at(number);
  }

  /** These are looked at: what is missing of them is fetched, and what was wanted before is not any more. */
  look(ranges: readonly (readonly [from: number, to: number])[]): void {
    const missing = ranges.flatMap(([from, to]) =>
      this.#pages.touch(Math.max(this.first, from), Math.min(this.last, to)),
    );
    this.#wanted = [...new Set(missing)];
    void this.#fetchWanted();
  }

  /** Hears each line that comes at the end. @returns ends it */
  onAppended(listener: (line: Line) => void): () => void {
    this.#appended.add(listener);
    return () => this.#appended.delete(listener);
  }

  /** Lines that pass a filter, for who looks through all of it: nothing of it is kept. @param after a page's cursor */
  search(filter: LogFilter, after: string | null, count: number, signal: AbortSignal): Promise<NumberedLogBatch> {
    return this.#ask({ filter, first: count, ...(after !== null && { after }) }, signal);
  }

  /** Where the output begins and ends at this moment, and its last lines. @returns the place behind them */
  async #begin(): Promise<string> {
    let tail = await this.#ask({ last: PAGE });
    const head = tail.lines[0]?.number === 1 ? tail : await this.#ask({ first: 1 });
    for (;;) {
      for (const line of tail.lines) this.#pages.put(line);
      if (!tail.hasMore || tail.lines.length >= PAGE) break; // what comes faster than it is read is followed
      tail = await this.#ask({ after: tail.cursor, first: PAGE }); // behind what was removed in between
    }
    this.last = tail.linesToCursor;
    this.first = head.lines[0]?.number ?? this.last + 1;
    this.removed = head.gap?.reason ?? null;
    this.isOpen = true;
    this.#changed();
    return tail.cursor;
  }

  #ask(query: LogQuery, signal = this.#gone.signal): Promise<NumberedLogBatch> {
    const { server, job, attempt } = this.#options;
    return server().logPage(job, { ...query, ...(attempt !== null && { attempt }) }, { signal });
  }

  #append({ lines }: LogBatch): void {
    for (const each of lines) {
      this.last += 1;
      const line: Line = { ...each, number: this.last };
      this.#pages.put(line);
      for (const tell of this.#appended) tell(line);
    }
    this.#changed();
  }

  async #fetchWanted(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      for (let page = this.#wanted[0]; page !== undefined; page = this.#wanted[0]) {
        const from = Math.max(page, this.first);
        const to = Math.min(page + PAGE - 1, this.last);
        await this.#fetch(from, to);
        this.#wanted = this.#wanted.filter((each) => each !== page);
        this.#changed();
      }
    } catch (error) {
      if (this.#gone.signal.aborted) return;
      if (error instanceof UnreachableError) await this.#options.connected(this.#gone.signal);
      else await new Promise((resolve) => setTimeout(resolve, RETRY_MILLIS)); // too many requests, most likely
      this.#changed(); // whoever looks asks again
    } finally {
      this.#asking = false;
    }
  }

  async #fetch(from: number, to: number): Promise<void> {
    for (let next = from; next <= to; ) {
      const { lines, gap, linesToCursor } = await this.#ask({ line: next, first: to - next + 1 });
      const begin = lines[0]?.number ?? linesToCursor + 1;
      for (let number = next; gap && number < begin && number <= to; number++)
        this.#pages.put({ number, reason: gap.reason });
      for (const line of lines) if (line.number <= to) this.#pages.put(line);
      if (linesToCursor < next) return; // there is no more, whatever was said before
      next = linesToCursor + 1;
    }
  }

  #changed(): void {
    if (!this.#gone.signal.aborted) this.#options.changed();
  }
}
