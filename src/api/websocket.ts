import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  subscribe,
} from "graphql";
import type { Context as WsContext } from "graphql-ws";
import { type Extra, useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { Context } from "./context.ts";
import { type LogError, refusal, tellError } from "./errors.ts";
import { bearer, type Guard } from "./guard.ts";
import type { House } from "./house.ts";
import { InFlight } from "./in-flight.ts";
import { checkOperation, type Limits, type Operation } from "./limits.ts";
import { measured, measuredStream } from "./measured.ts";
import type { Rate } from "./rate.ts";
import { inTime } from "./time-limit.ts";
import { Visits } from "./visits.ts";

/** A client has so long to say goodbye. */
const CLOSE_MILLIS = 1_000;

export interface WebSocketOptions {
  readonly schema: GraphQLSchema;
  readonly house: House;
  readonly guard: Guard;
  readonly limits: Limits;
  readonly rate: Rate;
  log: LogError;
}

/** graphql-transport-ws on `/graphql` of the same port as HTTP. The result ends it. */
export function serveWebSocket(server: HttpServer, options: WebSocketOptions): () => Promise<void> {
  const { schema, house, guard, limits, rate, log } = options;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.bodyBytes });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (pathOf(request) !== "/graphql") return refuse(socket, "404 Not Found", "see /graphql");
    const problem = guard.refusalOf(request);
    if (problem) return refuse(socket, "403 Forbidden", problem.message);
    if (!rate.allows(addressOf(request))) return refuse(socket, "429 Too Many Requests", tooFast(limits).message);
    sockets.handleUpgrade(request, socket, head, (opened) => {
      house.metrics.connections(1);
      opened.once("close", () => house.metrics.connections(-1));
      sockets.emit("connection", opened, request);
    });
  };
  server.on("upgrade", upgrade);

  const inFlight = new InFlight();
  const visits = new Visits(guard, inFlight, log);
  const closer = useServer<Parameters, Extra & Record<PropertyKey, unknown>>(
    {
      schema,
      isProd: true, // or it would tell clients the messages of our own errors
      onConnect: (connection) => inFlight.track(() => visits.begin(connection.extra.socket, secretOf(connection))),
      onSubscribe: (connection, _id, operation) =>
        inFlight.track(() =>
          admit(connection, operation, visits, options).catch((error) => [
            new GraphQLError("", { originalError: error }),
          ]),
        ),
      execute: (args) =>
        inFlight.track(() =>
          measured(
            house.metrics,
            args as ExecutionArgs,
            inTime<ExecutionResult>(execute(args as ExecutionArgs), limits, (error) => ({ errors: [error] })),
          ),
        ),
      subscribe: (args) =>
        inFlight.track(() => measuredStream(house.metrics, args as ExecutionArgs)) as ReturnType<typeof subscribe>,
      onNext: (_context, _id, _payload, _args, { errors, ...result }) =>
        errors ? { ...result, errors: errors.map((error) => tellError(error, log)) } : undefined,
      onError: (_context, _id, _payload, errors) => errors.map((error) => tellError(error as GraphQLError, log)),
    },
    sockets,
  );
  return async () => {
    server.off("upgrade", upgrade);
    const impatience = setTimeout(() => {
      for (const socket of sockets.clients) socket.terminate();
    }, CLOSE_MILLIS);
    await closer.dispose();
    clearTimeout(impatience);
    await inFlight.settled();
  };
}

type Connection = Pick<WsContext<Parameters, Extra>, "connectionParams" | "extra" | "subscriptions">;
type Parameters = Record<string, unknown>;

/** What to execute, or why not. */
async function admit(
  { extra, subscriptions }: Connection,
  { query, operationName, variables }: Operation,
  visits: Visits,
  { schema, house, limits, rate }: WebSocketOptions,
): Promise<ExecutionArgs | GraphQLError[]> {
  const visitor = await visits.visitor(extra.socket);
  if (visitor instanceof GraphQLError) return [visitor];
  if (!rate.allows(addressOf(extra.request))) return [tooFast(limits)];
  if (Object.keys(subscriptions).length > limits.streams)
    return [refusal("STREAM_LIMIT", `one connection may have ${limits.streams} streams open at once`)];
  const checked = checkOperation(schema, { query, operationName, variables }, limits);
  if (!("kind" in checked)) return [...checked];
  const contextValue = new Context(house, visitor.user);
  return { schema, document: checked, operationName, variableValues: variables, contextValue };
}

export const tooFast = ({ requestsPerSecond }: Limits): GraphQLError =>
  refusal("RATE_LIMIT", `too many requests from this address: ${requestsPerSecond} a second are served; wait a little`);

/** `{authorization: "Bearer …"}` or `{token: "…"}`; a program may send the header as well. */
function secretOf({
  connectionParams,
  extra: { request },
}: Pick<Connection, "connectionParams" | "extra">): string | null {
  const { authorization, Authorization, token } = connectionParams ?? {};
  if (typeof token === "string" && token) return token;
  return bearer(authorization ?? Authorization) ?? bearer(request.headers.authorization);
}

export const addressOf = ({ socket }: IncomingMessage): string => socket.remoteAddress ?? "";
const pathOf = ({ url }: IncomingMessage): string => (url ?? "").split("?", 1)[0] as string;

function refuse(socket: Duplex, status: string, problem: string): void {
  socket.on("error", () => socket.destroy());
  const text = `${problem}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
