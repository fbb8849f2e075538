import type { JobPatch } from "../core/event.ts";
import type { JobSpec } from "../core/job-spec.ts";
import { requestUpdate } from "../core/request.ts";
import { nearest } from "../input/index.ts";
import { powerCurve, type SpeedBySize } from "./curve.ts";
import type { Happening } from "./happenings.ts";
import type { ProgramTable } from "./program-table.ts";
import { Faults } from "./traces/faults.ts";
import type { ProgramRequest, ProgramStart, Threads } from "./traces/requests.ts";
import { type SimulatedJob, simulatedSpec, type WorkloadOptions } from "./workload.ts";

/** A program is a job on cores, of which it can be given fewer or more while it runs. */
export interface RequestOptions extends Omit<WorkloadOptions, "elastic"> {
  /** How long programs take of which the file does not say it. */
  readonly programs: ProgramTable | null;
  /** A program may have so many times the threads it asks for; null: always just those, as programs that cannot change. */
  readonly elastic: number | null;
}

/** What a requests file comes to: jobs, and what is asked of them later. */
export interface RequestWorkload {
  readonly jobs: SimulatedJob[];
  readonly happenings: Happening[];
}

/** Throws a DomainError for programs that could never run, or of which nobody knows how long they take. */
export function requestWorkload(
  file: string,
  requests: readonly ProgramRequest[],
  options: RequestOptions,
): RequestWorkload {
  const faults = new Faults(file);
  const most = Math.max(0, ...options.servers.map(({ cores }) => cores));
  if (most === 0) faults.add({ line: 1, column: 1 }, "no server has cores: give a cluster such as --cluster cores:16");
  faults.tell();
  const power = powerCurve(options.exponent);
  const jobs: SimulatedJob[] = [];
  const happenings: Happening[] = [];
  const started = new Map<string, SimulatedJob>();
  for (const request of requests) {
    const { line, instance, threads, priority } = request;
    const at = Math.round(request.atSeconds * 1000);
    if (threads.count > most)
      faults.add(
        { line, column: 1 },
        `instance ${instance} wants ${threads.count} cores; the largest server has ${most}`,
      );
    if (request.kind === "execution") {
      const speed = options.speedups?.curve(request.image, null) ?? power;
      const workMillis = workOf(request, speed, options.programs, faults);
      const declared = options.declares ? workMillis / 1000 : null;
      const spec = specOf(request, options, most, declared);
      const id = `job-${jobs.length + 1}`;
      const job: SimulatedJob = { id, name: instance, submitAt: at, spec, workMillis, speed, steps: null };
      jobs.push(job);
      started.set(instance, job);
      continue;
    }
    const job = started.get(instance);
    if (!job) continue; // told of by whoever has read the file
    const patch: JobPatch = { cores: coresAsked(threads, options.elastic, most), priority: -priority };
    happenings.push({ at, request: (scheduler, now) => requestUpdate(scheduler, job.id, patch, now) });
  }
  faults.tell();
  return { jobs, happenings };
}

/** On one core, in milliseconds. */
function workOf(
  { image, threads, durationSeconds, line }: ProgramStart,
  speed: SpeedBySize,
  programs: ProgramTable | null,
  faults: Faults,
): number {
  const program = programs?.find(image) ?? null;
  const seconds = durationSeconds ?? program?.durationSeconds ?? null;
  if (seconds === null) {
    const meant = programs ? nearest(image, programs.images) : null;
    const problem = programs
      ? `the table of programs has no ${image}${meant ? `: did you mean ${meant}?` : ""}`
      : "it does not say how long the program takes: add a seventh value, duration_s, or give --programs FILE";
    faults.add({ line, column: 1 }, problem);
    return 0;
  }
  const size = durationSeconds === null ? (program?.threads ?? threads.count) : threads.count;
  return Math.round(seconds * 1000) * speed.speed(size);
}

const specOf = (
  { image, threads, priority }: ProgramStart,
  { elastic, graceSeconds }: RequestOptions,
  most: number,
  declared: number | null,
): JobSpec => ({
  ...simulatedSpec(image, graceSeconds),
  type: image,
  cores: coresAsked(threads, elastic, most),
  parallelism: { interOp: threads.interOp, intraOp: threads.intraOp },
  elasticity: elastic === null ? "none" : "live",
  priority: -priority, // here, higher goes first
  estimate: { seconds: declared, epochs: null, steps: null },
});

/** Pools of a given size use no more cores than they have threads. */
export function coresAsked({ count, interOp }: Threads, elastic: number | null, most: number): JobSpec["cores"] {
  if (elastic === null) return { min: count, preferred: count, max: count };
  const times = interOp === null ? Math.max(1, elastic) : 1;
  return { min: 1, preferred: count, max: Math.max(count, Math.min(most, Math.floor(times * count))) };
}
