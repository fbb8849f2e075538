import type { Job } from "./job.ts";
import { isEligible } from "./job.ts";
import type { BatchPlace } from "./job-spec.ts";
import type { Room } from "./ledger.ts";
import { lostAt } from "./lost.ts";
import type { Scheduler } from "./scheduler.ts";
import { leadServer, type Server, shortOfDisk, sizeOn } from "./server.ts";
import { standingOf } from "./server-state.ts";
import { canHold, isOpen } from "./shape.ts";
import type { Instant } from "./time.ts";

/** At most so many servers are named in one sentence. */
const MOST_NAMED = 4;

/** In plain words why the job waits or has failed; null when there is nothing to explain. */
export function statusReason(job: Job, scheduler: Scheduler, now: Instant): string | null {
  const { state } = job;
  const away = awayReason(job, scheduler, now);
  if (away !== null) return away;
  switch (state.status) {
    case "failed":
    case "cancelled":
      return state.cause?.message ?? null;
    case "pending":
      return waitingReason(job, scheduler, now);
    case "paused":
      return state.by === "policy"
        ? `others have its cores: it goes on when there is room on ${leadServer(state.on)}`
        : null;
    case "migrating":
      return state.reason === "resized" ? `it saves its work and goes on with ${sizeOn(state.to, "gpus")} GPUs` : null;
    case "cancelling":
      return state.then.cause?.message ?? null;
    default:
      return null;
  }
}

/** Of a job whose server is down: until when it is waited for, and what then. */
function awayReason({ state, spec }: Job, scheduler: Scheduler, now: Instant): string | null {
  if (!("on" in state)) return null;
  for (const share of state.on) {
    const server = scheduler.servers.get(share.server);
    const at = server ? lostAt(server, scheduler) : null;
    if (!server || at === null) continue;
    const down = `server ${server.id} is down${server.reason === null ? "" : ` (${server.reason})`}`;
    const isAwaited = spec.whenServerLost === "wait" && state.status !== "cancelling";
    if (isAwaited || at === Number.POSITIVE_INFINITY) return `${down}: it waits until that is back`;
    const seconds = Math.max(0, Math.ceil((at - now) / 1000));
    const goesOn = state.status !== "cancelling" && spec.whenServerLost !== "fail";
    return `${down}: if that is not back in ${seconds} s, it ${goesOn ? "begins elsewhere" : "is over"}`;
  }
  return null;
}

function waitingReason(job: Job, scheduler: Scheduler, now: Instant): string {
  const { state, spec, blockedBy, awaitsTurn } = job;
  if (state.status === "pending" && state.held) return "it is held until it is resumed";
  if (blockedBy.length > 0) return `it waits for ${blockedBy.join(", ")} to complete`;
  if (awaitsTurn && spec.batch) return turnReason(spec.batch, scheduler);
  if (state.status === "pending" && state.notBefore > now)
    return `it starts again ${Math.ceil((state.notBefore - now) / 1000)} s from now, after a failure`;
  const rooms = [...scheduler.ledger.rooms.values()];
  if (rooms.length === 0) return "there is no server yet";
  const able = rooms.filter(({ server }) => isOpen(server) && canHold(server, job));
  const isAlone = job.spec.servers.min === 1; // else room on one server says little
  const roomy = isAlone ? able.find((room) => lacking(job, room) === null) : undefined;
  if (roomy) {
    const ahead = [...scheduler.jobs.values()].find((other) => other.id !== job.id && isEligible(other, now));
    const before = ahead && ahead.submittedAt <= job.submittedAt ? `; ${ahead.id} was submitted before it` : "";
    return `there is room for it on ${roomy.server.id}, but the policy ${scheduler.setting.policy} puts others first${before}`;
  }
  return `no server has room for ${wanted(job)} now: ${named(rooms.map((room) => whyNot(job, room)))}`;
}

/** Of a job that waits for its turn in its batch. */
export const turnReason = ({ id, maxParallel }: BatchPlace, { batches }: Scheduler): string =>
  `it waits for its turn: ${batches.active(id)} of ${id} run, at most ${maxParallel} may`;

function wanted({ spec }: Job): string {
  const { preferred, model } = spec.gpus;
  const over = spec.servers.min > 1 ? ` on ${spec.servers.min} servers` : "";
  if (preferred === 0) return `${counted(spec.cores.min, "core")}${over}`;
  return `${counted(preferred, model ? `${model} GPU` : "GPU")}${over}`;
}

function whyNot(job: Job, room: Room): string {
  const { id } = room.server;
  const disk = shortOfDisk(room.server);
  if (disk !== null && isOpen({ ...room.server, minFreeDiskMiB: 0 })) return `${id} has ${disk}`;
  if (!isOpen(room.server)) return `${id} is ${standingOf(room.server).state}`;
  if (!canHold(room.server, job)) return `${id} could never hold it`;
  return `${id} has ${lacking(job, room) ?? "room"}`;
}

/** What of the room is too little for the job now; null when it would do. */
function lacking({ spec }: Job, { server, gpuOwner, barred, idleCores, usedMemoryMiB }: Room): string | null {
  const { model, memoryMiB, preferred } = spec.gpus;
  const idle = server.gpus.filter(
    (gpu, i) =>
      gpuOwner[i] === null &&
      !barred?.[i] &&
      (model === null || gpu.model === model) &&
      (gpu.memoryMiB ?? 0) >= (memoryMiB ?? 0),
  ).length;
  if (idle < preferred) return `${idle} idle${barred ? `, ${notUsable(server)}` : ""}`;
  if (idleCores < spec.cores.min) return `${counted(idleCores, "core")} idle`;
  const memory = server.memoryMiB - usedMemoryMiB;
  return spec.memoryMiB !== null && memory < spec.memoryMiB ? `${memory} MiB of memory left` : null;
}

/** "2 of 4 not usable: 0 quarantined (GPU is lost), 3 not ours: pid 4711 python". */
function notUsable({ gpus }: Server): string {
  const why = gpus.flatMap(({ index, fault, busy }) =>
    fault !== undefined ? [`${index} quarantined (${fault})`] : busy !== undefined ? [`${index} ${busy}`] : [],
  );
  return `${why.length} of ${gpus.length} not usable: ${named(why)}`;
}

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

function named(parts: readonly string[]): string {
  const shown = parts.slice(0, MOST_NAMED).join(", ");
  return parts.length > MOST_NAMED ? `${shown}, and ${parts.length - MOST_NAMED} more` : shown;
}
