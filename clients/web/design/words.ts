/** `1 GPU`, `3 GPUs`. */
export const counted = (count: number, unit: string): string => `${told(count)} ${unit}${count === 1 ? "" : "s"}`;

interface Progress {
  readonly fraction: number | null;
  readonly epoch: number | null;
  readonly epochs: number | null;
  readonly step: number | null;
  readonly steps: number | null;
  readonly samplesPerSecond?: number | null;
}

/** `42 %`: rounded down, for 100 % is the end. */
export const percentDone = (fraction: number): string => `${Math.floor(fraction * 100)} %`;

/** `42 %`, `epoch 4 of 10`, `step 12 of 40`, `1,250 samples/s`: what of it the job has told. */
export function progressWords({ fraction, epoch, epochs, step, steps, samplesPerSecond }: Progress): string[] {
  const of = (what: string, at: number | null, all: number | null): string | null =>
    at === null ? null : `${what} ${told(at)}${all === null ? "" : ` of ${told(all)}`}`;
  const words = [
    fraction === null ? null : percentDone(fraction),
    of("epoch", epoch, epochs),
    of("step", step, steps),
    samplesPerSecond == null ? null : `${told(samplesPerSecond)} samples/s`,
  ];
  return words.filter((each) => each !== null);
}

const told = (value: number): string =>
  value.toLocaleString("en", value < 10 ? { maximumSignificantDigits: 3 } : { maximumFractionDigits: 0 });
