import { NUMBER, toCount, toMetrics, toNumber } from "../numbers.ts";
import { type Progress, told } from "../progress.ts";

/** Newer versions print the numbers as strings. */
const ENTRY = new RegExp(`'([A-Za-z_][\\w./@-]{0,127})': ?'?(${NUMBER})'?(?=[,}])`, "g");
const TRAINER = /'(?:loss|train_loss|eval_loss|learning_rate|eval_runtime)':/;

/** The dictionary of Hugging Face's Trainer, `{'loss': 0.41, 'learning_rate': 5e-05, 'epoch': 1.5}`. */
export function huggingFace(line: string): Progress | null {
  if (!line.startsWith("{'") || !line.endsWith("}") || !line.includes("'epoch':") || !TRAINER.test(line)) return null;
  const entries = new Map<string, string>();
  for (const [, name = "", value = ""] of line.matchAll(ENTRY)) entries.set(name, value);
  const epoch = toCount(entries.get("epoch"));
  const samplesPerSecond = toCount(entries.get("train_samples_per_second"));
  entries.delete("epoch");
  entries.delete("train_samples_per_second");
  const metrics = toMetrics([...entries].map(([name, value]) => [name, toNumber(value)] as const));
  return told({ epoch, samplesPerSecond, metrics });
}
