import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import { ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { GraphQLError, type GraphQLSchema } from "graphql";
import type { Metrics } from "../metrics/metrics.ts";
import type { Context } from "./context.ts";
import { type LogError, refusal, tellError } from "./errors.ts";
import { costOf, type Limits, parseOptions, tooCostly, validationRules } from "./limits.ts";
import { countOperations } from "./measured.ts";

const ONLY_BY_WEBSOCKET = "subscriptions come by WebSocket on this same address (protocol graphql-transport-ws)";

/** GraphQL over HTTP. */
export const newApollo = (
  schema: GraphQLSchema,
  limits: Limits,
  metrics: Metrics,
  log: LogError,
): ApolloServer<Context> =>
  new ApolloServer<Context>({
    schema,
    introspection: true, // who may come in at all may see what there is
    includeStacktraceInErrorResponses: false,
    parseOptions: parseOptions(limits),
    validationRules: validationRules(limits),
    persistedQueries: false,
    stopOnTerminationSignals: false,
    formatError: (_formatted, error) =>
      tellError(error instanceof GraphQLError ? error : new GraphQLError("", { originalError: error as Error }), log),
    plugins: [ApolloServerPluginLandingPageDisabled(), costPlugin(schema, limits), countOperations(metrics)],
  });

const costPlugin = (schema: GraphQLSchema, limits: Limits): ApolloServerPlugin<Context> => ({
  async requestDidStart() {
    let cost: number | null = null;
    return {
      async didResolveOperation({ document, operation, operationName, request }) {
        if (operation?.operation === "subscription") throw withStatus(refusal("BAD_REQUEST", ONLY_BY_WEBSOCKET));
        cost = costOrFault(() => costOf(schema, document, operationName, request.variables));
        if (cost > limits.cost) throw withStatus(tooCostly(cost, limits));
      },
      async willSendResponse({ response: { body } }) {
        if (cost === null || body.kind !== "single") return;
        body.singleResult.extensions = { ...body.singleResult.extensions, cost: { cost, limit: limits.cost } };
      },
    };
  },
});

/** What cannot be counted, since its arguments are wrong, is not run either. */
function costOrFault(count: () => number): number {
  try {
    return count();
  } catch (error) {
    throw withStatus(new GraphQLError((error as Error).message, { extensions: { code: "BAD_USER_INPUT" } }));
  }
}

const withStatus = (error: GraphQLError): GraphQLError =>
  new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status: 400 } } });
