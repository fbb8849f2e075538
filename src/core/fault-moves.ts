import { findElsewhere } from "./elsewhere.ts";
import type { Event } from "./event.ts";
import { MOVE_AGAIN } from "./guards.ts";
import type { Job, JobId } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import type { Packer } from "./packer.ts";
import { migrationEvent } from "./plan.ts";
import type { Snapshot } from "./policy.ts";
import type { Gpu, Placement, Server, ServerId } from "./server.ts";
import { leadServer } from "./server.ts";
import type { Instant } from "./time.ts";

interface Cluster {
  readonly jobs: ReadonlyMap<JobId, Job>;
  readonly servers: ReadonlyMap<ServerId, Server>;
  readonly ledger: Ledger;
  snapshot(now: Instant): Snapshot;
  packer(snapshot: Snapshot): Packer;
}

/**
 * Whoever runs on a quarantined GPU goes to others: of its own server where there is room, which carries nothing, else of another; and where there is
 * none it saves its work and waits. Tells also when to look again for those whose last move failed.
 */
export function faultMoves(cluster: Cluster, now: Instant): { events: readonly Event[]; wakeAt: Instant | null } {
  const faulty = faultyGpus(cluster.servers.values());
  if (faulty.size === 0) return { events: [], wakeAt: null };
  const events: Event[] = [];
  let packer: Packer | null = null;
  let wakeAt = Number.POSITIVE_INFINITY;
  for (const job of cluster.jobs.values()) {
    if (job.state.status !== "running" || job.state.leaving) continue;
    const gpu = faultyAmong(job.state.on, faulty);
    if (!gpu || cluster.servers.get(leadServer(job.state.on))?.health === "down") continue;
    const againAt = (job.moveFailedAt ?? Number.NEGATIVE_INFINITY) + MOVE_AGAIN;
    if (againAt > now) {
      wakeAt = Math.min(wakeAt, againAt);
      continue;
    }
    packer ??= cluster.packer(cluster.snapshot(now));
    packer.evict(job);
    const to = placeFor(job, leadServer(job.state.on), packer, cluster.ledger);
    const cause = `GPU ${gpu.id} is quarantined: ${gpu.fault}`;
    events.push(
      to
        ? migrationEvent(job, to, "unhealthy-gpu", now)
        : { type: "JobPreempted", job: job.id, cause, by: "unhealthy-gpu", at: now },
    );
  }
  return { events, wakeAt: Number.isFinite(wakeAt) ? wakeAt : null };
}

function faultyGpus(servers: Iterable<Server>): ReadonlyMap<string, Gpu> {
  const faulty = new Map<string, Gpu>();
  for (const { gpus } of servers) for (const gpu of gpus) if (gpu.fault !== undefined) faulty.set(gpu.id, gpu);
  return faulty;
}

function faultyAmong(on: Placement, faulty: ReadonlyMap<string, Gpu>): Gpu | undefined {
  for (const { gpus } of on) for (const id of gpus) if (faulty.has(id)) return faulty.get(id);
  return undefined;
}

/** On its own server with what else it holds there, if the rest is idle; or wherever all is idle. */
function placeFor(job: Job, own: ServerId, packer: Packer, ledger: Ledger): Placement | null {
  const near = findElsewhere(packer, job, { only: own });
  if (near && ledger.isIdle(near, job.id)) return near;
  if (near) packer.evict(job);
  return findElsewhere(packer, job, { idleNow: true, mayUse: () => true });
}
