import type { Event, JobPatch } from "../event.ts";
import type { Job } from "../job.ts";
import { isSuspended } from "../job.ts";
import { type JobSpec, poolOf } from "../job-spec.ts";
import type { Scheduler } from "../scheduler.ts";
import { type Server, unfit } from "../server.ts";
import { suitsGpu } from "../shape.ts";
import type { Instant } from "../time.ts";
import type { ChangeBy, SmallestChange } from "./change.ts";
import type { Hearing } from "./hearing.ts";
import type { Outlook } from "./room.ts";
import type { Ahead } from "./turn.ts";
import { named, span } from "./words.ts";

/** A change that may be what it takes: what would happen first, and how it is told. */
export interface Candidate {
  /** `with gpus.min 3`. */
  readonly words: string;
  readonly events: readonly Event[];
  readonly by: ChangeBy;
  readonly fields: SmallestChange["fields"];
  readonly command: string | null;
}

/** What is known of the job that waits. */
export interface Case {
  readonly job: Job;
  readonly scheduler: Scheduler;
  readonly now: Instant;
  readonly hearing: Hearing;
  readonly outlook: Outlook;
  readonly ahead: Ahead | null;
}

type Patch = JobPatch & Partial<Pick<JobSpec, "memoryMiB" | "servers">>;

/** A change of the job's own request. */
const ofJob = ({ job, now }: Case, words: string, patch: Patch, fields: Candidate["fields"]): Candidate => ({
  words,
  events: [{ type: "JobUpdated", job: job.id, patch, at: now }],
  by: "user",
  fields,
  command: commandOf(job, fields),
});

/** What `update` can change while a job waits; the rest takes a new submission. */
const FLAGS: Readonly<Record<string, string>> = {
  gpus: "--gpus",
  cores: "--cores",
  priority: "--priority",
};

function commandOf({ id }: Job, fields: Candidate["fields"]): string | null {
  const flags = Object.entries(fields).map(([field, value]) => (FLAGS[field] ? `${FLAGS[field]} ${value}` : null));
  return flags.includes(null) ? null : `schedulearn update ${id} ${flags.join(" ")}`;
}

/** With so many units of its pool; the ways to ask for fewer, the least change first. */
export function withSize(about: Case, size: number): Candidate[] {
  const { spec } = about.job;
  const pool = poolOf(spec);
  const now = spec[pool];
  const isFixed = now.min === now.max;
  const found: Candidate[] = [];
  if (size >= now.min)
    found.push(
      ofJob(about, `with ${pool}.preferred ${size}`, patchOf(spec, { preferred: size }), {
        [`${pool}.preferred`]: size,
      }),
    );
  else {
    found.push(ofJob(about, `with ${pool}.min ${size}`, patchOf(spec, { min: size }), { [`${pool}.min`]: size }));
    if (isFixed)
      found.push(
        ofJob(about, `with ${pool} ${size}`, patchOf(spec, { min: size, max: size, preferred: size }), {
          [pool]: size,
        }),
      );
    else
      found.push(
        ofJob(about, `with ${pool}.min and ${pool}.preferred ${size}`, patchOf(spec, { min: size, preferred: size }), {
          [`${pool}.min`]: size,
          [`${pool}.preferred`]: size,
        }),
      );
  }
  return found;
}

function patchOf(spec: JobSpec, sizes: Partial<JobSpec["cores"]>): Patch {
  return poolOf(spec) === "gpus" ? { gpus: { ...spec.gpus, ...sizes } } : { cores: { ...spec.cores, ...sizes } };
}

/** Sizes for which there is room now, less than what it wants; the greatest first. */
export function sizesThatFit({ outlook: { offers, small, shape, wanted } }: Case): number[] {
  const sizes = [...offers, ...small].map(({ size }) => size).sort((a, b) => b - a);
  const together = shape.maxServers > 1 ? [sizes.slice(0, shape.maxServers).reduce((sum, size) => sum + size, 0)] : [];
  const all = [...together, ...sizes].filter((size) => size > 0 && size < wanted && size >= shape.minServers);
  return [...new Set(all)].sort((a, b) => b - a);
}

/** Over several servers, as few as will do. */
export function withServers(about: Case): Candidate[] {
  const { job, outlook } = about;
  const { servers } = job.spec;
  const sizes = [...outlook.offers, ...outlook.small].map(({ size }) => size).sort((a, b) => b - a);
  let sum = 0;
  for (const [i, size] of sizes.entries()) {
    sum += size;
    if (size === 0) break;
    if (sum >= outlook.wanted && i + 1 > servers.max)
      return [
        ofJob(about, `with ${i + 1} servers`, { servers: { min: servers.min, max: i + 1 } }, { "servers.max": i + 1 }),
      ];
  }
  return [];
}

/** With other GPUs, less memory, fewer cores: what is there. */
export function withLess(about: Case): Candidate[] {
  const { job, outlook, scheduler } = about;
  const { spec } = job;
  const { shape, wanted } = outlook;
  const found: Candidate[] = [];
  const open = [...outlook.offers, ...outlook.small];
  if (shape.model !== null)
    found.push(ofJob(about, "with gpus.model any", { gpus: { ...spec.gpus, model: null } }, { "gpus.model": null }));
  if (shape.gpuMemoryMiB !== null) {
    const sizes = [...scheduler.servers.values()]
      .flatMap(({ gpus }) => gpus.map(({ memoryMiB }) => memoryMiB ?? 0))
      .filter((size) => size < (shape.gpuMemoryMiB ?? 0));
    for (const memoryMiB of [...new Set(sizes)].sort((a, b) => b - a).slice(0, 2))
      found.push(
        ofJob(
          about,
          `with gpus.memoryMiB ${memoryMiB}`,
          { gpus: { ...spec.gpus, memoryMiB } },
          {
            "gpus.memoryMiB": memoryMiB,
          },
        ),
      );
  }
  const whole = open.filter(({ free }) => free >= (shape.maxServers > 1 ? 1 : wanted));
  if (shape.pool === "gpus" && whole.length > 0) {
    const cores = Math.max(0, ...whole.map(({ draft }) => draft.freeCores));
    if (cores < shape.cores)
      found.push(
        ofJob(about, `with cores ${cores}`, { cores: { min: cores, preferred: cores, max: cores } }, { cores }),
      );
  }
  const memory = Math.max(0, ...whole.map(({ draft, room }) => room.server.memoryMiB - draft.memoryMiB));
  if (memory > 0 && memory < shape.memoryMiB)
    found.push(ofJob(about, `with memoryMiB ${memory}`, { memoryMiB: memory }, { memoryMiB: memory }));
  return found.length > 1 ? [...found, found.reduce(both)] : found;
}

/** Two changes at once. */
export function both(a: Candidate, b: Candidate): Candidate {
  return {
    words: `${a.words} and ${b.words.replace(/^with /, "")}`,
    events: [...a.events, ...b.events],
    by: a.by === "user" ? b.by : a.by,
    fields: { ...a.fields, ...b.fields },
    command: null,
  };
}

/** Priorities that may do, the least first. */
export function prioritiesThatMayDo({ job, scheduler }: Case): number[] {
  const own = job.spec.priority;
  const others = [...scheduler.jobs.values()].map(({ spec }) => spec.priority).filter((each) => each >= own);
  return [...new Set(others)].sort((a, b) => a - b).map((each) => each + 1);
}

export const withPriority = (about: Case, priority: number): Candidate =>
  ofJob(about, `with priority ${priority}`, { priority }, { priority });

/** Before the deadlines of all that stand before it. */
export function withDeadline(about: Case): Candidate[] {
  const { ahead, now } = about;
  if (ahead?.by !== "deadline") return [];
  const deadlines = ahead.jobs.flatMap(({ job }) => (job.spec.deadline === null ? [] : [job.spec.deadline]));
  const at = Math.min(now + 86_400_000, ...deadlines.map((deadline) => deadline - 1_000));
  if (at <= now || at >= (about.job.spec.deadline ?? Number.POSITIVE_INFINITY)) return [];
  return [ofJob(about, `with a deadline within ${span(at - now)}`, { deadline: at }, { deadline: at })];
}

/** With a server that could hold it and takes no jobs. */
export function withServer({ outlook: { closed }, now }: Case): Candidate[] {
  const each = closed.map((server): Candidate & { readonly ease: number } => {
    const events: Event[] = [];
    const words: string[] = [];
    const { id } = server;
    let by: ChangeBy = "operator";
    if (server.cordoned !== undefined) {
      events.push({ type: "ServerCordoned", server: id, cordoned: false, reason: null, at: now });
      words.push("is uncordoned");
    }
    if (server.draining) {
      events.push({ type: "ServerDrained", server: id, draining: false, at: now });
      words.push("does not drain any more");
    }
    if (server.health !== "up") {
      events.push({ type: "ServerHealthChanged", server: id, health: "up", reason: null, at: now });
      words.push("can be reached again");
      by = "world";
    }
    const { freeDiskMiB, minFreeDiskMiB = 0, images = [] } = server;
    if (freeDiskMiB !== undefined && freeDiskMiB < minFreeDiskMiB) {
      events.push({
        type: "ServerMeasured",
        server: id,
        freeDiskMiB: minFreeDiskMiB,
        minFreeDiskMiB,
        images,
        at: now,
      });
      words.push(`has ${minFreeDiskMiB} MiB of free disk`);
      by = "world";
    }
    const command = words.length > 1 || by === "world" ? null : commandFor(server);
    return {
      words: `if server ${id} ${words.join(" and ")}`,
      events,
      by,
      fields: {},
      command,
      ease: by === "world" ? 1 : 0,
    };
  });
  return each.sort((a, b) => a.ease - b.ease);
}

const commandFor = ({ id, draining }: Server): string => `schedulearn ${draining ? "undrain" : "uncordon"} ${id}`;

/** With GPUs that nobody may be given: on the server where the fewest are missing. */
export function withGpus({ outlook: { offers, shape, wanted }, now }: Case): Candidate[] {
  if (shape.pool === "cores") return [];
  const found = offers.flatMap(({ room, free }) => {
    const out = room.server.gpus.filter(
      (gpu, i) => unfit(gpu) !== null && room.gpuOwner[i] === null && suitsGpu(gpu, shape),
    );
    const missing = Math.max(1, wanted - free);
    return out.length >= missing && free < wanted ? [{ server: room.server, gpus: out.slice(0, missing) }] : [];
  });
  return found
    .sort((a, b) => a.gpus.length - b.gpus.length)
    .map(({ server, gpus }): Candidate => {
      const names = gpus.map(({ index }) => `${server.id}/${index}`);
      const isFaulty = gpus.some(({ fault }) => fault !== undefined);
      const what = isFaulty ? (names.length === 1 ? "is released" : "are released") : "had no work of others on";
      return {
        words: `if ${names.length === 1 ? "GPU" : "GPUs"} ${named(names)} ${what}`,
        events: gpus.map(({ id: gpu }) => ({
          type: "GpuStateChanged",
          server: server.id,
          gpu,
          fault: null,
          busy: null,
          at: now,
        })),
        by: isFaulty ? "operator" : "world",
        fields: {},
        command: isFaulty && names.length === 1 ? `schedulearn gpus release ${names[0]}` : null,
      };
    });
}

/** With other options of the policy: a greater quota, or leave to pass. */
export function withOptions({ job, scheduler, hearing, ahead, outlook, now }: Case): Candidate[] {
  const { setting } = scheduler;
  const found: Candidate[] = [];
  const turned = hearing.turnedAway.get(job.id);
  const changed = (words: string, name: string, value: unknown, text: string): Candidate => ({
    words,
    events: [{ type: "PolicyChanged", ...setting, options: { ...setting.options, [name]: value }, at: now }],
    by: "operator",
    fields: {},
    command: `schedulearn policy set ${setting.policy} --option ${name}=${text}`,
  });
  if (turned?.kind === "quota") {
    const name = turned.pool === "gpus" ? "quotas" : "coreQuotas";
    const before = (setting.options[name] ?? {}) as Readonly<Record<string, number>>;
    const quota = turned.held + outlook.wanted;
    const quotas = { ...before, [turned.user]: quota };
    const text = Object.entries(quotas).map(([user, most]) => `${user}=${most}`);
    found.push(changed(`if the quota of ${turned.user} is raised to ${quota}`, name, quotas, text.join(",")));
  }
  if ((ahead?.head ?? null) !== null || turned?.kind === "reservation")
    found.push(changed("with the policy's option backfill=fit", "backfill", "fit", "fit"));
  return found;
}

/** At most so many that stand before it are imagined away, and so many that hold what it needs are imagined to end. */
const MOST_HELD = 3;
const MOST_ENDING = 4;

/** Were those held that stand before it. */
export function withoutThoseAhead({ ahead, now }: Case): Candidate[] {
  const jobs = ahead?.jobs.map(({ job }) => job.id) ?? [];
  if (!ahead || jobs.length === 0 || ahead.count > MOST_HELD) return [];
  return [
    {
      words: `if ${named(jobs)} ${jobs.length === 1 ? "were" : "were all"} held`,
      events: jobs.map((job) => ({ type: "JobPaused", job, by: "user", at: now })),
      by: "user",
      fields: {},
      command: `schedulearn pause ${jobs.join(" ")}`,
    },
  ];
}

/** Had a job ended that holds what it needs: those on the freest servers first. */
export function withoutHolder({ job, scheduler, outlook, now }: Case): Candidate[] {
  const holders = new Set<string>();
  for (const { room } of outlook.offers) {
    const owners = new Set([...room.gpuOwner, ...room.coreOwner]);
    for (const owner of owners) if (owner !== null && owner !== job.id) holders.add(owner);
    if (holders.size >= MOST_ENDING) break;
  }
  return [...holders].slice(0, MOST_ENDING).flatMap((id): Candidate[] => {
    const holder = scheduler.job(id);
    if (!holder || (holder.state.status !== "running" && !isSuspended(holder))) return [];
    const exit = { outcome: { kind: "succeeded" }, exitCode: 0, signal: null } as const;
    return [
      {
        words: `if ${id} had ended`,
        events: [{ type: "RunExited", job: id, attempt: holder.attempt, ...exit, at: now }],
        by: "world",
        fields: {},
        command: null,
      },
    ];
  });
}
