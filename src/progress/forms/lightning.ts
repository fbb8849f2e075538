import { metricsIn, toCount } from "../numbers.ts";
import { type Progress, told } from "../progress.ts";

/** `Epoch 3/9 ━━━━━╸━━━━ 45/100 0:00:10 • 0:00:12 4.40it/s v_num: 0 loss: 0.4` */
const RICH = /^Epoch (\d{1,6})\/(-?\d{1,6}) +[━╸╺─]{1,200} {1,8}(\d{1,12})\/(\d{1,12}) (.*)$/;

/**
 * PyTorch Lightning's rich bar; its plain one is a tqdm bar and read as such. Lightning counts epochs from 0 and prints
 * the last one's number as the total; both are told as printed. A total of -1 means no end.
 */
export function lightning(line: string): Progress | null {
  const bar = RICH.exec(line);
  if (!bar) return null;
  return told({
    epoch: toCount(bar[1]),
    epochs: toCount(bar[2]),
    step: toCount(bar[3]),
    steps: toCount(bar[4]),
    metrics: metricsIn(bar[5] ?? ""),
  });
}
