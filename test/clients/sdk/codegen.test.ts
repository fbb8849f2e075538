import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { generate } from "../../../clients/sdk/codegen.ts";

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const schema = read("schema.graphql");
const operations = read("clients/sdk/operations.graphql");

test("the SDK's documents are those of the committed schema", () => {
  expect(generate(schema, operations), "run npm run schema and commit clients/sdk/generated").toBe(
    read("clients/sdk/generated/operations.ts"),
  );
});

test("a field that the schema no longer has is told with its place", () => {
  expect(() => generate(schema.replace(/^ {2}queueingDelay\b/m, "  delay"), operations)).toThrow(
    /Cannot query field "queueingDelay" on type "Job"/,
  );
});

const SMALL = `
  scalar DateTime
  enum Colour { "Like fire." RED GREEN }
  "What to look for."
  input Filter { colour: Colour = RED, names: [String!]!, limit: Int }
  "What there is."
  type Thing { id: ID! "How it looks." colour: Colour at: DateTime! parts(first: Int): [Thing!]! next: Thing }
  type Query { things("Which of them." filter: Filter!, after: String): [Thing] }
`;

test("what may be null, what may be left out, lists and fragments keep their types", () => {
  const text = generate(
    SMALL,
    `query Find($filter: Filter!, $after: String, $n: Int = 3) { all: things(filter: $filter, after: $after) { ...Brief parts(first: $n) { id } } }
     fragment Brief on Thing { id colour at next { colour } }`,
  );
  const [, find = "", document = ""] = /(export type FindVariables[\s\S]*?)(export const[\s\S]*?;\n)/.exec(text) ?? [];
  expect(text).toContain(`export type Colour =
  /** Like fire. */
  | "RED"
  | "GREEN";`);
  expect(text).toContain(`/** What to look for. */
export interface Filter {
  readonly colour?: Colour | null;
  readonly names: readonly string[];
  readonly limit?: number | null;
}`);
  expect(text).toContain(`/** What there is. */
export type Brief = {
  readonly id: string;
  /** How it looks. */
  readonly colour: Colour | null;
  readonly at: string;
  readonly next: {
    /** How it looks. */
    readonly colour: Colour | null;
  } | null;
};`);
  expect(find.trim()).toBe(`export type FindVariables = {
  /** Which of them. */
  readonly filter: Filter;
  readonly after?: string | null;
  readonly n?: number | null;
};
export type FindResult = {
  readonly all: readonly (Brief & {
    readonly parts: readonly ({
      readonly id: string;
    })[];
  } | null)[] | null;
};`);
  expect(document).toContain("fragment Brief on Thing");
});

test("a scalar that the SDK does not know stops the generator", () => {
  expect(() =>
    generate(SMALL.replaceAll("DateTime", "Moment"), "query Q { things(filter: {names: []}) { at } }"),
  ).toThrow("does not know the scalar Moment");
});
