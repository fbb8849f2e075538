import { type Command, InvalidArgumentError, Option } from "commander";
import { count, integer, mebibytes, type Quantity, quantity, several } from "../cli.ts";
import {
  dependencies,
  each,
  gres,
  indices,
  parameter,
  port,
  type Setting,
  type SweepValues,
  setting,
  timeLimit,
} from "./values.ts";

/** What a job may be asked for by flags. */
export interface JobFlags {
  readonly image?: string;
  readonly code?: string;
  readonly name?: string;
  readonly jobName?: string;
  readonly type?: string;
  readonly user?: string;
  readonly gpus?: number | Quantity;
  readonly gpusPerNode?: number;
  readonly gres?: { readonly count: number; readonly model?: string };
  readonly gpuModel?: string;
  readonly gpuMemory?: number;
  readonly cores?: number | Quantity;
  readonly cpus?: number | Quantity;
  readonly cpusPerTask?: number;
  readonly memory?: number;
  readonly mem?: number;
  readonly shmSize?: number;
  readonly nodes?: number | Quantity;
  readonly servers?: number | Quantity;
  readonly launcher?: string;
  readonly workdir?: string;
  readonly chdir?: string;
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly secret?: readonly string[];
  readonly volume?: readonly string[];
  readonly publish?: readonly unknown[];
  readonly label?: readonly string[];
  readonly priority?: number;
  readonly deadline?: string;
  readonly time?: number;
  readonly dependency?: readonly string[];
  readonly retries?: number;
  readonly array?: string;
  readonly sweep?: Readonly<Record<string, SweepValues>>;
  readonly samples?: number;
  readonly seed?: number;
  readonly maxParallel?: number;
  readonly maxFailures?: number;
  readonly set?: readonly Setting[];
}

const hidden = <T>(flags: string, description: string, read?: (text: string) => T): Option => {
  const option = new Option(flags, description).hideHelp();
  return read ? option.argParser(read) : option;
};

/** The flags, as `docker run` and `sbatch` call them where they have such a thing. */
export const withJobFlags = (command: Command): Command =>
  command
    .option("--image <image>", "the Docker image; without one, a process server runs it")
    .option("--code <folder>", "a folder of this machine that is shipped with it and found at /code")
    .option("-J, --name <name>", "how it is called in lists")
    .option("--gpus <count>", "so many GPUs: 2, or 1:4 for between one and four", quantity)
    .option("--gpu-model <model>", "only GPUs of this model")
    .option("--gpu-memory <size>", "only GPUs with so much memory", mebibytes)
    .option("-c, --cores <count>", "so many cores: 4, or 2:8", quantity)
    .option("-m, --memory <size>", "limit of memory, such as 512M or 16G", mebibytes)
    .option("--shm-size <size>", "size of /dev/shm", mebibytes)
    .option("-N, --servers <count>", "over so many servers: 2, or 1:4", quantity)
    .addOption(
      new Option("--launcher <name>", "what starts its processes").choices(["none", "torchrun", "horovod", "mpi"]),
    )
    .option("-e, --env <name=value>", "a variable; NAME alone has its value here; repeatable", each)
    .option("--env-file <file>", "variables, one a line; repeatable", each)
    .option("--secret <name=value>", "a variable that is never shown; NAME alone as with -e; repeatable", each)
    .option("-v, --volume <source:target>", "a folder of the server, read-only unless :rw; repeatable", each)
    .option("-w, --workdir <folder>", "where the command runs")
    .option("-p, --publish <port>", "a port of the program, or name=port; repeatable", port)
    .option("--label <name=value>", "a label to search by; repeatable", each)
    .option("--priority <number>", "higher goes first", integer)
    .option("--deadline <time>", "when it should be done, with the time zone")
    .option("-t, --time <span>", "limit of running: 90s, 2h, or 1-12:30:00 as in sbatch", timeLimit)
    .option("-d, --dependency <jobs>", "after these have completed: 12,13 or afterok:12", dependencies)
    .option("--retries <count>", "so many more tries when it fails", count)
    .option("-u, --user <user>", "whose job it is")
    .option("--type <type>", "its category, such as pytorch")
    .option("-a, --array <numbers>", "a job for each: 0-9, 1,3,5 or 0-9%4 for four at a time", indices)
    .option("--sweep <name=values>", "a job for each value, lr=0.1,0.01; repeat for combinations", parameter)
    .option("--samples <count>", "of a sweep: so many, drawn at random", several)
    .option("--seed <number>", "of a random sweep: the same again", count)
    .option("--max-parallel <count>", "of an array or sweep: so many at a time", several)
    .option("--max-failures <count>", "of an array or sweep: when more fail, cancel the rest", count)
    .option("--set <field=value>", "any field of the spec, as in its YAML; repeatable", setting)
    .addOption(hidden("--job-name <name>", "as --name"))
    .addOption(hidden("--gpus-per-node <count>", "GPUs of each server", several))
    .addOption(hidden("--gres <gpu:count>", "as --gpus", gres))
    .addOption(hidden("--cpus <count>", "as --cores", quantity))
    .addOption(hidden("--cpus-per-task <count>", "as --cores", several))
    .addOption(hidden("--mem <size>", "as --memory", mebibytes))
    .addOption(hidden("-D, --chdir <folder>", "as --workdir"))
    .addOption(hidden("--nodes <count>", "as --servers", quantity));

type Fields = Readonly<Record<string, unknown>>;
type Pairs = Readonly<Record<string, string>>;

/** Where the values of `-e NAME` and the texts of files come from. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** By path. */
  readonly envFiles: ReadonlyMap<string, string>;
}

/** The fields of the spec that the flags are about, as its YAML has them. */
export function fieldsOf(flags: JobFlags, { env, envFiles }: Surroundings): Fields {
  const variables = { ...fromFiles(flags.envFile, envFiles), ...pairsOf(flags.env, env) };
  const { image, type, user, priority, deadline, launcher, retries, volume, publish, dependency } = flags;
  const servers = flags.servers ?? flags.nodes;
  const fields = {
    image,
    name: flags.name ?? flags.jobName,
    type,
    user,
    gpus: gpusOf(flags, servers),
    cores: flags.cores ?? flags.cpus ?? flags.cpusPerTask,
    memoryMiB: flags.memory ?? flags.mem,
    shmMiB: flags.shmSize,
    servers,
    launcher,
    env: filled(variables),
    secrets: filled(pairsOf(flags.secret, env)),
    mounts: volume,
    workdir: flags.workdir ?? flags.chdir,
    ports: publish,
    labels: filled(pairsOf(flags.label)),
    priority,
    deadline,
    limits: flags.time === undefined ? undefined : { runSeconds: flags.time },
    after: dependency,
    retries: retries === undefined ? undefined : { application: retries },
    ...batchOf(flags),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function gpusOf(flags: JobFlags, servers: number | Quantity = 1): unknown {
  const { gpus, gpusPerNode, gres: resource, gpuModel, gpuMemory } = flags;
  const least = typeof servers === "number" ? servers : servers.min;
  const perNode = gpusPerNode ?? resource?.count;
  const size = gpus ?? (perNode === undefined ? undefined : perNode * least);
  const model = gpuModel ?? resource?.model;
  if (model === undefined && gpuMemory === undefined) return size;
  const devices = { ...(model !== undefined && { model }), ...(gpuMemory !== undefined && { memoryMiB: gpuMemory }) };
  return typeof size === "object" ? { ...size, ...devices } : { count: size ?? 1, ...devices };
}

/** How many jobs, and how many of them at a time. */
function batchOf({ array, sweep, samples, seed, maxParallel, maxFailures }: JobFlags): Fields {
  const limits = {
    ...(maxParallel !== undefined && { maxParallel }),
    ...(maxFailures !== undefined && { maxFailures }),
  };
  const draw = { ...(samples !== undefined && { mode: "random", samples }), ...(seed !== undefined && { seed }) };
  if (sweep) return { sweep: { parameters: sweep, ...draw, ...limits }, ...(array !== undefined && { array }) };
  if (array === undefined) return {};
  const [numbers, most] = array.split("%");
  return { array: { indices: numbers, ...(most !== undefined && { maxParallel: Number(most) }), ...limits } };
}

const filled = (values: Pairs): Pairs | undefined => (Object.keys(values).length > 0 ? values : undefined);

/** @param env where a name alone has its value; without it, each needs one */
function pairsOf(texts: readonly string[] = [], env?: Surroundings["env"]): Pairs {
  return Object.fromEntries(
    texts.flatMap((text): [string, string][] => {
      const cut = text.indexOf("=");
      if (cut > 0) return [[text.slice(0, cut), text.slice(cut + 1)]];
      if (!env || cut === 0) throw new InvalidArgumentError(`${text}: it must be NAME=VALUE.`);
      const value = env[text];
      return value === undefined ? [] : [[text, value]]; // as docker does
    }),
  );
}

/** As docker reads them: NAME=VALUE, one a line, quotes being part of the value; lines that begin with # are remarks. */
function fromFiles(paths: readonly string[] = [], files: Surroundings["envFiles"]): Pairs {
  const lines = paths.flatMap((path) => (files.get(path) ?? "").split(/\r?\n/));
  return pairsOf(
    lines.map((line) => line.trimStart()).filter((line) => line !== "" && !line.startsWith("#")),
    {},
  );
}
