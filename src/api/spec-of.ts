import type { CoreInput, GpuInput, JobSpecInput, ServersInput } from "./types/spec-input.ts";

/** The job as its YAML file would have it. */
export function specOf(input: JobSpecInput): unknown {
  const { env, secrets, labels, ...fields } = input;
  const { cores, servers, deadline, ...rest } = given(fields) as JobSpecInput;
  const named = Object.entries({ env, secrets, labels }).filter(([, value]) => value !== null && value !== undefined);
  return {
    ...rest,
    ...Object.fromEntries(named),
    ...(cores && { cores: coresOf(cores) }),
    ...(servers && { servers: coresOf(servers) }),
    ...(deadline !== undefined && { deadline: new Date(deadline).toISOString() }),
  };
}

/** A count is written as a bare number. */
export const coresOf = (cores: CoreInput | ServersInput): unknown => {
  const { count, ...range } = given(cores) as CoreInput;
  return count !== undefined && Object.keys(range).length === 0 ? count : given(cores);
};
export const gpusOf = (gpus: GpuInput): unknown => given(gpus);

/** Without what was not given: in GraphQL null and nothing mean the same here. */
export function given(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(given);
  if (typeof value !== "object" || value === null) return value;
  const fields = Object.entries(value).filter(([, inner]) => inner !== null && inner !== undefined);
  return Object.fromEntries(fields.map(([name, inner]) => [name, given(inner)]));
}
