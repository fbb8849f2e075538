import { type Draft, isFree } from "./draft.ts";
import type { Guard } from "./guards.ts";
import type { Job, JobId } from "./job.ts";
import { placementOf, sizeOf } from "./job.ts";
import type { Room } from "./ledger.ts";
import type { Effort, Gang, PackingProblem } from "./packing.ts";
import type { PlacementRule } from "./placement-rule.ts";
import type { Placement, ServerId, Share } from "./server.ts";
import { gpuCount } from "./server.ts";
import { isOpen, shapeOf, suitsGpu, suitsServer } from "./shape.ts";
import { makeRoomByMoves } from "./spare-moves.ts";
import type { Millis } from "./time.ts";

interface Plan {
  readonly rooms: ReadonlyMap<ServerId, Room>;
  readonly jobs: ReadonlyMap<JobId, Job>;
  readonly guard: Guard;
  readonly rule: PlacementRule;
  readonly effort: Effort;
  readonly grants: ReadonlyMap<JobId, Placement>;
  draft(server: ServerId): Draft | null;
}

type Counts = readonly (readonly [ServerId, number])[];

/** A packing in which the waiting job has room, as what changes against the draft. */
export interface Repacked {
  readonly on: Counts;
  /** Jobs that go elsewhere; those that run are migrated for it. */
  readonly moves: readonly { readonly job: Job; readonly on: Counts }[];
}

/** Asks the placement rule for a packing of the whole cluster in which everybody in the draft stays and the job fits too. Null when there is none, or it takes too many migrations. */
export function repack(plan: Plan, job: Job, size: number): Repacked | null {
  const { guard, jobs } = plan;
  const shape = shapeOf(job);
  const pack = packingOf(plan);
  if (!pack || shape.pool === "cores") return null;
  const movable = movableJobs(plan);
  const { bins, problem } = problemOf(plan, movable, job, size);
  const suits = problem.gangs.at(-1)?.suits ?? [];
  if (suits.reduce((sum, count) => sum + count, 0) < size) return null;
  const { places } = pack(problem, plan.effort);
  const countsOf = (place: readonly number[]): Counts =>
    place.flatMap((count, i) => (count > 0 ? [[bins[i] as ServerId, count] as const] : []));
  const own = places.at(-1);
  if (!own) return null;
  const moves: { job: Job; on: Counts }[] = [];
  for (const [i, each] of movable.entries()) {
    const place = places[i];
    if (!place) return null; // somebody would have to go
    const { current } = problem.gangs[i] as Gang;
    if (!place.every((count, bin) => count === current?.[bin])) moves.push({ job: each, on: countsOf(place) });
  }
  const underWay = [...jobs.values()].filter(({ state }) => state.status === "migrating").length;
  const migrated = moves.filter(({ job: { state } }) => state.status === "running").map(({ job: moved }) => moved);
  if (underWay + migrated.length > guard.settings.maxConcurrentMigrations) return null;
  const costs = migrated.map((moved) => problem.gangs[movable.indexOf(moved)]?.moveCost ?? 0);
  const cost = costs.reduce((sum, each) => sum + each, 0);
  if (migrated.length > 0 && !guard.isWorthMakingRoom(size, waitOf(plan, bins, problem, size), cost)) return null;
  return { on: countsOf(own), moves };
}

/** How the cluster is packed anew: as the placement rule does it, else by the fewest moves, as far as either is wanted. */
export function packingOf({ rule, guard }: Pick<Plan, "rule" | "guard">): PlacementRule["pack"] {
  const { defragment = "placement" } = guard.settings;
  return defragment === "off" ? undefined : (rule.pack ?? (defragment === "on" ? makeRoomByMoves : undefined));
}

/** How long it would be until jobs that end leave so many GPUs on one server; infinite where that is not known. */
function waitOf(
  { jobs, guard }: Plan,
  bins: readonly ServerId[],
  { bins: rooms }: PackingProblem,
  size: number,
): Millis {
  const waits = bins.map((server, i) => {
    const ends = [...jobs.values()]
      .filter(({ state }) => state.status === "running" && state.on.length === 1 && state.on[0]?.server === server)
      .map((job) => ({ gpus: gpuCount(placementOf(job) ?? []), left: guard.leftMillis(job, sizeOf(job)) }))
      .sort((a, b) => (a.left ?? Number.POSITIVE_INFINITY) - (b.left ?? Number.POSITIVE_INFINITY));
    let short = size - ((rooms[i]?.gpus ?? 0) - ends.reduce((sum, { gpus }) => sum + gpus, 0));
    for (const { gpus, left } of ends) {
      short -= gpus;
      if (short <= 0) return left ?? Number.POSITIVE_INFINITY;
    }
    return Number.POSITIVE_INFINITY;
  });
  return Math.min(...waits);
}

/** Jobs with GPUs that may go elsewhere: those that were just placed, and those whose run may be migrated, from GPUs that are there. */
function movableJobs({ grants, jobs, rooms, guard }: Plan): Job[] {
  const isThere = ({ server, gpus }: Share): boolean => {
    const room = rooms.get(server);
    const isFit = (at: number | undefined): boolean => at !== undefined && !room?.barred?.[at];
    return room !== undefined && isOpen(room.server) && gpus.every((gpu) => isFit(room.position.get(gpu)));
  };
  return [...grants.keys()]
    .map((id) => jobs.get(id) as Job)
    .filter((job) => shapeOf(job).pool === "gpus")
    .filter(({ state }) => state.status !== "running" || state.on.every(isThere))
    .filter((job) => job.state.status !== "running" || (!guard.pins(job) && guard.mayMigrate(job)));
}

function problemOf(
  { rooms, grants, guard, draft }: Plan,
  movable: readonly Job[],
  job: Job,
  size: number,
): { bins: readonly ServerId[]; problem: PackingProblem } {
  const isMovable = new Set<unknown>(movable.map(({ id }) => id));
  const open = [...rooms.values()].filter(({ server }) => isOpen(server));
  const at = new Map(open.map(({ server }, i) => [server.id, i]));
  const drafts = open.map(({ server }) => draft(server.id) as Draft);
  const available = drafts.map(({ room, gpus }) =>
    room.server.gpus.filter((_, i) => isFree(gpus[i]) || isMovable.has(gpus[i])),
  );
  const bins = drafts.map((each, i) => {
    const held = movable.flatMap(({ id }) => grants.get(id)?.filter(({ server }) => at.get(server) === i) ?? []);
    return {
      server: each.room.server.id,
      gpus: available[i]?.length ?? 0,
      cores: held.reduce((sum, share) => sum + share.cores.length, each.freeCores),
      memoryMiB: held.reduce((sum, share) => sum + share.memoryMiB, each.room.server.memoryMiB - each.memoryMiB),
    };
  });
  const gangOf = (each: Job, gpus: number, on: Placement | null): Gang => {
    const shape = shapeOf(each);
    const current = on && bins.map(() => 0);
    for (const share of on ?? []) if (current) current[at.get(share.server) as number] = share.gpus.length;
    return {
      job: each.id,
      gpus,
      cores: shape.cores,
      memoryMiB: shape.memoryMiB,
      suits: drafts.map(({ room }, i) =>
        suitsServer(room.server, shape) ? (available[i] ?? []).filter((gpu) => suitsGpu(gpu, shape)).length : 0,
      ),
      minServers: shape.minServers,
      maxServers: shape.maxServers,
      current,
      currentBin: on?.[0] ? (at.get(on[0].server) ?? -1) : -1,
      moveCost: each.state.status === "running" ? gpus * Math.max(1, guard.restartMillis(each) / 1000) : 0,
    };
  };
  const gangs = movable.map((each) => {
    const on = grants.get(each.id) as Placement;
    return gangOf(each, gpuCount(on), on);
  });
  return {
    bins: bins.map(({ server }) => server),
    problem: { bins, gangs: [...gangs, gangOf(job, size, null)] },
  };
}
