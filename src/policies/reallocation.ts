import type { Packer } from "../core/packer.ts";
import type { Policy, PolicyEntry, PolicyOption, Snapshot } from "../core/policy.ts";
import { type Contender, narrowed } from "../core/pool.ts";
import { leadServer, type ServerId } from "../core/server.ts";
import { growInTurn } from "./leftovers.ts";
import { byKey } from "./order.ts";
import { proportional } from "./proportional.ts";
import { leastOf } from "./sizes.ts";

/**
 * How cores are shared among jobs without GPUs, under whatever policy says who runs: the rules STRICT, MAX_PROP and ALWAYS_ATTEND of a public
 * scheduler of malleable TensorFlow programs. The policy sees each job at the size that the rule insists on and decides who runs;
 * then the rule hands out the rest. Both cost nothing but a message, since cores change under a running program.
 */
type Rule = "strict" | "max-prop" | "always-attend";

const RULES: Readonly<Record<Rule | "own", string>> = {
  own: "as the policy itself decides",
  strict: "what a job prefers, or it waits",
  "max-prop": "shares in proportion to what jobs prefer, so that as many as possible run; they grow into what is free",
  "always-attend": "a job starts with what is free, if that is its least",
};

/** A policy with the choice of how cores are shared; without the choice, elastic ones do it their own way and others strictly. */
export function withReallocation(entry: PolicyEntry): PolicyEntry {
  const rules = Object.entries(RULES).filter(([rule]) => rule !== "own" || entry.isElastic);
  const choices = rules.map(([rule]) => rule);
  const option: PolicyOption = {
    name: "coreAllocation",
    description: `how cores are shared among jobs without GPUs. ${rules.map(([rule, meaning]) => `${rule}: ${meaning}`).join("; ")}. Running jobs get what is left over, up to their most`,
    kind: "choice",
    default: choices[0] as string,
    choices,
  };
  return {
    ...entry,
    options: [...entry.options, option],
    create(options) {
      const policy = entry.create(options);
      const rule = options.coreAllocation;
      return rule === "own" ? policy : new Reallocating(policy, rule as Rule);
    },
  };
}

class Reallocating implements Policy {
  readonly #policy: Policy;
  readonly #rule: Rule;

  constructor(policy: Policy, rule: Rule) {
    this.#policy = policy;
    this.#rule = rule;
  }

  decide(snapshot: Snapshot, packer: Packer): ReturnType<Policy["decide"]> {
    const view = snapshot.pools.find(({ pool }) => pool === "cores");
    if (!view) return this.#policy.decide(snapshot, packer);
    const contenders = view.contenders.map((contender) => this.#insisted(contender));
    for (const { job, isRunning, isPinned, size } of contenders) if (isRunning && !isPinned) packer.resize(job, size);
    const pools = snapshot.pools.map((pool) => (pool === view ? narrowed(view, contenders) : pool));
    const verdict = this.#policy.decide({ ...snapshot, pools }, packer);
    this.#handOut(view.contenders, packer);
    return verdict;
  }

  /** The contender with no other size than the one that the rule insists on: nobody running is raised for that. */
  #insisted(contender: Contender): Contender {
    const { isRunning, isPinned, size, preferred } = contender;
    if (isPinned) return contender;
    const least = leastOf(contender);
    const insisted = this.#rule === "max-prop" || (this.#rule === "always-attend" && !isRunning) ? least : preferred;
    const only = isRunning ? Math.min(size, insisted) : insisted;
    if (only === contender.min && only === contender.max) return contender;
    return { ...contender, min: only, max: only, preferred: only, size: isRunning ? only : 0 };
  }

  /** Those that only start now get no more than they prefer: until they run they cannot give anything back. */
  #handOut(contenders: readonly Contender[], packer: Packer): void {
    const inDraft = contenders.filter(({ job, isPinned }) => !isPinned && packer.sizeOf(job) > 0);
    const running = byKey(
      inDraft.filter(({ isRunning }) => isRunning),
      ({ job }) => job.firstStartedAt ?? 0,
    );
    const starting = inPlacingOrder(
      inDraft.filter(({ isRunning }) => !isRunning),
      packer,
    );
    if (this.#rule === "strict" || this.#rule === "always-attend")
      for (const contender of running) grow(contender, contender.preferred, packer);
    if (this.#rule !== "strict") for (const contender of starting) settle(contender, packer);
    if (this.#rule === "max-prop")
      share([...running, ...starting.map((each) => ({ ...each, max: each.preferred }))], packer);
    else for (const contender of running) grow(contender, contender.max, packer);
  }
}

/** The order in which the policy placed them. */
function inPlacingOrder(starting: readonly Contender[], { grants }: Packer): readonly Contender[] {
  const byId = new Map(starting.map((contender) => [contender.job.id, contender]));
  return [...grants.keys()].flatMap((id) => byId.get(id) ?? []);
}

/** As far as there is room where it is. */
function grow({ job }: Contender, most: number, packer: Packer): void {
  const size = packer.sizeOf(job);
  const next = Math.min(most, size + packer.roomToGrow(job));
  if (next > size) packer.resize(job, next);
}

/** Where it gets most of what it prefers, which may be another server than the one on which its least was found. */
function settle(contender: Contender, packer: Packer): void {
  const { job, preferred } = contender;
  if (packer.sizeOf(job) >= preferred) return;
  packer.evict(job);
  packer.placeUpTo(job, preferred, leastOf(contender));
}

/** On each server in proportion; what rounding leaves over goes round one by one, to the oldest first. */
function share(contenders: readonly Contender[], packer: Packer): void {
  const groups = new Map<ServerId, Contender[]>();
  for (const contender of contenders) {
    const on = packer.grants.get(contender.job.id);
    if (!on) continue;
    const group = groups.get(leadServer(on));
    if (group) group.push(contender);
    else groups.set(leadServer(on), [contender]);
  }
  for (const group of groups.values()) {
    const sizes = group.map(({ job }) => packer.sizeOf(job));
    const total = sizes.reduce((sum, size) => sum + size, packer.roomToGrow((group[0] as Contender).job));
    const requests = group.map((each) => ({ wanted: each.preferred, min: leastOf(each), max: each.max }));
    const shares = proportional(requests, total);
    for (const shrinks of [true, false])
      for (const [i, { job }] of group.entries()) {
        const next = shares[i] as number;
        if (shrinks === next < (sizes[i] as number)) packer.resize(job, next);
      }
  }
  growInTurn(contenders, packer);
}
