import { InvariantError } from "./errors.ts";
import type { Job, JobId } from "./job.ts";
import { heldBy } from "./job.ts";
import { poolOf } from "./job-spec.ts";
import type { Packer } from "./packer.ts";
import type { Decision, Policy, Snapshot } from "./policy.ts";
import type { Placement, Share } from "./server.ts";
import { samePlacement, sizeOn } from "./server.ts";

/** Has the policy edit the packer, and makes of it a decision that can be carried out. Throws what the policy throws, or an InvariantError. */
export function decide(policy: Policy, snapshot: Snapshot, packer: Packer): Decision {
  const verdict = policy.decide(snapshot, packer);
  const decision = { ...verdict, run: packer.grants, defragments: packer.defragments };
  checkDecision(snapshot, decision);
  return decision;
}

/** What no decision may break, whatever it optimises. It judges the packer, so it counts for itself. Throws InvariantError. */
export function checkDecision(snapshot: Snapshot, { run }: Decision): void {
  const taken = new Map<string, JobId>();
  const take = (what: string, id: JobId): void => {
    const other = taken.get(what);
    if (other && other !== id) throw new InvariantError(`${what} is given to ${other} and ${id}`);
    taken.set(what, id);
  };
  const takeAll = (id: JobId, on: Placement): void => {
    for (const share of on) {
      for (const gpu of share.gpus) take(`GPU ${gpu}`, id);
      for (const core of share.cores) take(`core ${core} of ${share.server}`, id);
    }
  };
  for (const job of snapshot.jobs.values()) {
    const { status } = job.state;
    const isAsked = status === "pending" || status === "running" || status === "paused";
    const leaves = status === "preempting" || status === "cancelling";
    if (!isAsked && !leaves) takeAll(job.id, heldBy(job)[0] ?? []);
  }
  for (const [id, on] of run) {
    const job = snapshot.jobs.get(id);
    if (!job) throw new InvariantError(`the decision names ${id}, which is not there to run`);
    checkSize(job, on);
    for (const share of on) checkShare(job, share, snapshot);
    takeAll(id, on);
  }
  for (const { contenders } of snapshot.pools)
    for (const { job, isPinned } of contenders) {
      const on = run.get(job.id);
      if (isPinned && "on" in job.state && (!on || !samePlacement(job.state.on, on)))
        throw new InvariantError(`${job.id} is moved though it is to be left alone`);
    }
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

function checkShare({ id, state, spec }: Job, share: Share, { servers }: Snapshot): void {
  const server = servers.get(share.server);
  if (!server) throw new InvariantError(`${id} is placed on ${share.server}, which is not there`);
  const isThere = "on" in state && state.on.some((own) => own.server === share.server);
  if (isThere) return;
  if (server.health !== "up" || server.draining)
    throw new InvariantError(`${id} is placed on ${share.server}, which takes no new run`);
  for (const gpu of share.gpus) {
    const found = server.gpus.find(({ id: known }) => known === gpu);
    if (!found) throw new InvariantError(`${share.server} has no GPU ${gpu}`);
    if (spec.gpus.model !== null && found.model !== spec.gpus.model)
      throw new InvariantError(`${id} wants ${spec.gpus.model} and is given ${gpu}, a ${found.model}`);
  }
}
