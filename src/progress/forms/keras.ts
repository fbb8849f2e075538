import { metricsIn, toCount } from "../numbers.ts";
import { type Progress, told } from "../progress.ts";
import type { Form } from "./form.ts";

const EPOCH = /^Epoch (\d{1,9})\/(\d{1,9})$/;
/** `12/400 [==>...] - ETA: 3s`, `12/400 ━━━━ 3s 10ms/step`, `400/400 - 3s - loss: 0.4`. */
const BAR = /^(\d{1,12})\/(\d{1,12}) (?:\[[=>.]{1,200}\]|[━╸╺─╌]{1,200}|-)(?: (.*))?$/;

/**
 * Keras prints `Epoch 3/10`, then a bar of that epoch's steps. `evaluate` and `predict` print the same bars, so a bar
 * counts only within an epoch: with its number of steps, and once full, only when it stays full (validation is added).
 */
export function keras(): Form {
  let inEpoch = false;
  let steps: number | undefined;
  let full = false;

  return (line): Progress | null => {
    const epoch = EPOCH.exec(line);
    if (epoch) {
      inEpoch = true;
      steps = undefined;
      full = false;
      return told({ epoch: toCount(epoch[1]), epochs: toCount(epoch[2]), step: 0 });
    }
    const bar = inEpoch ? BAR.exec(line) : null;
    if (!bar) return null;
    const step = toCount(bar[1]);
    const total = toCount(bar[2]);
    if (step === undefined || !total || step > total) return null;
    if ((steps !== undefined && total !== steps) || (full && step < total)) return null;
    steps = total;
    full = step === total;
    return told({ step, steps, metrics: metricsIn(bar[3] ?? "") });
  };
}
