import type { JobEvent } from "./event.ts";
import type { Backup, Job, LostWork } from "./job.ts";
import { attainedBy, globalStep } from "./job.ts";
import type { Instant } from "./time.ts";

type Of<T extends JobEvent["type"]> = Extract<JobEvent, { type: T }>;

/** The job's work up to now is in its folder. A program that tells of it itself knows better than its files. */
export function saved(job: Job, { step, by, at }: Of<"CheckpointSaved">): Job {
  const { checkpoint, progress } = job;
  if (!checkpoint || (by === "files" && checkpoint.told)) return job;
  const reached = by === "files" ? progress && globalStep(progress) : step;
  return {
    ...job,
    checkpoint: {
      ...checkpoint,
      step: reached,
      savedAt: at,
      ...(by && { serviceMillis: attainedBy(job, at).serviceMillis }),
      ...(by === "program" && { told: true }),
    },
  };
}

export const NOTHING_LOST: LostWork = { millis: 0, steps: null, upToMillis: 0, upToProgressAt: null };

export function backedUp(
  job: Job,
  { type: _, job: _id, attempt: _attempt, at, ...facts }: Of<"CheckpointBackedUp">,
): Job {
  const backup: Backup = { ...facts, takenAt: at };
  return { ...job, backup };
}

/** What was saved after the copy was taken is lost with the folder. */
export function restored(job: Job): Job {
  const { checkpoint, backup } = job;
  if (!checkpoint || !backup) return job;
  const { step, savedAt, serviceMillis } = backup;
  const after = {
    millis: (checkpoint.serviceMillis ?? 0) - serviceMillis,
    steps: checkpoint.step === null || step === null ? null : checkpoint.step - step,
  };
  return { ...add(job, after), checkpoint: { ...checkpoint, step, savedAt, serviceMillis } };
}

/** Nobody has a copy of what was saved. */
export const allLost = (job: Job): Job =>
  add(job, { millis: job.checkpoint?.serviceMillis ?? 0, steps: job.checkpoint?.step ?? null });

/**
 * Counts what a run that ended too early had done and not saved. Where there is no sign that it ever saved, that is all of its work
 * since its start.
 */
export function withLost(job: Job, at: Instant): Job {
  const { checkpoint, lost, progress } = job;
  if (!lost) return job;
  const { serviceMillis } = attainedBy(job, at);
  const savedMillis = checkpoint?.serviceMillis ?? 0;
  const step =
    progress && progress.at > (lost.upToProgressAt ?? Number.NEGATIVE_INFINITY) ? globalStep(progress) : null;
  // Files that were saved at an unknown step leave the steps unknown.
  const savedStep = checkpoint?.savedAt === null || !checkpoint ? 0 : checkpoint.step;
  return add(
    job,
    {
      millis: serviceMillis - Math.max(savedMillis, lost.upToMillis),
      steps: step === null || savedStep === null ? null : step - savedStep,
    },
    { upToMillis: serviceMillis, upToProgressAt: progress?.at ?? null },
  );
}

/** @param upTo what is counted with it */
function add(job: Job, { millis, steps }: { millis: number; steps: number | null }, upTo?: Partial<LostWork>): Job {
  const { lost } = job;
  if (!lost) return job;
  const all = steps === null ? lost.steps : (lost.steps ?? 0) + Math.max(0, steps);
  return { ...job, lost: { ...lost, millis: lost.millis + Math.max(0, millis), steps: all, ...upTo } };
}
