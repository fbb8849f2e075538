import type { Event } from "../../core/event.ts";
import { isOver, type Job, type JobId, jobNumber } from "../../core/job.ts";
import type { Scheduler } from "../../core/scheduler.ts";
import type { Placement, Server } from "../../core/server.ts";
import { type TenureStatus, tenuresOf } from "../../core/tenure.ts";
import type { Instant, Millis } from "../../core/time.ts";
import { Rows, type ServerRows, type Span } from "./rows.ts";
import { LargestStretches, type Phase, type Stretch } from "./stretches.ts";
import { TimeBins } from "./time-bins.ts";

/** So many stretches are kept one by one, the largest; of the others it is known how busy each row was. */
const MOST_STRETCHES = 8_000;
/** How busy they were is kept for so many bands of neighbouring rows at most. */
const MOST_BANDS = 128;

/** Averages over time unless said otherwise, in bins of equal width. */
export interface Course {
  readonly waiting: Float64Array;
  readonly running: Float64Array;
  /** GPUs (cores, where there are none) on which a job trains, and those that are given to one. */
  readonly training: Float64Array;
  readonly held: Float64Array;
  /** Counts per bin. */
  readonly preemptions: Float64Array;
  readonly migrations: Float64Array;
  readonly resizes: Float64Array;
}
const COURSE = ["waiting", "running", "training", "held", "preemptions", "migrations", "resizes"] as const;
const PREEMPTIONS = COURSE.indexOf("preemptions");
const COUNTS = new Set<(typeof COURSE)[number]>(["preemptions", "migrations", "resizes"]);

/** What a run looked like, small enough to be drawn, and plain enough to be sent between threads. */
export interface Recording {
  readonly unit: "GPU" | "core";
  readonly servers: readonly ServerRows[];
  /** The first submission, and the last thing that happened. */
  readonly begin: Instant;
  readonly end: Instant;
  readonly binMillis: Millis;
  readonly course: Course;
  readonly stretches: readonly Stretch[];
  readonly stretchesLeftOut: number;
  /** Part of the time (0 to 1) that the rows of each band were given to jobs, by bin. */
  readonly busy: { readonly binMillis: Millis; readonly rowsPerBand: number; readonly bands: readonly Float64Array[] };
}

/** What a job holds, and what it does there. */
interface Part {
  readonly on: Placement;
  readonly phase: Phase;
  /** Whether the time counts as service. */
  readonly trains: boolean;
}

interface Open extends Part {
  readonly spans: readonly Span[];
  readonly since: Instant;
}

interface Watched {
  readonly place: number;
  open: readonly Open[];
  waiting: number;
  running: number;
  preemptions: number;
  migrations: number;
  resizes: number;
}

/** Watches a simulation: who had what when, and how many waited. What it keeps does not grow with time, only with the jobs. */
export class Recorder {
  readonly #rows: Rows;
  readonly #stretches = new LargestStretches(MOST_STRETCHES);
  readonly #rowsPerBand: number;
  readonly #watched = new Map<JobId, Watched>();
  #course = new TimeBins(0, COURSE.length);
  #busy = new TimeBins(0, 0);
  readonly #now = { waiting: 0, running: 0, training: 0, held: 0 };
  #begin: Instant | null = null;
  #end: Instant = 0;

  constructor(servers: readonly Server[]) {
    this.#rows = new Rows(servers);
    this.#rowsPerBand = Math.max(1, Math.ceil(this.#rows.count / MOST_BANDS));
  }

  /** To be given to a simulation, whose jobs are numbered in the order of their submission. */
  readonly observe = (event: Event, scheduler: Scheduler): void => {
    if (!("job" in event) || event.type === "RunProgressed") return;
    this.#pass(event.at);
    const job = scheduler.job(event.job);
    if (!job) return;
    this.#follow(job, event.at);
    if (event.type === "JobPaused" && event.by === "policy") this.#course.addPoint(PREEMPTIONS, event.at, 1);
  };

  /** Once, at the end. */
  recording(): Recording {
    const [begin, end] = [this.#begin ?? 0, this.#end];
    const open = [...this.#watched.values()];
    for (const { open: stretches, place } of open) for (const each of stretches) this.#keep(each, place, end);
    const { kept, left } = this.#stretches.taken();
    const bands = Math.ceil(this.#rows.count / this.#rowsPerBand);
    const rowsIn = (band: number): number => Math.min(this.#rowsPerBand, this.#rows.count - band * this.#rowsPerBand);
    return {
      unit: this.#rows.unit,
      servers: this.#rows.servers,
      begin,
      end,
      binMillis: this.#course.width,
      course: Object.fromEntries(
        COURSE.map((name, i) => [name, COUNTS.has(name) ? this.#course.sums(i, end) : this.#course.means(i, end)]),
      ) as unknown as Course,
      stretches: kept,
      stretchesLeftOut: left,
      busy: {
        binMillis: this.#busy.width,
        rowsPerBand: this.#rowsPerBand,
        bands: Array.from({ length: begin === end ? 0 : bands }, (_, band) =>
          this.#busy.means(band, end).map((mean) => mean / rowsIn(band)),
        ),
      },
    };
  }

  /** What has held since the last event goes into the course. */
  #pass(now: Instant): void {
    if (this.#begin === null) {
      this.#begin = now;
      this.#end = now;
      this.#course = new TimeBins(now, COURSE.length);
      this.#busy = new TimeBins(now, Math.ceil(this.#rows.count / this.#rowsPerBand));
    }
    if (now <= this.#end) return;
    const { waiting, running, training, held } = this.#now;
    for (const [row, value] of [waiting, running, training, held].entries())
      this.#course.addSpan(row, this.#end, now, value);
    this.#end = now;
  }

  #follow(job: Job, at: Instant): void {
    const watched = this.#watched.get(job.id) ?? this.#meet(job);
    this.#count(watched, job, at);
    this.#change(watched, partsOf(job), at);
    if (isOver(job)) this.#watched.delete(job.id);
  }

  #change(watched: Watched, next: readonly Part[], at: Instant): void {
    if (next.length === watched.open.length && next.every((part, i) => isSame(part, watched.open[i] as Open))) return;
    for (const each of watched.open) {
      this.#keep(each, watched.place, at);
      this.#hold(each, -1);
    }
    watched.open = next.map((part, i) => ({
      ...part,
      since: at,
      spans: this.#rows.spans(part.on, i === 0 ? [] : next[0]?.on),
    }));
    for (const each of watched.open) this.#hold(each, 1);
  }

  #meet(job: Job): Watched {
    const watched = {
      place: jobNumber(job.id) - 1,
      open: [],
      waiting: 0,
      running: 0,
      preemptions: 0,
      migrations: 0,
      resizes: 0,
    };
    this.#watched.set(job.id, watched);
    return watched;
  }

  #count(watched: Watched, job: Job, at: Instant): void {
    const waiting = job.state.status === "pending" ? 1 : 0;
    const running = "on" in job.state ? 1 : 0;
    this.#now.waiting += waiting - watched.waiting;
    this.#now.running += running - watched.running;
    watched.waiting = waiting;
    watched.running = running;
    for (const name of ["preemptions", "migrations", "resizes"] as const) {
      if (job[name] === watched[name]) continue;
      this.#course.addPoint(COURSE.indexOf(name), at, job[name] - watched[name]);
      watched[name] = job[name];
    }
  }

  #hold({ spans, trains }: Open, sign: 1 | -1): void {
    const rows = sign * spans.reduce((sum, span) => sum + span.rows, 0);
    this.#now.held += rows;
    if (trains) this.#now.training += rows;
  }

  #keep({ since, spans, phase }: Open, job: number, to: Instant): void {
    if (to <= since) return;
    for (const { row, rows } of spans) {
      this.#stretches.add({ from: since, to, row, rows, job, phase });
      const bands = this.#rowsPerBand;
      for (let at = row; at < row + rows; ) {
        const next = Math.min(row + rows, (Math.floor(at / bands) + 1) * bands);
        this.#busy.addSpan(Math.floor(at / bands), since, to, next - at);
        at = next;
      }
    }
  }
}

const PHASES: Readonly<Record<TenureStatus, Phase>> = {
  starting: "start",
  running: "train",
  stopping: "stop",
  frozen: "stop",
};

function partsOf({ state, trainingSince }: Job): readonly Part[] {
  return tenuresOf(state).map(({ on, status }, i) => ({
    on,
    phase: PHASES[status],
    trains: i === 0 && trainingSince !== null,
  }));
}

const isSame = (a: Part, b: Part): boolean => a.on === b.on && a.phase === b.phase && a.trains === b.trains;
