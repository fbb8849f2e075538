/** One fault of a request: what is wrong, its code, and where in the input it stands. */
export interface Fault {
  readonly message: string;
  readonly code: string;
  readonly path: readonly string[] | null;
}

/** An error as it stands at the top level of a GraphQL answer. */
export interface TopLevelError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Readonly<Record<string, unknown>> & { readonly code?: string };
}

/** The server refused the request, and says why: every fault at once. Nothing has changed. */
export class SchedulearnError extends Error {
  override readonly name = "SchedulearnError";
  /** All that is wrong, not the first of it alone. */
  readonly faults: readonly Fault[];
  /** The code of the first fault, such as `NOT_FOUND`. */
  readonly code: string;

  constructor(faults: readonly Fault[]) {
    super(faults.map(({ message }) => message).join("; "));
    this.faults = faults;
    this.code = faults[0]?.code ?? "UNKNOWN";
  }
}

/** Nobody answers at this address, or not with GraphQL. */
export class UnreachableError extends Error {
  override readonly name = "UnreachableError";
  /** Where it was looked for. */
  readonly url: string;

  constructor(url: string, reason: string, cause?: unknown) {
    super(`no Schedulearn server answers at ${url}: ${reason}`, { cause });
    this.url = url;
  }
}

/** The server wants an access token, or another one than it was given. */
export class AuthError extends Error {
  override readonly name = "AuthError";
  /** `UNAUTHENTICATED`: another token would do; `FORBIDDEN`: not for this caller. */
  readonly code: string;

  constructor(message: string, code = "UNAUTHENTICATED") {
    super(message);
    this.code = code;
  }
}

/** The server could not carry the request out: errors at the top level of its answer. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  /** As they stand in the answer. */
  readonly errors: readonly TopLevelError[];
  /** The code of the first error, such as `BAD_USER_INPUT`. */
  readonly code: string;

  constructor(errors: readonly TopLevelError[]) {
    super(errors.map(({ message }) => message).join("; "));
    this.errors = errors;
    this.code = errors[0]?.extensions?.code ?? "UNKNOWN";
  }
}

/** The error that the top-level errors of an answer amount to. */
export function errorOf(errors: readonly TopLevelError[]): AuthError | RequestError {
  const denied = errors.find(({ extensions }) => AUTH_CODES.has(extensions?.code ?? ""));
  return denied ? new AuthError(denied.message, denied.extensions?.code) : new RequestError(errors);
}

const AUTH_CODES = new Set(["UNAUTHENTICATED", "FORBIDDEN"]);

/** The plain reason of a failure to connect, such as `connection refused`. */
export function reasonOf(error: unknown): string {
  const causes: { readonly code?: string; readonly message?: string; readonly errors?: readonly unknown[] }[] = [];
  for (let at: unknown = error; at && typeof at === "object" && causes.length < 5; ) {
    causes.push(at);
    const { cause, error: inner, errors } = at as { cause?: unknown; error?: unknown; errors?: readonly unknown[] };
    at = cause ?? inner ?? errors?.[0];
  }
  const code = causes.map((cause) => cause.code).find((of) => typeof of === "string");
  const message = causes.map((cause) => cause.message).findLast((of) => typeof of === "string" && of !== "");
  return (code && REASONS[code]) ?? message ?? "the connection failed";
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "the connection was cut",
  ENOTFOUND: "there is no host of this name",
  EAI_AGAIN: "the host's name could not be looked up",
  ETIMEDOUT: "no answer in time",
  EHOSTUNREACH: "no way to this host",
  UND_ERR_SOCKET: "the connection was cut",
  UND_ERR_CONNECT_TIMEOUT: "no answer in time",
};
