import { type Fault, RequestError, SchedulearnError } from "./errors.ts";
import * as op from "./generated/operations.ts";
import { type Endpoint, type Fetch, request } from "./http.ts";
import { defaultRetry, type Retry } from "./retry.ts";
import { defaultKeepAlive, type KeepAlive, Socket } from "./socket.ts";
import { stream } from "./stream.ts";
import type { TypedDocument } from "./typed-document.ts";

const DEFAULT_URL = "http://127.0.0.1:4000/graphql";

/** Which server to speak to, and how. */
export interface ClientOptions {
  /**
   * Where the API is: `http://host:port/graphql`, or shorter `http://host:port` or `host:port`. If absent, what the command line uses:
   * the address in `SCHEDULEARN_URL` with the token in `SCHEDULEARN_TOKEN`, or else `http://127.0.0.1:4000/graphql`.
   */
  readonly url?: string | undefined;
  /** An access token, where the server wants one: `schedulearn token create NAME` makes it. */
  readonly token?: string | undefined;
  /** A WebSocket constructor as browsers have it. If absent: the platform's, or in Node before 22 that of the package `ws`. */
  readonly webSocket?: unknown;
  /** In place of the global one: for a proxy, or for certificates of one's own. */
  readonly fetch?: Fetch;
  /** How streams try again after a drop. */
  readonly retry?: Partial<Retry>;
  /** How streams find out that a connection has died without a word. */
  readonly keepAlive?: Partial<KeepAlive>;
}

/** Ends a request or a stream. */
export interface Stoppable {
  readonly signal?: AbortSignal | undefined;
}

/** A stream that can begin behind the item with a cursor. */
export interface Resumable extends Stoppable {
  readonly after?: string | null | undefined;
}

/** The ways of speaking to one server: to ask, to change, to follow. */
export function connect({ webSocket, fetch, ...wanted }: ClientOptions) {
  const url = apiOf(wanted.url ?? named.url());
  const { token = (wanted.url === undefined && named.token()) || null } = wanted;
  const endpoint: Endpoint = { url, token, fetch: fetch ?? globalThis.fetch };
  const retry: Retry = { ...defaultRetry, ...wanted.retry };
  let wasReached = false;
  const onConnected = (): void => {
    wasReached = true;
  };
  const keepAlive = { ...defaultKeepAlive, ...wanted.keepAlive };
  const socket = new Socket({ url, token, webSocket, keepAlive, onConnected });

  async function ask<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: NoInfer<Variables>,
    { signal }: Stoppable = {},
  ): Promise<Result> {
    const result = await request(endpoint, document, variables, signal);
    wasReached = true;
    return result;
  }

  async function change<Value, Input>(
    document: TypedDocument<
      { readonly result: { readonly value: Value | null; readonly errors: readonly Fault[] } },
      { readonly input: Input }
    >,
    input: NoInfer<Input>,
  ): Promise<Value> {
    const { value, errors } = (await ask(document, { input })).result;
    if (errors.length > 0) throw new SchedulearnError(errors);
    if (value === null) throw new RequestError([{ message: "the server's answer is empty" }]);
    return value;
  }

  const follow = <Item extends { readonly cursor: string }, Variables extends { readonly after?: string | null }>(
    document: TypedDocument<{ readonly item: Item }, Variables>,
    variables: NoInfer<Variables>,
    { after, signal }: Resumable,
    sizeOf?: (item: Item) => number,
  ): AsyncGenerator<Item, void, undefined> =>
    stream(socket, document, variables, ({ item }) => item, {
      after: after ?? null,
      cursorOf: ({ cursor }) => cursor,
      ...(sizeOf && { sizeOf }),
      retry,
      wasReached: () => wasReached,
      signal,
    });

  /** From now on means from a known place on: a drop before the first item loses nothing. */
  async function* followFromNow<
    Item extends { readonly cursor: string },
    Variables extends { readonly after?: string | null },
  >(
    document: TypedDocument<{ readonly item: Item }, Variables>,
    variables: NoInfer<Variables>,
    { after, signal }: Resumable,
  ): AsyncGenerator<Item, void, undefined> {
    let begin = after;
    try {
      begin ??= (await ask(op.GetCluster, {}, { signal })).cluster.eventCursor;
    } catch (error) {
      if (signal?.aborted) return;
      throw error;
    }
    yield* follow(document, variables, { after: begin, signal });
  }

  return { endpoint, retry, ask, change, follow, followFromNow, end: () => socket.close() };
}

/** The API of the server that an address names alone; any other address stays as it is. */
function apiOf(address: string): string {
  const url = /^(\[[\da-f:]+\]|[\w.-]+):\d+\/?$/i.test(address) ? `http://${address}` : address;
  return /^https?:\/\/[^/?#]+\/?$/i.test(url) ? new URL("/graphql", url).href : url;
}

/** The environment, where there is one. */
const { env = {} } = (globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } }).process ?? {};
const named = {
  url: () => env.SCHEDULEARN_URL || DEFAULT_URL,
  token: () => env.SCHEDULEARN_TOKEN || null,
};
