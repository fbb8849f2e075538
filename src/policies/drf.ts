import type { Job } from "../core/job.ts";
import type { Packer } from "../core/packer.ts";
import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import type { Placement } from "../core/server.ts";
import { isOpen } from "../core/shape.ts";
import { bookHeld, type Claimant, fill, richestFirst } from "./claimants.ts";
import { Heap } from "./heap.ts";
import { shrinkToLeast } from "./leftovers.ts";
import { inSubmissionOrder } from "./order.ts";
import { leastOf, speedsUp } from "./sizes.ts";

/**
 * Dominant resource fairness (Ghodsi et al., NSDI 2011) by progressive filling over GPUs, cores and memory of the whole cluster: one currency
 * for jobs with GPUs and jobs without, so both pools are divided at once.
 */
export const drf: PolicyEntry = {
  key: "drf",
  description:
    "Dominant resource fairness: whoever has the smallest share of what it uses most (GPUs, cores or memory) gets the least of its next job, and what is left over one unit at a time. What does not fit is passed, so a large gang can wait long.",
  needs: ["users", "speed-up"],
  isPreemptive: true,
  isElastic: true,
  options: [
    {
      name: "by",
      description: "user: each user has one share, however many jobs; job: each job has its own",
      kind: "choice",
      default: "user",
      choices: ["user", "job"],
    },
    {
      name: "preemptive",
      description: "whether jobs of those who have more are stopped for those who have less",
      kind: "flag",
      default: true,
    },
  ],
  create: ({ by, preemptive }) => ({
    decide(snapshot, packer) {
      const contenders = inSubmissionOrder(snapshot.pools.flatMap((pool) => pool.contenders));
      const nameOf = by === "job" ? ({ id }: Job): string => id : ({ spec }: Job): string => spec.user;
      const accounts = accountsOf(contenders, nameOf, totalsOf(snapshot));
      shrinkToLeast(contenders, packer);
      const holders = bookHeld(contenders, snapshot, packer, (job) => accounts.get(nameOf(job)));
      fill([...accounts.values()], packer, {
        size: leastOf,
        by: "dominant share",
        holders: preemptive === true ? richestFirst(holders.filter(({ share }) => share > 0)) : [],
      });
      grow([...accounts.values()], packer, speedsUp(snapshot));
      return {};
    },
  }),
};

/** Of GPUs, cores and memory. */
type Amounts = readonly [number, number, number];

/** What one user has, or one job, of the whole cluster. */
class Account implements Claimant {
  readonly contenders: Contender[] = [];
  readonly waiting: Contender[] = [];
  readonly #totals: Amounts;
  readonly #used = [0, 0, 0];
  /** The greatest of its shares. */
  share = 0;

  constructor(totals: Amounts) {
    this.#totals = totals;
  }

  get standing(): number {
    return this.share;
  }

  book(on: Placement, sign: 1 | -1): void {
    this.share = 0;
    for (const { gpus, cores, memoryMiB } of on)
      for (const [i, amount] of [gpus.length, cores.length, memoryMiB].entries())
        this.#used[i] = (this.#used[i] as number) + sign * amount;
    for (const [i, total] of this.#totals.entries())
      if (total > 0) this.share = Math.max(this.share, (this.#used[i] as number) / total);
  }
}

function totalsOf({ servers }: Snapshot): Amounts {
  const open = [...servers.values()].filter(isOpen);
  const sum = (of: (server: (typeof open)[number]) => number): number =>
    open.reduce((total, server) => total + of(server), 0);
  return [sum(({ gpus }) => gpus.length), sum(({ cores }) => cores), sum(({ memoryMiB }) => memoryMiB)];
}

/** Those about whom there is something to decide, in the order of their first submission. */
function accountsOf(
  contenders: readonly Contender[],
  nameOf: (job: Job) => string,
  totals: Amounts,
): ReadonlyMap<string, Account> {
  const accounts = new Map<string, Account>();
  for (const contender of contenders) {
    const name = nameOf(contender.job);
    let account = accounts.get(name);
    if (!account) {
      account = new Account(totals);
      accounts.set(name, account);
    }
    account.contenders.push(contender);
    if (!contender.isRunning) account.waiting.push(contender);
  }
  return accounts;
}

/** Hands out what is left, one unit at a time: to who has the smallest share, there to each job in turn, while that speeds it up. */
function grow(
  accounts: readonly Account[],
  packer: Packer,
  canUse: (contender: Contender, size: number) => boolean,
): void {
  const rings = accounts.map((account, rank) => ({
    account,
    rank,
    ring: account.contenders.filter(({ job, isPinned, max }) => {
      const size = packer.sizeOf(job);
      return !isPinned && size > 0 && size < max;
    }),
  }));
  const heap = new Heap<(typeof rings)[number]>(
    (a, b) => a.account.share < b.account.share || (a.account.share === b.account.share && a.rank < b.rank),
    rings.filter(({ ring }) => ring.length > 0),
  );
  for (let poorest = heap.first; poorest; poorest = heap.first) {
    const { account, ring } = poorest;
    const contender = ring.shift() as Contender;
    const { job, min, max } = contender;
    const before = packer.grants.get(job.id) as Placement;
    const size = packer.sizeOf(job) + 1;
    if (size >= min && size <= max && canUse(contender, size) && packer.resize(job, size)) {
      account.book(before, -1);
      account.book(packer.grants.get(job.id) as Placement, 1);
      ring.push(contender);
    }
    if (ring.length > 0) heap.settle();
    else heap.pop();
  }
}
