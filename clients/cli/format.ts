const NONE = "-";

/** `4.2s`, `3m 05s`, `2h 10m`, `3d 4h`; `-` for none. */
export function formatSeconds(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const [days, hours, minutes, rest] = [
    Math.floor(whole / 86_400),
    Math.floor(whole / 3600) % 24,
    Math.floor(whole / 60) % 60,
    whole % 60,
  ];
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${two(minutes)}m`;
  return `${minutes}m ${two(rest)}s`;
}

/** `512 B`, `3.4 MiB`; `-` for none. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return NONE;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  return `${power === 0 ? bytes : (bytes / 1024 ** power).toFixed(1)} ${units[power]}`;
}

/** Memory given in MiB: `15.6 GiB`; `-` for none. */
export const formatMiB = (mib: number | null | undefined): string =>
  formatBytes(mib === null || mib === undefined ? null : mib * 2 ** 20);

/** `2026-03-01 14:05:09`, in local time; `-` for none. */
export function formatTime(at: string | null | undefined): string {
  if (!at) return NONE;
  const time = new Date(at);
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

/** How long ago: `12s`, `5m`, `3h`, `2d`. */
export function formatAge(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

/** `1 core`, `2 cores`. */
export const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

/** A value of an option or label as it is typed on the command line. */
export const formatValue = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));

export interface ProgressFacts {
  readonly epoch: number | null;
  readonly epochs: number | null;
  readonly step: number | null;
  readonly steps: number | null;
  readonly fraction: number | null;
  readonly samplesPerSecond: number | null;
  readonly metrics: unknown;
}

/** `42%`, or the epoch or step where no share is known. */
export function formatShare(progress: Pick<ProgressFacts, "fraction" | "epoch" | "step"> | null): string {
  if (!progress) return NONE;
  const { fraction, epoch, step } = progress;
  if (fraction !== null) return `${Math.floor(fraction * 100)}%`;
  if (epoch !== null) return `epoch ${epoch}`;
  return step === null ? NONE : `step ${step}`;
}

/** `epoch 2/5, step 12/40, 812.5 samples/s, loss=0.41`. */
export function formatProgress({ epoch, epochs, step, steps, samplesPerSecond, metrics }: ProgressFacts): string {
  const of = (word: string, at: number | null, all: number | null): string | null =>
    at === null ? null : `${word} ${at}${all === null ? "" : `/${all}`}`;
  const values = Object.entries((metrics ?? {}) as Record<string, unknown>).map(([name, value]) =>
    typeof value === "number" ? `${name}=${Number(value.toPrecision(4))}` : `${name}=${formatValue(value)}`,
  );
  const speed = samplesPerSecond === null ? null : `${Number(samplesPerSecond.toPrecision(4))} samples/s`;
  return [of("epoch", epoch, epochs), of("step", step, steps), speed, ...values]
    .filter((part) => part !== null)
    .join(", ");
}

const two = (value: number): string => String(value).padStart(2, "0");
