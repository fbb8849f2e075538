import { posix } from "node:path";
import { DomainError, domainError, type Fault } from "../core/errors.ts";
import type { BatchPlace, GpuRequest, JobSpec } from "../core/job-spec.ts";
import type { Instant } from "../core/time.ts";
import { createChecker } from "../input/index.ts";
import { type BatchRequest, batchRequest } from "./batch.ts";
import { type Allowed, containerFaults, containerOf, NOTHING_ALLOWED, REFUSED } from "./container.ts";
import { expanded, memberName } from "./expand.ts";
import { coresOfGang, gangOf } from "./gang.ts";
import type { CoreInput, JobSpecInput } from "./input.ts";
import { checkpointFolder, commandFaults, ruleFaults } from "./rules.ts";
import { jobSpecSchema } from "./schema.ts";

/** Who submits, and when. */
export interface Submission {
  readonly user: string;
  readonly now: Instant;
  /** What it may ask of its container; nothing unless given. */
  readonly allowed?: Allowed | undefined;
}

export interface ParsedJob {
  readonly spec: JobSpec;
  /** Values by variable name; the spec has the names only. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** The jobs that a spec comes to: one, unless it has `array` or `sweep`. */
export interface ParsedJobs {
  /** At least one. The id of the batch is empty: it is known when the first of them has one. */
  readonly specs: readonly JobSpec[];
  /** The same for each of them. */
  readonly secrets: ParsedJob["secrets"];
}

/** What the schema fills in. */
type Complete = JobSpecInput &
  Required<
    Pick<JobSpecInput, "type" | "gpus" | "cores" | "shmMiB" | "elasticity" | "whenServerLost" | "priority" | "after">
  > & {
    readonly checkpoint: JobSpec["checkpoint"];
    readonly retries: JobSpec["retries"];
  };

/** Whoever names a job by its id must not get another of that name. */
const LIKE_AN_ID = /^(job-)?\d+$/;

export const SHELL = ["/bin/sh", "-c"] as const;

const check = createChecker(jobSpecSchema, REFUSED);

/**
 * The job specs of a GraphQL input, a YAML document or flags, complete.
 * @throws DomainError with every fault at once, each with its path
 */
export function parseJobs(input: unknown, submission: Submission): ParsedJobs {
  const { value, faults: unsound } = check(input);
  const { now, user, allowed = NOTHING_ALLOWED } = submission;
  const sound = soundFields(value, unsound);
  const faults: Fault[] = [...unsound, ...ruleFaults(sound, now), ...containerFaults(sound, allowed)];
  const batch = batchRequest(sound, faults);
  if (faults.length > 0) throw new DomainError(faults);
  const { spec, secrets } = completed(value as Complete, user, allowed);
  if (!batch) return { specs: [spec], secrets };
  return { specs: membersOf(value as Complete, batch, (input) => completed(input, user, allowed).spec), secrets };
}

/** @throws DomainError with the faults of the first of them that has any */
function membersOf(input: Complete, batch: BatchRequest, complete: (input: Complete) => JobSpec): JobSpec[] {
  const { array: _, sweep: __, ...template } = input;
  const { members, ...limits } = batch;
  const name = template.name ?? defaultName(template);
  const size = members.length;
  return members.map(({ index, parameters }) => {
    const faults: Fault[] = [];
    const own = { ...template, ...expanded(template, { index, size, ...parameters }, faults) };
    own.name = memberName(name, own.name, index, parameters);
    if (faults.length === 0) faults.push(...check(own).faults, ...commandFaults(own));
    if (faults.length > 0) throw new DomainError(faults);
    const place: BatchPlace = { id: "", name, index, size, ...(parameters && { parameters }), ...limits };
    return { ...complete(own), batch: place };
  });
}

/** The same of a spec that is to be one job. */
export function parseJobSpec(input: unknown, submission: Submission): ParsedJob {
  const { specs, secrets } = parseJobs(input, submission);
  const [spec] = specs;
  if (spec && !spec.batch) return { spec, secrets };
  throw domainError("INVALID_INPUT", "array and sweep make many jobs, and one is wanted here", []);
}

/** The rules see the fields without faults only, so that no field is blamed twice. */
function soundFields(value: unknown, unsound: readonly Fault[]): Partial<JobSpecInput> {
  if (unsound.some(({ path }) => path?.length === 0)) return {};
  const blamed = new Set(unsound.map(({ path }) => path?.[0]));
  return Object.fromEntries(Object.entries(value as object).filter(([field]) => !blamed.has(field)));
}

function completed(input: Complete, user: string, allowed: Allowed): ParsedJob {
  const secrets = texts(input.secrets);
  const { estimate, parallelism, limits } = input;
  const [gpus, gang] = [gpuRequest(input.gpus), gangOf(input)];
  const spec: JobSpec = {
    name: input.name ?? defaultName(input),
    type: input.type,
    image: input.image ?? null,
    ...containerOf(input, allowed),
    command: typeof input.command === "string" ? [...SHELL, input.command] : [...input.command],
    workdir: input.workdir ?? null,
    env: texts(input.env),
    secretNames: Object.keys(secrets),
    gpus,
    cores: coresOfGang(coreRequest(input.cores), { gpus, ...gang }),
    parallelism: { interOp: parallelism?.interOp ?? null, intraOp: parallelism?.intraOp ?? null },
    memoryMiB: input.memoryMiB ?? null,
    shmMiB: input.shmMiB,
    ...gang,
    elasticity: input.elasticity,
    resizeSignal: input.resizeSignal ?? null,
    ...(input.whenServerLost !== "restart" && { whenServerLost: input.whenServerLost }),
    priority: input.priority,
    deadline: input.deadline === undefined ? null : Date.parse(input.deadline),
    user: input.user ?? user,
    labels: texts(input.labels),
    estimate: {
      seconds: estimate?.seconds ?? null,
      epochs: estimate?.epochs ?? null,
      steps: estimate?.steps ?? null,
    },
    progressPattern: input.progress?.pattern ?? null,
    ...(input.progress?.file !== undefined && { progressFile: input.progress.file }),
    checkpoint: { ...input.checkpoint, path: checkpointFolder(input.checkpoint.path) },
    retries: { ...input.retries },
    limits: {
      queueSeconds: limits?.queueSeconds ?? null,
      pullSeconds: limits?.pullSeconds ?? null,
      runSeconds: limits?.runSeconds ?? null,
      idleSeconds: limits?.idleSeconds ?? null,
      ...(limits?.stallSeconds !== undefined && { stallSeconds: limits.stallSeconds }),
    },
    after: [...input.after],
  };
  return { spec, secrets };
}

function gpuRequest(gpus: Complete["gpus"]): GpuRequest {
  const asked = typeof gpus === "number" ? { count: gpus } : gpus;
  const { min = asked.count ?? 0, max = min, preferred = min, model = null, memoryMiB = null } = asked;
  return { min, max, preferred, model, memoryMiB };
}

function coreRequest(cores: Complete["cores"]): JobSpec["cores"] {
  const { min, max, preferred = min }: CoreInput = typeof cores === "number" ? { min: cores, max: cores } : cores;
  return { min, max, preferred };
}

const texts = (values: JobSpecInput["env"] = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

/** `pytorch` for `registry:5000/team/pytorch:2.5`; without an image, the program that the command starts. */
export function defaultName({ image, command }: Pick<JobSpecInput, "image" | "command">): string {
  const program = typeof command === "string" ? (command.trim().split(/\s/, 1)[0] ?? "") : (command[0] ?? "");
  const name = image === undefined ? posix.basename(program) : posix.basename(image).replace(/[:@].*$/, "");
  const characters = [...name.replaceAll(/\p{Cc}/gu, "")];
  const short = characters.slice(0, 128).join("");
  return short === "" || LIKE_AN_ID.test(short) ? "job" : short;
}
