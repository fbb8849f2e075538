import type { JobId } from "../core/job.ts";
import type { ServerId } from "../core/server.ts";
import type { Instant, Millis } from "../core/time.ts";
import type { Meter, Round } from "../engine/usage/meter.ts";
import { KEPT, KEPT_FINE } from "../store/usage/history.ts";
import { type GpuSample, mean, merged, type UsageSample } from "../store/usage/sample.ts";
import { cursorOf, numberOf } from "./cursor.ts";
import { badInput } from "./errors.ts";
import { closable } from "./stream.ts";
import {
  DEFAULT_POINTS,
  type GpuUsageHistory,
  JobUsage,
  JobUsageHistory,
  MOST_POINTS,
  ServerUsage,
  UsageHistoryView,
  type UsageSpan,
  UsageUpdate,
} from "./types/usage.ts";

const PAGE = 100;
const THINNED = "samples older than an hour are kept once a minute: see the query usage";
const HOUR: Millis = 3_600_000;

const usageCursor = (at: Instant): string => cursorOf("usage", at);
export const usagePlace = (cursor: string): Instant => numberOf("usage", cursor);

/** Rounds of samples behind `after`, oldest first. */
export async function listUsage(
  meter: Meter,
  server: ServerId | null,
  after: Instant,
  first: number,
): Promise<UsageUpdate[]> {
  let given = after;
  return (await meter.rounds(after, first)).map((round) => {
    const update = updateOf(round, server, given);
    given = round.at;
    return update;
  });
}

/** The same as they are taken, for ever. Without a place it begins with the newest. */
export function followUsage(meter: Meter, server: ServerId | null, after: Instant | null): AsyncIterable<UsageUpdate> {
  return closable(async function* (signal) {
    for (let at = after ?? (meter.latest ? meter.latest.at - 1 : Number.NEGATIVE_INFINITY); !signal.aborted; ) {
      const updates = await listUsage(meter, server, at, PAGE);
      for (const update of updates) yield update;
      at = updates.at(-1)?.at ?? at;
      if (updates.length === 0) await meter.news(at, signal);
    }
  });
}

function updateOf({ at, samples }: Round, server: ServerId | null, given: Instant): UsageUpdate {
  const wanted = [...samples].filter(([id]) => server === null || id === server);
  const kept = at - KEPT_FINE;
  const isThinned = given > 0 && given < kept;
  return Object.assign(new UsageUpdate(), {
    cursor: usageCursor(at),
    at,
    servers: wanted.map(([id, sample]) => new ServerUsage(id, sample)),
    gap: isThinned ? { from: usageCursor(given), to: usageCursor(kept), reason: THINNED } : null,
  });
}

/** A span of time in steps of equal length. */
interface Steps {
  readonly from: Instant;
  readonly to: Instant;
  readonly step: Millis;
  readonly count: number;
}

/** @throws GraphQLError for a span that is none, is too long ago or has too many steps */
export function stepsOf(
  { from, to, points }: UsageSpan,
  now: Instant,
  otherwise: Instant | null,
  every: Millis,
): Steps {
  const most = points ?? DEFAULT_POINTS;
  if (most < 1 || most > MOST_POINTS) throw badInput("points", `it must be between 1 and ${MOST_POINTS}, not ${most}`);
  const end = to ?? now;
  const begin = from ?? otherwise ?? end - HOUR;
  if (begin >= end) throw badInput("from", "it must lie before the end of the span");
  const earliest = Math.max(begin, end - KEPT);
  const count = Math.max(1, Math.min(most, Math.floor((end - earliest) / every)));
  return { from: earliest, to: end, step: (end - earliest) / count, count };
}

export async function usageOver(meter: Meter, server: ServerId, steps: Steps): Promise<UsageHistoryView> {
  const columns = inSteps(await samplesIn(meter, server, steps), steps);
  const of = (value: (sample: UsageSample) => number | null) => columns.map((sample) => sample && value(sample));
  const gpus = new Set(columns.flatMap((sample) => sample?.gpus.map(({ gpu }) => gpu) ?? []));
  return Object.assign(new UsageHistoryView(), {
    serverName: server,
    at: endsOf(steps),
    step: steps.step,
    cores: of(({ cores }) => cores.total),
    coresGranted: of(({ cores }) => cores.granted),
    coresBusy: of(({ cores }) => cores.used),
    memoryMiB: of(({ memoryMiB }) => memoryMiB.total),
    memoryGrantedMiB: of(({ memoryMiB }) => memoryMiB.granted),
    memoryResidentMiB: of(({ memoryMiB }) => memoryMiB.used),
    gpus: [...gpus].map((id): GpuUsageHistory => {
      const parts = columns.map((sample) => sample?.gpus.find(({ gpu }) => gpu === id) ?? null);
      const part = <T>(value: (gpu: GpuSample) => T) => parts.map((gpu) => gpu && value(gpu));
      return {
        id,
        utilisationPercent: part((gpu) => gpu.utilisationPercent),
        memoryUsedMiB: part((gpu) => gpu.memoryUsedMiB),
        temperatureC: part((gpu) => gpu.temperatureC),
        jobIds: part((gpu) => gpu.job),
        held: part((gpu) => gpu.held),
      };
    }),
  });
}

/** What the job uses now; null when it does not run, or was not looked at yet. */
export function jobUsageNow({ latest }: Meter, job: JobId): JobUsage | null {
  if (!latest) return null;
  const use = useOf(job, [...latest.samples.values()]);
  return use && Object.assign(new JobUsage(), { at: latest.at, ...use });
}

export async function jobUsageOver(
  meter: Meter,
  job: JobId,
  servers: readonly ServerId[],
  steps: Steps,
): Promise<JobUsageHistory> {
  const columns = await Promise.all(
    servers.map(async (server) => inSteps(await samplesIn(meter, server, steps), steps)),
  );
  const uses = Array.from({ length: steps.count }, (_, i) =>
    useOf(
      job,
      columns.flatMap((column) => column[i] ?? []),
    ),
  );
  return Object.assign(new JobUsageHistory(), {
    at: endsOf(steps),
    step: steps.step,
    cpuPercent: uses.map((use) => use?.cpuPercent ?? null),
    memoryMiB: uses.map((use) => use?.memoryMiB ?? null),
    gpuUtilisationPercent: uses.map((use) => use?.gpuUtilisationPercent ?? null),
    gpuMemoryUsedMiB: uses.map((use) => use?.gpuMemoryUsedMiB ?? null),
  });
}

type Use = Omit<JobUsage, "at">;

function useOf(job: JobId, samples: readonly UsageSample[]): Use | null {
  const parts = samples.flatMap(({ jobs }) => jobs.filter((part) => part.job === job));
  const gpus = samples.flatMap((sample) => sample.gpus.filter((gpu) => gpu.job === job));
  if (parts.length + gpus.length === 0) return null;
  const cores = sum(parts.map((part) => part.cores));
  return {
    cpuPercent: cores && cores * 100,
    memoryMiB: sum(parts.map((part) => part.memoryMiB)),
    gpuUtilisationPercent: mean(gpus.map((gpu) => [gpu.utilisationPercent, gpu.held])),
    gpuMemoryUsedMiB: sum(gpus.map((gpu) => gpu.memoryUsedMiB)),
  };
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
}

const samplesIn = ({ history }: Meter, server: ServerId, { from, to, step }: Steps): Promise<UsageSample[]> =>
  history.read(server, from, to + step, step);

const endsOf = ({ from, step, count }: Steps): Instant[] =>
  Array.from({ length: count }, (_, i) => Math.round(from + (i + 1) * step));

/** Each step's sample. What is coarser than a step stands in each that it covers. */
function inSteps(samples: readonly UsageSample[], { from, step, count }: Steps): (UsageSample | null)[] {
  const parts: UsageSample[][] = Array.from({ length: count }, () => []);
  for (const sample of samples) {
    const middle = Math.floor((sample.at - sample.millis / 2 - from) / step);
    const first = Math.ceil((sample.at - sample.millis - from) / step - 0.5);
    const last = Math.floor((sample.at - from) / step - 0.5);
    // The steps whose middle it covers, or the one that its own lies in.
    for (let i = Math.min(first, middle); i <= Math.max(last, middle); i++)
      if ((i >= first && i <= last) || i === middle) parts[i]?.push(sample);
  }
  return parts.map((part) => (part.length > 0 ? merged(part) : null));
}
