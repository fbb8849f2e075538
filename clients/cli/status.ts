import type { Job, JobStatus } from "../sdk/index.ts";
import type { Cell } from "./table.ts";
import type { Terminal } from "./terminal.ts";

const COLOURS = {
  PENDING: "yellow",
  STARTING: "cyan",
  RUNNING: "green",
  PAUSED: "yellow",
  PREEMPTING: "magenta",
  MIGRATING: "magenta",
  CANCELLING: "yellow",
  COMPLETED: "blue",
  FAILED: "red",
  CANCELLED: "gray",
} as const satisfies Record<JobStatus, string>;

type Status = Pick<Job, "status" | "phase" | "phaseFraction" | "pausedBy">;

/** `running`, `starting (pulling 40%)`, `paused (policy)`. */
export function statusWords({ status, phase, phaseFraction, pausedBy }: Status): string {
  const word = status.toLowerCase();
  if (pausedBy === "POLICY") return `${word} (policy)`;
  if (!phase) return word;
  return `${word} (${phase.toLowerCase()}${phaseFraction === null ? "" : ` ${Math.floor(phaseFraction * 100)}%`})`;
}

export const statusCell = (terminal: Terminal, job: Status): Cell => ({
  text: statusWords(job),
  style: terminal.style(COLOURS[job.status]),
});

export const isOver = ({ status }: Pick<Job, "status">): boolean =>
  status === "COMPLETED" || status === "FAILED" || status === "CANCELLED";

/** Why it is as it is, where there is something to say. */
export const reasonOf = ({ failure, statusReason }: Pick<Job, "failure" | "statusReason">): string =>
  statusReason ?? failure?.message ?? "";
