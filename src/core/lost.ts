import type { Event } from "./event.ts";
import type { Job, JobId } from "./job.ts";
import type { Ledger } from "./ledger.ts";
import type { Cause } from "./outcome.ts";
import type { Placement, Server, ServerId } from "./server.ts";
import type { Instant, Millis } from "./time.ts";

/** So long after a start a server has to answer, however long it was away before. */
const FIRST_ANSWER: Millis = 15_000;

interface Cluster {
  readonly servers: ReadonlyMap<ServerId, Server>;
  readonly ledger: Ledger;
  readonly lostAfterMillis: Millis;
  /** When the scheduler began: before this nobody asked the servers. */
  readonly takenInAt: Instant;
  job(id: JobId): Job | undefined;
}

/** From when on a server that is down counts as lost, unless it comes back before; null while it is not down. */
export function lostAt(
  { health, healthSince, lostAfterSeconds }: Server,
  { lostAfterMillis, takenInAt }: Pick<Cluster, "lostAfterMillis" | "takenInAt">,
): Instant | null {
  if (health !== "down") return null;
  const grace = lostAfterSeconds === undefined ? lostAfterMillis : lostAfterSeconds * 1000;
  return Math.max(healthSince + grace, takenInAt + Math.min(grace, FIRST_ANSWER));
}

/**
 * What becomes of the jobs on servers that have been down too long, and when to look again. A run all of whose servers are lost
 * is over. Of a gang that has others left, those are stopped first: their devices are free only when that is done.
 */
export function lostRuns(cluster: Cluster, now: Instant): { events: readonly Event[]; wakeAt: Instant } {
  const lost = new Map<ServerId, string>();
  let wakeAt = Number.POSITIVE_INFINITY;
  for (const server of cluster.servers.values()) {
    const at = lostAt(server, cluster);
    if (at === null || cluster.ledger.holders(server.id).length === 0) continue;
    if (at > now) wakeAt = Math.min(wakeAt, at);
    else lost.set(server.id, `server ${server.id} is lost: ${server.reason ?? "it cannot be reached"}`);
  }
  const jobs = new Set([...lost.keys()].flatMap((server) => cluster.ledger.holders(server)));
  const events = [...jobs].flatMap((id) => afterLoss(cluster.job(id) as Job, lost, now));
  return { events, wakeAt };
}

function afterLoss(job: Job, lost: ReadonlyMap<ServerId, string>, at: Instant): Event[] {
  const { state, spec, attempt } = job;
  const exit = (attempt: number, cause: Cause): Event => {
    const outcome = { kind: "failed", cause } as const;
    return { type: "RunExited", job: job.id, attempt, outcome, exitCode: null, signal: null, at };
  };
  if (state.status === "migrating") {
    const message = lossOf(state.to, lost);
    if (message !== null) return [exit(attempt + 1, serverLost(message))]; // its source is looked at again
  }
  const message = "on" in state ? lossOf(state.on, lost) : null;
  const whenLost = spec.whenServerLost ?? "restart";
  // Who is being cancelled has nothing to wait for.
  if (message === null || !("on" in state) || (whenLost === "wait" && state.status !== "cancelling")) return [];
  const cause = serverLost(message, whenLost === "fail");
  if (state.on.every(({ server }) => lost.has(server))) return [exit(attempt, cause)];
  if (state.status === "preempting" || state.status === "cancelling") return [];
  if (whenLost === "fail") return [{ type: "JobGivenUp", job: job.id, cause, attempt, at }];
  return [{ type: "JobPreempted", job: job.id, cause: message, by: "server-lost", at }];
}

const lossOf = (on: Placement, lost: ReadonlyMap<ServerId, string>): string | null => {
  for (const { server } of on) if (lost.has(server)) return lost.get(server) as string;
  return null;
};

const serverLost = (message: string, permanent = false): Cause => ({
  origin: "infrastructure",
  code: "server-lost",
  message,
  ...(permanent && { permanent }),
});
