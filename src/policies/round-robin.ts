import type { Job } from "../core/job.ts";
import { isEligible } from "../core/job.ts";
import type { PolicyEntry } from "../core/policy.ts";
import type { Placement } from "../core/server.ts";
import { gpuCount } from "../core/server.ts";

/** A waiting job that was passed over for so many quanta gets room reserved, so that large gangs do not starve. */
const PATIENCE_QUANTA = 2;

/** Time slices in a ring: who has had a quantum makes room for who has waited longest. A job nobody waits behind is never preempted. */
export const roundRobin: PolicyEntry = {
  key: "round-robin",
  description: "Time slices: each job runs for a quantum, then goes to the tail of the ring if others wait.",
  options: [
    {
      name: "quantumSeconds",
      description: "Length of a slice. Choose it at least ten times what a restart costs.",
      default: 300,
      min: 1,
      max: 86_400,
    },
  ],
  create: ({ quantumSeconds }) => ({
    decide({ now, jobs }, packer) {
      const quantum = Number(quantumSeconds) * 1000;
      const run = new Map<string, Placement>();
      const waiting: Job[] = [];
      const expired: Job[] = [];
      let wakeAt = Number.POSITIVE_INFINITY;
      for (const job of jobs.values()) {
        const { state } = job;
        if (isEligible(job, now)) waiting.push(job);
        if (state.status !== "running") continue;
        run.set(job.id, state.on);
        if (now - state.since >= quantum) expired.push(job);
        else wakeAt = Math.min(wakeAt, state.since + quantum);
      }
      if (waiting.length === 0) return { run };
      waiting.sort((a, b) => since(a) - since(b));
      expired.sort((a, b) => since(a) - since(b));

      /** In the ring the waiting job stands before the running one: it is new, or waited already when that one's slice ended, or has waited a slice. */
      const isBefore = (waiter: Job, runner: Job): boolean =>
        waiter.firstStartedAt === null || since(waiter) < since(runner) + quantum || now - since(waiter) >= quantum;

      for (const job of waiting) {
        const evicted: Job[] = [];
        let on = packer.place(job, packer.request(job));
        while (!on) {
          const at = expired.findIndex((runner) => isBefore(job, runner));
          const [victim] = at < 0 ? [] : expired.splice(at, 1);
          if (!victim) break;
          packer.evict(victim);
          run.delete(victim.id);
          evicted.push(victim);
          on = packer.place(job, packer.request(job));
        }
        if (on) {
          run.set(job.id, on);
          continue;
        }
        if (now - since(job) >= PATIENCE_QUANTA * quantum) break; // what was freed is kept for it
        wakeAt = Math.min(wakeAt, since(job) + (now - since(job) < quantum ? 1 : PATIENCE_QUANTA) * quantum);
        for (const victim of evicted) {
          const back = packer.place(victim, victim.state.status === "running" ? gpuCount(victim.state.on) : 0);
          if (back) run.set(victim.id, back);
        }
        expired.push(...evicted);
        expired.sort((a, b) => since(a) - since(b));
      }
      return Number.isFinite(wakeAt) ? { run, wakeAt } : { run };
    },
  }),
};

const since = ({ state }: Job): number => ("since" in state ? state.since : 0);
