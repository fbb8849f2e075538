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

  /** The name of whoever comes with that token; null when a token is needed and this is none. */
  async userOf(secret: string | null): Promise<string | null> {
    const { tokens, defaultUser } = this.#options;
    const token = secret === null ? null : await tokens.find(secret);
    if (token) return token.name;
    return (await tokens.required()) ? null : defaultUser;
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
