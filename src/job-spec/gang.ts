import type { Fault } from "../core/errors.ts";
import type { JobSpec, PortRequest } from "../core/job-spec.ts";
import { faultAt } from "../input/index.ts";
import type { JobSpecInput } from "./input.ts";

const MAX_SERVERS = 10_000;
const servers = (title: string, description: string, example: number) =>
  ({ title, description, type: "integer", minimum: 1, maximum: MAX_SERVERS, examples: [example] }) as const;

/** What a job over several servers, and one that is reached from outside, asks for. */
export const gangProperties = {
  servers: {
    title: "Servers",
    description: "How many servers it may span, one container on each: a number, or {min, max}.",
    type: ["integer", "object"],
    minimum: 1,
    maximum: MAX_SERVERS,
    properties: {
      min: servers("Fewest", "It runs on no fewer.", 1),
      max: servers("Most", "It runs on no more.", 4),
    },
    required: ["min", "max"],
    additionalProperties: false,
    default: 1,
    examples: [2, { min: 1, max: 4 }],
  },
  launcher: {
    title: "Launcher",
    description:
      "What starts the command's processes, as many as were granted: none = the command runs once on each server and reads MASTER_ADDR, RANK, WORLD_SIZE.",
    type: "string",
    enum: ["none", "torchrun", "horovod", "mpi"],
    default: "none",
    examples: ["torchrun", "horovod"],
  },
  launcherCommand: {
    title: "The launcher's program",
    description: "In place of torchrun, horovodrun or mpirun, with options of your own.",
    type: "array",
    minItems: 1,
    maxItems: 100,
    items: { type: "string", minLength: 1, maxLength: 10_000, pattern: "^[^\\u0000]*$" },
    examples: [["python3", "-m", "torch.distributed.run", "--max_restarts", "0"]],
  },
  ports: {
    title: "Ports",
    description: "Ports on which the program listens: each is given one of its server's, under which others reach it.",
    type: "array",
    maxItems: 64,
    items: {
      type: ["integer", "object"],
      minimum: 1,
      maximum: 65_535,
      properties: {
        name: {
          title: "Name",
          description: "SCHEDULEARN_PORT_<NAME> tells the program of it.",
          type: "string",
          pattern: "^[A-Za-z0-9_]{1,40}$",
          patternErrorMessage: "must be 1 to 40 letters, digits or _",
        },
        port: {
          title: "Port",
          description: "The port inside the container.",
          type: "integer",
          minimum: 1,
          maximum: 65_535,
        },
      },
      required: ["port"],
      additionalProperties: false,
    },
    examples: [[6006], [{ name: "dashboard", port: 8265 }]],
  },
} as const;

/** Fills in what the job asks for. */
export function gangOf({
  servers = 1,
  launcher,
  launcherCommand,
  ports,
}: JobSpecInput): Pick<JobSpec, "servers" | "launcher" | "launcherCommand" | "ports"> {
  return {
    servers: serversOf(servers),
    ...(launcher && launcher !== "none" && { launcher }),
    ...(launcherCommand && { launcherCommand: [...launcherCommand] }),
    ...(ports && ports.length > 0 && { ports: ports.map(portOf) }),
  };
}

/** A CPU job takes part on each of its servers: what asks for one core, which is the default, gets one on each. */
export const coresOfGang = (cores: JobSpec["cores"], { gpus, servers }: Pick<JobSpec, "gpus" | "servers">) =>
  gpus.max > 0 || cores.min >= servers.min
    ? cores
    : {
        min: servers.min,
        max: Math.max(servers.min, cores.max),
        preferred: Math.max(servers.min, cores.preferred),
      };

export function gangFaults(job: Partial<JobSpecInput>): Fault[] {
  const { servers = 1, launcher = "none", launcherCommand, ports = [] } = job;
  const { min, max } = serversOf(servers);
  const faults: Fault[] = [];
  if (min > max) faults.push(faultAt(["servers", "min"], "must be at most servers.max"));
  faults.push(...sizeFaults(job, min));
  if (launcherCommand && launcher === "none")
    faults.push(faultAt(["launcherCommand"], "needs a launcher: torchrun, horovod or mpi"));
  const all = ports.map(portOf);
  for (const [i, { name, port }] of all.entries()) {
    if (all.findIndex((other) => other.port === port) < i)
      faults.push(faultAt(["ports", String(i)], `port ${port} is in the list already`));
    else if (all.findIndex((other) => other.name.toUpperCase() === name.toUpperCase()) < i)
      faults.push(faultAt(["ports", String(i), "name"], `another port is called ${name} already`));
  }
  return faults;
}

/** Each server takes part with a GPU, or with a core where the job has no GPUs. */
function sizeFaults({ gpus, cores }: Partial<JobSpecInput>, least: number): Fault[] {
  if (least === 1) return [];
  const fewest = (size: typeof gpus | typeof cores): number =>
    typeof size === "object" ? (size.min ?? (size as { count?: number }).count ?? 0) : (size ?? 0);
  const [gpuCount, coreCount] = [fewest(gpus), fewest(cores)];
  if (gpuCount > 0 && gpuCount < least)
    return [faultAt(["gpus"], `must be at least servers.min (${least}): each server takes part with a GPU`)];
  if (gpuCount === 0 && coreCount > 1 && coreCount < least)
    return [faultAt(["cores"], `must be at least servers.min (${least}): each server takes part with a core`)];
  return [];
}

/** As the user would write it: what is default is left out. */
export function writtenGang({ servers, launcher, launcherCommand, ports }: JobSpec): Partial<JobSpecInput> {
  const { min, max } = servers;
  return {
    ...(max > 1 && { servers: min === max ? max : { min, max } }),
    ...(launcher && { launcher }),
    ...(launcherCommand && { launcherCommand }),
    ...(ports && { ports: ports.map(({ name, port }) => (name === String(port) ? port : { name, port })) }),
  };
}

const serversOf = (servers: NonNullable<JobSpecInput["servers"]>): JobSpec["servers"] =>
  typeof servers === "number" ? { min: servers, max: servers } : { min: servers.min, max: servers.max };

const portOf = (port: NonNullable<JobSpecInput["ports"]>[number]): PortRequest =>
  typeof port === "number" ? { name: String(port), port } : { name: port.name ?? String(port.port), port: port.port };
