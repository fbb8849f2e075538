import { randomBytes } from "node:crypto";
import { GraphQLError, type GraphQLFormattedError } from "graphql";
import { DomainError, type Fault } from "../core/errors.ts";

export type LogError = (message: string, details: Readonly<Record<string, unknown>>) => void;

/** An argument that cannot be served: told at the top level, since no type can hold an answer. */
export const badInput = (argument: string, problem: string): GraphQLError =>
  new GraphQLError(`${argument}: ${problem}`, { extensions: { code: "BAD_USER_INPUT", argument } });

/** A refusal before or beside any resolver. */
export const refusal = (code: string, message: string, details: Readonly<Record<string, unknown>> = {}): GraphQLError =>
  new GraphQLError(message, { extensions: { code, ...details } });

/**
 * The payload of a mutation: what `act` gives, or what the caller has to mend. Anything else is our own fault and goes on
 * upwards.
 */
export async function payload<T extends object>(
  act: () => Promise<T>,
): Promise<Partial<T> & { errors: readonly Fault[] }> {
  try {
    return { ...(await act()), errors: [] };
  } catch (error) {
    if (error instanceof DomainError) return { errors: error.faults } as unknown as Partial<T> & { errors: Fault[] };
    throw error;
  }
}

/** What the outside may know of an error: the caller's fault in full, of ours only an id under which the log has it. */
export function tellError(error: GraphQLError, log: LogError): GraphQLFormattedError {
  const { message, locations, path, originalError } = error;
  const where = { ...(locations && { locations }), ...(path && { path }) };
  const cause = rootCause(originalError);
  if (cause instanceof DomainError) {
    const [first] = cause.faults;
    const faults = cause.faults.length > 1 ? { faults: cause.faults } : {};
    return { message: cause.message, ...where, extensions: { code: first?.code, ...faults } };
  }
  if (cause && !(cause instanceof GraphQLError)) {
    const id = randomBytes(6).toString("hex");
    log("an operation failed", { id, error: cause.stack ?? String(cause), path: path?.join(".") });
    const known = `internal error ${id}: the server's log has more`;
    return { message: known, ...where, extensions: { code: "INTERNAL", id } };
  }
  const { stacktrace: _, http: __, ...known } = { ...error.extensions, ...cause?.extensions };
  return { message, ...where, extensions: { ...known, code: known.code ?? (path ? "INTERNAL" : "BAD_USER_INPUT") } };
}

/** Below the GraphQL errors that execution wraps around what a resolver threw. */
function rootCause(error: Error | null | undefined): Error | null {
  if (error instanceof GraphQLError && error.originalError) return rootCause(error.originalError);
  return error ?? null;
}
