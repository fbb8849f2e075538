// Written by `npm run schema` from schema.graphql and operations.graphql; not to be edited.
import type { Json, TypedDocument } from "../../sdk/index.ts";

/** A server to be taken in. */
export interface AddServerInput {
  /** Its address for other servers, when a job spans several; without it, as its endpoint says. */
  readonly address?: string | null;
  /** How many of its cores jobs may have; without it, all. */
  readonly cores?: number | null;
  /** Where its engine is: unix:///path, tcp://host:port, ssh://user@host or local. */
  readonly endpoint: string;
  /** Its GPUs one by one, instead of gpus. */
  readonly gpuList?: readonly ServerGpuInput[] | null;
  /** How many GPUs it has; without this and gpuList, those that it tells. */
  readonly gpus?: number | null;
  /** A tcp endpoint beyond this machine may go without tls. */
  readonly insecure?: boolean | null;
  /** How much of its memory jobs may have, in MiB; without it, all. */
  readonly memoryMiB?: number | null;
  /** Its name: lower-case letters, digits and -. */
  readonly name: string;
  /** How a tcp endpoint is reached safely. */
  readonly tls?: TlsInput | null;
  /** Refuse it when it cannot be reached now; false: take it in, and show it DOWN until it answers. */
  readonly verify?: boolean;
}

/** The job so many times: give count or indices. */
export interface ArrayInput {
  /** So many jobs, numbered from 0. */
  readonly count?: number | null;
  /** The number of each job, such as 0-9,12 or 0-30:10. */
  readonly indices?: string | null;
  /** When more of them have failed, the rest is cancelled. */
  readonly maxFailures?: number | null;
  /** So many of them run at a time; without it, all there is room for. */
  readonly maxParallel?: number | null;
}

export type BlockerKind = "BACKOFF" | "BATCH" | "BEING_FREED" | "CORES" | "DEPENDENCY" | "DISK" | "FRAGMENTATION" | "GPUS" | "GPU_MEMORY" | "GPU_MODEL" | "GPU_UNFIT" | "GUARD" | "HELD" | "IMPOSSIBLE" | "MEMORY" | "NOT_CHOSEN" | "NO_SERVER" | "ORDER" | "POLICY_FAILED" | "PORTS" | "QUOTA" | "RESERVATION" | "ROUND" | "SERVER_STATE";

/** Which job, and how it is stopped. */
export interface CancelJobInput {
  /** So many seconds it has to save its state before it is killed; without it, as its checkpoint says. */
  readonly graceSeconds?: number | null;
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
}

export type ChangeBy = "OPERATOR" | "USER" | "WORLD";

export type ChangeCause = "DEFRAGMENTATION" | "DRAIN" | "FAILURE" | "POLICY" | "RECOVERY" | "SERVER_LOST" | "UNHEALTHY_GPU" | "USER";

export type ChangeEffect = "MAKES_ROOM" | "STARTS";

export type ChangeKind = "MIGRATE" | "PAUSE" | "PREEMPT" | "RESIZE" | "RESUME" | "START";

/** Where the program saves its state, and how it is asked to. */
export interface CheckpointInput {
  /** So many seconds it has for that before it is killed. */
  readonly graceSeconds?: number | null;
  /** This folder survives restarts and moves with the job. */
  readonly path?: string | null;
  /** The signal that asks the program to save and to end. */
  readonly signal?: string | null;
}

/** A folder that was uploaded for the job. */
export interface CodeInput {
  /** The SHA-256 under which it was uploaded to /code/<hash>. */
  readonly hash: string;
}

/** Whether anything is removed. */
export interface CollectImagesInput {
  /** true: only tell which may be removed. */
  readonly dryRun?: boolean;
}

/** Which server, and whether it is kept from getting new runs. */
export interface CordonServerInput {
  /** false: it takes jobs again. */
  readonly cordoned?: boolean;
  /** Its name. */
  readonly name: string;
  /** Why, for others to read. */
  readonly reason?: string | null;
}

/** Either `count`, or `min` and `max` for an elastic job without GPUs. */
export interface CoreInput {
  /** This many. */
  readonly count?: number | null;
  /** The job can make use of so many. */
  readonly max?: number | null;
  /** The job can run with so many. */
  readonly min?: number | null;
  /** What policies without elasticity give; without it, min. */
  readonly preferred?: number | null;
}

export type CorePreemption = "PAUSE" | "STOP";

export type Defragmentation = "OFF" | "ON" | "PLACEMENT";

/** Which job, and how it is stopped first. */
export interface DeleteJobInput {
  /** So many seconds it has to save its state before it is killed; without it, as its checkpoint says. */
  readonly graceSeconds?: number | null;
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
}

/** Which server, and whether it drains. */
export interface DrainServerInput {
  /** What still runs there after so many seconds is preempted. */
  readonly deadlineSeconds?: number | null;
  /** false: it takes jobs again. */
  readonly draining?: boolean;
  /** Its name. */
  readonly name: string;
  /** Why, for others to read. */
  readonly reason?: string | null;
}

export type Driver = "DOCKER" | "PROCESS" | "SIMULATED";

export type Elasticity = "LIVE" | "NONE" | "RESTART";

/** A guess of the work. */
export interface EstimateInput {
  /** How many epochs it has. */
  readonly epochs?: number | null;
  /** How long it takes on one GPU, in seconds. */
  readonly seconds?: number | null;
  /** How many steps it has. */
  readonly steps?: number | null;
}

export type EstimateSource = "CATEGORY" | "DECLARED" | "GLOBAL" | "NONE" | "PROGRESS";

export type FailureOrigin = "APPLICATION" | "INFRASTRUCTURE";

/** A job that is not submitted, to see what it would get. Give `spec` or `yaml`, not both. */
export interface ForecastJobInput {
  /** The job. */
  readonly spec?: JobSpecInput | null;
  /** The job as the text of a YAML (or JSON) file. */
  readonly yaml?: string | null;
}

export type ForecastMoment = "END" | "START";

/** Either `count`, or `min` and `max` for an elastic job. */
export interface GpuInput {
  /** This many, neither more nor fewer. */
  readonly count?: number | null;
  /** The job can make use of so many. */
  readonly max?: number | null;
  /** Only GPUs with at least so much memory, in MiB. */
  readonly memoryMiB?: number | null;
  /** The job can run with so many. */
  readonly min?: number | null;
  /** Only GPUs of this model. */
  readonly model?: string | null;
  /** What policies without elasticity give; without it, min. */
  readonly preferred?: number | null;
}

export type GpuState = "BUSY" | "FAULTY" | "IDLE" | "LEASED";

export type Health = "DOWN" | "SUSPECT" | "UP";

/** Jobs of which all that is given here is true. */
export interface JobFilter {
  /** The batch with which they were submitted. */
  readonly batch?: string | null;
  /** Of each batch only its first job; what is said of the whole is in batch { whole }. */
  readonly firstOfBatch?: boolean | null;
  /** Labels that they all have, with these values. */
  readonly labels?: Json | null;
  /** How they are called. */
  readonly name?: string | null;
  /** A group of statuses. */
  readonly phase?: JobPhase | null;
  /** A part of their name, type or user, or their id. */
  readonly search?: string | null;
  /** The name of a server on which they run or have run. */
  readonly server?: string | null;
  /** Submitted then or later. */
  readonly since?: string | null;
  /** Any of these statuses. */
  readonly statuses?: readonly JobStatus[] | null;
  /** What kind of training they are. */
  readonly type?: string | null;
  /** Whose they are. */
  readonly user?: string | null;
}

export type JobGrouping = "ALL" | "TYPE" | "USER";

export type JobOrder = "LAST_ENDED" | "NAME" | "NEWEST_FIRST" | "OLDEST_FIRST" | "PRIORITY";

export type JobPhase = "COMPLETED" | "QUEUED" | "RUNNING";

/** A training job, as its YAML file would have it. */
export interface JobSpecInput {
  /** Ids of jobs that must have completed first. */
  readonly after?: readonly string[] | null;
  /** The job so many times, each with a number. */
  readonly array?: ArrayInput | null;
  /** Where it saves its state, and how it is asked to. */
  readonly checkpoint?: CheckpointInput | null;
  /** A folder that is shipped with it. */
  readonly code?: CodeInput | null;
  /** What to run. Required. */
  readonly command?: string | readonly string[] | null;
  /** How many CPU cores; without it, one. */
  readonly cores?: CoreInput | null;
  /** When it should be done. */
  readonly deadline?: string | null;
  /** How its size may change once it runs. */
  readonly elasticity?: Elasticity | null;
  /** Variables for the command, by name. */
  readonly env?: Json | null;
  /** A guess of the work. */
  readonly estimate?: EstimateInput | null;
  /** How many GPUs; without it, none. */
  readonly gpus?: GpuInput | null;
  /** The Docker image; without it, only a process server can run it. */
  readonly image?: string | null;
  /** When the image is pulled: missing or always. */
  readonly imagePull?: string | null;
  /** Names and values of your own, to search by. */
  readonly labels?: Json | null;
  /** What starts its processes; without it, the command itself. */
  readonly launcher?: Launcher | null;
  /** The launcher's program, with options of your own. */
  readonly launcherCommand?: readonly string[] | null;
  /** What may take how long. */
  readonly limits?: LimitsInput | null;
  /** Limit of memory, in MiB; without it, none. */
  readonly memoryMiB?: number | null;
  /** Folders of the server that it sees. */
  readonly mounts?: readonly MountInput[] | null;
  /** How it is called in lists; without it, after its image. */
  readonly name?: string | null;
  /** Its thread pools. */
  readonly parallelism?: ParallelismInput | null;
  /** Ports on which it listens, each given one of its server's. */
  readonly ports?: readonly PortInput[] | null;
  /** Higher goes first, under the policies that look at it. */
  readonly priority?: number | null;
  /** How to read progress from the output. */
  readonly progress?: ProgressInput | null;
  /** The signal that tells it of another size; without it, none. */
  readonly resizeSignal?: string | null;
  /** How often it is started again after a failure. */
  readonly retries?: RetriesInput | null;
  /** The user of its processes, by numbers, such as 1000:1000. */
  readonly runAs?: string | null;
  /** Variables whose values are stored apart and never shown again. */
  readonly secrets?: Json | null;
  /** How many servers it may span; without it, one. */
  readonly servers?: ServersInput | null;
  /** Size of /dev/shm, in MiB. */
  readonly shmMiB?: number | null;
  /** One job for each choice of parameters. */
  readonly sweep?: SweepInput | null;
  /** What kind of training it is: pytorch, keras, … */
  readonly type?: string | null;
  /** Whose job it is; without it, the caller's. */
  readonly user?: string | null;
  /** What becomes of it when its server is lost. */
  readonly whenServerLost?: WhenServerLost | null;
  /** The folder in which it runs. */
  readonly workdir?: string | null;
}

export type JobStatus = "CANCELLED" | "CANCELLING" | "COMPLETED" | "FAILED" | "MIGRATING" | "PAUSED" | "PENDING" | "PREEMPTING" | "RUNNING" | "STARTING";

export type Launcher = "HOROVOD" | "MPI" | "NONE" | "TORCHRUN";

/** What may take how long, in seconds. */
export interface LimitsInput {
  /** Without printing anything. */
  readonly idleSeconds?: number | null;
  /** Pulling its image. */
  readonly pullSeconds?: number | null;
  /** Waiting. */
  readonly queueSeconds?: number | null;
  /** Training. */
  readonly runSeconds?: number | null;
  /** Without telling any progress. */
  readonly stallSeconds?: number | null;
}

/** Lines of output of which all that is given here is true. */
export interface LogFilter {
  /** The pattern takes capital letters and small ones for the same. */
  readonly ignoreCase?: boolean | null;
  /** Those in which the pattern is not found. */
  readonly invert?: boolean | null;
  /** A regular expression, as JavaScript has them, found in the text. */
  readonly pattern?: string | null;
  /** Printed by this member of a run over several servers, from 0. */
  readonly rank?: number | null;
  /** Printed then or later. */
  readonly since?: string | null;
  /** Printed before. */
  readonly until?: string | null;
}

export type LogStream = "STDERR" | "STDOUT";

/** Which job, and where to. */
export interface MigrateJobInput {
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
  /** As it runs, with its memory: it need not know of checkpoints. */
  readonly live?: boolean | null;
  /** The server; without it, wherever the placement likes best. */
  readonly to?: string | null;
}

export type MigrationCause = "DEFRAGMENTATION" | "DRAIN" | "POLICY" | "UNHEALTHY_GPU" | "USER";

/** Migrations of which all that is given here is true. */
export interface MigrationFilter {
  /** Any of these states. */
  readonly states?: readonly MigrationState[] | null;
}

export type MigrationState = "COMPLETED" | "FAILED" | "PREPARING" | "STARTING" | "STOPPING" | "SUPERSEDED";

/** A folder of the server that the job sees. */
export interface MountInput {
  /** Whether it may only be read; without it, yes. */
  readonly readOnly?: boolean | null;
  /** An absolute path on the server, below a root that the operator allows. */
  readonly source: string;
  /** Where the job finds it. */
  readonly target: string;
}

export type OptionKind = "CHOICE" | "FLAG" | "NUMBER" | "NUMBERS" | "SHARES";

/** Thread pools of TensorFlow-style programs. */
export interface ParallelismInput {
  /** Operations that run at once. */
  readonly interOp?: number | null;
  /** Threads of one operation. */
  readonly intraOp?: number | null;
}

/** Which job. */
export interface PauseJobInput {
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
}

export type PausedBy = "POLICY" | "USER";

export type PolicyNeed = "DEADLINES" | "ESTIMATES" | "HISTORY" | "PRIORITIES" | "SPEED_UP" | "USERS";

/** A port on which the program listens. */
export interface PortInput {
  /** SCHEDULEARN_PORT_<NAME> tells of it; without it, the number. */
  readonly name?: string | null;
  /** The port inside the container. */
  readonly port: number;
}

/** How to read progress from the output. */
export interface ProgressInput {
  /** A file that the program writes: CSV, or a JSON object a line. */
  readonly file?: string | null;
  /** A regular expression with named groups. */
  readonly pattern?: string | null;
}

/** Which GPU, and why. */
export interface QuarantineGpuInput {
  /** Its id, or its server and index: beta/1. */
  readonly gpu: string;
  /** Why, for others to read. */
  readonly reason?: string | null;
}

/** Whether anything is removed. */
export interface ReapInput {
  /** true: only look. */
  readonly dryRun?: boolean;
}

/** Which GPU. */
export interface ReleaseGpuInput {
  /** Its id, or its server and index: beta/1. */
  readonly gpu: string;
}

/** Which server, and whether whatever is there. */
export interface RemoveServerInput {
  /** true: its runs count as lost, and jobs whose checkpoint lies there begin anew; false: then it is refused. */
  readonly force?: boolean;
  /** Its name. */
  readonly name: string;
}

/** Which job. */
export interface ResumeJobInput {
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
}

/** How often the job is started again after a failure. */
export interface RetriesInput {
  /** After a failure of the program itself. */
  readonly application?: number | null;
  /** After a failure of the infrastructure. */
  readonly infrastructure?: number | null;
}

/** Which job. */
export interface RetryJobInput {
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
}

export type RunOutcome = "FAILED" | "STOPPED" | "SUCCEEDED";

export type RunStatus = "ENDED" | "RUNNING" | "STARTING";

/** A GPU that a server has. */
export interface ServerGpuInput {
  /** Its index on the server. */
  readonly index: number;
  /** Its memory in MiB. */
  readonly memoryMiB?: number | null;
  /** Its model. */
  readonly model?: string | null;
  /** Its maker's unique name for it. */
  readonly uuid?: string | null;
}

export type ServerState = "CORDONED" | "DOWN" | "DRAINING" | "SUSPECT" | "UP";

/** Either `count`, or `min` and `max`. */
export interface ServersInput {
  /** So many, neither more nor fewer. */
  readonly count?: number | null;
  /** It runs on no more. */
  readonly max?: number | null;
  /** It runs on no fewer. */
  readonly min?: number | null;
}

/** What is not given stays as it is. */
export interface SetPolicyInput {
  /** Its options by name; those not given have their defaults. */
  readonly options?: Json | null;
  /** The placement, by key. */
  readonly placement?: string | null;
  /** The policy, by key. */
  readonly policy?: string | null;
}

export type StartPhase = "CARRYING" | "CREATING" | "PULLING";

export type StartReason = "MIGRATED" | "PREEMPTED" | "RECOVERED" | "RESIZED" | "RETRIED" | "SUBMITTED";

/** Give `spec` or `yaml`, not both. */
export interface SubmitJobInput {
  /** A text of your own: the same submitted again with it within 24 hours, the first job is the answer; another is refused. */
  readonly idempotencyKey?: string | null;
  /** The job. */
  readonly spec?: JobSpecInput | null;
  /** The job as the text of a YAML (or JSON) file. */
  readonly yaml?: string | null;
}

/** One job for each choice of parameters. */
export interface SweepInput {
  /** When more of them have failed, the rest is cancelled. */
  readonly maxFailures?: number | null;
  /** So many of them run at a time; without it, all there is room for. */
  readonly maxParallel?: number | null;
  /** grid (the default), list or random. */
  readonly mode?: string | null;
  /** The values of each parameter by name: a list, or {min, max, log, whole} to be drawn from. */
  readonly parameters: Json;
  /** How many jobs a random sweep has. */
  readonly samples?: number | null;
  /** The same again with the same seed. */
  readonly seed?: number | null;
}

export type TenureStatus = "FROZEN" | "RUNNING" | "STARTING" | "STOPPING";

/** Files on the API's machine with which a tcp endpoint is reached safely. */
export interface TlsInput {
  /** The certificate of the authority that signed the engine's. */
  readonly ca: string;
  /** The client's certificate. */
  readonly cert: string;
  /** The client's key. */
  readonly key: string;
}

/** What is given is changed; null sets a field back to its default. Sizes change only while it waits; cores of a job without GPUs that can change its size, at once. */
export interface UpdateJobInput {
  /** How many CPU cores. */
  readonly cores?: CoreInput | null;
  /** When it should be done. */
  readonly deadline?: string | null;
  /** How many GPUs. */
  readonly gpus?: GpuInput | null;
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
  /** All its labels: those not given are gone. */
  readonly labels?: Json | null;
  /** What may take how long; what is not given stays. */
  readonly limits?: LimitsInput | null;
  /** How it is called in lists. */
  readonly name?: string | null;
  /** Higher goes first, under the policies that look at it. */
  readonly priority?: number | null;
  /** How often it is started again; what is not given stays. */
  readonly retries?: RetriesInput | null;
}

export type WhenServerLost = "FAIL" | "RESTART" | "WAIT";

export type GetJobPageVariables = {
  readonly id: string;
};
export type GetJobPageResult = {
  readonly job: JobPage | null;
};
export const GetJobPage = `
query GetJobPage($id: ID!) {
  job(id: $id) {
    ...JobPage
  }
}

fragment JobPage on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  image
  command
  workdir
  priority
  labels
  env
  secretNames
  deadline
  runAs
  memoryMiB
  launcher
  elasticity
  spec
  after
  blockedBy
  backupProblem
  code {
    hash
    bytes
    files
  }
  mounts {
    source
    target
    readOnly
  }
  gpus {
    min
    max
    model
  }
  cores {
    min
    max
  }
  servers {
    min
    max
  }
  ports {
    name
    serverName
    serverPort
  }
  server {
    name
  }
  lastServer {
    name
  }
  grantedGpus {
    index
    model
    serverName
  }
  grantedCores
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  jobCompletionTime
  attempt
  batch {
    id
    index
    size
    parameters
  }
  preemptions
  resizes
  migrationCount
  lostWork {
    seconds
    steps
  }
  progress {
    epoch
    epochs
    step
    steps
    fraction
    samplesPerSecond
    metrics
    at
  }
  estimate {
    source
    remainingTime
    spread
    restartSeconds
  }
  forecast {
    at
    startsAt {
      ...Moment
    }
    endsAt {
      ...Moment
    }
    serverName
    size
    deadlineProbability
    reason
  }
  failure {
    origin
    code
    message
    hint
  }
  runs(first: 100) {
    totalCount
    nodes {
      ...RunRow
    }
  }
  migrations(first: 100) {
    totalCount
    nodes {
      ...MigrationRow
    }
  }
}

fragment Moment on TimeRange {
  p10
  p50
  p90
}

fragment RunRow on Run {
  id
  attempt
  reason
  status
  outcome
  exitCode
  signal
  failure {
    origin
    code
    message
    hint
  }
  serverNames
  gpus {
    index
    serverName
  }
  cores
  placedAt
  startedAt
  endedAt
  carriedBytes
}

fragment MigrationRow on Migration {
  id
  live
  cause
  makesRoomFor
  state
  reason
  from
  to
  requestedAt
  endedAt
  bytes
  downtime
  lostSteps
}
` as TypedDocument<GetJobPageResult, GetJobPageVariables>;

export type JobPage = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly user: string;
  readonly status: JobStatus;
  readonly phase: StartPhase | null;
  readonly phaseFraction: number | null;
  readonly pausedBy: PausedBy | null;
  readonly statusReason: string | null;
  readonly image: string | null;
  readonly command: string | readonly string[];
  readonly workdir: string | null;
  readonly priority: number;
  readonly labels: Json;
  readonly env: Json;
  readonly secretNames: readonly string[];
  readonly deadline: string | null;
  readonly runAs: string | null;
  readonly memoryMiB: number | null;
  readonly launcher: Launcher;
  readonly elasticity: Elasticity;
  readonly spec: Json;
  readonly after: readonly string[];
  readonly blockedBy: readonly string[];
  readonly backupProblem: string | null;
  readonly code: {
    readonly hash: string;
    readonly bytes: number;
    readonly files: number;
  } | null;
  readonly mounts: readonly ({
    readonly source: string;
    readonly target: string;
    readonly readOnly: boolean;
  })[];
  readonly gpus: {
    readonly min: number;
    readonly max: number;
    readonly model: string | null;
  };
  readonly cores: {
    readonly min: number;
    readonly max: number;
  };
  readonly servers: {
    readonly min: number;
    readonly max: number;
  };
  readonly ports: readonly ({
    readonly name: string;
    readonly serverName: string;
    readonly serverPort: number;
  })[];
  readonly server: {
    readonly name: string;
  } | null;
  readonly lastServer: {
    readonly name: string;
  } | null;
  readonly grantedGpus: readonly ({
    readonly index: number;
    readonly model: string | null;
    readonly serverName: string;
  })[];
  readonly grantedCores: readonly number[];
  readonly submittedAt: string;
  readonly firstStartedAt: string | null;
  readonly endedAt: string | null;
  readonly queueingDelay: number | null;
  readonly serviceTime: number;
  readonly jobCompletionTime: number | null;
  readonly attempt: number;
  readonly batch: {
    readonly id: string;
    readonly index: number;
    readonly size: number;
    readonly parameters: Json;
  } | null;
  readonly preemptions: number;
  readonly resizes: number;
  readonly migrationCount: number;
  readonly lostWork: {
    readonly seconds: number;
    readonly steps: number | null;
  } | null;
  readonly progress: {
    readonly epoch: number | null;
    readonly epochs: number | null;
    readonly step: number | null;
    readonly steps: number | null;
    readonly fraction: number | null;
    readonly samplesPerSecond: number | null;
    readonly metrics: Json | null;
    readonly at: string;
  } | null;
  readonly estimate: {
    readonly source: EstimateSource;
    readonly remainingTime: number | null;
    readonly spread: number | null;
    readonly restartSeconds: number;
  } | null;
  readonly forecast: {
    readonly at: string;
    readonly startsAt: Moment | null;
    readonly endsAt: Moment | null;
    readonly serverName: string | null;
    readonly size: number | null;
    readonly deadlineProbability: number | null;
    readonly reason: string | null;
  } | null;
  readonly failure: {
    readonly origin: FailureOrigin;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  } | null;
  readonly runs: {
    readonly totalCount: number;
    readonly nodes: readonly RunRow[];
  };
  readonly migrations: {
    readonly totalCount: number;
    readonly nodes: readonly MigrationRow[];
  };
};

export type Moment = {
  readonly p10: string | null;
  readonly p50: string | null;
  readonly p90: string | null;
};

export type RunRow = {
  readonly id: string;
  readonly attempt: number;
  readonly reason: StartReason;
  readonly status: RunStatus;
  readonly outcome: RunOutcome | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly failure: {
    readonly origin: FailureOrigin;
    readonly code: string;
    readonly message: string;
    readonly hint: string;
  } | null;
  readonly serverNames: readonly string[];
  readonly gpus: readonly ({
    readonly index: number;
    readonly serverName: string;
  })[];
  readonly cores: readonly number[];
  readonly placedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly carriedBytes: number;
};

export type MigrationRow = {
  readonly id: string;
  readonly live: boolean;
  readonly cause: MigrationCause;
  readonly makesRoomFor: string | null;
  readonly state: MigrationState;
  readonly reason: string | null;
  readonly from: string;
  readonly to: string;
  readonly requestedAt: string;
  readonly endedAt: string | null;
  readonly bytes: number;
  readonly downtime: number | null;
  readonly lostSteps: number | null;
};

export type GetJobProgressVariables = {
  readonly job: string;
  readonly after?: string | null;
};
export type GetJobProgressResult = {
  readonly jobProgress: readonly ({
    readonly cursor: string;
    readonly attempt: number;
    readonly progress: {
      readonly epoch: number | null;
      readonly epochs: number | null;
      readonly step: number | null;
      readonly steps: number | null;
      readonly fraction: number | null;
      readonly samplesPerSecond: number | null;
      readonly metrics: Json | null;
      readonly at: string;
    };
  })[];
};
export const GetJobProgress = `
query GetJobProgress($job: ID!, $after: Cursor) {
  jobProgress(job: $job, after: $after, first: 100) {
    cursor
    attempt
    progress {
      epoch
      epochs
      step
      steps
      fraction
      samplesPerSecond
      metrics
      at
    }
  }
}
` as TypedDocument<GetJobProgressResult, GetJobProgressVariables>;

export type ListedJob = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly user: string;
  readonly status: JobStatus;
  readonly phase: StartPhase | null;
  readonly phaseFraction: number | null;
  readonly pausedBy: PausedBy | null;
  readonly statusReason: string | null;
  readonly priority: number;
  readonly submittedAt: string;
  readonly firstStartedAt: string | null;
  readonly endedAt: string | null;
  readonly serviceTime: number;
  readonly server: {
    readonly name: string;
  } | null;
  readonly lastServer: {
    readonly name: string;
  } | null;
  readonly grantedGpus: readonly ({
    readonly id: string;
    readonly index: number;
  })[];
  readonly gpus: {
    readonly min: number;
    readonly max: number;
  };
  readonly progress: {
    readonly fraction: number | null;
    readonly epoch: number | null;
    readonly epochs: number | null;
    readonly step: number | null;
    readonly steps: number | null;
  } | null;
  readonly batch: {
    readonly id: string;
    readonly index: number;
    readonly size: number;
    readonly whole: {
      readonly counts: {
        readonly queued: number;
        readonly running: number;
        readonly completed: number;
        readonly failed: number;
        readonly cancelled: number;
      };
    } | null;
  } | null;
};

export type GetJobListVariables = {
  readonly filter?: JobFilter | null;
  readonly orderBy?: JobOrder | null;
  readonly first?: number | null;
  readonly skip?: number | null;
};
export type GetJobListResult = {
  readonly jobs: {
    readonly totalCount: number;
    readonly nodes: readonly ListedJob[];
  };
};
export const GetJobList = `
query GetJobList($filter: JobFilter, $orderBy: JobOrder, $first: Int, $skip: Int) {
  jobs(filter: $filter, orderBy: $orderBy, first: $first, skip: $skip) {
    totalCount
    nodes {
      ...ListedJob
    }
  }
}

fragment ListedJob on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  priority
  submittedAt
  firstStartedAt
  endedAt
  serviceTime
  server {
    name
  }
  lastServer {
    name
  }
  grantedGpus {
    id
    index
  }
  gpus {
    min
    max
  }
  progress {
    fraction
    epoch
    epochs
    step
    steps
  }
  batch {
    id
    index
    size
    whole {
      counts {
        queued
        running
        completed
        failed
        cancelled
      }
    }
  }
}
` as TypedDocument<GetJobListResult, GetJobListVariables>;

export type RunningJob = {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly status: JobStatus;
  readonly phase: StartPhase | null;
  readonly phaseFraction: number | null;
  readonly pausedBy: PausedBy | null;
  readonly statusReason: string | null;
  readonly submittedAt: string;
  readonly serviceTime: number;
  readonly server: {
    readonly name: string;
  } | null;
  readonly grantedGpus: readonly ({
    readonly id: string;
    readonly index: number;
    readonly serverName: string;
  })[];
  readonly grantedCores: readonly number[];
  readonly progress: {
    readonly epoch: number | null;
    readonly epochs: number | null;
    readonly step: number | null;
    readonly steps: number | null;
    readonly fraction: number | null;
    readonly samplesPerSecond: number | null;
  } | null;
  readonly estimate: {
    readonly remainingTime: number | null;
  } | null;
};

export type QueuedJob = {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly priority: number;
  readonly statusReason: string | null;
  readonly submittedAt: string;
  readonly gpus: {
    readonly min: number;
    readonly max: number;
  };
  readonly cores: {
    readonly min: number;
    readonly max: number;
  };
};

export type HeatGpu = {
  readonly id: string;
  readonly index: number;
  readonly model: string | null;
  readonly state: GpuState;
  readonly reason: string | null;
  readonly utilisationPercent: number | null;
  readonly memoryMiB: number | null;
  readonly memoryUsedMiB: number | null;
  readonly temperatureC: number | null;
  readonly job: {
    readonly id: string;
    readonly name: string;
  } | null;
};

export type HeatServer = {
  readonly name: string;
  readonly state: ServerState;
  readonly stateReason: string | null;
  readonly cores: number;
  readonly coresUsed: number;
  readonly memoryMiB: number;
  readonly memoryUsedMiB: number;
  readonly gpus: readonly HeatGpu[];
};

export type GetOverviewJobsVariables = {};
export type GetOverviewJobsResult = {
  readonly cluster: {
    readonly policy: string;
    readonly placement: string;
    readonly counts: {
      readonly queued: number;
      readonly running: number;
      readonly completed: number;
    };
  };
  readonly running: {
    readonly totalCount: number;
    readonly nodes: readonly RunningJob[];
  };
  readonly queued: {
    readonly totalCount: number;
    readonly nodes: readonly QueuedJob[];
  };
};
export const GetOverviewJobs = `
query GetOverviewJobs {
  cluster {
    policy
    placement
    counts {
      queued
      running
      completed
    }
  }
  running: jobs(filter: {phase: RUNNING}, orderBy: OLDEST_FIRST, first: 100) {
    totalCount
    nodes {
      ...RunningJob
    }
  }
  queued: jobs(filter: {phase: QUEUED}, orderBy: OLDEST_FIRST, first: 20) {
    totalCount
    nodes {
      ...QueuedJob
    }
  }
}

fragment RunningJob on Job {
  id
  name
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  submittedAt
  serviceTime
  server {
    name
  }
  grantedGpus {
    id
    index
    serverName
  }
  grantedCores
  progress {
    epoch
    epochs
    step
    steps
    fraction
    samplesPerSecond
  }
  estimate {
    remainingTime
  }
}

fragment QueuedJob on Job {
  id
  name
  user
  priority
  statusReason
  submittedAt
  gpus {
    min
    max
  }
  cores {
    min
    max
  }
}
` as TypedDocument<GetOverviewJobsResult, GetOverviewJobsVariables>;

export type GetOverviewServersVariables = {};
export type GetOverviewServersResult = {
  readonly servers: {
    readonly totalCount: number;
    readonly nodes: readonly HeatServer[];
  };
};
export const GetOverviewServers = `
query GetOverviewServers {
  servers(first: 100) {
    totalCount
    nodes {
      ...HeatServer
    }
  }
}

fragment HeatGpu on Gpu {
  id
  index
  model
  state
  reason
  utilisationPercent
  memoryMiB
  memoryUsedMiB
  temperatureC
  job {
    id
    name
  }
}

fragment HeatServer on Server {
  name
  state
  stateReason
  cores
  coresUsed
  memoryMiB
  memoryUsedMiB
  gpus {
    ...HeatGpu
  }
}
` as TypedDocument<GetOverviewServersResult, GetOverviewServersVariables>;

export type GetOutcomesVariables = {
  readonly from: string;
  readonly to?: string | null;
  readonly points?: number | null;
};
export type GetOutcomesResult = {
  readonly outcomes: readonly ({
    readonly at: string;
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
  })[];
};
export const GetOutcomes = `
query GetOutcomes($from: DateTime!, $to: DateTime, $points: Int) {
  outcomes(from: $from, to: $to, points: $points) {
    at
    completed
    failed
    cancelled
  }
}
` as TypedDocument<GetOutcomesResult, GetOutcomesVariables>;
