export { type Allowed, NOTHING_ALLOWED } from "./container.ts";
export type { CoreInput, GpuInput, JobSpecInput } from "./input.ts";
export { type ParsedJob, type ParsedJobs, parseJobSpec, parseJobs, type Submission } from "./parse.ts";
export { jobSpecSchema } from "./schema.ts";
export { toInput } from "./to-input.ts";
export { locate, parseYaml, parseYamlJobs } from "./yaml.ts";
