/** What shells answer when a command cannot be run, is not found, or was killed by signal n: 126, 127, 128 + n. */
const HINTS: Readonly<Record<number, string>> = {
  126: ": most likely a command in it may not be executed",
  127: ": most likely a command was not found",
};
/** Nobody asked us for it: what is left is somebody on the machine itself, and the kernel where memory ran out. */
const KILLED = ": killed from outside, perhaps because the server's memory had run out";

/** How a program ended that failed by itself, in plain words. @param signal the one that ended it; null when none did */
export function exitWords(exitCode: number | null, signal: string | null): string {
  if (signal === null) return `exited with code ${exitCode}${HINTS[exitCode ?? 0] ?? ""}`;
  const code = exitCode === null ? "" : ` (exit code ${exitCode})`;
  return `killed by ${signal}${code}${signal === "SIGKILL" ? KILLED : ""}`;
}
