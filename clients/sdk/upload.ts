import { AuthError, errorOf, reasonOf, SchedulearnError, type TopLevelError, UnreachableError } from "./errors.ts";
import type { Endpoint } from "./http.ts";

/** A packed folder, as `packCode` gives it. */
export interface Uploadable {
  readonly hash: string;
  readonly bytes: number;
  readonly folder: string;
  readonly largest: readonly { readonly path: string; readonly bytes: number }[];
  open(): ReadableStream<Uint8Array>;
}

const MIB = 1024 * 1024;

/**
 * Sends the archive to `/code/<hash>`, beside the API, unless the server has it.
 * @throws SchedulearnError when it is too large, with its largest files; UnreachableError AuthError RequestError
 */
export async function uploadCode(endpoint: Endpoint, packed: Uploadable, signal?: AbortSignal): Promise<void> {
  const there = await ask(endpoint, packed.hash, { method: "GET" }, signal);
  if (there.errors === null) return;
  if (there.status !== 404) throw errorOf(there.errors);
  const limit = there.errors[0]?.extensions?.maxBytes;
  if (typeof limit !== "number")
    throw new UnreachableError(endpoint.url, "it takes no code: it may be older than this client");
  if (packed.bytes > limit) throw tooLarge(packed, limit);
  const body = { method: "PUT", body: packed.open(), duplex: "half" } as RequestInit;
  const { errors } = await ask(endpoint, packed.hash, body, signal);
  if (errors === null) return;
  if (errors.some(({ extensions }) => extensions?.code !== "INVALID_INPUT")) throw errorOf(errors);
  throw new SchedulearnError(errors.map(({ message }) => ({ code: "INVALID_INPUT", message, path: ["code"] })));
}

/** What came back: null errors when it is there now. */
async function ask(
  { url, token, fetch }: Endpoint,
  hash: string,
  init: RequestInit,
  signal?: AbortSignal,
): Promise<{ readonly status: number; readonly errors: readonly TopLevelError[] | null }> {
  const unreachable = (error: unknown): never => {
    signal?.throwIfAborted();
    throw new UnreachableError(url, reasonOf(error), error);
  };
  const headers: Record<string, string> = { "content-type": "application/x-tar" };
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(new URL(`code/${hash}`, url), { ...init, headers, ...(signal && { signal }) }).catch(
    unreachable,
  );
  const text = await response.text().catch(unreachable);
  if (response.ok) return { status: response.status, errors: null };
  const { status } = response;
  const errors = errorsIn(text);
  if (status === 401) throw new AuthError(errors?.[0]?.message ?? "an access token is needed");
  if (!errors) throw new UnreachableError(url, `what answers takes no code (HTTP ${status})`);
  return { status, errors };
}

function errorsIn(text: string): readonly TopLevelError[] | null {
  try {
    return (JSON.parse(text) as { readonly errors?: readonly TopLevelError[] }).errors ?? null;
  } catch {
    return null;
  }
}

function tooLarge({ folder, bytes, largest }: Uploadable, limit: number): SchedulearnError {
  const size = (of: number): string => `${(of / MIB).toFixed(1)} MiB`;
  const named = largest.map((file) => `${file.path} (${size(file.bytes)})`).join(", ");
  const message = `code: ${folder} holds ${size(bytes)}, more than the ${size(limit)} that the server takes (code.maxMiB). Largest are ${named}: leave out what is no code with lines in .dockerignore, and mount data instead`;
  return new SchedulearnError([{ code: "INVALID_INPUT", message, path: ["code"] }]);
}
