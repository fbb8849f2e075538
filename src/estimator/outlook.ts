import type { Estimate, EstimateSource } from "../core/estimates.ts";
import { type Circle, fitFor } from "./circle.ts";
import { COLD, speedupOf } from "./curve.ts";
import type { Fit } from "./fit.ts";
import type { Unit } from "./measure.ts";
import { declaredTail, Lives, residualLife, type Sample, type Tail, tailOf } from "./residual-life.ts";

/** Seconds a restart is taken for while none was ever measured. */
const RESTART_SECONDS = 60;
/** What a job that asked for the very same counts, against 1 for another of the family. */
const SAME_REQUEST = 4;
/** What users declare is off by that much at least: relative standard deviation. */
const DECLARED_SPREAD = 0.3;
/** Stands for all requests that nobody made before; no hash is negative. */
const UNHEARD_OF = -1;

export interface Life {
  readonly source: EstimateSource;
  readonly seconds: number;
  readonly spread: number;
}

/** All that is known of jobs like one on GPUs of one model, from the widest circle to the narrowest. */
export class Outlook {
  readonly restartSeconds: number;
  readonly largestMeasured: number;
  readonly speedup: Estimate["speedup"];
  readonly #circles: readonly Circle[];
  readonly #family: Circle;
  /** Seconds for one unit of work on one unit of hardware, by what the family counts in. */
  readonly #paces: Partial<Fit["paces"]>;
  readonly #requests: ReadonlySet<number>;
  readonly #isNear: boolean;
  /** Of jobs that have done nothing yet, by request. */
  readonly #starts = new Map<number, Tail | null>();
  readonly #newcomers = new Map<number, Estimate>();

  /** @param circles the widest first; the last is the family */
  constructor(circles: readonly [...Circle[], Circle], model: string | null) {
    this.#circles = circles;
    this.#family = circles.at(-1) as Circle;
    this.#requests = new Set(this.#family.lives.map(([, request]) => request));
    this.restartSeconds =
      circles.findLast(({ restartSeconds }) => restartSeconds !== null)?.restartSeconds ?? RESTART_SECONDS;
    const measured = circles.slice(1).findLast(({ cells }) => cells.length > 0);
    this.largestMeasured = Math.max(0, ...(measured?.cells ?? []).map(({ size }) => size));
    const known = circles.findLast(({ fits }) => fits.length > 0);
    this.speedup = speedupOf((known && fitFor(known, model)?.coefficients) ?? COLD);
    this.#isNear = circles.slice(1).some(({ lives }) => lives.length > 0);
    this.#paces = fitFor(this.#family, model)?.paces ?? {};
  }

  /** Null when no job of the family told of that unit. */
  pace(unit: Unit): number | null {
    return this.#paces[unit] ?? null;
  }

  /** The same for all jobs that have done nothing and declare nothing, so that ten thousand of them cost little. */
  newcomer(request: number, reckon: () => Estimate): Estimate {
    const alike = this.#alike(request);
    const known = this.#newcomers.get(alike);
    if (known) return known;
    const reckoned = reckon();
    this.#newcomers.set(alike, reckoned);
    return reckoned;
  }

  /**
   * What is left to a job that has worked for so long, as far as others tell.
   * @param age seconds on one unit @param declared all its work, as its user has it
   */
  life(age: number, request: number, declared: number | null): Life | null {
    const seen = this.#seen(age, request);
    const tail = declared === null ? seen : declaredTail(declared, age, seen);
    if (!tail) return null;
    const { seconds, spread } = residualLife(tail);
    if (declared !== null && (age < declared || !seen))
      return { source: "declared", seconds, spread: Math.max(DECLARED_SPREAD, spread) };
    return { source: this.#isNear ? "category" : "global", seconds, spread };
  }

  #seen(age: number, request: number): Tail | null {
    const alike = this.#alike(request);
    const known = age === 0 ? this.#starts.get(alike) : undefined;
    if (known !== undefined) return known;
    let tail: Tail | null = null;
    for (const circle of this.#circles) tail = tailOf(this.#lives(circle, request), age, tail);
    if (age === 0) this.#starts.set(alike, tail);
    return tail;
  }

  #alike(request: number): number {
    return this.#requests.has(request) ? request : UNHEARD_OF;
  }

  #lives(circle: Circle, request: number): readonly (readonly [Sample, number])[] {
    const all = [livesOf(circle), 1] as const;
    if (circle !== this.#family || !this.#requests.has(request)) return [all];
    return [all, [livesOf(circle, request), SAME_REQUEST - 1]];
  }
}

/** By the list, which is replaced when it changes, and the request, or all of them: circles are shared by many outlooks. */
const sorted = new WeakMap<Circle["lives"], Map<number | null, Lives>>();

function livesOf({ lives }: Circle, request: number | null = null): Lives {
  const ofList = sorted.get(lives) ?? new Map<number | null, Lives>();
  sorted.set(lives, ofList);
  let known = ofList.get(request);
  if (!known) {
    const same = request === null ? lives : lives.filter(([, other]) => other === request);
    known = new Lives(same.map(([seconds]) => seconds));
    ofList.set(request, known);
  }
  return known;
}
