import { isLoopback } from "../config/index.ts";
import { newApollo } from "./apollo.ts";
import { newApp } from "./app.ts";
import { Door, type Listen } from "./door.ts";
import { Guard, type Tokens } from "./guard.ts";
import { House, type HouseOptions } from "./house.ts";
import { defaultLimits, type Limits } from "./limits.ts";
import { builtMonitor } from "./monitor.ts";
import { Rate } from "./rate.ts";
import { buildApiSchema } from "./schema.ts";
import { serveWebSocket } from "./websocket.ts";

export interface ApiOptions extends HouseOptions {
  readonly listen: Listen;
  /** Where it listens already; it opens one of its own unless given. */
  readonly door?: Door;
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
  const door = options.door ?? (await Door.open(listen, tokens));
  const { server, url } = door;
  const schema = buildApiSchema();
  const house = new House(options);
  const guard = new Guard({ tokens, host: listen.host, allowOrigins, defaultUser });
  const rate = new Rate(limits.requestsPerSecond, house.clock);
  const logError = (message: string, details: Readonly<Record<string, unknown>>): void =>
    log("error", message, details);
  const apollo = newApollo(schema, limits, house.metrics, logError);
  await apollo.start();

  const app = newApp({ house, guard, rate, limits, allowOrigins, apollo, monitor, log: logError });
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
  door.admit(app);
  if (!listen.tls && !isLoopback(listen.host))
    log("warn", "tokens travel unencrypted: see listen.tls", { host: listen.host });
  return { url, close };
}
