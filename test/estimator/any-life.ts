import fc from "fast-check";
import type { JobId } from "../../src/core/job.ts";
import type { JobSpec } from "../../src/core/job-spec.ts";
import { declares, Lab, onCores } from "./lab.ts";

/** What may happen next to one of a few jobs, after some seconds: work begins where it waits. What cannot happen to it then is left out. */
export interface Step {
  readonly job: number;
  readonly after: number;
  readonly act: "work" | "preempt" | "resize" | "pause" | "resume" | "complete" | "fail" | "cancel";
  readonly size: number;
  readonly done: number;
}

const specs: readonly Partial<JobSpec>[] = [
  {},
  { command: ["python", "other.py"] },
  declares({ seconds: 300 }),
  { type: "keras", ...declares({ epochs: 5 }) },
  onCores,
];

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    job: fc.oneof(fc.nat({ max: 9 }), fc.constantFrom(0, 4)),
    after: fc.oneof(fc.constantFrom(0, 1, 10, 40), fc.double({ min: -5, max: 500, noNaN: true })),
    act: fc.oneof(
      { weight: 20, arbitrary: fc.constant<Step["act"]>("work") },
      { weight: 5, arbitrary: fc.constantFrom<Step["act"]>("preempt", "resize", "pause", "resume") },
      { weight: 2, arbitrary: fc.constantFrom<Step["act"]>("complete", "fail", "cancel") },
    ),
    size: fc.constantFrom(1, 2, 4, 8),
    done: fc.oneof(fc.constantFrom(0, 1, 5), fc.double({ min: 0, max: 50, noNaN: true })),
  }),
  { minLength: 30, maxLength: 120 },
);

/** Plays the steps; `between` is called before each, and once at the end. */
export function play(life: readonly Step[], between: (lab: Lab, at: number) => void = () => {}): Lab {
  const lab = new Lab();
  const jobs = Array.from({ length: 10 }, (_, i) => lab.submit(specs[i % specs.length]));
  const done = jobs.map(() => 0);
  lab.seconds = 1000;
  life.forEach((step, at) => {
    between(lab, at);
    lab.seconds += step.after;
    if (step.act === "work") done[step.job] = (done[step.job] as number) + step.done;
    act(lab, jobs[step.job] as JobId, step, done[step.job] as number);
  });
  between(lab, life.length);
  return lab;
}

function act(lab: Lab, job: JobId, { job: index, act, size }: Step, done: number): void {
  const { status } = lab.job(job).state;
  const servers = size >= 4 && index % 2 === 0 ? 2 : 1;
  const at = lab.now;
  const isHeld = status === "running" || status === "paused";
  switch (act) {
    case "work":
      if (status === "pending") lab.start(job, size, servers, 3);
      else if (status === "running") lab.progress(job, progressOf(index, done));
      break;
    case "preempt":
      if (status === "running") lab.preempt(job, 2);
      break;
    case "resize":
      if (status === "running") lab.resizeLive(job, size, servers);
      break;
    case "pause":
      if (status === "running") lab.tell({ type: "JobPaused", job, by: "user", at });
      break;
    case "resume":
      if (status === "paused") lab.tell({ type: "JobResumed", job, on: null, at });
      break;
    case "complete":
      if (isHeld) lab.exit(job);
      break;
    case "fail":
      if (isHeld) lab.exit(job, { kind: "failed", cause: { origin: "application", code: "exit", message: "1" } });
      break;
    case "cancel":
      if (status === "pending")
        lab.tell({ type: "JobCancelled", job, by: "ann", delete: false, graceSeconds: null, at });
      break;
  }
}

/** Each job tells in another way. */
function progressOf(index: number, done: number): Parameters<Lab["progress"]>[1] {
  switch (index) {
    case 0:
    case 5:
      return { step: done, steps: 100, fraction: Math.min(1, done / 100) };
    case 1:
      return { fraction: Math.min(1, done / 100) };
    case 2:
      return { step: done };
    case 3:
      return { epoch: done / 10, epochs: 10 };
    case 4:
      return {
        epoch: 1 + Math.floor(done / 10),
        step: done % 10,
        steps: 10,
        epochs: 10,
        fraction: Math.min(1, done / 100),
      };
    case 6:
      return { epoch: 1 + Math.floor(done / 10) };
    case 7:
      return { metrics: { loss: done }, fraction: null };
    default:
      return { step: done % 10, steps: 0, samplesPerSecond: done };
  }
}
