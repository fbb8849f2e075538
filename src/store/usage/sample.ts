import type { JobId } from "../../core/job.ts";
import type { GpuId } from "../../core/server.ts";
import type { Instant, Millis } from "../../core/time.ts";

/** What was used of one server, on average over a span of time. */
export interface UsageSample {
  /** The end of the span. */
  readonly at: Instant;
  readonly millis: Millis;
  readonly cores: Level;
  readonly memoryMiB: Level;
  readonly gpus: readonly GpuSample[];
  readonly jobs: readonly JobSample[];
}

/** What there was, what jobs held of it, and what they really used; null: not known. */
export interface Level {
  readonly total: number;
  readonly granted: number;
  readonly used: number | null;
}

export interface GpuSample {
  readonly gpu: GpuId;
  readonly utilisationPercent: number | null;
  readonly memoryUsedMiB: number | null;
  readonly temperatureC: number | null;
  /** Who held it for the longest; null: nobody did. */
  readonly job: JobId | null;
  /** For how much of the span it was held, 0 to 1. */
  readonly held: number;
}

/** What one job really used of the server. */
export interface JobSample {
  readonly job: JobId;
  /** 1 is one core kept busy. */
  readonly cores: number | null;
  readonly memoryMiB: number | null;
}

/** One sample in place of several that follow each other, each counted by its length. What only some know is the mean of those. */
export function merged(samples: readonly UsageSample[]): UsageSample {
  const last = samples.at(-1);
  if (!last) throw new TypeError("there is nothing to merge");
  const millis = samples.reduce((sum, sample) => sum + sample.millis, 0);
  const level = (of: (sample: UsageSample) => Level): Level => ({
    total: mean(samples.map((sample) => [of(sample).total, sample.millis])) ?? 0,
    granted: mean(samples.map((sample) => [of(sample).granted, sample.millis])) ?? 0,
    used: mean(samples.map((sample) => [of(sample).used, sample.millis])),
  });
  return {
    at: last.at,
    millis,
    cores: level(({ cores }) => cores),
    memoryMiB: level(({ memoryMiB }) => memoryMiB),
    gpus: grouped(samples, (sample) => sample.gpus.map((gpu) => [gpu.gpu, gpu])).map(([gpu, parts]) => ({
      gpu,
      utilisationPercent: mean(parts.map(([part, weight]) => [part.utilisationPercent, weight])),
      memoryUsedMiB: mean(parts.map(([part, weight]) => [part.memoryUsedMiB, weight])),
      temperatureC: mean(parts.map(([part, weight]) => [part.temperatureC, weight])),
      job: longestHolder(parts),
      held: mean(parts.map(([part, weight]) => [part.held, weight])) ?? 0,
    })),
    jobs: grouped(samples, (sample) => sample.jobs.map((job) => [job.job, job])).map(([job, parts]) => ({
      job,
      cores: mean(parts.map(([part, weight]) => [part.cores, weight])),
      memoryMiB: mean(parts.map(([part, weight]) => [part.memoryMiB, weight])),
    })),
  };
}

/** Null when nothing is known. */
export function mean(values: readonly (readonly [value: number | null, weight: number])[]): number | null {
  let [sum, weights] = [0, 0];
  for (const [value, weight] of values) {
    if (value === null) continue;
    sum += value * weight;
    weights += weight;
  }
  return weights === 0 ? null : sum / weights;
}

type Parts<T> = readonly (readonly [part: T, weight: Millis])[];

function grouped<T>(
  samples: readonly UsageSample[],
  of: (sample: UsageSample) => readonly (readonly [string, T])[],
): [string, Parts<T>][] {
  const groups = new Map<string, [T, Millis][]>();
  for (const sample of samples)
    for (const [key, part] of of(sample)) {
      const group = groups.get(key) ?? [];
      group.push([part, sample.millis]);
      groups.set(key, group);
    }
  return [...groups];
}

function longestHolder(parts: Parts<GpuSample>): JobId | null {
  const held = new Map<JobId, number>();
  for (const [{ job, held: part }, weight] of parts)
    if (job !== null) held.set(job, (held.get(job) ?? 0) + part * weight);
  return [...held].reduce<[JobId | null, number]>((most, next) => (next[1] > most[1] ? next : most), [null, 0])[0];
}

/** One line of a file. It begins with its break, so that one which a crash cut short takes none along. */
export const encode = ({ at, millis, cores, memoryMiB, gpus, jobs }: UsageSample): string =>
  `\n${JSON.stringify([
    at,
    millis,
    levelFigures(cores),
    levelFigures(memoryMiB),
    gpus.map(({ gpu, utilisationPercent, memoryUsedMiB, temperatureC, job, held }) => [
      gpu,
      ...[utilisationPercent, memoryUsedMiB, temperatureC].map(rounded),
      job,
      rounded(held),
    ]),
    jobs.map(({ job, cores: used, memoryMiB: resident }) => [job, rounded(used), rounded(resident)]),
  ])}`;

const levelFigures = ({ total, granted, used }: Level) => [total, granted, used].map(rounded);
const rounded = (value: number | null): number | null => (value === null ? null : Math.round(value * 100) / 100);

type Figures = [number, number, number | null];
type Line = [
  number,
  number,
  Figures,
  Figures,
  [string, number | null, number | null, number | null, string | null, number][],
  [string, number | null, number | null][],
];

/** Null for what is no line of ours, such as one that a crash cut short. */
export function decode(line: string): UsageSample | null {
  try {
    const [at, millis, cores, memoryMiB, gpus, jobs] = JSON.parse(line) as Line;
    return {
      at,
      millis,
      cores: level(cores),
      memoryMiB: level(memoryMiB),
      gpus: gpus.map(([gpu, utilisationPercent, memoryUsedMiB, temperatureC, job, held]) => ({
        gpu,
        utilisationPercent,
        memoryUsedMiB,
        temperatureC,
        job,
        held,
      })),
      jobs: jobs.map(([job, used, resident]) => ({ job, cores: used, memoryMiB: resident })),
    };
  } catch {
    return null;
  }
}

const level = ([total, granted, used]: Figures): Level => ({ total, granted, used });
