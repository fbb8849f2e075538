import "reflect-metadata";
import { GraphQLError, GraphQLScalarType, Kind, type ValueNode, valueFromASTUntyped } from "graphql";
import type { Instant, Millis } from "../core/time.ts";

const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;
const LONGEST_CURSOR = 400;
const DEEPEST_JSON = 20;

const refuse = (message: string): never => {
  throw new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });
};
const untyped =
  <T>(parse: (value: unknown) => T) =>
  (node: ValueNode): T =>
    parse(node.kind === Kind.INT || node.kind === Kind.FLOAT ? Number(node.value) : valueFromASTUntyped(node));

/** Milliseconds since the epoch inside, RFC 3339 outside. */
export const DateTime = new GraphQLScalarType<Instant, string>({
  name: "DateTime",
  description: "A moment as RFC 3339 has it, always given in UTC: 2030-01-31T18:00:00.000Z.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc3339",
  serialize: (value) => new Date(value as Instant).toISOString(),
  parseValue: parseTime,
  parseLiteral: untyped(parseTime),
});

function parseTime(value: unknown): Instant {
  const at = typeof value === "string" && RFC_3339.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? refuse("a DateTime must be a text such as 2030-01-31T18:00:00Z") : at;
}

/** Milliseconds inside, seconds outside. */
export const Duration = new GraphQLScalarType<Millis, number>({
  name: "Duration",
  description: "A span of time in seconds, with a fraction.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259#section-6",
  serialize: (value) => (value as Millis) / 1000,
});

export const Bytes = new GraphQLScalarType<number, number>({
  name: "Bytes",
  description: "A number of bytes: a whole number up to 2^53, which may be beyond the 32 bits of an Int.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259#section-6",
  serialize: Number,
});

export const Cursor = new GraphQLScalarType<string, string>({
  name: "Cursor",
  description: "A place between two items of a list or stream. Keep it as it is: what it holds may change.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259#section-7",
  serialize: String,
  parseValue: parseCursorText,
  parseLiteral: untyped(parseCursorText),
});

function parseCursorText(value: unknown): string {
  if (typeof value === "string" && value.length <= LONGEST_CURSOR) return value;
  return refuse("a Cursor must be a text that was given as a cursor");
}

export const Json = new GraphQLScalarType<unknown, unknown>({
  name: "JSON",
  description: "A JSON value, for what has no fixed fields: labels, variables, metrics, options.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259",
  serialize: (value) => value,
  parseValue: shallow,
  parseLiteral: (node, variables) => shallow(valueFromASTUntyped(node, variables)),
});

function shallow(value: unknown, depth = DEEPEST_JSON): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (depth === 0) return refuse(`a JSON value may be nested at most ${DEEPEST_JSON} times`);
  for (const inner of Object.values(value)) shallow(inner, depth - 1);
  return value;
}

/** A text is for the shell, a list is run as it stands. */
export const Command = new GraphQLScalarType<string | readonly string[], string | readonly string[]>({
  name: "Command",
  description: "What to run: a text is given to /bin/sh, a list of texts is run as it stands.",
  specifiedByURL: "https://www.rfc-editor.org/rfc/rfc8259#section-3",
  serialize: (value) => value as string | readonly string[],
  parseValue: parseCommand,
  parseLiteral: (node, variables) => parseCommand(valueFromASTUntyped(node, variables)),
});

function parseCommand(value: unknown): string | readonly string[] {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((part) => typeof part === "string")) return value;
  return refuse("a Command must be a text or a list of texts");
}
