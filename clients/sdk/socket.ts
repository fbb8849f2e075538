import { type Client, createClient } from "graphql-ws/client";
import { AuthError, errorOf, RequestError, reasonOf, type TopLevelError, UnreachableError } from "./errors.ts";
import type { TypedDocument } from "./typed-document.ts";
import { webSocketOf } from "./web-socket.ts";

/** Reasons that say no more than the code beside them. */
const GENERIC = /^(Forbidden|Unauthorized|)$/;
const ACK_MILLIS = 10_000;

/** The close codes of graphql-transport-ws after which another try would end the same way. */
const BAD_REQUEST = 4400;
const UNAUTHORIZED = 4401;
const FORBIDDEN = 4403;
const NO_SUBPROTOCOL = 4406;
/** The code of an operation that may be tried again a little later. */
const TOO_FAST = "RATE_LIMIT";

/** How a connection that died without a word is found out. */
export interface KeepAlive {
  /** So often the server is asked for a sign of life. */
  readonly pingMillis: number;
  /** Without one for so long, the connection is given up for another. */
  readonly pongMillis: number;
}

export const defaultKeepAlive: KeepAlive = { pingMillis: 15_000, pongMillis: 10_000 };

export interface SocketOptions {
  /** `http://host:port/graphql`; the socket has the same path. */
  readonly url: string;
  readonly token: string | null;
  /** A constructor as browsers have it; the platform's if absent. */
  readonly webSocket: unknown;
  readonly keepAlive: KeepAlive;
  /** Told of every connection that the server has accepted. */
  onConnected(): void;
}

export interface Listener<Result> {
  next(result: Result): void;
  /** The server said that there is no more. */
  complete(): void;
  /** Something that another try would not change. */
  fail(error: Error): void;
  /** The connection is gone, or never came, or the server wants a rest; another try may do. */
  drop(error: Error): void;
}

/** One WebSocket for all subscriptions: opened for the first, closed behind the last. It never tries again by itself. */
export class Socket {
  readonly #options: SocketOptions;
  #client: Client | null = null;

  constructor(options: SocketOptions) {
    this.#options = options;
  }

  /**
   * @param variables read again if the server closes the socket in good order and the subscription goes on in a new one: keep
   * them up to date
   * @returns ends the subscription; the listener hears no more
   */
  subscribe<Result, Variables extends object>(
    query: TypedDocument<Result, Variables>,
    variables: Variables,
    listener: Listener<Result>,
  ): () => void {
    let ended = false;
    const once = (tell: () => void): void => {
      if (ended) return;
      ended = true;
      tell();
    };
    this.#client ??= this.#connect();
    const end = this.#client.subscribe<Result>(
      { query, variables: variables as Record<string, unknown> },
      {
        next({ data, errors }) {
          if (ended) return;
          if (errors && errors.length > 0) once(() => listener.fail(errorOf(errors as readonly TopLevelError[])));
          else if (data) listener.next(data);
        },
        error: (error) => once(() => this.#explain(error, listener)),
        complete: () => once(() => listener.complete()),
      },
    );
    return () => {
      ended = true;
      end();
    };
  }

  close(): void {
    void this.#client?.dispose();
    this.#client = null;
  }

  #explain(error: unknown, listener: Listener<never>): void {
    const { url, token } = this.#options;
    if (Array.isArray(error)) {
      const told = errorOf(error as readonly TopLevelError[]);
      return told.code === TOO_FAST ? listener.drop(told) : listener.fail(told);
    }
    const { code, reason } = error as { readonly code?: unknown; readonly reason?: unknown };
    const said = typeof reason === "string" && !GENERIC.test(reason) ? reason : null;
    if (code === UNAUTHORIZED || code === FORBIDDEN)
      return listener.fail(
        new AuthError(said ?? (token ? "the access token is not accepted" : "an access token is needed")),
      );
    if (code === BAD_REQUEST || code === NO_SUBPROTOCOL)
      return listener.fail(new RequestError([{ message: said ?? "the server refuses the connection" }]));
    const cut = typeof code === "number" ? (said ?? "the connection was cut") : reasonOf(error);
    listener.drop(new UnreachableError(url, cut, error));
  }

  #connect(): Client {
    const { url, token, keepAlive, onConnected } = this.#options;
    let pong: ReturnType<typeof setTimeout> | undefined;
    const client = createClient({
      url: url.replace(/^http/, "ws"),
      webSocketImpl: webSocketOf(this.#options.webSocket),
      ...(token && { connectionParams: { authorization: `Bearer ${token}` } }),
      retryAttempts: 0,
      connectionAckWaitTimeout: ACK_MILLIS,
      keepAlive: keepAlive.pingMillis,
      on: {
        connected: onConnected,
        ping: (received) => {
          // A server that vanished without a word (a pulled plug) shows only in this silence.
          if (!received) pong = setTimeout(() => client.terminate(), keepAlive.pongMillis);
        },
        pong: (received) => {
          if (received) clearTimeout(pong);
        },
        closed: () => clearTimeout(pong),
      },
    });
    return client;
  }
}
