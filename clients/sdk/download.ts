import { AuthError, errorOf, reasonOf, type TopLevelError, UnreachableError } from "./errors.ts";
import type { Endpoint } from "./http.ts";

/** `anywhere`: from the server that has the folder, or else the scheduler's newest copy. */
export type CheckpointSource = "anywhere" | "server" | "vault";

/**
 * A job's checkpoint folder as a tar stream, the folder itself first. The stream breaks with an error where its source does.
 * @throws SchedulearnError when there is none, or it cannot be read; UnreachableError AuthError RequestError
 */
export const downloadCheckpoint = (
  endpoint: Endpoint,
  job: string,
  from: CheckpointSource,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> =>
  download(endpoint, `checkpoints/${encodeURIComponent(job)}?from=${from}`, signal);

/**
 * All that a job has printed up to now as a stream of text, in UTF-8, or what one run has.
 * @throws UnreachableError AuthError RequestError
 */
export const downloadLog = (
  endpoint: Endpoint,
  job: string,
  attempt: number | undefined,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> =>
  download(endpoint, `logs/${encodeURIComponent(job)}${attempt === undefined ? "" : `?attempt=${attempt}`}`, signal);

/**
 * The report of a simulation, as HTML. @param path as the API told it
 * @throws UnreachableError AuthError RequestError
 */
export const downloadReport = async (endpoint: Endpoint, path: string, signal?: AbortSignal): Promise<string> =>
  new Response((await download(endpoint, path, signal)) as ConstructorParameters<typeof Response>[0]).text();

async function download(
  { url, token, fetch }: Endpoint,
  path: string,
  signal?: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const unreachable = (error: unknown): never => {
    signal?.throwIfAborted();
    throw new UnreachableError(url, reasonOf(error), error);
  };
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const response = await fetch(new URL(path, url), { headers, ...(signal && { signal }) }).catch(unreachable);
  if (response.ok && response.body) return response.body;
  const answer: unknown = await response.json().catch(() => null);
  const errors = (answer as { errors?: readonly TopLevelError[] } | null)?.errors;
  if (response.status === 401) throw new AuthError(errors?.[0]?.message ?? "an access token is needed");
  if (!errors) throw new UnreachableError(url, `what answers does not have this (HTTP ${response.status})`);
  throw errorOf(errors);
}
