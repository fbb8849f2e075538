import type { PolicyEntry } from "../core/policy.ts";
import type { Contender } from "../core/pool.ts";
import { lengths } from "./length.ts";
import { growByGain } from "./marginal.ts";
import { bySize } from "./realise.ts";
import { giveInOrder, leastOf, positionsOf, sizable } from "./sizes.ts";

/** The greedy of Optimus (Peng et al., EuroSys 2018), with units in place of its workers and parameter servers. */
export const optimus: PolicyEntry = {
  key: "optimus",
  description:
    "Each its least in order of submission; then unit by unit to the job whose remaining time it shortens most. A job of which nothing is known counts as longer than the others.",
  needs: ["estimates", "speed-up"],
  isPreemptive: true,
  isElastic: true,
  options: [],
  create: () =>
    bySize(({ contenders, capacity }, snapshot) => {
      const order = sizable(contenders);
      const sizes = new Uint32Array(order.length);
      const free = giveInOrder(order, sizes, capacity);
      const running = positionsOf(sizes);
      const left = lengths(
        running.map((i) => order[i] as Contender),
        snapshot,
      );
      const claims = running.map((i, at) => {
        const contender = order[i] as Contender;
        const { speedup } = snapshot.estimates.of(contender.job);
        const value = (size: number): number => -(left[at] as number) / speedup(size);
        return { least: leastOf(contender), most: contender.max, value };
      });
      const grown = Uint32Array.from(running, (i) => sizes[i] as number);
      growByGain(claims, grown, free);
      for (const [at, i] of running.entries()) sizes[i] = grown[at] as number;
      return { order, sizes };
    }),
};
