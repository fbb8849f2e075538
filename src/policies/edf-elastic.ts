import type { PolicyEntry, Snapshot } from "../core/policy.ts";
import type { Contender, PoolView } from "../core/pool.ts";
import { countWhile } from "../core/sorted.ts";
import { freeFromNow } from "./free-profile.ts";
import { type Claim, growByGain } from "./marginal.ts";
import { byKey } from "./order.ts";
import { bySize, type Sizing } from "./realise.ts";
import { type Outlook, satisfactoryShares } from "./satisfactory-share.ts";
import { giveInOrder, leastOf, sizable } from "./sizes.ts";

/**
 * ElasticFlow (Gu et al., ASPLOS 2023): in order of deadline each job gets the least share with which it is in time, given what those before
 * it take of the future; what is left makes jobs faster, where a unit gains most.
 */
export const edfElastic: PolicyEntry = {
  key: "edf-elastic",
  description:
    "Earliest deadline first, each with the least size that is in time (powers of two, its least and its most); what is left goes where a unit gains most. Jobs that cannot be in time come after, those without a deadline last. Without estimates: the least to each in order of deadline.",
  needs: ["deadlines", "estimates", "speed-up"],
  isPreemptive: true,
  isElastic: true,
  options: [
    {
      name: "admission",
      description:
        "whether a job that has begun keeps its promise: a new one that would make it late waits behind those that can be in time",
      kind: "flag",
      default: true,
    },
  ],
  create: ({ admission }) => bySize((pool, snapshot) => sizing(pool, snapshot, admission === true)),
};

function sizing(pool: PoolView, snapshot: Snapshot, admission: boolean): Sizing {
  const asking = sizable(pool.contenders);
  const isDated = ({ job }: Contender): boolean => job.spec.deadline !== null;
  const dated = byKey(asking.filter(isDated), deadlineOf);
  const shares = satisfactoryShares(dated, outlookOf(pool, snapshot), admission);
  const order = [...shares.keys()];
  const sizes = new Uint32Array(asking.length);
  sizes.set([...shares.values()]);
  for (const contender of dated) if (!shares.has(contender)) order.push(contender);
  for (const contender of asking) if (!isDated(contender)) order.push(contender);

  let left = pool.capacity - sizes.reduce((sum, size) => sum + size, 0);
  left = giveInOrder(order, sizes, left, (each) => (each.isRunning ? leastOf(each) : Number.POSITIVE_INFINITY));
  left = giveInOrder(order, sizes, left);
  const growing = [...order.keys()].filter((i) => sizes[i] !== 0);
  const claims = growing.map((i) => claimOf(order[i] as Contender, snapshot));
  const grown = Uint32Array.from(growing, (i) => sizes[i] as number);
  growByGain(claims, grown, left);
  for (const [at, i] of growing.entries()) sizes[i] = grown[at] as number;
  return { by: "deadline", order, sizes };
}

const deadlineOf = ({ job }: Contender): number => job.spec.deadline ?? Number.POSITIVE_INFINITY;

function outlookOf(pool: PoolView, snapshot: Snapshot): Outlook {
  const { estimates, now } = snapshot;
  const free = freeFromNow(pool, snapshot);
  return {
    deadline: (contender) => deadlineOf(contender) - now,
    needs(contender) {
      const { remainingSeconds, speedup } = estimates.of(contender.job);
      const sizes = levelsOf(contender);
      const speeds = sizes.map((size) => speedup(size));
      return { work: remainingSeconds === null ? null : remainingSeconds * 1000, sizes, speeds };
    },
    isPromised: ({ job }) => job.firstStartedAt !== null,
    profile: () => free.copy(),
  };
}

/** Its least, the powers of two above that, and its most. */
function levelsOf(contender: Contender): number[] {
  const least = leastOf(contender);
  const levels = [least];
  for (let size = 2 ** Math.floor(Math.log2(least) + 1); size < contender.max; size *= 2) levels.push(size);
  if (contender.max > least) levels.push(contender.max);
  return levels;
}

/** A size between two levels is worth what the lower one is, so that it grows from level to level. */
function claimOf(contender: Contender, { estimates }: Snapshot): Claim {
  const { speedup } = estimates.of(contender.job);
  const levels = levelsOf(contender);
  return {
    least: leastOf(contender),
    most: contender.max,
    value: (size) => speedup(levels[countWhile(levels, (level) => level <= size) - 1] ?? 0),
  };
}
