import { isSuspended, type Job, placementOf } from "../core/job.ts";
import type { Packer } from "../core/packer.ts";
import type { Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import type { ServerId } from "../core/server.ts";
import { shapeOf } from "../core/shape.ts";
import { Reservation } from "./easy-reservation.ts";
import { Refusals } from "./walk.ts";

/**
 * EASY backfilling: room is reserved for the first of the line where and when it fits soonest, by the estimates of what runs.
 * Another may start only if it ends before that time, or on room that the reservation does not need.
 * Source: Lifka, "The ANL/IBM SP scheduling system", 1995.
 * @param line the jobs from the first that does not fit onward
 */
export function backfill(line: readonly Contender[], packer: Packer, snapshot: Snapshot): void {
  const [head] = line;
  if (!head) return;
  const reservation = new Reservation(head, packer, snapshot);
  const refused = new Refusals();
  const refuse = (job: Job): void =>
    packer.witness?.turnedAway(job, { kind: "reservation", of: head.job.id, at: reservation.at });
  for (const { job, isRunning, preferred } of line.slice(1)) {
    if (isRunning) continue;
    const left = snapshot.guard.leftMillis(job, preferred);
    if (left !== null && reservation.allowsUntil(snapshot.now + left)) packer.place(job, preferred);
    else if (refused.covers(job, preferred, 0)) refuse(job);
    else {
      const mayUse = (server: ServerId): boolean => reservation.spares(server, shapeOf(job), preferred);
      const isFixed = isSuspended(job); // where its memory is
      const mayGo = !isFixed || (placementOf(job) ?? []).every(({ server }) => mayUse(server));
      const place = mayGo && packer.find(job, preferred, isFixed ? {} : { mayUse });
      if (place) reservation.lend(place);
      else {
        refused.add(job, preferred, 0);
        refuse(job);
      }
    }
  }
}
