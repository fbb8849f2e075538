import type { JobId } from "../core/job.ts";
import { LineIndex } from "./line-index.ts";
import type { Cut } from "./log-cuts.ts";
import type { LogCursor } from "./log-lines.ts";

/** So many files are kept in mind; others are counted anew when they are asked for. */
const KEPT = 64;

/** What the numbers are counted from. */
interface Files {
  attempts(job: JobId): number[];
  size(job: JobId, attempt: number): number;
  cutOf(job: JobId, attempt: number): Cut | null;
  path(job: JobId, attempt: number): string;
}

/** The lines of a job by number, through its attempts. What was removed counts too, so that each line keeps its number. */
export class LineNumbers {
  readonly #files: Files;
  readonly #indices = new Map<string, LineIndex>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** How many lines lie in front of each place. @param places ascending */
  async before(job: JobId, places: readonly LogCursor[]): Promise<number[]> {
    const counts: number[] = [];
    let earlier = 0;
    for (const attempt of this.#files.attempts(job)) {
      while ((places[counts.length]?.attempt ?? attempt) < attempt) counts.push(earlier); // of a run that printed nothing
      const offsets = places.filter((place) => place.attempt === attempt).map(({ offset }) => offset);
      const cut = this.#files.cutOf(job, attempt);
      if (cut) counts.push(...offsets.map((offset) => earlier + (offset < cut.bytes ? 0 : cut.lines)));
      else if (offsets.length > 0)
        counts.push(...(await this.#index(job, attempt).linesBefore(offsets)).map((lines) => earlier + lines));
      if (counts.length >= places.length) return counts;
      earlier += await this.#linesOf(job, attempt);
    }
    while (counts.length < places.length) counts.push(earlier);
    return counts;
  }

  /** The place in front of a line; behind the last one where there are fewer. @param line counted from 1 */
  async placeOf(job: JobId, line: number): Promise<LogCursor | null> {
    let before = line - 1;
    let end: LogCursor | null = null;
    for (const attempt of this.#files.attempts(job)) {
      const lines = await this.#linesOf(job, attempt);
      if (before < lines) {
        if (this.#files.cutOf(job, attempt)) return { attempt, offset: 0 };
        const offset = await this.#index(job, attempt).startOf(before, this.#files.size(job, attempt));
        if (offset !== null) return { attempt, offset };
      }
      before -= lines;
      end = { attempt, offset: this.#files.size(job, attempt) };
    }
    return end;
  }

  async #linesOf(job: JobId, attempt: number): Promise<number> {
    const cut = this.#files.cutOf(job, attempt);
    if (cut) return cut.lines;
    const [lines] = await this.#index(job, attempt).linesBefore([this.#files.size(job, attempt)]);
    return lines ?? 0;
  }

  #index(job: JobId, attempt: number): LineIndex {
    const key = `${job}/${attempt}`;
    const index = this.#indices.get(key) ?? new LineIndex(this.#files.path(job, attempt));
    this.#indices.delete(key);
    this.#indices.set(key, index); // the newest last
    if (this.#indices.size > KEPT) this.#indices.delete(this.#indices.keys().next().value as string);
    return index;
  }
}
