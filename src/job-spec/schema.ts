import type { Schema } from "../input/index.ts";
import { batchProperties } from "./batch.ts";
import { containerProperties } from "./container.ts";
import { gangProperties } from "./gang.ts";
import type { JobSpecInput } from "./input.ts";

/** Each field is explained, so that editors complete it. */
interface Field extends Schema {
  readonly title: string;
  readonly description: string;
  readonly examples: readonly unknown[];
}

const NO_NUL = { pattern: "^[^\\u0000]*$", patternErrorMessage: "must not hold a NUL character" } as const;
const NO_CONTROL = { pattern: "^[^\\p{Cc}]*$", patternErrorMessage: "must not hold control characters" } as const;
const MAX_UNITS = 65_536;
const MAX_MIB = 1_000_000_000;
const MAX_SECONDS = 100_000_000;

const variables = {
  type: "object",
  propertyNames: {
    pattern: "^[A-Za-z_][A-Za-z0-9_]{0,254}$",
    patternErrorMessage: "a variable's name must be letters, digits and _, and not begin with a digit",
  },
  additionalProperties: { type: ["string", "number", "boolean"], maxLength: 100_000, ...NO_NUL },
  maxProperties: 1000,
} as const;

const seconds = (title: string, description: string, example: number) =>
  ({ title, description, type: "number", exclusiveMinimum: 0, maximum: MAX_SECONDS, examples: [example] }) as const;

const whole = (title: string, description: string, minimum: number, maximum: number, examples: readonly number[]) =>
  ({ title, description, type: "integer", minimum, maximum, examples }) as const;

const properties = {
  name: {
    title: "Name",
    description: "How the job is called in lists. Without it, the image or the first word of the command.",
    type: "string",
    minLength: 1,
    maxLength: 128,
    pattern: "^(?!(job-)?\\d+$)[^\\p{Cc}]*$",
    patternErrorMessage: "must not hold control characters, nor look like an id (job-17, 17)",
    examples: ["resnet50 on cifar10"],
  },
  type: {
    title: "Category",
    description: "What kind of training it is. The history from which times are estimated is kept per category.",
    type: "string",
    pattern: "^[a-z0-9][a-z0-9._-]{0,63}$",
    patternErrorMessage: "must be 1 to 64 lower-case letters, digits, dots, _ or -",
    default: "generic",
    examples: ["pytorch", "tensorflow", "mxnet", "keras"],
  },
  image: {
    title: "Image",
    description: "The Docker image to run. Without it, only a process server can run the job.",
    type: "string",
    maxLength: 512,
    pattern: "^[A-Za-z0-9][A-Za-z0-9._/:@-]*$",
    patternErrorMessage: "must name an image, such as python:3.12-slim",
    examples: ["pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime", "python:3.12-slim"],
  },
  ...containerProperties,
  command: {
    title: "Command",
    description: "What to run: a text is given to /bin/sh, a list is run as it stands.",
    type: ["string", "array"],
    minLength: 1,
    maxLength: 100_000,
    ...NO_NUL,
    minItems: 1,
    maxItems: 1000,
    items: { type: "string", maxLength: 100_000, ...NO_NUL },
    examples: ["python train.py --epochs 10", ["python", "train.py", "--epochs", "10"]],
  },
  workdir: {
    title: "Working folder",
    description: "The folder in which the command runs. Without it, the image's own.",
    type: "string",
    minLength: 1,
    maxLength: 4096,
    ...NO_NUL,
    examples: ["/workspace"],
  },
  env: {
    title: "Environment",
    description:
      "Variables for the command. Numbers are written as YAML reads them: put 1.10 in quotes to keep its zero.",
    ...variables,
    examples: [{ BATCH_SIZE: 64, NCCL_DEBUG: "INFO" }],
  },
  secrets: {
    title: "Secrets",
    description: "Variables for the command whose values are stored apart and never shown again.",
    ...variables,
    examples: [{ WANDB_API_KEY: "…" }],
  },
  gpus: {
    title: "GPUs",
    description: "How many GPUs: a number, or {count} with a model or least memory, or {min, max} for an elastic job.",
    type: ["integer", "object"],
    minimum: 0,
    maximum: MAX_UNITS,
    properties: {
      count: whole("Count", "This many, neither more nor fewer.", 0, MAX_UNITS, [2]),
      min: whole("Fewest", "The job can run with this many.", 0, MAX_UNITS, [1]),
      max: whole("Most", "The job can make use of this many.", 0, MAX_UNITS, [8]),
      preferred: whole("Preferred", "What policies without elasticity give. Without it, min.", 0, MAX_UNITS, [4]),
      model: {
        title: "Model",
        description: "Only GPUs of this model, as the list of servers shows it.",
        type: "string",
        minLength: 1,
        maxLength: 128,
        ...NO_CONTROL,
        examples: ["NVIDIA A100-SXM4-40GB"],
      },
      memoryMiB: whole("Memory of each", "Only GPUs with at least so much memory, in MiB.", 1, MAX_MIB, [16_000]),
    },
    additionalProperties: false,
    default: 0,
    examples: [1, { count: 2, memoryMiB: 16_000 }, { min: 1, max: 8, preferred: 4 }],
  },
  cores: {
    title: "CPU cores",
    description: "How many cores: a number, or {min, max} for an elastic job without GPUs.",
    type: ["integer", "object"],
    minimum: 1,
    maximum: MAX_UNITS,
    properties: {
      min: whole("Fewest", "The job can run with this many.", 1, MAX_UNITS, [1]),
      max: whole("Most", "The job can make use of this many.", 1, MAX_UNITS, [16]),
      preferred: whole("Preferred", "What policies without elasticity give. Without it, min.", 1, MAX_UNITS, [4]),
    },
    required: ["min", "max"],
    additionalProperties: false,
    default: 1,
    examples: [4, { min: 2, max: 16 }, { min: 2, max: 16, preferred: 8 }],
  },
  ...gangProperties,
  parallelism: {
    title: "Threads",
    description: "Thread pools of TensorFlow-style programs. Without it, as many threads as cores.",
    type: "object",
    properties: {
      interOp: whole("Between operations", "Operations that run at once.", 1, MAX_UNITS, [2]),
      intraOp: whole("Within an operation", "Threads of one operation.", 1, MAX_UNITS, [8]),
    },
    additionalProperties: false,
    examples: [{ interOp: 2, intraOp: 8 }],
  },
  memoryMiB: whole("Memory", "Limit of memory, in MiB. Without it there is none.", 6, MAX_MIB, [8192]),
  shmMiB: {
    ...whole("Shared memory", "Size of /dev/shm, in MiB: data loaders pass batches through it.", 1, MAX_MIB, [8192]),
    default: 1024,
  },
  elasticity: {
    title: "Elasticity",
    description:
      "How its size may change once it runs: none; restart = save a checkpoint, stop, start with the other size; live = the program is told.",
    type: "string",
    enum: ["none", "restart", "live"],
    default: "restart",
    examples: ["none", "live"],
  },
  resizeSignal: {
    title: "Signal of another size",
    description:
      "It tells a running program to read its allocation again. Only SIGCONT does no harm to a program that has not yet said what to do about it.",
    type: "string",
    enum: ["SIGCONT", "SIGHUP", "SIGUSR1", "SIGUSR2"],
    examples: ["SIGCONT"],
  },
  whenServerLost: {
    title: "When its server is lost",
    description:
      "What becomes of it when its server stays away too long: restart = begin elsewhere from the last checkpoint that can be had; wait = until the server is back; fail = it has failed.",
    type: "string",
    enum: ["restart", "wait", "fail"],
    default: "restart",
    examples: ["wait"],
  },
  priority: {
    ...whole("Priority", "Higher goes first, under the policies that look at it.", -1_000_000, 1_000_000, [10]),
    default: 0,
  },
  deadline: {
    title: "Deadline",
    description: "When it should be done, with the time zone (RFC 3339). Policies may look at it.",
    type: "string",
    format: "date-time",
    patternErrorMessage: "must be a date and time with its zone, such as 2030-01-31T18:00:00Z",
    examples: ["2030-01-31T18:00:00Z", "2030-01-31T18:00:00+01:00"],
  },
  user: {
    title: "User",
    description: "Whose job it is. Without it, whoever submits it.",
    type: "string",
    minLength: 1,
    maxLength: 128,
    ...NO_CONTROL,
    examples: ["ada"],
  },
  labels: {
    title: "Labels",
    description: "Names and values of your own, to search by.",
    type: "object",
    propertyNames: {
      pattern: "^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$",
      patternErrorMessage: "a label's name must be 1 to 63 letters, digits, dots, _, / or -",
    },
    additionalProperties: { type: ["string", "number", "boolean"], maxLength: 256, ...NO_CONTROL },
    maxProperties: 64,
    examples: [{ project: "vision", dataset: "cifar10" }],
  },
  estimate: {
    title: "Estimate",
    description: "Your guess of the work, used until there is better evidence.",
    type: "object",
    properties: {
      seconds: {
        ...seconds("Seconds", "How long it takes on one GPU.", 3600),
        maximum: MAX_SECONDS * 10,
      },
      epochs: whole("Epochs", "How many epochs it has.", 1, 1_000_000_000, [90]),
      steps: whole("Steps", "How many steps it has.", 1, 1_000_000_000_000, [50_000]),
    },
    additionalProperties: false,
    examples: [{ seconds: 3600 }, { epochs: 90 }],
  },
  progress: {
    title: "Progress",
    description: "How to read progress from the output. Without it, the common forms are recognised.",
    type: "object",
    properties: {
      pattern: {
        title: "Pattern",
        description:
          "A regular expression; its named groups epoch, epochs, step and steps are read, others are metrics.",
        type: "string",
        minLength: 1,
        examples: ["iteration (?<step>\\d+) of (?<steps>\\d+) error (?<loss>[0-9.]+)"],
      },
      file: {
        title: "File",
        description:
          "A file that the program writes: CSV with a line of names, or a JSON object a line. Read as it grows, up to 64 MiB. Relative paths start at the working folder.",
        type: "string",
        minLength: 1,
        maxLength: 4096,
        ...NO_NUL,
        examples: ["/workspace/log.csv", "metrics.jsonl"],
      },
    },
    additionalProperties: false,
    examples: [{ pattern: "iteration (?<step>\\d+) of (?<steps>\\d+)" }],
  },
  checkpoint: {
    title: "Checkpoint",
    description: "Where the program saves its state, and how it is asked to.",
    type: "object",
    properties: {
      path: {
        title: "Folder",
        description: "This folder survives restarts and moves with the job to another server.",
        type: "string",
        maxLength: 4096,
        pattern: "^/[^\\u0000]*$",
        patternErrorMessage: "must be an absolute path, such as /checkpoint",
        default: "/checkpoint",
        examples: ["/workspace/checkpoints"],
      },
      signal: {
        title: "Signal",
        description: "It asks the program to save and to end.",
        type: "string",
        enum: ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2"],
        default: "SIGTERM",
        examples: ["SIGUSR1"],
      },
      graceSeconds: {
        title: "Grace",
        description: "How many seconds it has for that before it is killed.",
        type: "number",
        minimum: 0,
        maximum: 86_400,
        default: 30,
        examples: [120],
      },
    },
    additionalProperties: false,
    default: { path: "/checkpoint", signal: "SIGTERM", graceSeconds: 30 },
    examples: [{ path: "/workspace/checkpoints", signal: "SIGUSR1", graceSeconds: 120 }],
  },
  retries: {
    title: "Retries",
    description: "How often the job is started again after a failure, counted apart for each cause.",
    type: "object",
    properties: {
      application: {
        ...whole("Application", "After a failure of the program itself.", 0, 1000, [2]),
        default: 0,
      },
      infrastructure: {
        ...whole("Infrastructure", "After a lost server, a failing engine, a failed pull.", 0, 1000, [10]),
        default: 3,
      },
    },
    additionalProperties: false,
    default: { application: 0, infrastructure: 3 },
    examples: [{ application: 2 }],
  },
  limits: {
    title: "Time limits",
    description: "Each counts apart, in seconds. What is not given has no limit.",
    type: "object",
    properties: {
      queueSeconds: seconds("Waiting", "The job is given up when it has waited longer.", 86_400),
      pullSeconds: seconds("Pulling", "Getting the image may take so long.", 1800),
      runSeconds: seconds("Running", "The job is stopped when a run takes longer.", 86_400),
      idleSeconds: seconds("Silent", "The job is stopped when it prints nothing for so long.", 3600),
      stallSeconds: seconds(
        "Stalled",
        "The job is stopped when it tells no progress for so long: for a job that tells any.",
        7200,
      ),
    },
    additionalProperties: false,
    examples: [{ runSeconds: 86_400, idleSeconds: 3600 }],
  },
  after: {
    title: "After",
    description: "Ids of jobs that must have completed first.",
    type: "array",
    maxItems: 1000,
    uniqueItems: true,
    items: {
      type: "string",
      pattern: "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$",
      patternErrorMessage: "must be the id of a job, such as job-17",
    },
    default: [],
    examples: [["job-17", "job-18"]],
  },
  ...batchProperties,
} as const satisfies Record<keyof JobSpecInput, Field>;

/** What a job may ask for: the one description of it, for every way in and for editors. */
export const jobSpecSchema = {
  $schema: "http://json-schema.org/draft-07/schema#",
  title: "Job spec",
  description: "A training job for Schedulearn.",
  type: "object",
  properties,
  required: ["command"],
  additionalProperties: false,
} as const satisfies Schema;
