import type { JobId } from "../core/job.ts";
import type { Engine } from "../engine/engine.ts";
import type { JobLogs, LogCursor, LogFilter } from "../store/job-logs.ts";
import { placeOf } from "./cursor.ts";
import { badInput } from "./errors.ts";
import { closable } from "./stream.ts";
import { DEFAULT_LINES, type LogArgs, LogBatch, type LogFilterInput, MOST_LINES } from "./types/logs.ts";

/** Lines of one batch at most. */
const BATCH = 500;

/** The place in the output of `job` that the cursor names; null without one. */
export function logPlace(cursor: string | null | undefined, job: JobId, logs: JobLogs): LogCursor | null {
  if (cursor === null || cursor === undefined) return null;
  const [of, attempt, offset] = placeOf("log", cursor).split(":");
  if (of !== job) throw badInput("after", `it is a cursor of the output of another job than ${job}`);
  const place = { attempt: Number(attempt), offset: Number(offset) };
  if (logs.isBetweenLines(job, place)) return place;
  throw badInput("after", `the output of ${job} has no such place`);
}

/** One batch of a job's output. */
export async function readLog(
  logs: JobLogs,
  job: JobId,
  { after, line, first, last, attempt, filter }: LogArgs,
): Promise<LogBatch> {
  const only = runNumber(attempt);
  if (typeof last !== "number") {
    const size = lineCount("first", first ?? DEFAULT_LINES);
    const place = typeof line === "number" ? await linePlace(line, after, job, logs) : logPlace(after, job, logs);
    return new LogBatch(job, await logs.read(job, place, size, only, filter ? logFilter(filter) : undefined), logs);
  }
  if (after || filter || typeof first === "number" || typeof line === "number")
    throw badInput("last", "it cannot stand beside first, after, line or filter");
  const size = lineCount("last", last);
  return new LogBatch(job, await logs.read(job, logs.tail(job, size, only), size, only), logs);
}

const MOST_PATTERN = 1_000;

function logFilter({ since, until, rank, stream, pattern, ignoreCase, invert }: LogFilterInput): LogFilter {
  if (typeof rank === "number" && rank < 0)
    throw badInput("filter.rank", `members are counted from 0; ${rank} is none`);
  return {
    ...(typeof since === "number" && { since }),
    ...(typeof until === "number" && { until }),
    ...(typeof rank === "number" && { rank }),
    ...(stream && { stream }),
    ...(typeof pattern === "string" && {
      pattern: { source: regular(pattern), ignoreCase: ignoreCase === true, invert: invert === true },
    }),
  };
}

function regular(pattern: string): string {
  if (pattern.length > MOST_PATTERN) throw badInput("filter.pattern", `it may have ${MOST_PATTERN} characters`);
  try {
    new RegExp(pattern);
    return pattern;
  } catch (error) {
    throw badInput("filter.pattern", `it is no regular expression: ${(error as Error).message}`);
  }
}

/** The place in front of the line with this number. */
function linePlace(
  line: number,
  after: string | null | undefined,
  job: JobId,
  logs: JobLogs,
): Promise<LogCursor | null> {
  if (after) throw badInput("line", "it cannot stand beside after");
  if (line < 1) throw badInput("line", `lines are counted from 1; ${line} is none`);
  return logs.numbers.placeOf(job, line);
}

function lineCount(argument: string, count: number): number {
  if (count >= 1 && count <= MOST_LINES) return count;
  throw badInput(argument, `it must be between 1 and ${MOST_LINES}, not ${count}`);
}

export function runNumber(attempt: number | null | undefined): number | undefined {
  if (attempt === null || attempt === undefined) return undefined;
  if (attempt >= 1) return attempt;
  throw badInput("attempt", `runs are counted from 1; ${attempt} is none`);
}

/** The lines of a job behind `after` as they come; ends when the job is over and all that it printed was given. */
export function followLog(
  engine: Engine,
  job: JobId,
  after: LogCursor | null,
  attempt: number | undefined,
): AsyncIterable<LogBatch> {
  return closable(async function* (signal) {
    const news = new News();
    const unlisten = engine.logs.listen(job, () => news.wake());
    signal.addEventListener("abort", () => news.wake(), { once: true });
    try {
      for (let place = after; !signal.aborted; ) {
        const seen = news.count;
        const over = await engine.hasEnded(job); // asked before reading, so that nothing can come between
        const page = await engine.logs.read(job, place, BATCH, attempt);
        place = page.cursor;
        if (page.lines.length > 0 || page.gaps) yield new LogBatch(job, page, engine.logs);
        else if (over) return;
        else await news.after(seen);
      }
    } finally {
      unlisten();
    }
  });
}

/** Counts news, so that none is missed that comes while one looks elsewhere. */
class News {
  count = 0;
  #sleeper: () => void = () => {};

  wake(): void {
    this.count++;
    this.#sleeper();
  }

  after(seen: number): Promise<void> {
    if (this.count > seen) return Promise.resolve();
    return new Promise((resolve) => {
      this.#sleeper = resolve;
    });
  }
}
