import type { Job } from "../core/job.ts";
import type { JobSpec } from "../core/job-spec.ts";
import { type Circle, circleShape, NOTHING, withCell, withLife, withRestart } from "./circle.ts";
import { COLD, type Coefficients } from "./curve.ts";
import type { Cell } from "./fit.ts";
import { type Kin, kinOf } from "./kin.ts";
import { Outlook } from "./outlook.ts";
import { Shelf } from "./shelf.ts";

const MOST_CIRCLES = 1_000;
/** Jobs remembered in a pool, a category, a family. */
const LIVES = [200, 200, 50] as const;
/** How much jobs in each differ in length, until they show it: standard deviation of the logarithm. */
const KINSHIP = [1, 1, 0.3] as const;

/** What jobs have taught about those who are like them. */
export class Knowledge {
  readonly shelf = new Shelf<Circle>("circle", circleShape, MOST_CIRCLES);
  readonly #kin = new WeakMap<JobSpec, Kin>();
  /** By GPU model and family. */
  #outlooks = new Map<string | null, Map<string, Outlook>>();
  #revision = 0;

  /** Another one means that something was learned. */
  get revision(): number {
    return this.#revision;
  }

  kinOf({ spec }: Job): Kin {
    const known = this.#kin.get(spec);
    if (known) return known;
    const kin = kinOf(spec);
    this.#kin.set(spec, kin);
    return kin;
  }

  /** @param model of the GPUs that the job trains on, or trained on last, or asks for */
  outlook({ circles }: Kin, model: string | null): Outlook {
    const ofModel = this.#outlooks.get(model) ?? new Map<string, Outlook>();
    const known = ofModel.get(circles[2]);
    if (known) return known;
    const [pool, category, family] = circles.map((id) => this.shelf.get(id) ?? NOTHING) as [Circle, Circle, Circle];
    const outlook = new Outlook([pool, category, family], model);
    this.#outlooks.set(model, ofModel.set(circles[2], outlook));
    return outlook;
  }

  /** What the job took at one size. The curve of each circle is drawn towards that of the wider one. */
  learnPace(job: Job, cell: Cell): void {
    let prior: Coefficients = COLD;
    this.#teach(job, (circle, i) => {
      const taught = withCell(circle, cell, prior, KINSHIP[i]);
      prior = taught.fits.find(({ model }) => model === cell.model)?.coefficients ?? prior;
      return taught;
    });
  }

  learnLife(job: Job, seconds: number): void {
    const { request } = this.kinOf(job);
    this.#teach(job, (circle, i) => withLife(circle, seconds, request, LIVES[i]));
  }

  learnRestart(job: Job, seconds: number): void {
    this.#teach(job, (circle) => withRestart(circle, seconds));
  }

  /** What was reckoned from what was known before is worth nothing now. */
  forgetOutlooks(): void {
    this.#outlooks = new Map();
    this.#revision++;
  }

  /** Changes what is known of the job's circles, the widest first. */
  #teach(job: Job, change: (circle: Circle, i: 0 | 1 | 2) => Circle): void {
    const { circles } = this.kinOf(job);
    for (const i of [0, 1, 2] as const) this.shelf.put(circles[i], change(this.shelf.get(circles[i]) ?? NOTHING, i));
    this.forgetOutlooks();
  }
}
