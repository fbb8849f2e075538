import type { Job } from "./job.ts";
import type { Candidate, PlacementRule } from "./placement-rule.ts";
import type { ServerId } from "./server.ts";

/** A server that would have done too, and what set it apart. */
export interface Alternative {
  readonly server: ServerId;
  readonly gpusLeft: number;
  readonly coresLeft: number;
}

/** What the placement rule had before it when it chose a server. */
export interface Choice {
  /** How many servers would have done, the chosen one among them. */
  readonly fitting: number;
  /** What was left free of the chosen one. */
  readonly gpusLeft: number;
  readonly coresLeft: number;
  /** Present where its image, or its checkpoint, was there already. */
  readonly hadImage?: true;
  readonly hadCheckpoint?: true;
  /** The next best. */
  readonly others: readonly Alternative[];
}

/** Why a job was placed where it was. */
export interface Because {
  /** Keys of the policy and the placement rule in force. */
  readonly policy: string;
  readonly placement: string;
  /** Absent where there was nothing to choose: it went on where it was, spans servers, or the cluster was packed anew. */
  readonly choice?: Choice;
}

/** So many that were not chosen are noted. */
const MOST_OTHERS = 2;

/** What set the chosen one apart; the others are the next that the rule would have chosen. */
export function choiceOf(
  candidates: readonly Candidate[],
  chosen: Candidate,
  { choose }: Pick<PlacementRule, "choose">,
  job: Job,
  last: number,
): Choice {
  const others: Alternative[] = [];
  let rest = candidates.filter((each) => each !== chosen);
  while (rest.length > 0 && others.length < MOST_OTHERS) {
    const next = choose(rest, job, last);
    others.push({ server: next.server.id, gpusLeft: next.gpusLeft, coresLeft: next.coresLeft });
    rest = rest.filter((each) => each !== next);
  }
  const { gpusLeft, coresLeft, hasImage, hasCheckpoint } = chosen;
  return {
    fitting: candidates.length,
    gpusLeft,
    coresLeft,
    ...(hasImage && { hadImage: true }),
    ...(hasCheckpoint && { hadCheckpoint: true }),
    others,
  };
}
