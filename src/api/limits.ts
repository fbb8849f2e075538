import { createRequire } from "node:module";
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  specifiedRules,
  type ValidationRule,
  validate,
} from "graphql";
import { refusal } from "./errors.ts";
import { sizeRule } from "./operation-size.ts";

// Imported, it would bring a second copy of graphql with it: its ES modules name graphql's, everything else its CommonJS.
const { fieldExtensionsEstimator, getComplexity, simpleEstimator } = createRequire(import.meta.url)(
  "graphql-query-complexity",
) as typeof import("graphql-query-complexity");

/** What one caller, and one operation, may take. */
export interface Limits {
  /** Of one HTTP request or WebSocket message. */
  readonly bodyBytes: number;
  /** Fields within fields. */
  readonly depth: number;
  readonly aliases: number;
  /** Words, names and brackets of the text of an operation. */
  readonly tokens: number;
  /** Fields that an operation selects, fragments written out. */
  readonly fields: number;
  /** What the answer may come to: about the number of its fields, lists counted at the length asked for. */
  readonly cost: number;
  /** A query or mutation that takes longer is given up. */
  readonly operationMillis: number;
  /** Of one address: so many a second in the long run, and four seconds' worth at once. */
  readonly requestsPerSecond: number;
  /** Streams that one connection may have open at once. */
  readonly streams: number;
}

export const defaultLimits: Limits = {
  bodyBytes: 1024 * 1024,
  depth: 12,
  aliases: 50,
  tokens: 5_000,
  fields: 2_000,
  cost: 100_000,
  operationMillis: 30_000,
  requestsPerSecond: 100,
  streams: 200,
};

export const parseOptions = ({ tokens }: Limits) => ({ maxTokens: tokens });

/** What every operation has to keep to, on HTTP and WebSocket alike. */
export const validationRules = (limits: Limits): ValidationRule[] => [sizeRule(limits)];

/** What the operation comes to. It must be valid: fragments that contain themselves would have no end. */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): number {
  return getComplexity({
    schema,
    query: document,
    variables: { ...variables },
    ...(operationName && { operationName }),
    estimators: [fieldExtensionsEstimator(), simpleEstimator({ defaultComplexity: 1 })],
  });
}

export const tooCostly = (cost: number, { cost: most }: Limits): GraphQLError =>
  refusal(
    "COST_LIMIT",
    `the operation would cost ${cost}, and ${most} is allowed: ask for fewer fields or a smaller first`,
    {
      cost: { cost, limit: most },
    },
  );

export interface Operation {
  readonly query: string;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

/** Reads and checks an operation that comes by WebSocket, where Apollo does not look. */
export function checkOperation(
  schema: GraphQLSchema,
  { query, operationName, variables }: Operation,
  limits: Limits,
): DocumentNode | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(query, parseOptions(limits));
  } catch (error) {
    return [withCode(error as GraphQLError, "GRAPHQL_PARSE_FAILED")];
  }
  const errors = validate(schema, document, [...specifiedRules, ...validationRules(limits)]);
  if (errors.length > 0) return errors.map((error) => withCode(error, "GRAPHQL_VALIDATION_FAILED"));
  try {
    const cost = costOf(schema, document, operationName, variables);
    return cost > limits.cost ? [tooCostly(cost, limits)] : document;
  } catch (error) {
    return [withCode(error as GraphQLError, "BAD_USER_INPUT")];
  }
}

const withCode = (error: GraphQLError, code: string): GraphQLError =>
  error.extensions.code
    ? error
    : new GraphQLError(error.message, { ...error, extensions: { ...error.extensions, code } });
