import { type Draft, isFree } from "../draft.ts";
import { isSuspended, type Job, type JobId } from "../job.ts";
import type { Room } from "../ledger.ts";
import { tooMuch } from "../request.ts";
import { type Server, type ServerId, shortOfDisk, unfit } from "../server.ts";
import { standingOf } from "../server-state.ts";
import { canHold, capacityFor, isOpen, type Shape, shapeOf, suitsGpu } from "../shape.ts";
import { ownShare } from "../share.ts";
import { type Blocker, blocker } from "./blocker.ts";
import type { Hearing } from "./hearing.ts";
import { counted, named, units } from "./words.ts";

/** What one server has for a job, as the decision leaves it. */
interface Offer {
  readonly room: Room;
  readonly draft: Draft;
  /** What suits it and is free, or will be, whatever else is short. */
  readonly free: number;
  /** How much of that it could have. */
  readonly size: number;
}

/** How it is with the room for a job once all has been given that is given. */
export interface Outlook {
  readonly wanted: number;
  readonly shape: Shape;
  /** Of the servers that take jobs and could hold it, those with most for it first. */
  readonly offers: readonly Offer[];
  /** Of those that take jobs and could not hold it as it asks. */
  readonly small: readonly Offer[];
  /** Servers that could hold it and take no jobs now. */
  readonly closed: readonly Server[];
  readonly hasRoom: boolean;
  readonly blockers: readonly Blocker[];
}

/** At most so many jobs are named that hold what would do. */
const MOST_HOLDERS = 10;

/** @param wanted units of its pool */
export function outlookFor(
  job: Job,
  wanted: number,
  rooms: ReadonlyMap<ServerId, Room>,
  { packer }: Pick<Hearing, "packer">,
): Outlook {
  const shape = shapeOf(job);
  const isBound = isSuspended(job);
  const offerOf = (room: Room): Offer[] => {
    const draft = isOpen(room.server) ? packer.drafts.of(room.server.id) : null;
    if (!draft) return [];
    const free = shape.pool === "cores" ? draft.freeCores : draft.gpusFor(shape);
    return [{ room, draft, free, size: draft.sizeFor(shape, isBound) }];
  };
  const [able, unable]: [Room[], Room[]] = [[], []];
  for (const room of rooms.values()) {
    const { server } = room;
    const canGo = isBound ? ownShare(job, server.id) !== null : canHold(server, job) && capacityFor(server, shape) > 0;
    (canGo ? able : unable).push(room);
  }
  const closed = able.flatMap(({ server }) => (isOpen(server) ? [] : [server]));
  const offers = able.flatMap(offerOf).sort((a, b) => b.free - a.free || b.size - a.size);
  const small = isBound ? [] : unable.flatMap(offerOf).sort((a, b) => b.size - a.size);
  const hasRoom = fits(offers, wanted, shape);
  const blockers: Blocker[] = [];
  if (rooms.size === 0) blockers.push(blocker("no-server", "there is no server yet"));
  else if (able.length === 0) blockers.push(impossible(job, rooms));
  else if (!hasRoom) {
    if (offers.length > 0) blockers.push(...shortages(job, wanted, shape, offers));
    if (closed.length > 0) blockers.push(...closedServers(closed));
    if (offers.length === 0) blockers.push(blocker("no-server", "no server that could hold it takes jobs now"));
  }
  return { wanted, shape, offers, small, closed, hasRoom, blockers };
}

function fits(offers: readonly Offer[], wanted: number, { minServers, maxServers }: Shape): boolean {
  const sizes = offers.map(({ size }) => size).sort((a, b) => b - a);
  if (minServers === 1 && (sizes[0] ?? -1) >= wanted && offers.length > 0) return true;
  const roomy = sizes.filter((size) => size > 0);
  if (maxServers === 1 || roomy.length < minServers || wanted < minServers) return false;
  return sum(roomy.slice(0, maxServers)) >= wanted;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

function impossible(job: Job, rooms: ReadonlyMap<ServerId, Room>): Blocker {
  const servers = [...rooms.values()].map(({ server }) => server);
  return blocker("impossible", `no server could ever hold it: it asks for ${tooMuch(servers, job.spec).what}`);
}

/** What is short, the most decisive first. */
function shortages(job: Job, wanted: number, shape: Shape, offers: readonly Offer[]): Blocker[] {
  const unfitting = unfitGpus(wanted, shape, offers);
  if (shape.maxServers > 1) return [shortOfSpan(wanted, shape, offers), ...besides(job, shape, offers), ...unfitting];
  const whole = offers.filter(({ free }) => free >= wanted);
  if (whole.length > 0) return [...besides(job, shape, whole), ...unfitting];
  return [shortOfUnits(job, wanted, shape, offers), ...otherGpus(job, wanted, shape, offers), ...unfitting];
}

function shortOfUnits(job: Job, wanted: number, shape: Shape, offers: readonly Offer[]): Blocker {
  const all = sum(offers.map(({ free }) => free));
  const best = offers[0] as Offer;
  const block = largest(best, shape);
  const facts = { servers: serversOf(offers), jobs: holders(job.id, offers) };
  if (all >= wanted && offers.length > 1)
    return blocker(
      "fragmentation",
      `needs ${asked(wanted, shape)} on one server; ${block}, though ${all} are free in all`,
      facts,
    );
  return blocker(shape.pool, `needs ${asked(wanted, shape)}; ${block}`, facts);
}

function largest({ free, room: { server } }: Offer, { pool, model, gpuMemoryMiB }: Shape): string {
  if (free === 0) return model === null && gpuMemoryMiB === null ? "none is free" : "none that suits it is free";
  return pool === "gpus" ? `the largest free block is ${free} on ${server.id}` : `${server.id} has ${free} free`;
}

function shortOfSpan(wanted: number, { pool, minServers, maxServers }: Shape, offers: readonly Offer[]): Blocker {
  const roomy = offers.filter(({ size }) => size > 0);
  const facts = { servers: serversOf(offers) };
  if (roomy.length < minServers)
    return blocker(
      pool,
      `needs ${counted(minServers, "server")} with a part of its ${units(wanted, pool)}; ${roomy.length === 0 ? "none has" : `${roomy.length} ${roomy.length === 1 ? "has" : "have"}`} any free`,
      facts,
    );
  const most = sum(roomy.map(({ size }) => size).slice(0, maxServers));
  const all = sum(roomy.map(({ size }) => size));
  const kind = all >= wanted ? "fragmentation" : pool;
  const spread = all >= wanted ? `, though ${all} are free in all` : "";
  return blocker(
    kind,
    `needs ${units(wanted, pool)} on at most ${counted(maxServers, "server")}; the freest have ${most}${spread}`,
    facts,
  );
}

/** Cores and memory that are short where there are units enough. */
function besides(job: Job, shape: Shape, offers: readonly Offer[]): Blocker[] {
  const found: Blocker[] = [];
  const coreless = offers.filter(({ draft, free }) => free > 0 && draft.freeCores < shape.cores);
  if (shape.pool === "gpus" && coreless.length > 0) {
    const most = Math.max(...coreless.map(({ draft }) => draft.freeCores));
    const where = coreless.filter(({ draft }) => draft.freeCores === most).map(({ room }) => room.server.id);
    found.push(
      blocker(
        "cores",
        `needs ${counted(shape.cores, "core")} beside its GPUs; where those are free, ${areLeft(most)}, on ${named(where)}`,
        { servers: serversOf(coreless), jobs: holders(job.id, coreless) },
      ),
    );
  }
  const memoryLeft = ({ draft, room }: Offer): number => room.server.memoryMiB - draft.memoryMiB;
  const full = offers.filter((offer) => offer.free > 0 && memoryLeft(offer) < shape.memoryMiB);
  if (full.length > 0) {
    const most = Math.max(...full.map(memoryLeft));
    const where = full.filter((offer) => memoryLeft(offer) === most).map(({ room }) => room.server.id);
    found.push(
      blocker("memory", `needs ${shape.memoryMiB} MiB of memory; ${areLeft(most)}, on ${named(where)}`, {
        servers: serversOf(full),
        jobs: holders(job.id, full),
      }),
    );
  }
  return found;
}

const areLeft = (count: number): string => `${count} ${count === 1 ? "is" : "are"} left`;

/** Free GPUs that would be enough, were they of the model or had they the memory that it asks for. */
function otherGpus(job: Job, wanted: number, shape: Shape, offers: readonly Offer[]): Blocker[] {
  if (shape.pool === "cores") return [];
  const found: Blocker[] = [];
  const free = ({ draft, room }: Offer, of: Shape): number =>
    room.server.gpus.filter((gpu, i) => isFree(draft.gpus[i]) && suitsGpu(gpu, of)).length;
  const would = (of: Shape): readonly ServerId[] => serversOf(offers.filter((offer) => free(offer, of) >= wanted));
  if (shape.model !== null) {
    const servers = would({ ...shape, model: null });
    if (servers.length > 0)
      found.push(
        blocker("gpu-model", `${job.id} takes ${shape.model} only; others are free on ${named(servers)}`, { servers }),
      );
  }
  if (shape.gpuMemoryMiB !== null) {
    const servers = would({ ...shape, gpuMemoryMiB: null });
    if (servers.length > 0)
      found.push(
        blocker(
          "gpu-memory",
          `it takes GPUs of at least ${shape.gpuMemoryMiB} MiB; smaller ones are free on ${named(servers)}`,
          {
            servers,
          },
        ),
      );
  }
  return found;
}

/** GPUs that nobody may be given, where they would make the difference. */
function unfitGpus(wanted: number, shape: Shape, offers: readonly Offer[]): Blocker[] {
  if (shape.pool === "cores") return [];
  const found = offers.flatMap((offer) => {
    const { gpus } = offer.room.server;
    const out = gpus.filter((gpu, i) => unfit(gpu) !== null && offer.room.gpuOwner[i] === null && suitsGpu(gpu, shape));
    return out.length > 0 && (offer.free + out.length >= wanted || shape.maxServers > 1) ? [{ offer, out }] : [];
  });
  if (found.length === 0) return [];
  const words = found.map(
    ({ offer, out }) =>
      `${out.length} of ${offer.room.server.gpus.length} on ${offer.room.server.id} not usable: ${named(
        out.map(({ index, fault, busy }) =>
          fault !== undefined ? `${index} quarantined (${fault})` : `${index} ${busy}`,
        ),
      )}`,
  );
  return [blocker("gpu-unfit", words.join("; "), { servers: found.map(({ offer }) => offer.room.server.id) })];
}

function closedServers(closed: readonly Server[]): Blocker[] {
  const isFull = (server: Server): boolean => shortOfDisk(server) !== null && isOpen({ ...server, minFreeDiskMiB: 0 });
  const [full, others] = [closed.filter(isFull), closed.filter((server) => !isFull(server))];
  const found: Blocker[] = [];
  if (others.length > 0) {
    const words = others.map((server) => {
      const { state, reason } = standingOf(server);
      return `${server.id} is ${state}${reason === null ? "" : ` (${reason})`}`;
    });
    found.push(blocker("server-state", named(words), { servers: others.map(({ id }) => id) }));
  }
  if (full.length > 0) {
    const words = full.map((server) => `${server.id} has ${shortOfDisk(server)}`);
    found.push(blocker("disk", named(words), { servers: full.map(({ id }) => id) }));
  }
  return found;
}

/** `4 GPUs`, `2 A100 GPUs of 81920 MiB`. */
function asked(wanted: number, { pool, model, gpuMemoryMiB }: Shape): string {
  if (pool === "cores") return units(wanted, pool);
  return `${counted(wanted, model === null ? "GPU" : `${model} GPU`)}${gpuMemoryMiB === null ? "" : ` of ${gpuMemoryMiB} MiB`}`;
}

const serversOf = (offers: readonly Offer[]): readonly ServerId[] => offers.map(({ room }) => room.server.id);

/** Those that hold something on the servers, the freest first. */
function holders(own: JobId, offers: readonly Offer[]): readonly JobId[] {
  const found = new Set<JobId>();
  for (const { room } of offers)
    for (const owner of [...room.gpuOwner, ...room.coreOwner]) {
      if (found.size >= MOST_HOLDERS) return [...found];
      if (owner !== null && owner !== own) found.add(owner);
    }
  return [...found];
}
