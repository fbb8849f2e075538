import type { ApolloServer } from "@apollo/server";
import { expressMiddleware } from "@as-integrations/express5";
import express, { type ErrorRequestHandler, type Express, type RequestHandler, type Response } from "express";
import { GraphQLError } from "graphql";
import { checkpointEndpoint } from "./checkpoint-download.ts";
import { codeEndpoint } from "./code.ts";
import { Context } from "./context.ts";
import { type LogError, refusal, tellError } from "./errors.ts";
import { bearer, type Guard } from "./guard.ts";
import { health, readiness } from "./health.ts";
import type { House } from "./house.ts";
import type { Limits } from "./limits.ts";
import { logEndpoint } from "./log-download.ts";
import { countRequests, metricsEndpoint } from "./measured.ts";
import { monitor } from "./monitor.ts";
import { pages, sendPlayground } from "./pages.ts";
import type { Rate } from "./rate.ts";
import { reportEndpoint, viewerEndpoint } from "./reports.ts";
import { tooLate } from "./time-limit.ts";
import { addressOf, tooFast } from "./websocket.ts";

export interface AppOptions {
  readonly house: House;
  readonly guard: Guard;
  readonly rate: Rate;
  readonly limits: Limits;
  readonly allowOrigins: readonly string[];
  readonly apollo: ApolloServer<Context>;
  /** The folder of the web monitor as it was built. */
  readonly monitor: string;
  readonly log: LogError;
}

/** Everything that is answered over HTTP. */
export function newApp(options: AppOptions): Express {
  const { house, apollo, limits } = options;
  const app = express();
  app.disable("x-powered-by");
  app.use(everyAnswer);
  app.use(countRequests(house.metrics));
  app.get("/healthz", health(house));
  app.get("/readyz", readiness(house));
  app.use(onlyFriends(options));
  app.get("/metrics", notTooFast(options), onlyKnown(options), metricsEndpoint(house.metrics));
  app.use(pages());
  app.get("/graphql", (request, response, next) => {
    if (request.query.query === undefined && request.accepts(["json", "html"]) === "html") sendPlayground(response);
    else next();
  });
  app.use("/checkpoints", notTooFast(options), onlyKnown(options), checkpointEndpoint(house.engine));
  app.use("/logs", notTooFast(options), onlyKnown(options), logEndpoint(house.engine));
  app.use("/code", notTooFast(options), onlyKnown(options), codeEndpoint(house.code, house.clock));
  app.use(
    "/graphql",
    notTooFast(options),
    notTooLong(options),
    onlyKnown(options),
    express.json({ limit: limits.bodyBytes }),
    expressMiddleware(apollo, { context: async ({ res }) => new Context(house, res.locals.user as string) }),
  );
  app.get("/reports/:file", notTooFast(options), onlyKnown(options), reportEndpoint(house.laboratory));
  app.get("/report-viewer", viewerEndpoint);
  app.use(monitor(options.monitor));
  app.use((_request, response) =>
    tell(response, 404, refusal("NOT_FOUND", "there is nothing here: see / and /graphql")),
  );
  app.use(failed(options));
  return app;
}

/** An error before any GraphQL, in the form of one. */
function tell(response: Response, status: number, error: GraphQLError): void {
  response.status(status).json({ errors: [{ message: error.message, extensions: error.extensions }] });
}

const everyAnswer: RequestHandler = (_request, response, next) => {
  response.set({
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
  });
  next();
};

const onlyFriends =
  ({ guard, allowOrigins }: AppOptions): RequestHandler =>
  (request, response, next) => {
    const problem = guard.refusalOf(request);
    if (problem) return tell(response, 403, problem);
    const { origin } = request.headers;
    response.vary("Origin");
    if (origin !== undefined && allowOrigins.includes(origin))
      response.set({
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Headers": "authorization, content-type, apollo-require-preflight",
        "Cross-Origin-Resource-Policy": "cross-origin",
      });
    if (request.method === "OPTIONS") response.status(204).end();
    else next();
  };

const notTooFast =
  ({ rate, limits }: AppOptions): RequestHandler =>
  (request, response, next) => {
    if (rate.allows(addressOf(request))) return next();
    response.set("Retry-After", "1");
    tell(response, 429, tooFast(limits));
  };

/** What was begun goes on behind it, and finds that the answer is sent. */
const notTooLong =
  ({ limits }: AppOptions): RequestHandler =>
  (_request, response, next) => {
    const timer = setTimeout(() => {
      if (!response.headersSent) tell(response, 503, tooLate(limits));
    }, limits.operationMillis);
    response.once("close", () => clearTimeout(timer));
    next();
  };

const onlyKnown =
  ({ guard, house }: AppOptions): RequestHandler =>
  async (request, response, next) => {
    const visitor = await guard.admit(bearer(request.headers.authorization));
    if (!(visitor instanceof GraphQLError)) {
      response.locals.user = visitor.user;
      response.set("Schedulearn-Version", house.version); // by which a client of another version knows it
      return next();
    }
    if (visitor.extensions.code === "FORBIDDEN") return tell(response, 403, visitor);
    response.set("WWW-Authenticate", 'Bearer realm="schedulearn"');
    tell(response, 401, visitor);
  };

/** Express knows an error handler by its four parameters. */
const failed =
  ({ limits, log }: AppOptions): ErrorRequestHandler =>
  (error, _request, response, _next) => {
    if (response.headersSent) return;
    const { type, status } = error as { type?: string; status?: number };
    if (type === "entity.too.large")
      return tell(
        response,
        413,
        refusal("BODY_LIMIT", `a request may have ${limits.bodyBytes} bytes, and this has more`),
      );
    if (type === "entity.parse.failed") return tell(response, 400, refusal("BAD_REQUEST", "the body is not JSON"));
    if (status !== undefined && status < 500)
      return tell(response, status, refusal("BAD_REQUEST", (error as Error).message));
    const { message, extensions } = tellError(new GraphQLError("", { originalError: error as Error }), log);
    tell(response, 500, refusal("INTERNAL", message, extensions));
  };
