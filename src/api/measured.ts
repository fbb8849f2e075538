import type { ApolloServerPlugin } from "@apollo/server";
import type { RequestHandler } from "express";
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  subscribe,
} from "graphql";
import type { Metrics } from "../metrics/metrics.ts";
import type { Context } from "./context.ts";

/** First parts of paths that are told apart. */
const PATHS: ReadonlySet<string> = new Set(
  ["graphql", "metrics", "healthz", "readyz", "checkpoints", "code", "logs", "playground"].map((name) => `/${name}`),
);

export const countRequests =
  (metrics: Metrics): RequestHandler =>
  (request, response, next) => {
    const path = /^\/[^/]*/.exec(request.path)?.[0] ?? "/";
    response.once("finish", () => metrics.requested(PATHS.has(path) ? path : "other", response.statusCode));
    next();
  };

export const metricsEndpoint =
  (metrics: Metrics): RequestHandler =>
  async (_request, response) => {
    const { type, body } = await metrics.text();
    response.set("Content-Type", type).send(body);
  };

/** Counts what comes by HTTP. */
export const countOperations = (metrics: Metrics): ApolloServerPlugin<Context> => ({
  async requestDidStart() {
    const began = performance.now();
    return {
      async willSendResponse({ document, operation, response: { body } }) {
        if (body.kind !== "single") return;
        if (!document || !operation) return metrics.operated("none", ["none"], false, null); // it was none
        const ok = (body.singleResult.errors ?? []).length === 0;
        metrics.operated(operation.operation, rootFields(operation, document), ok, performance.now() - began);
      },
    };
  },
});

/** Counts a query or mutation that comes by WebSocket. */
export async function measured(
  metrics: Metrics,
  args: ExecutionArgs,
  result: Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const began = performance.now();
  const done = await result;
  const { operation, fields } = asked(args);
  metrics.operated(operation, fields, (done.errors ?? []).length === 0, performance.now() - began);
  return done;
}

/** Subscribes, and counts the stream while it is open. */
export async function measuredStream(metrics: Metrics, args: ExecutionArgs): ReturnType<typeof subscribe> {
  const result = await subscribe(args);
  const { fields } = asked(args);
  const isStream = Symbol.asyncIterator in result;
  metrics.operated("subscription", fields, isStream, null);
  return isStream ? counted(result, fields[0] ?? "", metrics) : result;
}

function counted<T>(
  items: AsyncGenerator<T, void, void>,
  stream: string,
  metrics: Metrics,
): AsyncGenerator<T, void, void> {
  let isOpen = true;
  metrics.streams(stream, 1);
  const end = (): void => {
    if (isOpen) metrics.streams(stream, -1);
    isOpen = false;
  };
  const next = items.next.bind(items);
  const leave = items.return.bind(items);
  return Object.assign(items, {
    next: () =>
      next().then(
        (item) => {
          if (item.done) end();
          return item;
        },
        (error) => {
          end();
          throw error;
        },
      ),
    return: () => {
      end();
      return leave();
    },
  });
}

function asked({ document, operationName }: ExecutionArgs): { operation: string; fields: string[] } {
  const operation = getOperationAST(document, operationName);
  return operation
    ? { operation: operation.operation, fields: rootFields(operation, document) }
    : { operation: "query", fields: [] };
}

/** It is valid, so these are fields of the schema, and fragments do not contain themselves. */
function rootFields({ selectionSet }: OperationDefinitionNode, document: DocumentNode): string[] {
  const fragments = new Map(
    document.definitions.flatMap((part) =>
      part.kind === Kind.FRAGMENT_DEFINITION ? [[part.name.value, part.selectionSet] as const] : [],
    ),
  );
  const within = (set: SelectionSetNode | undefined): string[] =>
    (set?.selections ?? []).flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection.name.value];
      return within(
        selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value),
      );
    });
  return within(selectionSet);
}
