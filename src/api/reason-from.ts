import { domainError } from "../core/errors.ts";

const LONGEST_REASON = 500;

/** Why somebody wants a thing, for others to read; null when that was not said. Throws a DomainError when it is too long. */
export function reasonFrom(reason: string | undefined): string | null {
  if (reason !== undefined && reason.length > LONGEST_REASON)
    throw domainError("INVALID_INPUT", `reason: must be at most ${LONGEST_REASON} characters`, ["reason"]);
  return reason?.trim() || null;
}
