import { InvariantError } from "./errors.ts";
import type { Job, JobId } from "./job.ts";
import { heldBy, isSuspended } from "./job.ts";
import { poolOf } from "./job-spec.ts";
import type { Room } from "./ledger.ts";
import type { Packer } from "./packer.ts";
import type { Decision, Policy, Snapshot } from "./policy.ts";
import type { Placement, ServerId, Share } from "./server.ts";
import { samePlacement, sizeOn } from "./server.ts";
import { isOpen } from "./shape.ts";

type Rooms = ReadonlyMap<ServerId, Room>;

/** Has the policy edit the packer, and makes of it a decision that can be carried out. Throws what the policy throws, or an InvariantError. */
export function decide(policy: Policy, snapshot: Snapshot, packer: Packer, rooms: Rooms): Decision {
  const verdict = policy.decide(snapshot, packer);
  const { grants: run, defragments, choices } = packer;
  const decision = { ...verdict, run, changed: run.changed, defragments, choices };
  checkDecision(snapshot, decision, rooms);
  return decision;
}

/**
 * What no decision may break, whatever it optimises. It judges the packer, so it asks the ledger who owns what. A job that keeps what
 * it has was judged when it was given it, so that only what changes costs anything. Throws InvariantError.
 */
export function checkDecision(
  snapshot: Snapshot,
  { run, changed }: Pick<Decision, "run" | "changed">,
  rooms: Rooms,
): void {
  const { jobs } = snapshot;
  const given = new Map<string, JobId>();
  const take = (what: string, id: JobId, owner: Job | undefined, isKept: (share: Share) => boolean): void => {
    const keeper = owner && owner.id !== id && keptBy(owner, run)?.some(isKept) ? owner.id : given.get(what);
    if (keeper && keeper !== id) throw new InvariantError(`${what} is given to ${keeper} and ${id}`);
    given.set(what, id);
  };
  for (const id of changed) {
    const [job, on] = [jobs.get(id), run.get(id)];
    if (!on) continue;
    if (!job) throw new InvariantError(`the decision names ${id}, which is not there to run`);
    if (job.state.status === "running" && job.state.on === on) continue;
    checkSize(job, on);
    for (const share of on) {
      checkShare(job, share, snapshot);
      const room = rooms.get(share.server);
      if (room?.barred) checkFitness(id, share, room);
      const ownerOf = (owner: JobId | null | undefined): Job | undefined => (owner ? jobs.get(owner) : undefined);
      for (const gpu of share.gpus) {
        const owner = ownerOf(room?.gpuOwner[room.position.get(gpu) ?? -1]);
        take(`GPU ${gpu}`, id, owner, (kept) => kept.gpus.includes(gpu));
      }
      for (const core of share.cores) {
        const isKept = (kept: Share): boolean => kept.server === share.server && kept.cores.includes(core);
        take(`core ${core} of ${share.server}`, id, ownerOf(room?.coreOwner[core]), isKept);
      }
    }
  }
  for (const { running } of snapshot.pools)
    for (const { job, isPinned } of running) {
      if (!isPinned || !("on" in job.state)) continue;
      const on = run.get(job.id);
      if (!on || !samePlacement(job.state.on, on))
        throw new InvariantError(`${job.id} is moved though it is to be left alone`);
    }
}

/** What the job will have of what it holds: what it is given, or, where the policy is not asked, all that it does not let go of. */
function keptBy(job: Job, run: Decision["run"]): Placement | undefined {
  const { status } = job.state;
  if (status === "pending" || status === "running" || isSuspended(job)) return run.get(job.id);
  return status === "preempting" || status === "cancelling" ? undefined : heldBy(job)[0];
}

function checkSize({ id, spec, state }: Job, on: Placement): void {
  const pool = poolOf(spec);
  const granted = sizeOn(on, pool);
  if (state.status === "running") {
    const had = sizeOn(state.on, pool);
    if (granted === had) return; // its spec may have changed since
    if (spec.elasticity === "none") throw new InvariantError(`${id} is fixed and is given ${granted} for ${had}`);
  }
  const { min, max } = spec[pool];
  if (granted < min || granted > max)
    throw new InvariantError(`${id} is given ${granted} ${pool === "gpus" ? "GPUs" : "cores"}, not ${min} to ${max}`);
  const { servers } = spec;
  if (on.length < servers.min || on.length > servers.max)
    throw new InvariantError(`${id} is spread over ${on.length} servers, not ${servers.min} to ${servers.max}`);
}

/** Who holds a GPU may keep it; nobody else is given one that is not fit. */
function checkFitness(id: JobId, { gpus }: Share, { barred, position, gpuOwner }: Room): void {
  for (const gpu of gpus) {
    const at = position.get(gpu) ?? -1;
    if (barred?.[at] && gpuOwner[at] !== id) throw new InvariantError(`${id} is given ${gpu}, which is not fit`);
  }
}

function checkShare({ id, state, spec }: Job, share: Share, { servers }: Snapshot): void {
  const server = servers.get(share.server);
  if (!server) throw new InvariantError(`${id} is placed on ${share.server}, which is not there`);
  const isThere = "on" in state && state.on.some((own) => own.server === share.server);
  if (isThere) return;
  if (!isOpen(server)) throw new InvariantError(`${id} is placed on ${share.server}, which takes no new run`);
  for (const gpu of share.gpus) {
    const found = server.gpus.find(({ id: known }) => known === gpu);
    if (!found) throw new InvariantError(`${share.server} has no GPU ${gpu}`);
    if (spec.gpus.model !== null && found.model !== spec.gpus.model)
      throw new InvariantError(`${id} wants ${spec.gpus.model} and is given ${gpu}, a ${found.model}`);
  }
}
