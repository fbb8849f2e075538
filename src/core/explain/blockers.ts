import type { Job, JobId } from "../job.ts";
import { isEligible, isSuspended } from "../job.ts";
import { poolOf } from "../job-spec.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Placement } from "../server.ts";
import type { Instant } from "../time.ts";
import { type Blocker, blocker } from "./blocker.ts";
import { type Hearing, hear, lineWith } from "./hearing.ts";
import { type Outlook, outlookFor } from "./room.ts";
import { aheadOf, orderBlocker, turnedAwayBlocker } from "./turn.ts";
import { named, span } from "./words.ts";

/** Does it wait for anything but its own end? */
export const isWaiting = (job: Job): boolean => job.state.status === "pending" || isSuspended(job);

/** All that keeps a waiting job from starting, the most decisive first: as the decision has it that a round would take now. */
export function blockersOf(job: Job, scheduler: Scheduler, now: Instant): readonly Blocker[] {
  if (!isWaiting(job)) return [];
  const own = ownBlockers(job, scheduler, now);
  return own.length > 0 ? own : decisionBlockers(job, scheduler, hear(scheduler, now), now);
}

/** What keeps it from being looked at by the policy at all. */
export function ownBlockers(job: Job, scheduler: Scheduler, now: Instant): readonly Blocker[] {
  const { state, blockedBy, spec } = job;
  const found: Blocker[] = [];
  if (state.status !== "pending") return found;
  if (state.held) found.push(blocker("held", "it is held until it is resumed"));
  if (blockedBy.length > 0)
    found.push(blocker("dependency", `it waits for ${named(blockedBy)} to complete`, { jobs: blockedBy }));
  if (job.awaitsTurn && spec.batch) {
    const { id, maxParallel } = spec.batch;
    const active = scheduler.batches.active(id);
    found.push(blocker("batch", `${active} of ${maxParallel} jobs of ${id} that may run at a time have their turn`));
  }
  if (state.notBefore > now)
    found.push(
      blocker("backoff", `it starts again ${span(state.notBefore - now)} from now, after a failure`, {
        until: state.notBefore,
      }),
    );
  return found;
}

export function decisionBlockers(job: Job, scheduler: Scheduler, hearing: Hearing, now: Instant): readonly Blocker[] {
  if (hearing.failure !== null)
    return [blocker("policy-failed", `the policy ${scheduler.setting.policy} fails: ${hearing.failure}`)];
  const on = hearing.decision.run.get(job.id);
  if (on) return [placeBlocker(job, on, scheduler, hearing)];
  const outlook = outlookFor(job, wantedBy(job, hearing), scheduler.ledger.rooms, hearing);
  if (outlook.blockers.some(({ kind }) => kind === "impossible" || kind === "no-server")) return outlook.blockers;
  const ahead = isEligible(job, now) || isSuspended(job) ? aheadOf(job, hearing) : null;
  const order = ahead && orderBlocker(ahead);
  const turned = hearing.turnedAway.get(job.id);
  const found: Blocker[] = [...outlook.blockers];
  if (order && ahead?.head !== null) found.unshift(order);
  else if (order) found.push(order);
  // Room that is kept for another is told of only where there is any.
  if (turned && (turned.kind !== "reservation" || outlook.hasRoom))
    found.splice(outlook.hasRoom ? 0 : found.length, 0, turnedAwayBlocker(turned, now));
  if (found.length === 0 || (outlook.hasRoom && !turned && ahead?.head == null))
    found.push(notChosen(outlook, scheduler));
  return found;
}

/** What it is to have at least, as the policy asked for it. */
export function wantedBy(job: Job, hearing: Hearing): number {
  const refused = hearing.refused.get(job.id);
  if (refused !== undefined) return refused;
  const line = lineWith(hearing, job.id);
  const contender = line?.waiting[line.placeOf(job.id) ?? -1];
  if (line && contender) return line.wanted(contender);
  const pool = hearing.snapshot.pools.find((each) => each.pool === poolOf(job.spec));
  const waiting = pool?.waiting.all.find((each) => each.job.id === job.id);
  const [some] = hearing.lines;
  if (waiting && some) return some.wanted(waiting);
  return waiting?.preferred ?? job.spec[poolOf(job.spec)].preferred;
}

/** It has a place in the decision, and does not train yet. */
function placeBlocker(job: Job, on: Placement, scheduler: Scheduler, { plan }: Hearing): Blocker {
  const servers = on.map(({ server }) => server);
  const where = named(servers);
  if (!scheduler.ledger.isIdle(on, job.id)) {
    const jobs = ownersOf(on, job.id, scheduler);
    return blocker("being-freed", `its place on ${where} is being freed by ${named(jobs)}`, { servers, jobs });
  }
  const isStarting = plan.start.some((each) => each.job === job.id) || plan.unpause.some((each) => each.job === job.id);
  if (!isStarting) {
    const most = scheduler.guards.maxTransitions;
    return blocker("guard", `${most} jobs start, stop or move already, and no more may at once`, { servers });
  }
  if (scheduler.ledger.withPorts(job.id, job.spec, on) === null)
    return blocker("ports", `no port is left to lease on ${where}`, { servers });
  return blocker("round", `it starts on ${where} with the next round of the scheduler`, { servers });
}

/** Who has a part of that place still. */
function ownersOf(on: Placement, own: JobId, { ledger }: Scheduler): readonly JobId[] {
  const owners = new Set<JobId>();
  for (const { server, gpus, cores } of on) {
    const room = ledger.rooms.get(server);
    if (!room) continue;
    for (const gpu of gpus) add(room.gpuOwner[room.position.get(gpu) ?? -1]);
    for (const core of cores) add(room.coreOwner[core]);
    if (owners.size === 0) for (const holder of ledger.holders(server)) add(holder); // their memory is what it waits for
  }
  return [...owners];

  function add(owner: JobId | null | undefined): void {
    if (owner && owner !== own) owners.add(owner);
  }
}

function notChosen({ offers, hasRoom }: Outlook, { setting }: Scheduler): Blocker {
  const [best] = offers;
  const where = hasRoom && best ? `though ${best.room.server.id} has room for it, ` : "";
  return blocker("not-chosen", `${where}the policy ${setting.policy} gives it nothing now: others make more of it`);
}
