import { type Column, REQUIRED } from "./columns.ts";
import { inWords, isWithin, type NumberBounds, shown } from "./csv.ts";
import { dateIn } from "./dates.ts";
import type { Faults, Place } from "./faults.ts";
import { fromFirst, inOrder, jobsLeftOut, type Trace, type TraceJob } from "./trace.ts";

/** What a file says of one job: a row of a table, or an object. */
export interface Entry {
  readonly line: number;
  /** As it is written: text, or a value of JSON; empty text or null for what is not given. */
  value(column: Column): unknown;
  place(column: Column): Place;
  /** What its file calls the column. */
  name(column: Column): string;
}

/** About 300 years, in seconds: beyond them milliseconds are no longer exact. */
const MOST_SECONDS = 1e10;
const TIME: NumberBounds = { least: 0, most: MOST_SECONDS };
const UNITS: NumberBounds = { least: 1, most: 1e6, isWhole: true };

/** Builds a trace of entries, one after the other. */
export class Entries {
  readonly #faults: Faults;
  readonly #leavesOut: boolean;
  readonly #jobs: TraceJob[] = [];
  readonly #lines = new Map<string, number>();
  /** One text for all jobs of a user or model. */
  readonly #texts = new Map<string, string>();
  /** Whether the trace's clock is that of the calendar; null before the first job. */
  #hasDates: boolean | null = null;
  #leftOut = 0;

  /** @param leavesOut jobs without GPUs or that never ran are no fault: they are left out */
  constructor(faults: Faults, leavesOut: boolean) {
    this.#faults = faults;
    this.#leavesOut = leavesOut;
  }

  /** The jobs in order. Throws a DomainError when any entry was at fault. */
  trace(): Trace {
    this.#faults.tell();
    const jobs = this.#hasDates ? fromFirst(this.#jobs) : this.#jobs;
    const notes = this.#leftOut > 0 ? [`${jobsLeftOut(this.#leftOut)}: without GPUs, or never ran`] : [];
    return { jobs: inOrder(jobs), notes };
  }

  add(entry: Entry): void {
    const cores = this.#number(entry, "cores", UNITS);
    const submitSeconds = this.#time(entry, "submit");
    if (this.#leavesOut && this.#isUseless(entry)) {
      this.#leftOut++;
      return;
    }
    const gpus = this.#number(entry, "gpus", { ...UNITS, least: cores === null ? 1 : 0 });
    const durationSeconds = this.#number(entry, "duration", TIME);
    if (submitSeconds === null || gpus === null || durationSeconds === null) return;
    const id = this.#text(entry, "id") ?? String(this.#jobs.length);
    const other = this.#lines.get(id);
    if (other !== undefined) this.#fault(entry, "id", `${id} is already that of line ${other}`);
    this.#lines.set(id, entry.line);
    const [minGpus, maxGpus] = this.#range(entry, ["min", "gpus", "max"], gpus);
    const [minCores, maxCores] = this.#range(entry, ["minCores", "cores", "maxCores"], cores);
    this.#jobs.push({
      id,
      submitSeconds,
      gpus,
      durationSeconds,
      model: this.#shared(entry, "model"),
      type: this.#shared(entry, "type"),
      iterations: this.#number(entry, "iterations", { least: 0 }),
      globalBatch: this.#number(entry, "batch", { least: 1 }),
      minGpus,
      maxGpus,
      gpuModel: this.#shared(entry, "gpuModel"),
      cores,
      minCores,
      maxCores,
      user: this.#shared(entry, "user"),
      priority: this.#number(entry, "priority", { least: Number.NEGATIVE_INFINITY }),
      deadlineSeconds: this.#time(entry, "deadline"),
      line: entry.line,
    });
  }

  #isUseless(entry: Entry): boolean {
    const [gpus, duration] = [entry.value("gpus"), entry.value("duration")];
    return isNothing(gpus) || isNothing(duration) || Number(gpus) === 0 || Number(duration) <= 0;
  }

  /** Least and most, where given: on either side of what is asked for. */
  #range(entry: Entry, [least, asked, most]: readonly [Column, Column, Column], size: number | null) {
    const [min, max] = [this.#number(entry, least, UNITS), this.#number(entry, most, UNITS)];
    const name = entry.name(asked);
    if (size === null && (min !== null || max !== null))
      this.#fault(entry, min === null ? most : least, `is of no use without ${name}`);
    if (size !== null && min !== null && min > size) this.#fault(entry, least, `must be at most ${name}, ${size}`);
    if (size !== null && max !== null && max < size) this.#fault(entry, most, `must be at least ${name}, ${size}`);
    return [min, max] as const;
  }

  #number(entry: Entry, column: Column, bounds: NumberBounds): number | null {
    const given = entry.value(column);
    if (isNothing(given) && !REQUIRED.includes(column)) return null;
    const value = typeof given === "number" ? given : typeof given === "string" && given !== "" ? Number(given) : NaN;
    if (isWithin(value, bounds)) return value;
    this.#fault(entry, column, `must be ${inWords(bounds, given)}`);
    return null;
  }

  /** Seconds, or a date: all of a trace are of one kind. */
  #time(entry: Entry, column: Column): number | null {
    const given = entry.value(column);
    const date = typeof given === "string" ? dateIn(given) : null;
    if (isNothing(given) && column !== "submit") return null;
    if (!isNothing(given)) {
      this.#hasDates ??= date !== null;
      if (this.#hasDates && date === null)
        this.#fault(entry, column, `must be a date as in the rows before, not ${shown(given)}`);
      else if (!this.#hasDates && date !== null)
        this.#fault(entry, column, `must be in seconds as in the rows before, not ${shown(given)}`);
      if (this.#hasDates || date !== null) return date;
    }
    return this.#number(entry, column, TIME);
  }

  #text(entry: Entry, column: Column): string | null {
    const given = entry.value(column);
    if (isNothing(given)) return null;
    if (typeof given === "string" || typeof given === "number") return String(given);
    this.#fault(entry, column, `must be text, not ${shown(given)}`);
    return null;
  }
  #shared(entry: Entry, column: Column): string | null {
    const text = this.#text(entry, column);
    if (text === null) return null;
    const known = this.#texts.get(text);
    if (known === undefined) this.#texts.set(text, text);
    return known ?? text;
  }

  #fault(entry: Entry, column: Column, problem: string): void {
    this.#faults.add(entry.place(column), `${entry.name(column)} ${problem}`);
  }
}

const isNothing = (value: unknown): boolean => value === "" || value === null || value === undefined;
