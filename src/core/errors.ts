export type DomainErrorCode =
  | "INVALID_INPUT"
  | "NOT_FOUND"
  | "CONFLICT"
  | "NO_ROOM"
  | "UNKNOWN_POLICY"
  | "UNREACHABLE"
  | "FORBIDDEN";

/** One fault of the caller: what is wrong, where (`gpus.min`), and what would mend it. */
export interface Fault {
  readonly message: string;
  readonly code: DomainErrorCode;
  readonly path?: readonly string[];
}

/** The caller's fault (or faults, all at once): told to the caller, changes nothing. */
export class DomainError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: Fault | readonly Fault[]) {
    const all = Array.isArray(faults) ? (faults as readonly Fault[]) : [faults as Fault];
    super(all.map((fault) => fault.message).join("; "));
    this.name = "DomainError";
    this.faults = all;
  }
}

export const domainError = (code: DomainErrorCode, message: string, path?: readonly string[]): DomainError =>
  new DomainError({ code, message, ...(path && { path }) });

/** Our own fault: the process stops acting on it and recovers from the log. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}
