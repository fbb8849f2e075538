import type { JobSpec } from "../core/job-spec.ts";
import { writtenContainer } from "./container.ts";
import { writtenGang } from "./gang.ts";
import type { JobSpecInput } from "./input.ts";
import { defaultName, SHELL } from "./parse.ts";
import { jobSpecSchema } from "./schema.ts";

const { type, gpus, cores, shmMiB, elasticity, priority, checkpoint, retries } = jobSpecSchema.properties;
const DEFAULTS = {
  type: type.default,
  gpus: gpus.default,
  cores: cores.default,
  shmMiB: shmMiB.default,
  elasticity: elasticity.default,
  priority: priority.default,
};

/** The least that a user would write to get this spec: what is default is left out, and so are secrets. */
export function toInput(spec: JobSpec): JobSpecInput {
  const { deadline, progressPattern } = spec;
  const runs = { command: writtenCommand(spec.command), ...(spec.image !== null && { image: spec.image }) };
  const rest = lean(
    {
      name: spec.name === defaultName(runs) ? null : spec.name,
      type: spec.type,
      workdir: spec.workdir,
      env: filled(spec.env),
      gpus: writtenGpus(spec.gpus),
      cores: writtenCores(spec.cores),
      parallelism: lean(spec.parallelism),
      memoryMiB: spec.memoryMiB,
      shmMiB: spec.shmMiB,
      elasticity: spec.elasticity,
      resizeSignal: spec.resizeSignal,
      whenServerLost: spec.whenServerLost ?? null,
      priority: spec.priority,
      deadline: deadline === null ? null : new Date(deadline).toISOString(),
      user: spec.user,
      labels: filled(spec.labels),
      estimate: lean(spec.estimate),
      progress: lean({ pattern: progressPattern, file: spec.progressFile ?? null }),
      checkpoint: lean(spec.checkpoint, checkpoint.default),
      retries: lean(spec.retries, retries.default),
      limits: lean(spec.limits),
      after: filled(spec.after),
    },
    DEFAULTS,
  );
  return { ...runs, ...rest, ...writtenContainer(spec), ...writtenGang(spec) };
}

function writtenCommand(command: readonly string[]): JobSpecInput["command"] {
  const [shell, flag, text, ...rest] = command;
  const isShell = shell === SHELL[0] && flag === SHELL[1] && rest.length === 0;
  return isShell && text?.trim() ? text : command;
}

function writtenGpus({ min, max, preferred, model, memoryMiB }: JobSpec["gpus"]): JobSpecInput["gpus"] {
  const devices = lean({ model, memoryMiB });
  if (min < max) return { min, max, ...(preferred !== min && { preferred }), ...devices };
  return devices ? { count: min, ...devices } : min;
}

function writtenCores({ min, max, preferred }: JobSpec["cores"]): JobSpecInput["cores"] {
  return min < max ? { min, max, ...(preferred !== min && { preferred }) } : min;
}

const filled = <T extends object>(values: T): T | null => (Object.keys(values).length > 0 ? values : null);

type Lean<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** What is neither null nor default; null when nothing is left. */
function lean<T extends object>(fields: T, defaults: Partial<Record<keyof T, unknown>> = {}): Lean<T> | null {
  const own = Object.entries(fields).filter(([name, value]) => value !== null && value !== defaults[name as keyof T]);
  return own.length > 0 ? (Object.fromEntries(own) as Lean<T>) : null;
}
