import { readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
// @ts-expect-error a script of a page has no types
import { examples as scripts } from "../../src/api/pages/examples.js";

const examples: readonly { readonly title: string; readonly query: string }[] = scripts;
const schema = buildSchema(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"));

test.each(examples.map(({ title, query }) => [title, query]))("the playground's example is valid: %s", (_, query) => {
  expect(validate(schema, parse(query)).map(String)).toEqual([]);
});

test("an example that the schema does not allow is found", () => {
  expect(validate(schema, parse("{ jobs { nodes { colour } } }"))).toHaveLength(1);
});

test("there is an example for each thing that one does first, each of a name of its own", () => {
  const fields = examples.map(({ query }) => /\{\s+(\w+)/.exec(query)?.[1]);
  expect(fields).toEqual(
    expect.arrayContaining([
      ...["submitJob", "jobs", "jobLogs", "jobProgress", "events", "job", "forecast", "migrateJob", "cancelJob"],
      ...["servers", "gpuUsage", "policies", "setPolicy"],
    ]),
  );
  const names = examples.map(({ query }) => /^(?:query|mutation|subscription) (\w+)/m.exec(query)?.[1]);
  expect(new Set(names).size).toBe(examples.length);
});
