import { posix } from "node:path";
import type { Fault } from "../core/errors.ts";
import type { Instant } from "../core/time.ts";
import { faultAt, type Path } from "../input/index.ts";
import { checkPattern } from "../progress/index.ts";
import { gangFaults } from "./gang.ts";
import type { GpuInput, JobSpecInput } from "./input.ts";

/**
 * What a schema cannot say of a job.
 * @param sound the fields that the schema has nothing against @param now the time of submission
 */
export function ruleFaults(sound: Partial<JobSpecInput>, now: Instant): Fault[] {
  return [
    ...gpuFaults(sound.gpus),
    ...coreFaults(sound.cores),
    ...gangFaults(sound),
    ...elasticityFaults(sound),
    ...resizeFaults(sound),
    ...commandFaults(sound),
    ...variableFaults(sound),
    ...deadlineFaults(sound.deadline, now),
    ...patternFaults(sound.progress?.pattern),
    ...checkpointFaults(sound.checkpoint?.path),
  ];
}

function gpuFaults(gpus: JobSpecInput["gpus"]): Fault[] {
  if (typeof gpus !== "object") return [];
  const { count, min, max, preferred } = gpus;
  if (count !== undefined) {
    const beside = (["min", "max", "preferred"] as const).filter((name) => gpus[name] !== undefined);
    return beside.map((name) => faultAt(["gpus", name], "cannot stand beside gpus.count: give count, or min and max"));
  }
  if (min === undefined || max === undefined) return [faultAt(["gpus"], "give count, or both min and max")];
  if (min > max) return [faultAt(["gpus", "min"], "must be at most gpus.max")];
  const faults: Fault[] = [];
  if (min === 0 && max > 0) {
    faults.push(faultAt(["gpus", "min"], "must be at least 1 if gpus.max is (a job without GPUs has gpus: 0)"));
  }
  if (preferred !== undefined && (preferred < min || preferred > max)) {
    faults.push(faultAt(["gpus", "preferred"], "must lie between gpus.min and gpus.max"));
  }
  return faults;
}

function coreFaults(cores: JobSpecInput["cores"]): Fault[] {
  if (typeof cores !== "object") return [];
  const { min, max, preferred = min } = cores;
  if (min > max) return [faultAt(["cores", "min"], "must be at most cores.max")];
  if (preferred >= min && preferred <= max) return [];
  return [faultAt(["cores", "preferred"], "must lie between cores.min and cores.max")];
}

function elasticityFaults({ elasticity, gpus, cores }: Partial<JobSpecInput>): Fault[] {
  if (elasticity !== "none") return [];
  return Object.entries({ gpus, cores }).flatMap(([name, size]) => {
    const { min, max }: GpuInput = typeof size === "object" ? size : {};
    if (min === undefined || max === undefined || min >= max) return [];
    return [faultAt([name, "max"], `must equal ${name}.min if elasticity is none`)];
  });
}

/** Nobody would send it to a job that never changes its size while it runs; and one that ends the program is none of resizing. */
function resizeFaults({ resizeSignal, elasticity, cores, checkpoint }: Partial<JobSpecInput>): Fault[] {
  if (resizeSignal === undefined) return [];
  const faults: Fault[] = [];
  const isFixed = typeof cores === "number" || (cores !== undefined && cores.min === cores.max);
  if (isFixed && elasticity !== undefined && elasticity !== "live") {
    faults.push(faultAt(["resizeSignal"], "is never sent unless elasticity is live or cores.max is above cores.min"));
  }
  if (resizeSignal === checkpoint?.signal) {
    faults.push(faultAt(["resizeSignal"], "must differ from checkpoint.signal, which asks the program to end"));
  }
  return faults;
}

export function commandFaults({ image, command, workdir }: Partial<JobSpecInput>): Fault[] {
  const faults: Fault[] = [];
  if (typeof command === "string" && command.trim() === "") faults.push(faultAt(["command"], "must not be empty"));
  if (Array.isArray(command) && command[0] === "") faults.push(faultAt(["command", "0"], "must name a program"));
  if (image !== undefined && workdir !== undefined && !workdir.startsWith("/")) {
    faults.push(faultAt(["workdir"], "must be an absolute path, since the job runs in a container"));
  }
  return faults;
}

const GRANTED = /^(SCHEDULEARN_.*|NVIDIA_VISIBLE_DEVICES|CUDA_VISIBLE_DEVICES)$/;

function variableFaults({ env = {}, secrets = {} }: Partial<JobSpecInput>): Fault[] {
  const faultsIn = (field: string, variables: typeof env): Fault[] =>
    Object.entries(variables).flatMap(([name, value]) => {
      const path: Path = [field, name];
      if (GRANTED.test(name)) return [faultAt(path, "is set by the scheduler from what it grants: leave it out")];
      const inexact = typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value);
      return inexact ? [faultAt(path, "is too large to be kept exactly as a number: put it in quotes")] : [];
    });
  const twice = Object.keys(secrets).filter((name) => Object.hasOwn(env, name));
  return [
    ...faultsIn("env", env),
    ...faultsIn("secrets", secrets),
    ...twice.map((name) => faultAt(["secrets", name], "is in env too: give it once")),
  ];
}

function deadlineFaults(deadline: string | undefined, now: Instant): Fault[] {
  if (deadline === undefined) return [];
  const at = Date.parse(deadline);
  // A leap second is a time by the book, but none that a computer's clock ever shows.
  if (Number.isNaN(at)) return [faultAt(["deadline"], "must be a time of a clock without leap seconds")];
  return at > now ? [] : [faultAt(["deadline"], "is in the past")];
}

function patternFaults(pattern: string | undefined): Fault[] {
  const problem = pattern === undefined ? null : checkPattern(pattern);
  return problem === null ? [] : [faultAt(["progress", "pattern"], problem)];
}

/** A checkpoint folder here would hide what the system or the scheduler needs there. */
const TAKEN = ["/proc", "/sys", "/dev", "/schedulearn"];

function checkpointFaults(path: string | undefined): Fault[] {
  if (path === undefined) return [];
  const folder = checkpointFolder(path);
  if (folder === "/") return [faultAt(["checkpoint", "path"], "must be a folder of its own, such as /checkpoint")];
  const taken = TAKEN.find((root) => folder === root || folder.startsWith(`${root}/`));
  return taken ? [faultAt(["checkpoint", "path"], `must not lie in ${taken}`)] : [];
}

/** The one way to write an absolute path: `/a//b/../c/` is `/a/c`. */
export const checkpointFolder = (path: string): string => posix.resolve("/", path);
