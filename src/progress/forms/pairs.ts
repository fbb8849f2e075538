import { metricsIn, samplesPerSecondIn, toCount } from "../numbers.ts";
import { type Progress, told } from "../progress.ts";

/** `epoch=3`, `epoch: 3/10`, `[epoch 3/10]`, `Epoch [3/10]`, `Epoch 3, loss: 0.4`: sign, bracket, number, total, what follows. */
const EPOCH =
  /(?<![\w./-])epoch(?: ?([=:])\s?| ?(\[)|\s)(\d{1,6}(?:\.\d{1,9})?)(?:\s?\/\s?(\d{1,6}))?(?=$|[\s,;:|)\]}])/i;
/** `step=120`, `step: 120/400`, `Step [120/400]`, `iter 120/400`. */
const STEP =
  /(?<![\w./-])(?:global_)?(?:step|iter|iteration|batch)(?: ?([=:])\s?| ?\[| )(\d{1,12})(?:\s?\/\s?(\d{1,12}))?(?=$|[\s,;:|)\]}])/i;
/** `Train Epoch: 1 [640/60000 (1%)]`: samples seen, but as good for a share. */
const SAMPLES = /\[(\d{1,12})\/(\d{1,12}) \(\d{1,3}%\)\]/;
/** Without an epoch, `Step 3/10` may be anything; with one of these it is training. */
const TRAINING_METRIC = /loss|acc|perplexity|ppl|reward|grad_norm|^lr$|learning_rate/i;
/** What may stand before `epoch: 3`: nothing, a time, a bracket, a logger's name. Words of a sentence may not. */
const LOG_PREFIX = /(?:^|[^\p{L}\s]\s*|\b(?:INFO|DEBUG|NOTICE|WARNING|train|training|end of)\s+)$/iu;

/** `epoch=3 loss=0.4`, `epoch: 3, step: 120/400, loss: 0.4`, `[epoch 3/10]`, and how PyTorch's tutorials put it. */
export function pairs(line: string): Progress | null {
  const epoch = epochIn(line);
  const step = STEP.exec(line);
  const metrics = metricsIn(line);
  if (!epoch && !(step && Object.keys(metrics).some((name) => TRAINING_METRIC.test(name)))) return null;
  const samples = step ? null : SAMPLES.exec(line);
  return told({
    epoch: toCount(epoch?.[3]),
    epochs: toCount(epoch?.[4]),
    step: toCount(step?.[2] ?? samples?.[1]),
    steps: toCount(step?.[3] ?? samples?.[2]),
    samplesPerSecond: samplesPerSecondIn(line),
    metrics,
  });
}

function epochIn(line: string): RegExpExecArray | null {
  const epoch = EPOCH.exec(line);
  if (!epoch || (epoch[1] !== "=" && !LOG_PREFIX.test(line.slice(0, epoch.index)))) return null;
  // `Epoch 3 …` without a sign, a bracket or a total is prose unless the rest of the line has figures of training.
  const bare = !epoch[1] && !epoch[2] && !epoch[4];
  if (!bare) return epoch;
  return Object.keys(metricsIn(line)).some((name) => TRAINING_METRIC.test(name)) ? epoch : null;
}
