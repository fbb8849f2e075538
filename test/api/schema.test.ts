import { readFileSync } from "node:fs";
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
  lexicographicSortSchema,
  printSchema,
} from "graphql";
import { describe, expect, it } from "vitest";
import { buildApiSchema } from "../../src/api/schema.ts";

const schema = buildApiSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

/** Everything of a type that a reader may look up, as `Job.name` or `Query.jobs(first)`. */
function* parts(type: GraphQLNamedType): Generator<[string, string | null | undefined]> {
  yield [type.name, type.description];
  if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value.description];
  if (isInputObjectType(type))
    for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field.description];
  if (isObjectType(type) || isInterfaceType(type))
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, field.description];
      for (const argument of field.args) yield [`${type.name}.${field.name}(${argument.name})`, argument.description];
    }
}

const silentIn = (of: readonly GraphQLNamedType[]): string[] =>
  of.flatMap((type) => [...parts(type)]).flatMap(([name, text]) => (text ? [] : [name]));

const isRoot = ({ name }: GraphQLNamedType): boolean => /^(Query|Mutation|Subscription)$/.test(name);

describe("the schema", () => {
  it("is committed as the code has it: npm run schema", () => {
    const committed = readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8");
    expect(committed).toBe(`${printSchema(lexicographicSortSchema(schema))}\n`);
  });

  it("describes every type, field, argument and value", () => {
    expect(silentIn(types)).toEqual([]);
  });

  it("explains in sentences, not by the name once more", () => {
    const words = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, "");
    const poor = types
      .flatMap((type) => [...parts(type)])
      .filter(
        ([name, text]) => text && (!/[.?…)]$/.test(text.trim()) || words(text) === words(name.split(/[.(]/).at(-1)!)),
      );
    expect(poor.map(([name, text]) => `${name}: ${text}`)).toEqual([]);
  });

  it("would tell of each part that is not described", () => {
    const bare = buildSchema("type Thing { part(of: Kind): Int } enum Kind { ONE } input Some { field: Int }");
    const own = Object.values(bare.getTypeMap()).filter((type) => /^(Thing|Kind|Some)$/.test(type.name));
    expect(silentIn(own)).toEqual(["Thing", "Thing.part", "Thing.part(of)", "Kind", "Kind.ONE", "Some", "Some.field"]);
  });

  it("names a specification for each scalar of its own", () => {
    const scalars = types.filter(isScalarType);
    expect(scalars.map(({ name }) => name).sort()).toEqual([
      "Bytes",
      "Command",
      "Cursor",
      "DateTime",
      "Duration",
      "JSON",
    ]);
    for (const { specifiedByURL } of scalars) expect(specifiedByURL).toMatch(/^https:/);
  });

  it("gives each mutation one input and a payload with typed errors", () => {
    for (const field of Object.values(schema.getMutationType()!.getFields())) {
      expect(field.args.map(({ name }) => name)).toEqual(["input"]);
      const payload = schema.getType(String(field.type).replace("!", ""));
      expect(String(isObjectType(payload) && payload.getFields().errors?.type)).toBe("[UserError!]!");
    }
  });

  it("has a twin query with the same item for each stream", () => {
    const queries = schema.getQueryType()!.getFields();
    for (const stream of Object.values(schema.getSubscriptionType()!.getFields())) {
      const twin = queries[stream.name]!;
      expect(String(twin.type).replaceAll(/[[\]!]/g, "")).toBe(String(stream.type).replace("!", ""));
      const names = twin.args.map(({ name }) => name);
      for (const { name } of stream.args) expect(names).toContain(name);
    }
  });

  it("leaves no type that nothing leads to", () => {
    const used = new Set(
      types
        .flatMap((type) =>
          isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)
            ? Object.values(type.getFields()).flatMap((field) => [
                String(field.type),
                ...("args" in field ? field.args.map((argument: GraphQLArgument) => String(argument.type)) : []),
              ])
            : [],
        )
        .map((name) => name.replaceAll(/[[\]!]/g, "")),
    );
    expect(types.filter((type) => !isRoot(type) && !used.has(type.name)).map(({ name }) => name)).toEqual([]);
  });
});
