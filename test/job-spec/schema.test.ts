import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import type { Schema } from "../../src/input/index.ts";
import { jobSpecSchema, parseJobs } from "../../src/job-spec/index.ts";
import { referenceText } from "../../src/job-spec/reference.ts";
import { schemaText } from "../../src/job-spec/schema-text.ts";

const fields = fieldsOf(jobSpecSchema);

test("the committed copy is fresh", () => {
  const committed = readFileSync(new URL("../../job-spec.schema.json", import.meta.url), "utf8");
  expect(committed, "run npm run schema and commit it").toBe(schemaText());
});

test("the page of all fields is fresh, and has a section for each", () => {
  const page = readFileSync(new URL("../../docs/job-spec.md", import.meta.url), "utf8");
  expect(page, "run npm run schema and commit it").toBe(referenceText());
  const sections = [...page.matchAll(/^## (\w+)$/gm)].map(([, name]) => name);
  expect(sections).toEqual(Object.keys(jobSpecSchema.properties));
});

test("the published schema is valid draft-07, and has a name by which editors keep it", () => {
  const published = JSON.parse(schemaText());
  expect(new Ajv({ strict: false }).validateSchema(published)).toBe(true);
  expect(published.$id).toBe("urn:schedulearn:job-spec");
});

test.each(fields)("%s is explained to editors", (_, field) => {
  expect(field).toMatchObject({ title: expect.stringMatching(/^[A-Z]/), description: expect.stringMatching(/\.$/) });
  expect(field.examples).not.toHaveLength(0);
});

test.each(fields.flatMap(([path, { items }]) => fieldsOf((items ?? {}) as Schema, `${path}[].`)))(
  "%s, of each in a list, is explained to editors",
  (_, { title, description }) => {
    expect({ title, description }).toEqual({
      title: expect.stringMatching(/^[A-Z]/),
      description: expect.stringMatching(/\.$/),
    });
  },
);

test.each(fields.filter(([, { pattern, format }]) => pattern || format))("%s says its pattern in words", (_, field) => {
  expect(field.patternErrorMessage).toMatch(/^(must|a )/);
});

/** What else a field needs where it stands. */
const besideIn: Readonly<Record<string, object>> = {
  "gpus.memoryMiB": { count: 1 },
  "array.count": {},
  "array.indices": {},
  array: { count: 3 },
  "sweep.mode": { parameters: { seed: [1, 2, 3] }, samples: 2 },
  "sweep.samples": { parameters: { lr: { min: 0, max: 1 } }, mode: "random" },
  sweep: { parameters: { lr: [0.1, 0.01], batch: [32, 64] } },
};

test.each(fields.flatMap(([path, { examples }]) => (examples as unknown[]).map((example) => [path, example] as const)))(
  "the example of %s is accepted: %j",
  (path, example) => {
    const [field = "", inner] = path.split(".");
    const beside = { min: { max: 64 }, max: { min: 1 }, preferred: { min: 1, max: 8 }, model: { count: 1 } };
    const siblings = besideIn[`${field}.${inner}`] ?? besideIn[field] ?? beside[inner as keyof typeof beside];
    const value = inner === undefined ? example : { ...siblings, [inner]: example };
    const needed = { resizeSignal: { elasticity: "live" }, launcherCommand: { launcher: "torchrun" } };
    const job = { command: "x", image: "x", ...needed[field as keyof typeof needed], [field]: value };
    if (path === "code") return; // clients put a hash in its place
    const allowed = { mountRoots: ["/data", "/scratch"], runAs: null, code: () => ({ files: 1, bytes: 1 }) };
    expect(() => parseJobs(job, { user: "ada", now: 0, allowed })).not.toThrow();
  },
);

function fieldsOf(schema: Schema, prefix = ""): [path: string, field: Schema][] {
  const properties = { ...schema.properties, ...(schema.then as Schema | undefined)?.properties };
  return Object.entries(properties).flatMap(([name, field]) => [
    [`${prefix}${name}`, field],
    ...fieldsOf(field, `${prefix}${name}.`),
  ]);
}
