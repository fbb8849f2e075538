import type { Accuracy } from "../core/estimates.ts";
import { amount, fieldsOf, listOf, number } from "./shape.ts";
import { Shelf } from "./shelf.ts";
import type { Prediction } from "./trail.ts";

/** When estimates are judged: at these parts of the work. */
export const JUDGED = [0.1, 0.25, 0.5, 0.75] as const;

type Score = Omit<Accuracy, "category">;

const MOST_CATEGORIES = 200;
/** The means follow the newest: each judgement counts at least 1 in so many. */
const MEMORY = 200;
/** Of the work: a job that ends sooner is taken to have had this much left. */
const LEAST_LEFT = 0.01;
const OVERALL = "";

const shape = listOf(fieldsOf<Score>({ at: amount, estimates: amount, bias: number, error: amount }));

/** How past estimates have turned out, by category. */
export class Scores {
  readonly shelf = new Shelf<readonly Score[]>("accuracy", shape, MOST_CATEGORIES);

  /** @param workSeconds all the work that the job turned out to be */
  judge(category: string, predictions: readonly Prediction[], workSeconds: number): void {
    for (const { at, remainingSeconds, attainedSeconds } of predictions) {
      const left = Math.max(workSeconds - attainedSeconds, LEAST_LEFT * workSeconds);
      if (left <= 0) continue;
      const ratio = Math.log(remainingSeconds / left);
      for (const id of new Set([OVERALL, category])) this.#count(id, at, ratio);
    }
  }

  accuracy(): readonly Accuracy[] {
    return this.shelf
      .ids()
      .sort()
      .flatMap((id) =>
        (this.shelf.get(id) ?? [])
          .filter(({ estimates }) => estimates > 0)
          .map((score) => ({ category: id === OVERALL ? "all" : id, ...score })),
      );
  }

  #count(id: string, at: number, ratio: number): void {
    const scores = this.shelf.get(id) ?? JUDGED.map((part) => ({ at: part, estimates: 0, bias: 0, error: 0 }));
    const counted = scores.map((score) => {
      if (score.at !== at) return score;
      const estimates = score.estimates + 1;
      const part = 1 / Math.min(estimates, MEMORY);
      const bias = score.bias + part * (ratio - score.bias);
      return { at, estimates, bias, error: score.error + part * (Math.abs(ratio) - score.error) };
    });
    this.shelf.put(id, counted);
  }
}
