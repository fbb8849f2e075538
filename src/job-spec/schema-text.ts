import { jobSpecSchema } from "./schema.ts";

const { $schema, ...spec } = jobSpecSchema;

/** The JSON Schema of a job as it is published, in `job-spec.schema.json`: under a name of its own, by which editors keep it. */
export const schemaText = (): string =>
  `${JSON.stringify({ $schema, $id: "urn:schedulearn:job-spec", ...spec }, null, 2)}\n`;
