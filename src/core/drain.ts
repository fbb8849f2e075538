import { findElsewhere } from "./elsewhere.ts";
import type { Event } from "./event.ts";
import { type Guard, MOVE_AGAIN } from "./guards.ts";
import type { Job, JobId } from "./job.ts";
import { isSuspended } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import type { Packer } from "./packer.ts";
import { migrationEvent } from "./plan.ts";
import type { Placement, Server, ServerId } from "./server.ts";
import type { Instant } from "./time.ts";

/** At most so many jobs move away from draining servers at once. */
const MOST_DRAINING_MOVES = 2;

interface Cluster {
  readonly jobs: ReadonlyMap<JobId, Job>;
  readonly servers: ReadonlyMap<ServerId, Server>;
  readonly ledger: Ledger;
  snapshot(now: Instant): { readonly guard: Guard };
  packer(snapshot: { readonly guard: Guard }): Packer;
}

/**
 * Moves away from draining servers that can begin now, and when to look again: for those whose last move failed, and at the next
 * deadline. Behind its deadline nothing waits for a move any more: what still runs there saves its work and stops.
 */
export function drainMoves(cluster: Cluster, now: Instant): { events: readonly Event[]; wakeAt: Instant | null } {
  // From one that is down nothing can be stopped in order: its jobs go when it is back.
  const draining = [...cluster.servers.values()].filter((server) => server.draining && server.health !== "down");
  if (draining.length === 0) return { events: [], wakeAt: null };
  const leaves = ({ state }: Job): Server | undefined =>
    "on" in state ? draining.find(({ id }) => state.on.some(({ server }) => server === id)) : undefined;
  const isLate = ({ drain }: Server): boolean => (drain?.deadlineAt ?? Number.POSITIVE_INFINITY) <= now;
  const moving = [...cluster.jobs.values()].filter(({ state }) => state.status === "migrating").length;
  const packer = cluster.packer(cluster.snapshot(now));
  const events: Event[] = [];
  let moves = MOST_DRAINING_MOVES - moving;
  let wakeAt = Number.POSITIVE_INFINITY;
  for (const { drain } of draining)
    if (drain?.deadlineAt && drain.deadlineAt > now) wakeAt = Math.min(wakeAt, drain.deadlineAt);
  for (const job of cluster.jobs.values()) {
    const server = leaves(job);
    const { status } = job.state;
    if (!server || status === "preempting" || status === "cancelling") continue;
    if (isLate(server)) {
      const cause = `server ${server.id} is draining, and its deadline has passed`;
      if (status !== "migrating") events.push({ type: "JobPreempted", job: job.id, cause, by: "drain", at: now });
      continue;
    }
    if (moves <= 0) continue;
    if (isSuspended(job)) {
      // It is frozen, and its cores are given back elsewhere: it saves, stops, and waits for room.
      events.push({ type: "JobPreempted", job: job.id, cause: "its server is draining", by: "drain", at: now });
      moves--;
      continue;
    }
    if (job.state.status !== "running" || job.state.leaving) continue;
    const againAt = (job.moveFailedAt ?? Number.NEGATIVE_INFINITY) + MOVE_AGAIN;
    if (againAt > now) {
      wakeAt = Math.min(wakeAt, againAt);
      continue;
    }
    const to = placeFor(job, server.id, packer, cluster.ledger);
    if (!to) continue;
    events.push(migrationEvent(job, to, "drain", now));
    moves--;
  }
  return { events, wakeAt: Number.isFinite(wakeAt) ? wakeAt : null };
}

/** A gang may stay on those of its servers that do not drain. */
function placeFor(job: Job, except: ServerId, packer: Packer, ledger: Ledger): Placement | null {
  const isGang = "on" in job.state && job.state.on.length > 1;
  if (isGang) packer.evict(job);
  const near = isGang ? findElsewhere(packer, job, { except }) : null;
  if (near && ledger.isIdle(near, job.id)) return near;
  if (near) packer.evict(job);
  return findElsewhere(packer, job, { except, idleNow: true });
}
