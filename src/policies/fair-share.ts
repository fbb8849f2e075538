import type { Fault } from "../core/errors.ts";
import type { Job } from "../core/job.ts";
import { heldBy } from "../core/job.ts";
import { type Pool, poolOf } from "../core/job-spec.ts";
import type { Packer } from "../core/packer.ts";
import type { Options, PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender, PoolView } from "../core/pool.ts";
import { type Placement, sizeOn } from "../core/server.ts";
import { bookHeld, type Claimant, fill, type Holder, isBetterOff, richestFirst } from "./claimants.ts";
import { faultOf } from "./options.ts";
import { byKey } from "./order.ts";
import { perPool } from "./per-pool.ts";

const WEEK_SECONDS = 7 * 86_400;

/**
 * Shares of users. Who goes next is told by what a user has now and had on average lately, by weight. Running work is stopped only for a user
 * who has less now as well, and only as long as whoever gives still has more than the other had; of two equal users on one GPU, then, each
 * runs its job to the end.
 */
export const fairShare: PolicyEntry = {
  key: "fair-share",
  description:
    "Shares of users by weight: next is the user who has least now and had least lately, by priority among that user's own jobs. Quotas bound what a user may have while others want it.",
  needs: ["users", "priorities"],
  isPreemptive: true,
  isElastic: false,
  options: [
    {
      name: "weights",
      description: "what a user's share counts, above 0; 1 for users not named",
      kind: "shares",
      default: {},
    },
    {
      name: "quotas",
      description: "GPUs for each user, beyond which there is only what can be borrowed; no bound for users not named",
      kind: "shares",
      default: {},
      min: 0,
      isWhole: true,
    },
    {
      name: "coreQuotas",
      description: "cores for the jobs without GPUs of each user, likewise",
      kind: "shares",
      default: {},
      min: 0,
      isWhole: true,
    },
    {
      name: "borrowing",
      description: "whether a user may go beyond the quota on what nobody within theirs wants",
      kind: "flag",
      default: true,
    },
    {
      name: "halfLifeSeconds",
      description: "the time after which past use counts by half",
      kind: "number",
      default: WEEK_SECONDS,
      min: 60,
      max: 52 * WEEK_SECONDS,
    },
    {
      name: "preemptive",
      description:
        "whether users with less than their share take it back from running jobs of those with more, and lenders what they lent",
      kind: "flag",
      default: true,
    },
  ],
  check: (options, snapshot) => [...weightFaults(options), ...(snapshot ? quotaFaults(options, snapshot) : [])],
  create: (options) => perPool((pool, packer, snapshot) => divide(pool, packer, snapshot, options)),
};

type Shares = Readonly<Record<string, number>>;
const sharesOf = (options: Options, name: string): Shares => options[name] as Shares;
const quotasFor = (options: Options, pool: Pool): Shares =>
  sharesOf(options, pool === "gpus" ? "quotas" : "coreQuotas");
const numberFor = (shares: Shares, user: string, otherwise: number): number =>
  Object.hasOwn(shares, user) ? (shares[user] as number) : otherwise;

function divide(pool: PoolView, packer: Packer, snapshot: Snapshot, options: Options): undefined {
  const users = usersOf(pool, snapshot, options);
  const isPreemptive = options.preemptive === true;
  const held = bookHeld(pool.contenders, snapshot, packer, ({ spec }) =>
    poolOf(spec) === pool.pool ? users.get(spec.user) : undefined,
  );
  const isLent = ({ claimant, share, on }: Holder<User>): boolean =>
    share * claimant.weight + sizeOn(on, pool.pool) > claimant.quota;
  const byWealth = richestFirst(held);
  const [lent, own] = [byWealth.filter(isLent), byWealth.filter((holder) => !isLent(holder))];
  const size = ({ preferred }: Contender): number => preferred;
  const isShort = fill([...users.values()], packer, {
    size,
    by: "share of its user",
    mayHave: ({ held, quota, name }, { job, preferred }) => {
      const may = held + preferred <= quota;
      if (!may) packer.witness?.turnedAway(job, { kind: "quota", user: name, pool: pool.pool, held, quota });
      return may;
    },
    holders: isPreemptive ? [...lent, ...own] : [],
    yields: (holder, user) => (holder.claimant !== user && isLent(holder)) || isBetterOff(holder, user),
  });
  // What is lent can be taken back only by stopping jobs.
  if (options.borrowing === true && (isPreemptive || !isShort))
    fill(
      [...users.values()].filter(({ quota }) => Number.isFinite(quota)),
      packer,
      {
        size,
        holders: isPreemptive ? lent : [],
      },
    );
  return undefined;
}

/** One user in one pool. */
class User implements Claimant {
  readonly name: string;
  waiting: readonly Contender[] = [];
  readonly weight: number;
  readonly quota: number;
  /** Units held on average lately. */
  average: number;
  held = 0;
  readonly #pool: Pool;

  constructor(name: string, pool: Pool, weight: number, quota: number, average: number) {
    this.name = name;
    this.#pool = pool;
    this.weight = weight;
    this.quota = quota;
    this.average = average;
  }

  get share(): number {
    return this.held / this.weight;
  }
  get standing(): number {
    return (this.average + this.held) / this.weight;
  }
  book(on: Placement, sign: 1 | -1): void {
    this.held += sign * sizeOn(on, this.#pool);
  }
}

/**
 * The users of this pool. What they held on average counts by half for each half-life that has gone by since: their use in
 * unit-milliseconds, divided by what one unit comes to that is held for ever. The runs of the present are not in the books yet.
 */
function usersOf({ pool, contenders }: PoolView, snapshot: Snapshot, options: Options): ReadonlyMap<string, User> {
  const halfLifeMillis = Number(options.halfLifeSeconds) * 1000;
  const { usage, now } = snapshot;
  const users = new Map<string, User>();
  const waiting = new Map<User, Contender[]>();
  for (const contender of contenders) {
    const { job, size, isRunning } = contender;
    const name = job.spec.user;
    let user = users.get(name);
    if (!user) {
      const weight = numberFor(sharesOf(options, "weights"), name, 1);
      const quota = numberFor(quotasFor(options, pool), name, Number.POSITIVE_INFINITY);
      user = new User(
        name,
        pool,
        weight,
        quota,
        (usage.decayed(name, pool, now, halfLifeMillis) * Math.LN2) / halfLifeMillis,
      );
      users.set(name, user);
      waiting.set(user, []);
    }
    if (!isRunning) waiting.get(user)?.push(contender);
    else if (job.trainingSince !== null)
      user.average += size * (1 - 2 ** (-(now - job.trainingSince) / halfLifeMillis));
  }
  for (const [user, own] of waiting) user.waiting = byKey(own, ({ job }) => -job.spec.priority);
  return users;
}

function weightFaults(options: Options): Fault[] {
  return Object.entries(sharesOf(options, "weights"))
    .filter(([, weight]) => weight <= 0)
    .map(([user, weight]) => faultOf("weights", `the weight of ${user} must be above 0, not ${weight}`));
}

/** A quota is no way to stop what runs. */
function quotaFaults(options: Options, { jobs }: Snapshot): Fault[] {
  const faults: Fault[] = [];
  for (const [pool, name, unit] of [
    ["gpus", "quotas", "GPUs"],
    ["cores", "coreQuotas", "cores"],
  ] as const)
    for (const [user, quota] of Object.entries(quotasFor(options, pool))) {
      const held = heldNow([...jobs.values()], user, pool);
      if (held > quota)
        faults.push(
          faultOf(
            name,
            `jobs of ${user} hold ${held} ${unit} now, more than a quota of ${quota}: wait until they end, or set at least ${held}`,
          ),
        );
    }
  return faults;
}

const heldNow = (jobs: readonly Job[], user: string, pool: Pool): number =>
  jobs
    .filter(({ spec }) => spec.user === user && poolOf(spec) === pool)
    .reduce((sum, job) => sum + sizeOn(heldBy(job)[0] ?? [], pool), 0);
