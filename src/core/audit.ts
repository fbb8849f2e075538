import type { Job, JobId } from "./job.ts";
import type { Room } from "./ledger.ts";
import type { GpuId, Placement, ServerId } from "./server.ts";

/** A GPU of which its server and its jobs tell different things. */
export interface Violation {
  readonly server: ServerId;
  readonly gpu: GpuId;
  readonly message: string;
}

/**
 * What must hold after each round, reckoned from the jobs' own states and nothing else: a GPU has at most one owner, and the ledger's
 * owner is that one. It shares no code with the ledger or with `heldBy`, which it judges.
 */
export function auditGpus(jobs: Iterable<Job>, rooms: ReadonlyMap<ServerId, Room>): Violation[] {
  const owners = new Map<GpuId, JobId>();
  const violations = new Map<GpuId, Violation>();
  const tell = (server: ServerId, gpu: GpuId, message: string): void => {
    if (!violations.has(gpu)) violations.set(gpu, { server, gpu, message });
  };
  for (const { id, state } of jobs)
    for (const placement of placementsIn(state))
      for (const { server, gpus } of placement)
        for (const gpu of gpus) {
          const owner = owners.get(gpu) ?? id;
          owners.set(gpu, owner);
          if (owner !== id) tell(server, gpu, `it is held by ${owner} and ${id} at once`);
        }
  for (const { server, gpuOwner } of rooms.values())
    for (const [at, { id: gpu }] of server.gpus.entries()) {
      const [booked, owner] = [gpuOwner[at] ?? null, owners.get(gpu) ?? null];
      if (booked === owner) continue;
      tell(server.id, gpu, `the ledger has it with ${booked ?? "nobody"}, the jobs with ${owner ?? "nobody"}`);
    }
  return [...violations.values()];
}

/** Every place that a state names: a job in it may be using each of them. */
function placementsIn(state: Job["state"]): Placement[] {
  const named: (Placement | null)[] = [];
  if ("on" in state) named.push(state.on);
  if ("to" in state) named.push(state.to);
  if ("leaving" in state) named.push(state.leaving);
  if ("fallback" in state) named.push(state.fallback);
  return named.filter((placement) => placement !== null);
}
