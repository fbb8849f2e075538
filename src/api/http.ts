import { readFileSync } from "node:fs";
import { createServer, type Server as HttpServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { isLoopback } from "../config/index.ts";
import { domainError } from "../core/errors.ts";
import { newApollo } from "./apollo.ts";
import { newApp } from "./app.ts";
import { Guard, type Tokens } from "./guard.ts";
import { House, type HouseOptions } from "./house.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { builtMonitor } from "./monitor.ts";
import { Rate } from "./rate.ts";
import { buildApiSchema } from "./schema.ts";
import { serveWebSocket } from "./websocket.ts";

export interface ApiOptions extends HouseOptions {
  readonly listen: {
    readonly host: string;
    /** 0: any free one. */
    readonly port: number;
    /** Files. */
    readonly tls: { readonly cert: string; readonly key: string } | null;
  };
  readonly limits?: Partial<Limits>;
  readonly allowOrigins?: readonly string[];
  readonly tokens: Tokens;
  /** Whose jobs they are where no token is needed. */
  readonly defaultUser: string;
  /** The folder of the web monitor as it was built; where the build of this program puts it unless given. */
  readonly monitor?: string;
  log(level: "info" | "warn" | "error", message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** So long an answer that is under way may take when the server ends. */
const CLOSE_MILLIS = 1_000;

/** The API as it listens. */
export interface Api {
  /** `http://127.0.0.1:4000/graphql` */
  readonly url: string;
  /** Ends every stream and connection. */
  close(): Promise<void>;
}

/**
 * GraphQL over HTTP and WebSocket, the playground and the web monitor, on one port. Rejects with a DomainError when the port is
 * taken, or when others than this machine could come in without a token.
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { listen, tokens, allowOrigins = [], defaultUser, monitor = builtMonitor, log } = options;
  const limits = { ...defaultLimits, ...options.limits };
  if (!isLoopback(listen.host) && !(await tokens.required()))
    throw domainError("FORBIDDEN", needsToken(listen.host), ["listen", "host"]);

  const schema = buildApiSchema();
  const house = new House(options);
  const guard = new Guard({ tokens, host: listen.host, allowOrigins, defaultUser });
  const rate = new Rate(limits.requestsPerSecond, house.clock);
  const logError = (message: string, details: Readonly<Record<string, unknown>>): void =>
    log("error", message, details);
  const apollo = newApollo(schema, limits, house.metrics, logError);
  await apollo.start();

  const app = newApp({ house, guard, rate, limits, allowOrigins, apollo, monitor, log: logError });
  const server = listen.tls ? createTlsServer(tlsFiles(listen.tls), app) : createServer(app);
  const closeSockets = serveWebSocket(server, { schema, house, guard, limits, rate, log: logError });
  const close = async (): Promise<void> => {
    house.isStopping = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await closeSockets();
    const impatience = setTimeout(() => server.closeAllConnections(), CLOSE_MILLIS); // what is being answered may end
    await closed;
    clearTimeout(impatience);
    await apollo.stop();
  };
  try {
    await listening(server, listen.host, listen.port);
  } catch (error) {
    await close();
    throw error;
  }
  if (!listen.tls && !isLoopback(listen.host))
    log("warn", "tokens travel unencrypted: see listen.tls", { host: listen.host });
  return { url: urlOf(server, listen), close };
}

const needsToken = (host: string): string =>
  `${host} can be reached from other machines, so access tokens are needed first: make one with \`schedulearn token create\`. ` +
  "For TLS set `listen.tls` in schedulearn.yaml, or listen on 127.0.0.1 behind a reverse proxy that has it.";

function tlsFiles({ cert, key }: NonNullable<ApiOptions["listen"]["tls"]>): { cert: Buffer; key: Buffer } {
  const read = (path: string, what: string): Buffer => {
    try {
      return readFileSync(path);
    } catch (error) {
      throw domainError("INVALID_INPUT", `listen.tls.${what} cannot be read: ${(error as Error).message}`, [
        "listen",
        "tls",
        what,
      ]);
    }
  };
  return { cert: read(cert, "cert"), key: read(key, "key") };
}

function listening(server: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE")
        reject(
          domainError("CONFLICT", `port ${port} of ${host} is in use: choose another with --port`, ["listen", "port"]),
        );
      else if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
        reject(domainError("INVALID_INPUT", `this machine has no address ${host}`, ["listen", "host"]));
      else if (error.code === "EACCES")
        reject(
          domainError("INVALID_INPUT", `port ${port} is not for ordinary users: choose one above 1023`, [
            "listen",
            "port",
          ]),
        );
      else reject(error);
    });
    server.listen(port, host, resolve);
  });
}

function urlOf(server: HttpServer, { host, tls }: ApiOptions["listen"]): string {
  const { port } = server.address() as AddressInfo;
  return `${tls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}/graphql`;
}
