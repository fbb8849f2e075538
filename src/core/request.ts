import { findElsewhere } from "./elsewhere.ts";
import { domainError } from "./errors.ts";
import type { Event, JobPatch } from "./event.ts";
import type { Job, JobId } from "./job.ts";
import { endOf, isOver } from "./job.ts";
import { type JobSpec, poolOf } from "./job-spec.ts";
import { refuseLive } from "./live-migration.ts";
import { migrationEvent } from "./plan.ts";
import type { Scheduler } from "./scheduler.ts";
import type { Gpu, Placement, Server, ServerId } from "./server.ts";
import { conditionOf, gpuCount, leadServer, unfit } from "./server.ts";
import { standingOf } from "./server-state.ts";
import { canHold, capacityFor, isOpen, largestSize, shapeOf } from "./shape.ts";
import type { Instant } from "./time.ts";

/** A request is not a fact: each function here looks at the present state and gives the events that the request comes to, or throws a DomainError. */

export const requestSubmit = (scheduler: Scheduler, id: JobId, spec: JobSpec, key: string | null, now: Instant) =>
  requestSubmitAll(scheduler, [{ id, spec }], key, now);

/** Jobs of one kind, in what they ask for and what they come after: a batch, or one job. The key is the first one's. */
export function requestSubmitAll(
  scheduler: Scheduler,
  jobs: readonly { readonly id: JobId; readonly spec: JobSpec }[],
  key: string | null,
  at: Instant,
): Event[] {
  const [first] = jobs;
  if (!first) return [];
  refuseImpossible(scheduler, first.spec);
  const blockedBy = stillToCome(scheduler, first.spec.after);
  return jobs.map(({ id: job, spec }) => ({
    type: "JobSubmitted",
    job,
    spec,
    blockedBy,
    key: job === first.id ? key : null,
    countsLoss: true,
    at,
  }));
}

const stillToCome = (scheduler: Scheduler, jobs: readonly JobId[]): JobId[] =>
  jobs.filter((id) => {
    const job = scheduler.job(id);
    return job !== undefined && !isOver(job);
  });

/** A job that is over is not known here: the caller looks it up and restores it for a retry or a deletion. */
export function requestCancel(
  scheduler: Scheduler,
  id: JobId,
  options: { by: string; delete: boolean; graceSeconds: number | null },
  now: Instant,
): Event[] {
  const job = find(scheduler, id);
  if (!isOver(job)) return [{ type: "JobCancelled", job: id, ...options, at: now }];
  if (options.delete) return [{ type: "JobDeleted", job: id, at: now }];
  throw domainError("CONFLICT", `${id} is over already: it ${endOf(job)}`, ["id"]);
}

export function requestUpdate(scheduler: Scheduler, id: JobId, patch: JobPatch, now: Instant): Event[] {
  const job = findLive(scheduler, id);
  const sizes = (["gpus", "cores"] as const).filter((field) => patch[field] && !changesInPlace(job, field));
  if (sizes.length > 0 && job.state.status !== "pending")
    throw domainError(
      "CONFLICT",
      `${sizes.join(" and ")} of ${id} can only change while it waits; it is ${job.state.status}`,
      [sizes[0] as string],
    );
  refuseImpossible(scheduler, { ...job.spec, ...patch });
  return [{ type: "JobUpdated", job: id, patch, at: now }];
}

/** Cores are given and taken while a program without GPUs runs, if it can change its size at all. */
const changesInPlace = ({ spec }: Job, field: "gpus" | "cores"): boolean =>
  field === "cores" && poolOf(spec) === "cores" && spec.elasticity !== "none";

export function requestPause(scheduler: Scheduler, id: JobId, now: Instant): Event[] {
  const { state } = findLive(scheduler, id);
  if (state.status === "running" && state.leaving)
    throw domainError("CONFLICT", `${id} is being resized: try again in a moment`, ["id"]);
  const isSuspended = state.status === "paused" && state.by === "policy";
  if (state.status === "running" || isSuspended || (state.status === "pending" && !state.held))
    return [{ type: "JobPaused", job: id, by: "user", at: now }];
  const what = state.status === "pending" ? "held already" : state.status;
  throw domainError("CONFLICT", `${id} cannot be paused: it is ${what}`, ["id"]);
}

export function requestResume(scheduler: Scheduler, id: JobId, now: Instant): Event[] {
  const { state } = findLive(scheduler, id);
  if (state.status === "paused" && state.by === "policy")
    throw domainError("CONFLICT", `${id} goes on by itself: it waits for cores that the policy gave to others`, ["id"]);
  if (state.status === "paused" || (state.status === "pending" && state.held))
    return [{ type: "JobResumed", job: id, on: null, at: now }];
  throw domainError("CONFLICT", `${id} cannot be resumed: it is ${state.status}, not paused`, ["id"]);
}

/** `unmet`: the jobs in `after` that had not completed when it was looked. */
export function requestRetry(scheduler: Scheduler, id: JobId, unmet: readonly JobId[], now: Instant): Event[] {
  const job = find(scheduler, id);
  if (!isOver(job)) throw domainError("CONFLICT", `${id} is not over: it is ${job.state.status}`, ["id"]);
  if (job.deleteWhenOver) throw domainError("CONFLICT", `${id} is being deleted`, ["id"]);
  if (job.state.status === "completed")
    throw domainError("CONFLICT", `${id} has completed: there is nothing to retry; submit it again instead`, ["id"]);
  refuseImpossible(scheduler, job.spec);
  return [{ type: "JobRetried", job: id, blockedBy: stillToCome(scheduler, unmet), at: now }];
}

/** To the named server, or wherever the placement rule likes best. @param live as it runs, with its memory */
export function requestMigrate(
  scheduler: Scheduler,
  id: JobId,
  to: ServerId | null,
  now: Instant,
  live = false,
): Event[] {
  const job = findLive(scheduler, id);
  const { state } = job;
  if (state.status !== "running")
    throw domainError("CONFLICT", `only a running job can be migrated; ${id} is ${state.status}`, ["id"]);
  const from = leadServer(state.on);
  const source = scheduler.servers.get(from);
  if (source?.health !== "up")
    throw domainError(
      "UNREACHABLE",
      `${id} cannot be stopped in order: its server ${from} is ${source?.health ?? "gone"}`,
      ["id"],
    );
  if (to !== null) {
    const server = findServer(scheduler, to, ["to"]);
    if (to === from) throw domainError("CONFLICT", `${id} runs on ${to} already`, ["to"]);
    if (server.health !== "up")
      throw domainError("UNREACHABLE", `server ${to} is ${server.health}: ${server.reason}`, ["to"]);
    if (!isOpen(server))
      throw domainError("CONFLICT", `server ${to} is ${standingOf(server).state} and takes no job`, ["to"]);
  }
  if (state.leaving) throw domainError("CONFLICT", `${id} is being resized: try again in a moment`, ["id"]);
  // What no room would change is told before there is none.
  if (live) refuseLive(job, state.on, [], scheduler.servers);
  const bounds = { ...(to === null ? { except: from } : { only: to }), idleNow: true };
  const place = findElsewhere(scheduler.packer(scheduler.snapshot(now)), job, bounds);
  if (!place) {
    const what = describe(job.spec, gpuCount(state.on));
    const message =
      to === null ? `no other server has room for ${what} now` : `server ${to} has no room for ${what} now`;
    throw domainError("NO_ROOM", message, ["to"]);
  }
  if (live) refuseLive(job, state.on, place, scheduler.servers);
  const moved = scheduler.withPorts(migrationEvent(job, place, "user", now, live));
  if (!moved)
    throw domainError("NO_ROOM", `${place.map(({ server }) => server).join(", ")} has no port left to lease`, ["to"]);
  return [moved];
}

export function requestJoin(scheduler: Scheduler, server: Server, now: Instant): Event[] {
  if (scheduler.servers.has(server.id))
    throw domainError("CONFLICT", `there is a server named ${server.id} already`, ["name"]);
  return [{ type: "ServerJoined", server: server.id, joined: server, at: now }];
}

/** Its jobs are moved away; behind the deadline what still runs there is preempted. */
export function requestDrain(
  scheduler: Scheduler,
  id: ServerId,
  draining: boolean,
  now: Instant,
  terms: { readonly reason?: string | null; readonly deadlineAt?: Instant | null } = {},
): Event[] {
  findServer(scheduler, id, ["name"]);
  return [{ type: "ServerDrained", server: id, draining, ...(draining && terms), at: now }];
}

/** It takes no new run, and its jobs stay. */
export function requestCordon(
  scheduler: Scheduler,
  id: ServerId,
  cordoned: boolean,
  reason: string | null,
  now: Instant,
): Event[] {
  findServer(scheduler, id, ["name"]);
  return [{ type: "ServerCordoned", server: id, cordoned, reason: cordoned ? reason : null, at: now }];
}

/** Nobody is given the GPU until it is released, and whoever has it is moved. @param gpu `server/index` or `server/uuid` */
export function requestQuarantine(scheduler: Scheduler, gpu: string, reason: string, now: Instant): Event[] {
  const { server, found } = findGpu(scheduler, gpu);
  if (found.fault !== undefined)
    throw domainError("CONFLICT", `GPU ${gpu} is quarantined already: ${found.fault}`, ["gpu"]);
  const condition = { ...conditionOf(found), fault: reason };
  return [{ type: "GpuStateChanged", server, gpu: found.id, ...condition, at: now }];
}

/** What was found is forgotten; seen again, it is found again. */
export function requestRelease(scheduler: Scheduler, gpu: string, now: Instant): Event[] {
  const { server, found } = findGpu(scheduler, gpu);
  if (unfit(found) === null) throw domainError("CONFLICT", `GPU ${gpu} is not quarantined`, ["gpu"]);
  return [{ type: "GpuStateChanged", server, gpu: found.id, fault: null, busy: null, at: now }];
}

function findGpu(scheduler: Scheduler, name: string): { server: ServerId; found: Gpu } {
  const server = findServer(scheduler, name.split("/")[0] as string, ["gpu"]);
  const found = gpuNamed(server, name);
  if (found) return { server: server.id, found };
  const names = server.gpus.map(({ index }) => `${server.id}/${index}`).join(", ") || "none";
  throw domainError("NOT_FOUND", `there is no GPU ${name}; there are: ${names}`, ["gpu"]);
}

/** @param name `server/index` or `server/uuid` */
export const gpuNamed = ({ id: server, gpus }: Server, name: string): Gpu | undefined =>
  gpus.find(({ id, index }) => id === name || `${server}/${index}` === name);

/** With `force` its runs count as lost, and jobs that would go on with a checkpoint there begin anew. */
export function requestRemove(scheduler: Scheduler, id: ServerId, force: boolean, now: Instant): Event[] {
  findServer(scheduler, id, ["name"]);
  const removed: Event = { type: "ServerRemoved", server: id, at: now };
  if (force) return [...scheduler.ledger.holders(id).flatMap((job) => lostRuns(scheduler, job, id, now)), removed];
  const owners = [...scheduler.jobs.values()]
    .filter(({ checkpoint }) => checkpoint?.server === id)
    .map((job) => job.id);
  const jobs = scheduler.ledger.holders(id);
  if (jobs.length === 0 && owners.length > 0)
    throw domainError(
      "CONFLICT",
      `the checkpoint of ${owners.join(", ")} lies on ${id}: let it go on elsewhere first, or force it`,
      ["name"],
    );
  if (jobs.length > 0)
    throw domainError(
      "CONFLICT",
      `${jobs.join(", ")} still ${jobs.length === 1 ? "runs" : "run"} on ${id}: drain it first, or force it`,
      ["name"],
    );
  return [removed];
}

/** The runs of a job that are on the server, or were to be: each ends with it. */
function lostRuns(scheduler: Scheduler, id: JobId, server: ServerId, at: Instant): Event[] {
  const job = find(scheduler, id);
  const { state } = job;
  const isThere = (on: Placement): boolean => on.some((share) => share.server === server);
  const lost = (attempt: number): Event => {
    const cause = { origin: "infrastructure", code: "server-lost", message: `server ${server} was removed` } as const;
    return {
      type: "RunExited",
      job: id,
      attempt,
      outcome: { kind: "failed", cause },
      exitCode: null,
      signal: null,
      at,
    };
  };
  const events: Event[] = [];
  if (state.status === "migrating" && isThere(state.to)) events.push(lost(job.attempt + 1));
  if ("on" in state && isThere(state.on)) {
    events.push(lost(job.attempt));
    if (state.status === "starting" && state.fallback && isThere(state.fallback)) events.push(lost(job.attempt + 1)); // the way back
  }
  return events;
}

function find(scheduler: Scheduler, id: JobId): Job {
  const job = scheduler.job(id);
  if (!job) throw domainError("NOT_FOUND", `there is no job ${id}`, ["id"]);
  return job;
}

function findLive(scheduler: Scheduler, id: JobId): Job {
  const job = find(scheduler, id);
  if (isOver(job)) throw domainError("CONFLICT", `${id} is over: it ${endOf(job)}`, ["id"]);
  if (job.state.status === "cancelling") throw domainError("CONFLICT", `${id} is being stopped`, ["id"]);
  return job;
}

function findServer(scheduler: Scheduler, id: ServerId, path: readonly string[]): Server {
  const server = scheduler.servers.get(id);
  if (server) return server;
  const names = [...scheduler.servers.keys()].join(", ") || "none";
  throw domainError("NOT_FOUND", `there is no server ${id}; there are: ${names}`, path);
}

/** A job that no server could ever hold is refused at once rather than left waiting for ever. */
function refuseImpossible(scheduler: Scheduler, spec: JobSpec): void {
  const servers = [...scheduler.servers.values()];
  const maybe = (server: Server): boolean => server.cores === 0 || canHold(server, { spec }); // 0: not looked at yet
  if (servers.length === 0) return;
  if (servers.some(maybe)) return refuseTooWide(servers, spec);
  const most = servers.map(
    (server) => `${server.id} (${server.gpus.length} GPUs, ${server.cores} cores, ${server.memoryMiB} MiB)`,
  );
  const { path, what } = tooMuch(servers, spec);
  throw domainError("INVALID_INPUT", `no server could ever hold ${what}; there are ${most.join(", ")}`, path);
}

/** Its members fit somewhere, but are there enough servers for all of them? */
function refuseTooWide(servers: readonly Server[], spec: JobSpec): void {
  const shape = shapeOf({ spec });
  if (shape.maxServers === 1 || servers.some(({ cores }) => cores === 0)) return; // one that is not looked at yet may do
  const able = servers.filter((server) => capacityFor(server, shape) > 0);
  if (able.length < shape.minServers)
    throw domainError(
      "INVALID_INPUT",
      `it asks for ${shape.minServers} servers, and there are ${able.length} that could take part`,
      ["servers"],
    );
  const least = spec[shape.pool].min;
  const most = largestSize(servers, shape);
  if (most < least)
    throw domainError(
      "INVALID_INPUT",
      `${shape.maxServers} servers together have at most ${most} ${shape.pool} for it, and it asks for ${least}`,
      [shape.pool],
    );
}

/** What of the request no server has; all of it when each part is somewhere, but not together. */
export function tooMuch(servers: readonly Server[], spec: JobSpec): { path: readonly string[]; what: string } {
  const { mounts: _, runAs: __, ...rest } = spec;
  const nothing: JobSpec = {
    ...rest,
    image: spec.image ?? "",
    gpus: { ...spec.gpus, min: 0, max: 0, preferred: 0 },
    cores: { min: 0, max: 0, preferred: 0 },
    memoryMiB: null,
  };
  const parts: readonly (readonly [string, Partial<JobSpec>])[] = [
    ["gpus", { gpus: spec.gpus }],
    ["cores", { cores: spec.cores }],
    ["memoryMiB", { memoryMiB: spec.memoryMiB }],
    ["image", { image: spec.image }],
    ...(spec.mounts ? [["mounts", { mounts: spec.mounts }] as const] : []),
    ...(spec.runAs !== undefined ? [["runAs", { runAs: spec.runAs }] as const] : []),
  ];
  for (const [path, part] of parts) {
    const alone = { ...nothing, ...part };
    if (!servers.some((server) => canHold(server, { spec: alone })))
      return { path: [path], what: describe(alone, alone.gpus.min) };
  }
  return { path: [spec.gpus.min > 0 ? "gpus" : "cores"], what: describe(spec, spec.gpus.min) };
}

function describe(spec: JobSpec, gpus: number): string {
  const { model, memoryMiB } = spec.gpus;
  const parts = [
    gpus > 0
      ? `${gpus} ${model ? `${model} ` : ""}GPU${gpus === 1 ? "" : "s"}${memoryMiB ? ` of ${memoryMiB} MiB` : ""}`
      : null,
    spec.cores.min > 0 ? `${spec.cores.min} core${spec.cores.min === 1 ? "" : "s"}` : null,
    spec.memoryMiB === null ? null : `${spec.memoryMiB} MiB of memory`,
    spec.image === null ? "a command without an image (only a process server can run it)" : null,
    spec.mounts ? "mounts (only containers have them)" : null,
    spec.runAs !== undefined ? "another user (only containers have one)" : null,
  ];
  return parts.filter((part) => part !== null).join(", ");
}
