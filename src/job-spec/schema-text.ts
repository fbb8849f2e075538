import { jobSpecSchema } from "./schema.ts";

/** The JSON Schema of a job as it is published, in `job-spec.schema.json`. */
export const schemaText = (): string => `${JSON.stringify(jobSpecSchema, null, 2)}\n`;
