import type { IncomingMessage } from "node:http";
import type { GraphQLError } from "graphql";
import { isLoopback } from "../config/index.ts";
import type { Token } from "../store/settings.ts";
import { refusal } from "./errors.ts";

export interface Tokens {
  /** Has a request to bring one? */
  required(): Promise<boolean>;
  find(secret: string): Promise<Token | null>;
}

export interface GuardOptions {
  readonly tokens: Tokens;
  /** The address that is listened on. */
  readonly host: string;
  readonly allowOrigins: readonly string[];
  readonly defaultUser: string;
}

/** Somebody who may come in. */
export interface Visitor {
  /** Whose jobs are submitted when they name nobody. */
  readonly user: string;
  /** Null where none is needed. */
  readonly token: Token | null;
}

const HOW = "send Authorization: Bearer <token>";
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;

/** Who may come in. */
export class Guard {
  readonly #options: GuardOptions;
  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Why the page or program that makes this request may not; null when it may. */
  refusalOf({ headers }: IncomingMessage): GraphQLError | null {
    const host = headers.host ?? "";
    // A page of a stranger whose name was made to point at this machine still gives its own name here.
    if (!HOST.test(host) || (isLoopback(this.#options.host) && !this.#isOwn(host)))
      return refusal("FORBIDDEN", `this server is not known as ${JSON.stringify(host.slice(0, 80))}`);
    const { origin } = headers;
    if (origin === undefined || this.#isFriend(origin, host)) return null; // only browsers give one
    return refusal(
      "FORBIDDEN",
      `pages of ${JSON.stringify(origin.slice(0, 80))} may not use this server: see allowOrigins`,
    );
  }

  /** Whoever comes with that token, or why he may not. The message fits into the 123 bytes that a WebSocket may close with. */
  async admit(secret: string | null): Promise<Visitor | GraphQLError> {
    const { tokens, defaultUser, host } = this.#options;
    const token = secret === null ? null : await tokens.find(secret);
    if (token) return { user: token.name, token };
    if (await tokens.required())
      return refusal(
        "UNAUTHENTICATED",
        secret === null ? `an access token is needed: ${HOW}` : `the access token is not accepted: ${HOW}`,
      );
    if (isLoopback(host)) return { user: defaultUser, token: null };
    // The last token was revoked since the server began to listen: that must not open it to everybody.
    return refusal("FORBIDDEN", "nobody may come in while no access token exists: see `schedulearn token create`");
  }

  #isOwn(host: string): boolean {
    const name = nameOf(host);
    return isLoopback(name) || name === this.#options.host.toLowerCase();
  }

  #isFriend(origin: string, host: string): boolean {
    if (this.#options.allowOrigins.includes(origin)) return true;
    const from = URL.canParse(origin) ? new URL(origin) : null;
    if (!from) return false;
    if (from.host === host.toLowerCase()) return true;
    const port = /:(\d+)$/.exec(host)?.[1] ?? "";
    return isLoopback(nameOf(from.host)) && isLoopback(nameOf(host)) && from.port === port;
  }
}

/** Without its port and the brackets of IPv6. */
const nameOf = (host: string): string =>
  host
    .toLowerCase()
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "");

/** The token of `Bearer …`; null without one. */
export const bearer = (authorization: unknown): string | null =>
  typeof authorization === "string" ? (/^Bearer +(\S+)$/i.exec(authorization.trim())?.[1] ?? null) : null;
