import { GraphQLError } from "graphql";
import { CloseCode } from "graphql-ws";
import type { WebSocket } from "ws";
import { type LogError, refusal } from "./errors.ts";
import type { Guard, Visitor } from "./guard.ts";
import type { InFlight } from "./in-flight.ts";

/** So long a revoked token may still be of use to a connection that is open. */
const LOOK_MILLIS = 1_000;
const REVOKED = refusal("UNAUTHENTICATED", "the token was revoked");
const GONE = refusal("UNAUTHENTICATED", "the connection is over");

interface Visit {
  readonly secret: string | null;
  readonly hadToken: boolean;
}

/** The open connections. Whoever would not be let in any more is put out, and told why. */
export class Visits {
  readonly #guard: Guard;
  readonly #inFlight: InFlight;
  readonly #log: LogError;
  readonly #open = new Map<WebSocket, Visit>();
  #timer: NodeJS.Timeout | undefined;

  constructor(guard: Guard, inFlight: InFlight, log: LogError) {
    this.#guard = guard;
    this.#inFlight = inFlight;
    this.#log = log;
  }

  /** Lets a connection in, or closes it. */
  async begin(socket: WebSocket, secret: string | null): Promise<boolean> {
    const visitor = await this.#guard.admit(secret);
    if (visitor instanceof GraphQLError) {
      putOut(socket, visitor);
      return false;
    }
    if (socket.readyState !== socket.OPEN) return false; // it has left meanwhile
    this.#open.set(socket, { secret, hadToken: visitor.token !== null });
    socket.once("close", () => this.#end(socket));
    this.#lookLater();
    return true;
  }

  /** Who it is that is connected; one who may not stay is put out. */
  async visitor(socket: WebSocket): Promise<Visitor | GraphQLError> {
    const visit = this.#open.get(socket);
    return visit ? judge(socket, visit, await this.#guard.admit(visit.secret)) : GONE;
  }

  #end(socket: WebSocket): void {
    this.#open.delete(socket);
    if (this.#open.size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #lookLater(): void {
    if (this.#open.size === 0) return;
    this.#timer ??= setTimeout(() => {
      void this.#inFlight
        .track(() => this.#look())
        .catch((error) => this.#log("tokens cannot be looked at", { error: String(error) }))
        .finally(() => {
          this.#timer = undefined;
          this.#lookLater();
        });
    }, LOOK_MILLIS);
  }

  /** Asks once for each token, however many connections have it. */
  async #look(): Promise<void> {
    for (const secret of new Set([...this.#open.values()].map((visit) => visit.secret))) {
      const now = await this.#guard.admit(secret);
      for (const [socket, visit] of this.#open) if (visit.secret === secret) judge(socket, visit, now);
    }
  }
}

function judge(socket: WebSocket, { hadToken }: Visit, now: Visitor | GraphQLError): Visitor | GraphQLError {
  const isRefused = now instanceof GraphQLError;
  const verdict = hadToken && (isRefused || now.token === null) ? REVOKED : now;
  if (verdict instanceof GraphQLError) putOut(socket, verdict);
  return verdict;
}

const putOut = (socket: WebSocket, { message }: GraphQLError): void => socket.close(CloseCode.Forbidden, message);
