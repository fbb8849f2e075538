import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import type { Schema } from "../../src/input/index.ts";
import { jobSpecSchema, parseJobSpec } from "../../src/job-spec/index.ts";
import { NOT_YET } from "../../src/job-spec/schema.ts";
import { schemaText } from "../../src/job-spec/schema-text.ts";

const fields = fieldsOf(jobSpecSchema);

test("the committed copy is fresh", () => {
  const committed = readFileSync(new URL("../../job-spec.schema.json", import.meta.url), "utf8");
  expect(committed, "run npm run schema and commit it").toBe(schemaText());
});

test("the published schema is valid draft-07", () => {
  expect(new Ajv({ strict: false }).validateSchema(JSON.parse(schemaText()))).toBe(true);
});

test.each(fields)("%s is explained to editors", (_, field) => {
  expect(field).toMatchObject({ title: expect.stringMatching(/^[A-Z]/), description: expect.stringMatching(/\.$/) });
  expect(field.examples).not.toHaveLength(0);
});

test.each(fields.filter(([, { pattern, format }]) => pattern || format))("%s says its pattern in words", (_, field) => {
  expect(field.patternErrorMessage).toMatch(/^(must|a )/);
});

test.each(fields.flatMap(([path, { examples }]) => (examples as unknown[]).map((example) => [path, example] as const)))(
  "the example of %s is accepted: %j",
  (path, example) => {
    const [field = "", inner] = path.split(".");
    const beside = { min: { max: 64 }, max: { min: 1 }, preferred: { min: 1, max: 8 }, model: { count: 1 } };
    const siblings = field === "gpus" && inner === "memoryMiB" ? { count: 1 } : beside[inner as keyof typeof beside];
    const value = inner === undefined ? example : { ...siblings, [inner]: example };
    const needed = { resizeSignal: { elasticity: "live" }, launcherCommand: { launcher: "torchrun" } };
    const job = { command: "x", image: "x", ...needed[field as keyof typeof needed], [field]: value };
    if (path === "code") return; // clients put a hash in its place
    const allowed = { mountRoots: ["/data", "/scratch"], runAs: null, code: () => ({ files: 1, bytes: 1 }) };
    expect(() => parseJobSpec(job, { user: "ada", now: 0, allowed })).not.toThrow();
  },
);

test("no field is both there and of a later version", () => {
  expect(fields.map(([path]) => path).filter((path) => (NOT_YET as readonly string[]).includes(path))).toEqual([]);
});

function fieldsOf(schema: Schema, prefix = ""): [path: string, field: Schema][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    [`${prefix}${name}`, field],
    ...fieldsOf(field, `${prefix}${name}.`),
  ]);
}
