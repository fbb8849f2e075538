import { domainError } from "../core/errors.ts";
import type { Conditions } from "../sim/experiment.ts";
import { randomRequests } from "../sim/traces/random-requests.ts";
import { textOf } from "../sim/traces/read.ts";
import { type ProgramRequest, readRequests } from "../sim/traces/requests.ts";

const RANDOM = "random:";

interface Values {
  readonly trace?: string | undefined;
  readonly requests?: string | undefined;
  readonly programs?: string | undefined;
}

/**
 * What `--requests` and `--programs` say: a file, or `random:count=20,…` for requests that are drawn by lot. Null without them. Throws a
 * DomainError.
 * @param limit of the programs
 */
export function requestsOf({ trace, requests, programs }: Values, limit: number, seed: number): Conditions["requests"] {
  if (requests === undefined) {
    if (programs === undefined) return null;
    throw domainError("INVALID_INPUT", "--programs says how long the programs of --requests take, which is missing");
  }
  if (trace !== undefined) throw domainError("INVALID_INPUT", "give --trace or --requests, not both");
  const all = requests.startsWith(RANDOM)
    ? randomRequests(requests.slice(RANDOM.length), seed)
    : readRequests(requests, textOf(requests));
  const table = programs === undefined ? null : { file: programs, text: textOf(programs) };
  return { list: firstOf(all, limit), programs: table };
}

/** The first programs, with what is asked of them. */
function firstOf(requests: readonly ProgramRequest[], limit: number): readonly ProgramRequest[] {
  const kept = new Set<string>();
  return requests.filter(({ kind, instance }) => {
    if (kind === "execution" && kept.size < limit) kept.add(instance);
    return kept.has(instance);
  });
}
