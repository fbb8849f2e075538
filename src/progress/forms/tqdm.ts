import { metricsIn, samplesPerSecondIn, toCount } from "../numbers.ts";
import { type Progress, told } from "../progress.ts";

const BAR = /(?:^|[:\s])\s{0,8}(\d{1,3})%\|[^|]*\| {0,8}(\d{1,12})\/(\d{1,12})(?: \[([^\]]*)\])?$/;
const EPOCH = /\bepoch\s?:?\s?\[?(\d{1,6})(?:\s?\/\s?(\d{1,6}))?/i;
/** A bar of another kind of work: `Map`, `Downloading`, `Validation DataLoader 0`. */
const TRAINING = /^$|epoch|train|\bfit|\bsteps?\b|\biter/i;
const OTHER_WORK = /\b(?:val|valid|validat\w*|eval\w*|test\w*|predict\w*|download\w*|load\w*|sanity)\b/i;

/**
 * `Epoch 2:  45%|####5     | 45/100 [00:10<00:12,  4.4it/s, loss=0.3]`, or the bar alone. It must be whole: the
 * percentage has to agree with the numbers, so a bar that was cut off does not count.
 */
export function tqdm(line: string): Progress | null {
  if (!line.includes("%|")) return null;
  const bar = BAR.exec(line);
  if (!bar) return null;
  const [, percent, step = "", steps = "", details = ""] = bar;
  if (Number(steps) === 0 || Math.abs((100 * Number(step)) / Number(steps) - Number(percent)) > 1) return null;

  const description = line.slice(0, bar.index).trim();
  if (!TRAINING.test(description) || OTHER_WORK.test(description)) return null;
  const epoch = EPOCH.exec(description);
  return told({
    epoch: toCount(epoch?.[1]),
    epochs: toCount(epoch?.[2]),
    step: toCount(step),
    steps: toCount(steps),
    samplesPerSecond: samplesPerSecondIn(details),
    metrics: metricsIn(details),
  });
}
