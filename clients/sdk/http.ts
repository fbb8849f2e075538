import { AuthError, errorOf, reasonOf, type TopLevelError, UnreachableError } from "./errors.ts";
import type { TypedDocument } from "./typed-document.ts";

/** Longer than the server takes for anything. */
const ANSWER_MILLIS = 60_000;

export type Fetch = typeof globalThis.fetch;

export interface Endpoint {
  /** `http://host:port/graphql` */
  readonly url: string;
  readonly token: string | null;
  readonly fetch: Fetch;
}

/**
 * The result of one query or mutation.
 * @throws UnreachableError AuthError RequestError
 */
export async function request<Result, Variables>(
  { url, token, fetch }: Endpoint,
  query: TypedDocument<Result, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Result> {
  const timeout = AbortSignal.timeout(ANSWER_MILLIS);
  const unreachable = (error: unknown): never => {
    signal?.throwIfAborted();
    throw new UnreachableError(url, timeout.aborted ? "no answer in time" : reasonOf(error), error);
  };
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/graphql-response+json, application/json",
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
    signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
  }).catch(unreachable);
  const text = await response.text().catch(unreachable);
  const answer = parse(text);
  if (answer?.errors && answer.errors.length > 0) {
    if (response.status === 401) throw new AuthError(answer.errors[0]?.message ?? "not authorised");
    throw errorOf(answer.errors);
  }
  if (response.status === 401 || response.status === 403)
    throw new AuthError(token ? "the access token is not accepted" : "an access token is needed");
  if (!answer?.data) throw new UnreachableError(url, `what answers is not GraphQL (HTTP ${response.status})`);
  return answer.data as Result;
}

function parse(text: string): { readonly data?: unknown; readonly errors?: readonly TopLevelError[] } | null {
  try {
    const answer: unknown = JSON.parse(text);
    return answer !== null && typeof answer === "object" ? answer : null;
  } catch {
    return null;
  }
}
