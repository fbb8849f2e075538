/** What a command's end says to the shell; documented in `--help`. */
export const exitCode = {
  ok: 0,
  /** A job that was waited for did not complete, or the server refused the request. */
  failed: 1,
  usage: 2,
  unreachable: 3,
  unauthorised: 4,
  interrupted: 130,
  /** Told to end by SIGTERM or SIGHUP. */
  terminated: 143,
} as const;

/** The command line itself is at fault; nothing was sent. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
