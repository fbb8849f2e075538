import type { Job, JobStatus } from "../../sdk/index.ts";

/** `running`; while it starts, what it does: `starting: pulling 40 %`. */
export function StatusPill({ job }: { readonly job: Pick<Job, "status" | "phase" | "phaseFraction" | "pausedBy"> }) {
  const part = job.phaseFraction === null ? "" : ` ${Math.floor(job.phaseFraction * 100)} %`;
  const phase = job.phase && `${job.phase.toLowerCase()}${part}`;
  return (
    <span class={`status ${toneOf(job.status)}`}>
      {job.status.toLowerCase()}
      {phase && <span class="status-phase">{phase}</span>}
      {job.pausedBy === "POLICY" && <span class="status-phase">by the policy</span>}
    </span>
  );
}

export const toneOf = (status: JobStatus): "waits" | "works" | "rests" | "good" | "bad" | "off" => tones[status];

const tones = {
  PENDING: "waits",
  STARTING: "works",
  RUNNING: "works",
  MIGRATING: "works",
  PREEMPTING: "works",
  CANCELLING: "off",
  PAUSED: "rests",
  COMPLETED: "good",
  FAILED: "bad",
  CANCELLED: "off",
} as const satisfies Record<JobStatus, string>;
