import type { Contender } from "./contender.ts";
import { bySubmission, isSuspended, type JobId } from "./job.ts";
import { type Shape, shapeOf } from "./shape.ts";
import { placeIn } from "./sorted.ts";

/**
 * Numbers by which contenders stand in a line: the least first, equal ones by the next number, and in the end by submission. Those of a
 * job that waits may depend on its record alone.
 */
export type KeysOf = (contender: Contender) => readonly number[];

/** A contender with its place in a line. */
export interface Placed {
  readonly contender: Contender;
  readonly keys: readonly number[];
}

/** Waiting jobs of one shape that may have the same sizes: where there is no room for one, there is none for the next. */
export interface Kind {
  /** What each of them prefers. */
  readonly preferred: number;
  /** In the order of the line. */
  readonly members: readonly Placed[];
}

/** A line is forgotten when this many others have been asked for since: policies and options change. */
const MOST_LINES = 4;

/**
 * The contenders of a pool that wait. It is kept from round to round, with the lines in which policies want to see it, so that a round costs
 * no more for a thousand jobs that go on waiting.
 */
export class Waiting {
  readonly #inOrder: Contender[] = [];
  readonly #byJob = new Map<JobId, Contender>();
  readonly #lines = new Map<object, Line>();

  /** In the order of submission. */
  get all(): readonly Contender[] {
    return this.#inOrder;
  }
  get size(): number {
    return this.#inOrder.length;
  }

  /**
   * In the order of the keys, by kinds. Each job is asked for its keys once, when it comes to the line.
   * @param name of the line: the same object each time
   * @param epoch the keys hold as long as it is the same; when it is another, all are asked again
   */
  line(name: object, keysOf: KeysOf, epoch: unknown = null): readonly Kind[] {
    let line = this.#lines.get(name);
    if (line?.epoch !== epoch) line = undefined;
    this.#lines.delete(name);
    if (!line) {
      line = new Line(epoch);
      for (const contender of this.#inOrder) line.put(contender);
      for (const [oldest] of this.#lines) if (this.#lines.size >= MOST_LINES) this.#lines.delete(oldest);
    }
    this.#lines.set(name, line); // the last one used is the last in the map
    return line.kinds(keysOf);
  }

  /** Takes the job in, or its new record. */
  put(contender: Contender): void {
    this.remove(contender.job.id);
    this.#byJob.set(contender.job.id, contender);
    this.#inOrder.splice(placeIn(this.#inOrder, contender, bySubmissionOf), 0, contender);
    for (const line of this.#lines.values()) line.put(contender);
  }

  remove(id: JobId): void {
    const contender = this.#byJob.get(id);
    if (!contender) return;
    this.#byJob.delete(id);
    this.#inOrder.splice(placeIn(this.#inOrder, contender, bySubmissionOf), 1);
    for (const line of this.#lines.values()) line.remove(id);
  }

  clear(): void {
    this.#inOrder.length = 0;
    this.#byJob.clear();
    this.#lines.clear();
  }
}

interface Members {
  readonly shape: Shape;
  readonly sizes: string;
  readonly preferred: number;
  readonly members: Placed[];
}

class Line {
  readonly epoch: unknown;
  /** Those that are to be asked for their keys. */
  readonly #fresh = new Map<JobId, Contender>();
  readonly #byShape = new Map<Shape, Map<string, Members>>();
  readonly #kinds: Members[] = [];
  readonly #places = new Map<JobId, { readonly kind: Members; readonly placed: Placed }>();

  constructor(epoch: unknown) {
    this.epoch = epoch;
  }

  put(contender: Contender): void {
    this.#fresh.set(contender.job.id, contender);
  }

  remove(id: JobId): void {
    const place = this.#places.get(id);
    this.#fresh.delete(id);
    this.#places.delete(id);
    if (!place) return;
    const { members } = place.kind;
    members.splice(placeIn(members, place.placed, byKeys), 1);
    if (members.length === 0) this.#drop(place.kind);
  }

  kinds(keysOf: KeysOf): readonly Kind[] {
    if (this.#places.size === 0) this.#fill(keysOf);
    for (const contender of this.#fresh.values()) {
      const [kind, placed] = [this.#kindOf(contender), { contender, keys: keysOf(contender) }];
      kind.members.splice(placeIn(kind.members, placed, byKeys), 0, placed);
      this.#places.set(contender.job.id, { kind, placed });
    }
    this.#fresh.clear();
    return this.#kinds;
  }

  /** All at once are sorted faster than one by one. */
  #fill(keysOf: KeysOf): void {
    for (const contender of this.#fresh.values()) {
      const [kind, placed] = [this.#kindOf(contender), { contender, keys: keysOf(contender) }];
      kind.members.push(placed);
      this.#places.set(contender.job.id, { kind, placed });
    }
    for (const { members } of this.#kinds) members.sort(byKeys);
    this.#fresh.clear();
  }

  /** One that is frozen where its memory is has no like. */
  #kindOf(contender: Contender): Members {
    const { job, min, max, preferred } = contender;
    const shape = shapeOf(job);
    const sizes = isSuspended(job) ? job.id : `${min}-${max} ${preferred}`;
    const ofShape = this.#byShape.get(shape) ?? new Map<string, Members>();
    this.#byShape.set(shape, ofShape);
    let kind = ofShape.get(sizes);
    if (!kind) {
      kind = { shape, sizes, preferred, members: [] };
      ofShape.set(sizes, kind);
      this.#kinds.push(kind);
    }
    return kind;
  }
  #drop(kind: Members): void {
    this.#byShape.get(kind.shape)?.delete(kind.sizes);
    this.#kinds.splice(this.#kinds.indexOf(kind), 1);
  }
}

const bySubmissionOf = (a: Contender, b: Contender): number => bySubmission(a.job, b.job);

/** Below 0 when `a` stands before `b`. */
export function byKeys(a: Placed, b: Placed): number {
  const count = Math.max(a.keys.length, b.keys.length);
  for (let i = 0; i < count; i++) {
    const [left, right] = [a.keys[i] ?? 0, b.keys[i] ?? 0];
    if (left !== right) return left < right ? -1 : 1;
  }
  return bySubmissionOf(a.contender, b.contender);
}
