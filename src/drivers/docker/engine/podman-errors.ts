/** Causes that Podman gives beside its message, which Docker's errors do not have, and the statuses by which Docker says the same. */
const STATUS_OF_CAUSE: readonly (readonly [RegExp, number])[] = [
  [/name is already in use|container state improper|is being used/, 409],
  [/command that (was not found|could not be invoked|cannot be invoked)|are not available/, 400],
];

/** The status that Docker would have given; null where the engine is no Podman, or says it in Docker's way. */
export function statusBehind(error: unknown): number | null {
  const { statusCode, json } = error as { statusCode?: number; json?: { cause?: unknown } | null };
  if (statusCode !== 500 || typeof json?.cause !== "string") return null;
  const { cause } = json;
  return STATUS_OF_CAUSE.find(([pattern]) => pattern.test(cause))?.[1] ?? null;
}
