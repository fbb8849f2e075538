import { readFileSync } from "node:fs";

/** A process that cannot be mistaken for a later one with the same number. Without /proc only the number is known. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks from the machine's boot to the start of the process. */
  readonly startTicks: string | null;
  readonly boot: string | null;
}

/** Null when there is no such process, or it is only waiting to be buried. */
export function identify(pid: number): ProcessIdentity | null {
  if (process.platform !== "linux") return exists(pid) ? { pid, startTicks: null, boot: null } : null;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const [state, ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || state === "X") return null;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return { pid, startTicks: fields[18] ?? null, boot };
  } catch {
    return null;
  }
}

export function isAlive(wanted: ProcessIdentity): boolean {
  const found = identify(wanted.pid);
  return found !== null && found.startTicks === wanted.startTicks && found.boot === wanted.boot;
}

/** Kills what is left of the group that this process led, unless its number has been given to someone else. */
export function killGroup(leader: ProcessIdentity): void {
  const present = identify(leader.pid);
  if (present && !isAlive(leader)) return;
  send(-leader.pid, "SIGKILL");
}

/** @returns whether there was anyone to signal */
export function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
