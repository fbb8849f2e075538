import type { Server as HttpServer, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type ExecutionArgs, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from "graphql";
import { CloseCode } from "graphql-ws";
import { type Extra, useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { Context } from "./context.ts";
import { type LogError, refusal, tellError } from "./errors.ts";
import { bearer, type Guard } from "./guard.ts";
import type { House } from "./house.ts";
import { checkOperation, type Limits } from "./limits.ts";
import type { Rate } from "./rate.ts";
import { inTime } from "./time-limit.ts";

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
    const problem = pathOf(request) === "/graphql" ? guard.refusalOf(request) : refusal("NOT_FOUND", "see /graphql");
    if (problem) return refuse(socket, problem);
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit("connection", opened, request));
  };
  server.on("upgrade", upgrade);

  const closer = useServer<Record<string, unknown>, Extra & Record<PropertyKey, unknown>>(
    {
      schema,
      onConnect: async ({ connectionParams, extra }) =>
        (await guard.userOf(secretOf(connectionParams, extra))) !== null,
      onSubscribe: async ({ connectionParams, extra, subscriptions }, _id, payload) => {
        const user = await guard.userOf(secretOf(connectionParams, extra)); // the token may have been revoked meanwhile
        if (user === null) {
          extra.socket.close(CloseCode.Forbidden, "Forbidden");
          return [refusal("UNAUTHENTICATED", "the access token is not accepted any more")];
        }
        if (!rate.allows(addressOf(extra.request))) return [tooFast(limits)];
        if (Object.keys(subscriptions).length > limits.streams)
          return [refusal("STREAM_LIMIT", `one connection may have ${limits.streams} streams open at once`)];
        const { query, operationName, variables } = payload;
        const checked = checkOperation(schema, { query, operationName, variables }, limits);
        if (Array.isArray(checked)) return checked as GraphQLError[];
        return {
          schema,
          document: checked,
          operationName,
          variableValues: variables,
          contextValue: new Context(house, user),
        } as ExecutionArgs;
      },
      execute: (args) =>
        inTime<ExecutionResult>(execute(args as ExecutionArgs), limits, (error) => ({ errors: [error] })),
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
  };
}

export const tooFast = ({ requestsPerSecond }: Limits): GraphQLError =>
  refusal("RATE_LIMIT", `too many requests from this address: ${requestsPerSecond} a second are served; wait a little`);

/** `{authorization: "Bearer …"}` or `{token: "…"}`; a program may send the header as well. */
function secretOf(parameters: Readonly<Record<string, unknown>> | undefined, { request }: Extra): string | null {
  const { authorization, Authorization, token } = parameters ?? {};
  if (typeof token === "string" && token) return token;
  return bearer(authorization ?? Authorization) ?? bearer(request.headers.authorization);
}

export const addressOf = ({ socket }: IncomingMessage): string => socket.remoteAddress ?? "";
const pathOf = ({ url }: IncomingMessage): string => (url ?? "").split("?", 1)[0] as string;

function refuse(socket: Duplex, problem: GraphQLError): void {
  const status = problem.extensions.code === "NOT_FOUND" ? "404 Not Found" : "403 Forbidden";
  const text = `${problem.message}\n`;
  socket.end(
    `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}
