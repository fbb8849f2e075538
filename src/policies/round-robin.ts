import type { Job } from "../core/job.ts";
import type { PolicyEntry } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import { perPool } from "./per-pool.ts";

/** A waiting job that was passed over for so many quanta gets room reserved, so that large gangs do not starve. */
const PATIENCE_QUANTA = 2;

/** Time slices in a ring: who has had a quantum makes room for who has waited longest. A job nobody waits behind is never preempted. */
export const roundRobin: PolicyEntry = {
  key: "round-robin",
  description: "Time slices: each job runs for a quantum, then goes to the tail of the ring if others wait.",
  needs: [],
  isPreemptive: true,
  isElastic: false,
  options: [
    {
      name: "quantumSeconds",
      description: "Length of a slice. Choose it at least ten times what a restart costs.",
      kind: "number",
      default: 300,
      min: 1,
      max: 86_400,
    },
  ],
  create: ({ quantumSeconds }) =>
    perPool(({ contenders }, packer, { now }) => {
      const quantum = Number(quantumSeconds) * 1000;
      const waiting = contenders.filter(({ isRunning }) => !isRunning).sort(bySince);
      if (waiting.length === 0) return;
      packer.witness?.line("time waited", waiting, ({ preferred }) => preferred);
      const running = contenders.filter(({ isRunning }) => isRunning);
      const hasHadIts = ({ job }: Contender): boolean => now - since(job) >= quantum;
      let expired = running.filter((each) => each.mayYield && hasHadIts(each)).sort(bySince);
      let wakeAt = Math.min(...running.filter((each) => !hasHadIts(each)).map(({ job }) => since(job) + quantum));

      /** In the ring the waiting job stands before the running one: it is new, or waited already when that one's slice ended, or has waited a slice. */
      const isBefore = (waiter: Job, runner: Job): boolean =>
        waiter.firstStartedAt === null || since(waiter) < since(runner) + quantum || now - since(waiter) >= quantum;

      for (const { job, preferred } of waiting) {
        const evicted: Contender[] = [];
        let fits = packer.place(job, preferred);
        while (!fits) {
          const at = expired.findIndex((runner) => isBefore(job, runner.job));
          const [victim] = at < 0 ? [] : expired.splice(at, 1);
          if (!victim) break;
          packer.evict(victim.job);
          evicted.push(victim);
          fits = packer.place(job, preferred);
        }
        if (fits) continue;
        if (now - since(job) >= PATIENCE_QUANTA * quantum) {
          packer.witness?.holdsUp(job);
          break; // what was freed is kept for it
        }
        if (Number.isFinite(wakeAt)) packer.witness?.turnedAway(job, { kind: "young", at: wakeAt });
        wakeAt = Math.min(wakeAt, since(job) + (now - since(job) < quantum ? 1 : PATIENCE_QUANTA) * quantum);
        for (const victim of evicted) packer.place(victim.job, victim.size);
        expired = [...expired, ...evicted].sort(bySince);
      }
      return { wakeAt: Number.isFinite(wakeAt) ? wakeAt : null };
    }),
};

const since = ({ state }: Job): number => ("since" in state ? state.since : 0);
const bySince = (a: Contender, b: Contender): number => since(a.job) - since(b.job);
