// Written by `npm run schema` from schema.graphql and operations.graphql; not to be edited.
import type { Json, TypedDocument } from "../typed-document.ts";

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

export type Fault = {
  readonly message: string;
  readonly code: string;
  readonly path: readonly string[] | null;
};

export type Tenure = {
  readonly id: string;
  readonly jobId: string;
  readonly name: string | null;
  readonly user: string | null;
  readonly status: TenureStatus;
  readonly attempt: number;
  readonly generation: number;
  readonly server: string;
  readonly gpus: readonly string[];
  readonly cores: readonly number[];
  readonly memoryMiB: number;
  readonly from: string;
  readonly to: string;
  readonly lasts: boolean;
};

export type GetTimelineVariables = {
  readonly from: string;
  readonly to: string;
  readonly server?: string | null;
  readonly job?: string | null;
  readonly first?: number | null;
  readonly after?: string | null;
};
export type GetTimelineResult = {
  readonly timeline: {
    readonly totalCount: number;
    readonly pageInfo: {
      readonly hasNextPage: boolean;
      readonly endCursor: string | null;
    };
    readonly nodes: readonly Tenure[];
  };
};
export const GetTimeline = `
query GetTimeline($from: DateTime!, $to: DateTime!, $server: ID, $job: ID, $first: Int, $after: Cursor) {
  timeline(
    from: $from
    to: $to
    server: $server
    job: $job
    first: $first
    after: $after
  ) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      ...Tenure
    }
  }
}

fragment Tenure on Tenure {
  id
  jobId
  name
  user
  status
  attempt
  generation
  server
  gpus
  cores
  memoryMiB
  from
  to
  lasts
}
` as TypedDocument<GetTimelineResult, GetTimelineVariables>;

export type Progress = {
  readonly epoch: number | null;
  readonly epochs: number | null;
  readonly step: number | null;
  readonly steps: number | null;
  readonly fraction: number | null;
  readonly samplesPerSecond: number | null;
  readonly metrics: Json | null;
  readonly at: string;
};

export type Failure = {
  readonly origin: FailureOrigin;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
};

export type Estimate = {
  readonly source: EstimateSource;
  readonly remainingSeconds: number | null;
  readonly remainingTime: number | null;
  readonly spread: number | null;
  readonly restartSeconds: number;
  readonly largestMeasured: number;
};

export type Job = {
  readonly id: string;
  readonly name: string;
  readonly batch: {
    readonly id: string;
    readonly index: number;
    readonly size: number;
    readonly parameters: Json;
  } | null;
  readonly type: string;
  readonly user: string;
  readonly status: JobStatus;
  readonly phase: StartPhase | null;
  readonly phaseFraction: number | null;
  readonly pausedBy: PausedBy | null;
  readonly statusReason: string | null;
  readonly image: string | null;
  readonly command: string | readonly string[];
  readonly priority: number;
  readonly labels: Json;
  readonly gpus: {
    readonly min: number;
    readonly max: number;
    readonly preferred: number;
    readonly model: string | null;
    readonly memoryMiB: number | null;
  };
  readonly cores: {
    readonly min: number;
    readonly max: number;
    readonly preferred: number;
  };
  readonly servers: {
    readonly min: number;
    readonly max: number;
  };
  readonly launcher: Launcher;
  readonly ports: readonly ({
    readonly name: string;
    readonly port: number;
    readonly serverName: string;
    readonly serverPort: number;
  })[];
  readonly elasticity: Elasticity;
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
  readonly grantedCores: readonly number[];
  readonly memoryMiB: number | null;
  readonly submittedAt: string;
  readonly firstStartedAt: string | null;
  readonly endedAt: string | null;
  readonly queueingDelay: number | null;
  readonly serviceTime: number;
  readonly jobCompletionTime: number | null;
  readonly attempt: number;
  readonly preemptions: number;
  readonly resizes: number;
  readonly migrationCount: number;
  readonly queueLevel: number | null;
  readonly progress: Progress | null;
  readonly estimate: Estimate | null;
  readonly failure: Failure | null;
};

export type Batch = {
  readonly id: string;
  readonly name: string;
  readonly user: string;
  readonly size: number;
  readonly parameterNames: readonly string[];
  readonly maxParallel: number | null;
  readonly maxFailures: number | null;
  readonly submittedAt: string;
  readonly counts: {
    readonly queued: number;
    readonly running: number;
    readonly completed: number;
    readonly failed: number;
    readonly cancelled: number;
  };
};

export type Run = {
  readonly id: string;
  readonly attempt: number;
  readonly reason: StartReason;
  readonly status: RunStatus;
  readonly outcome: RunOutcome | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly failure: Failure | null;
  readonly serverName: string;
  readonly serverNames: readonly string[];
  readonly placedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
};

export type Migration = {
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

export type TimeRange = {
  readonly p10: string | null;
  readonly p50: string | null;
  readonly p90: string | null;
};

export type JobForecast = {
  readonly at: string;
  readonly job: string | null;
  readonly name: string | null;
  readonly startsAt: TimeRange | null;
  readonly endsAt: TimeRange | null;
  readonly serverName: string | null;
  readonly size: number | null;
  readonly basis: EstimateSource;
  readonly deadlineProbability: number | null;
  readonly reason: string | null;
};

export type Forecast = {
  readonly at: string;
  readonly policies: readonly ({
    readonly policy: string;
    readonly options: Json;
    readonly runs: number;
    readonly jobCount: number;
    readonly summary: {
      readonly told: number;
      readonly meanWait: number | null;
      readonly meanJct: number | null;
      readonly makespan: number | null;
    };
    readonly jobs: readonly JobForecast[];
  })[];
  readonly hypothetical: readonly JobForecast[];
  readonly errors: readonly Fault[];
};

export type ForecastAccuracy = {
  readonly policy: string;
  readonly category: string;
  readonly of: ForecastMoment;
  readonly forecasts: number;
  readonly error: number;
  readonly bias: number;
  readonly coverage: number;
};

export type JobDetails = Job & {
  readonly forecast: JobForecast | null;
  readonly workdir: string | null;
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
  readonly runAs: string | null;
  readonly env: Json;
  readonly secretNames: readonly string[];
  readonly deadline: string | null;
  readonly resizeSignal: string | null;
  readonly generation: number;
  readonly spec: Json;
  readonly runs: {
    readonly nodes: readonly Run[];
  };
  readonly migrations: {
    readonly nodes: readonly Migration[];
  };
};

export type Gpu = {
  readonly id: string;
  readonly serverName: string;
  readonly index: number;
  readonly uuid: string | null;
  readonly parent: string | null;
  readonly model: string | null;
  readonly memoryMiB: number | null;
  readonly state: GpuState;
  readonly reason: string | null;
  readonly utilisationPercent: number | null;
  readonly memoryUsedMiB: number | null;
  readonly temperatureC: number | null;
  readonly lookedAt: string | null;
  readonly job: {
    readonly id: string;
    readonly name: string;
  } | null;
};

export type Server = {
  readonly id: string;
  readonly name: string;
  readonly driver: Driver;
  readonly endpoint: string;
  readonly engine: string | null;
  readonly noLiveMigration: string | null;
  readonly state: ServerState;
  readonly stateReason: string | null;
  readonly stateSince: string;
  readonly health: Health;
  readonly reason: string | null;
  readonly draining: boolean;
  readonly drain: {
    readonly reason: string | null;
    readonly since: string;
    readonly deadlineAt: string | null;
    readonly jobsLeft: number;
  } | null;
  readonly cordoned: {
    readonly reason: string | null;
    readonly since: string;
  } | null;
  readonly cores: number;
  readonly coresUsed: number;
  readonly memoryMiB: number;
  readonly freeDiskMiB: number | null;
  readonly shortOfDisk: string | null;
  readonly memoryUsedMiB: number;
  readonly imageCount: number | null;
  readonly notice: string | null;
  readonly gpus: readonly Gpu[];
  readonly jobs: readonly ({
    readonly id: string;
    readonly name: string;
    readonly status: JobStatus;
  })[];
};

export type PageInfo = {
  readonly hasNextPage: boolean;
  readonly endCursor: string | null;
};

export type Policy = {
  readonly key: string;
  readonly description: string;
  readonly active: boolean;
  readonly values: Json | null;
  readonly needs: readonly PolicyNeed[];
  readonly preemptive: boolean;
  readonly elastic: boolean;
  readonly options: readonly ({
    readonly name: string;
    readonly description: string;
    readonly kind: OptionKind;
    readonly default: Json;
    readonly choices: readonly string[] | null;
    readonly min: number | null;
    readonly max: number | null;
    readonly whole: boolean;
  })[];
};

export type Placement = {
  readonly key: string;
  readonly description: string;
  readonly active: boolean;
};

export type Cluster = {
  readonly id: string;
  readonly version: string;
  readonly policy: string;
  readonly placement: string;
  readonly startedAt: string;
  readonly eventCursor: string;
  readonly counts: {
    readonly queued: number;
    readonly running: number;
    readonly completed: number;
  };
};

export type Accuracy = {
  readonly category: string;
  readonly at: number;
  readonly estimates: number;
  readonly bias: number;
  readonly error: number;
};

export type LogLine = {
  readonly cursor: string;
  readonly attempt: number;
  readonly rank: number;
  readonly stream: LogStream;
  readonly at: string;
  readonly text: string;
  readonly continues: boolean;
};

export type LogBatch = {
  readonly cursor: string;
  readonly hasMore: boolean;
  readonly gap: {
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  } | null;
  readonly lines: readonly LogLine[];
};

export type Event = {
  readonly cursor: string;
  readonly type: string;
  readonly at: string;
  readonly jobId: string | null;
  readonly serverId: string | null;
  readonly summary: string;
  readonly body: Json;
};

export type ProgressUpdate = {
  readonly cursor: string;
  readonly jobId: string;
  readonly attempt: number;
  readonly progress: Progress;
  readonly gap: {
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  } | null;
};

export type JobChange = {
  readonly cursor: string;
  readonly jobId: string;
  readonly job: Job | null;
  readonly event: Event;
};

export type ServerChange = {
  readonly cursor: string;
  readonly serverId: string;
  readonly server: Server | null;
  readonly event: Event;
};

export type GetJobVariables = {
  readonly id: string;
};
export type GetJobResult = {
  readonly job: JobDetails | null;
};
export const GetJob = `
query GetJob($id: ID!) {
  job(id: $id) {
    ...JobDetails
  }
}

fragment Progress on Progress {
  epoch
  epochs
  step
  steps
  fraction
  samplesPerSecond
  metrics
  at
}

fragment Failure on Failure {
  origin
  code
  message
  hint
}

fragment Estimate on JobEstimate {
  source
  remainingSeconds
  remainingTime
  spread
  restartSeconds
  largestMeasured
}

fragment Job on Job {
  id
  name
  batch {
    id
    index
    size
    parameters
  }
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  image
  command
  priority
  labels
  gpus {
    min
    max
    preferred
    model
    memoryMiB
  }
  cores {
    min
    max
    preferred
  }
  servers {
    min
    max
  }
  launcher
  ports {
    name
    port
    serverName
    serverPort
  }
  elasticity
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
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  jobCompletionTime
  attempt
  preemptions
  resizes
  migrationCount
  queueLevel
  progress {
    ...Progress
  }
  estimate {
    ...Estimate
  }
  failure {
    ...Failure
  }
}

fragment Run on Run {
  id
  attempt
  reason
  status
  outcome
  exitCode
  signal
  failure {
    ...Failure
  }
  serverName
  serverNames
  placedAt
  startedAt
  endedAt
}

fragment Migration on Migration {
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

fragment TimeRange on TimeRange {
  p10
  p50
  p90
}

fragment JobForecast on JobForecast {
  at
  job
  name
  startsAt {
    ...TimeRange
  }
  endsAt {
    ...TimeRange
  }
  serverName
  size
  basis
  deadlineProbability
  reason
}

fragment JobDetails on Job {
  ...Job
  forecast {
    ...JobForecast
  }
  workdir
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
  runAs
  env
  secretNames
  deadline
  resizeSignal
  generation
  spec
  runs(first: 50) {
    nodes {
      ...Run
    }
  }
  migrations(first: 50) {
    nodes {
      ...Migration
    }
  }
}
` as TypedDocument<GetJobResult, GetJobVariables>;

export type Blocker = {
  readonly kind: BlockerKind;
  readonly message: string;
  readonly remedy: string;
  readonly servers: readonly string[];
  readonly jobs: readonly string[];
  readonly until: string | null;
};

export type ExplainedChange = {
  readonly at: string;
  readonly kind: ChangeKind;
  readonly attempt: number;
  readonly cause: ChangeCause;
  readonly message: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly sizeBefore: number | null;
  readonly sizeAfter: number | null;
  readonly cost: {
    readonly lostWork: number | null;
    readonly lostSteps: number | null;
    readonly stopped: number | null;
    readonly checkpointBytes: number;
  };
  readonly gain: {
    readonly jobs: readonly string[];
    readonly speedup: number | null;
  };
};

export type JobWhy = {
  readonly at: string;
  readonly summary: string;
  readonly blockers: readonly Blocker[];
  readonly smallestChange: {
    readonly message: string;
    readonly effect: ChangeEffect;
    readonly by: ChangeBy;
    readonly fields: Json;
    readonly command: string | null;
    readonly stops: readonly string[];
  } | null;
  readonly forecast: JobForecast | null;
  readonly placement: {
    readonly message: string;
    readonly decidedAt: string | null;
    readonly servers: readonly string[];
    readonly gpus: readonly string[];
    readonly size: number;
    readonly policy: string | null;
    readonly placement: string | null;
    readonly fitting: number | null;
    readonly hadImage: boolean | null;
    readonly hadCheckpoint: boolean | null;
    readonly alternatives: readonly ({
      readonly server: string;
      readonly message: string;
    })[];
  } | null;
  readonly changes: readonly ExplainedChange[];
};

export type ExplainedJob = {
  readonly id: string;
  readonly name: string;
  readonly status: JobStatus;
  readonly phase: StartPhase | null;
  readonly phaseFraction: number | null;
  readonly pausedBy: PausedBy | null;
  readonly why: JobWhy;
};

export type GetWhyVariables = {
  readonly id: string;
  readonly changes?: number | null;
};
export type GetWhyResult = {
  readonly job: ExplainedJob | null;
};
export const GetWhy = `
query GetWhy($id: ID!, $changes: Int) {
  job(id: $id) {
    ...ExplainedJob
  }
}

fragment TimeRange on TimeRange {
  p10
  p50
  p90
}

fragment JobForecast on JobForecast {
  at
  job
  name
  startsAt {
    ...TimeRange
  }
  endsAt {
    ...TimeRange
  }
  serverName
  size
  basis
  deadlineProbability
  reason
}

fragment Blocker on Blocker {
  kind
  message
  remedy
  servers
  jobs
  until
}

fragment ExplainedChange on ExplainedChange {
  at
  kind
  attempt
  cause
  message
  from
  to
  sizeBefore
  sizeAfter
  cost {
    lostWork
    lostSteps
    stopped
    checkpointBytes
  }
  gain {
    jobs
    speedup
  }
}

fragment JobWhy on JobWhy {
  at
  summary
  blockers {
    ...Blocker
  }
  smallestChange {
    message
    effect
    by
    fields
    command
    stops
  }
  forecast {
    ...JobForecast
  }
  placement {
    message
    decidedAt
    servers
    gpus
    size
    policy
    placement
    fitting
    hadImage
    hadCheckpoint
    alternatives {
      server
      message
    }
  }
  changes(first: $changes) {
    ...ExplainedChange
  }
}

fragment ExplainedJob on Job {
  id
  name
  status
  phase
  phaseFraction
  pausedBy
  why {
    ...JobWhy
  }
}
` as TypedDocument<GetWhyResult, GetWhyVariables>;

export type GetJobsVariables = {
  readonly filter?: JobFilter | null;
  readonly orderBy?: JobOrder | null;
  readonly first?: number | null;
  readonly after?: string | null;
};
export type GetJobsResult = {
  readonly jobs: {
    readonly totalCount: number;
    readonly pageInfo: PageInfo;
    readonly nodes: readonly Job[];
  };
};
export const GetJobs = `
query GetJobs($filter: JobFilter, $orderBy: JobOrder, $first: Int, $after: Cursor) {
  jobs(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount
    pageInfo {
      ...PageInfo
    }
    nodes {
      ...Job
    }
  }
}

fragment Progress on Progress {
  epoch
  epochs
  step
  steps
  fraction
  samplesPerSecond
  metrics
  at
}

fragment Failure on Failure {
  origin
  code
  message
  hint
}

fragment Estimate on JobEstimate {
  source
  remainingSeconds
  remainingTime
  spread
  restartSeconds
  largestMeasured
}

fragment Job on Job {
  id
  name
  batch {
    id
    index
    size
    parameters
  }
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  image
  command
  priority
  labels
  gpus {
    min
    max
    preferred
    model
    memoryMiB
  }
  cores {
    min
    max
    preferred
  }
  servers {
    min
    max
  }
  launcher
  ports {
    name
    port
    serverName
    serverPort
  }
  elasticity
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
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  jobCompletionTime
  attempt
  preemptions
  resizes
  migrationCount
  queueLevel
  progress {
    ...Progress
  }
  estimate {
    ...Estimate
  }
  failure {
    ...Failure
  }
}

fragment PageInfo on PageInfo {
  hasNextPage
  endCursor
}
` as TypedDocument<GetJobsResult, GetJobsVariables>;

export type GetBatchesVariables = {
  readonly ids: readonly string[];
};
export type GetBatchesResult = {
  readonly batches: readonly Batch[];
};
export const GetBatches = `
query GetBatches($ids: [ID!]!) {
  batches(ids: $ids) {
    ...Batch
  }
}

fragment Batch on Batch {
  id
  name
  user
  size
  parameterNames
  maxParallel
  maxFailures
  submittedAt
  counts {
    queued
    running
    completed
    failed
    cancelled
  }
}
` as TypedDocument<GetBatchesResult, GetBatchesVariables>;

export type GetServersVariables = {
  readonly after?: string | null;
};
export type GetServersResult = {
  readonly servers: {
    readonly pageInfo: PageInfo;
    readonly nodes: readonly Server[];
  };
};
export const GetServers = `
query GetServers($after: Cursor) {
  servers(first: 100, after: $after) {
    pageInfo {
      ...PageInfo
    }
    nodes {
      ...Server
    }
  }
}

fragment Gpu on Gpu {
  id
  serverName
  index
  uuid
  parent
  model
  memoryMiB
  state
  reason
  utilisationPercent
  memoryUsedMiB
  temperatureC
  lookedAt
  job {
    id
    name
  }
}

fragment Server on Server {
  id
  name
  driver
  endpoint
  engine
  noLiveMigration
  state
  stateReason
  stateSince
  health
  reason
  draining
  drain {
    reason
    since
    deadlineAt
    jobsLeft
  }
  cordoned {
    reason
    since
  }
  cores
  coresUsed
  memoryMiB
  freeDiskMiB
  shortOfDisk
  memoryUsedMiB
  imageCount
  notice
  gpus {
    ...Gpu
  }
  jobs {
    id
    name
    status
  }
}

fragment PageInfo on PageInfo {
  hasNextPage
  endCursor
}
` as TypedDocument<GetServersResult, GetServersVariables>;

export type GetPoliciesVariables = {};
export type GetPoliciesResult = {
  readonly policies: readonly Policy[];
  readonly placements: readonly Placement[];
};
export const GetPolicies = `
query GetPolicies {
  policies {
    ...Policy
  }
  placements {
    ...Placement
  }
}

fragment Policy on Policy {
  key
  description
  active
  values
  needs
  preemptive
  elastic
  options {
    name
    description
    kind
    default
    choices
    min
    max
    whole
  }
}

fragment Placement on Placement {
  key
  description
  active
}
` as TypedDocument<GetPoliciesResult, GetPoliciesVariables>;

export type GetClusterVariables = {};
export type GetClusterResult = {
  readonly cluster: Cluster;
};
export const GetCluster = `
query GetCluster {
  cluster {
    ...Cluster
  }
}

fragment Cluster on ClusterInfo {
  id
  version
  policy
  placement
  startedAt
  eventCursor
  counts {
    queued
    running
    completed
  }
}
` as TypedDocument<GetClusterResult, GetClusterVariables>;

export type GetEstimateAccuracyVariables = {};
export type GetEstimateAccuracyResult = {
  readonly estimateAccuracy: readonly Accuracy[];
};
export const GetEstimateAccuracy = `
query GetEstimateAccuracy {
  estimateAccuracy {
    ...Accuracy
  }
}

fragment Accuracy on EstimateAccuracy {
  category
  at
  estimates
  bias
  error
}
` as TypedDocument<GetEstimateAccuracyResult, GetEstimateAccuracyVariables>;

export type GetForecastVariables = {
  readonly policies?: readonly string[] | null;
  readonly jobs?: readonly string[] | null;
  readonly hypothetical?: ForecastJobInput | null;
  readonly runs?: number | null;
  readonly seed?: number | null;
  readonly first?: number | null;
};
export type GetForecastResult = {
  readonly forecast: Forecast;
};
export const GetForecast = `
query GetForecast($policies: [String!], $jobs: [ID!], $hypothetical: ForecastJobInput, $runs: Int, $seed: Int, $first: Int) {
  forecast(
    policies: $policies
    jobs: $jobs
    hypothetical: $hypothetical
    runs: $runs
    seed: $seed
  ) {
    ...Forecast
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment TimeRange on TimeRange {
  p10
  p50
  p90
}

fragment JobForecast on JobForecast {
  at
  job
  name
  startsAt {
    ...TimeRange
  }
  endsAt {
    ...TimeRange
  }
  serverName
  size
  basis
  deadlineProbability
  reason
}

fragment Forecast on Forecast {
  at
  policies {
    policy
    options
    runs
    jobCount
    summary {
      told
      meanWait
      meanJct
      makespan
    }
    jobs(first: $first) {
      ...JobForecast
    }
  }
  hypothetical {
    ...JobForecast
  }
  errors {
    ...Fault
  }
}
` as TypedDocument<GetForecastResult, GetForecastVariables>;

export type GetForecastAccuracyVariables = {};
export type GetForecastAccuracyResult = {
  readonly forecastAccuracy: readonly ForecastAccuracy[];
};
export const GetForecastAccuracy = `
query GetForecastAccuracy {
  forecastAccuracy {
    ...ForecastAccuracy
  }
}

fragment ForecastAccuracy on ForecastAccuracy {
  policy
  category
  of
  forecasts
  error
  bias
  coverage
}
` as TypedDocument<GetForecastAccuracyResult, GetForecastAccuracyVariables>;

export type GetLogsVariables = {
  readonly job: string;
  readonly after?: string | null;
  readonly first?: number | null;
  readonly last?: number | null;
  readonly attempt?: number | null;
  readonly filter?: LogFilter | null;
};
export type GetLogsResult = {
  readonly jobLogs: LogBatch;
};
export const GetLogs = `
query GetLogs($job: ID!, $after: Cursor, $first: Int, $last: Int, $attempt: Int, $filter: LogFilter) {
  jobLogs(
    job: $job
    after: $after
    first: $first
    last: $last
    attempt: $attempt
    filter: $filter
  ) {
    ...LogBatch
  }
}

fragment LogLine on LogLine {
  cursor
  attempt
  rank
  stream
  at
  text
  continues
}

fragment LogBatch on LogBatch {
  cursor
  hasMore
  gap {
    from
    to
    reason
  }
  lines {
    ...LogLine
  }
}
` as TypedDocument<GetLogsResult, GetLogsVariables>;

export type NumberedLogLine = LogLine & {
  readonly number: number;
};

export type NumberedLogBatch = {
  readonly cursor: string;
  readonly linesToCursor: number;
  readonly hasMore: boolean;
  readonly gap: {
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  } | null;
  readonly lines: readonly NumberedLogLine[];
};

export type GetLogPageVariables = {
  readonly job: string;
  readonly after?: string | null;
  readonly line?: number | null;
  readonly first?: number | null;
  readonly last?: number | null;
  readonly attempt?: number | null;
};
export type GetLogPageResult = {
  readonly jobLogs: NumberedLogBatch;
};
export const GetLogPage = `
query GetLogPage($job: ID!, $after: Cursor, $line: Int, $first: Int, $last: Int, $attempt: Int) {
  jobLogs(
    job: $job
    after: $after
    line: $line
    first: $first
    last: $last
    attempt: $attempt
  ) {
    ...NumberedLogBatch
  }
}

fragment LogLine on LogLine {
  cursor
  attempt
  rank
  stream
  at
  text
  continues
}

fragment NumberedLogLine on LogLine {
  ...LogLine
  number
}

fragment NumberedLogBatch on LogBatch {
  cursor
  linesToCursor
  hasMore
  gap {
    from
    to
    reason
  }
  lines {
    ...NumberedLogLine
  }
}
` as TypedDocument<GetLogPageResult, GetLogPageVariables>;

export type GetEventsVariables = {
  readonly after?: string | null;
  readonly first?: number | null;
  readonly job?: string | null;
  readonly types?: readonly string[] | null;
};
export type GetEventsResult = {
  readonly events: readonly Event[];
};
export const GetEvents = `
query GetEvents($after: Cursor, $first: Int, $job: ID, $types: [String!]) {
  events(after: $after, first: $first, job: $job, types: $types) {
    ...Event
  }
}

fragment Event on Event {
  cursor
  type
  at
  jobId
  serverId
  summary
  body
}
` as TypedDocument<GetEventsResult, GetEventsVariables>;

export type SubmitJobVariables = {
  readonly input: SubmitJobInput;
};
export type SubmitJobResult = {
  readonly result: {
    readonly value: Job | null;
    readonly batch: Batch | null;
    readonly errors: readonly Fault[];
  };
};
export const SubmitJob = `
mutation SubmitJob($input: SubmitJobInput!) {
  result: submitJob(input: $input) {
    value: job {
      ...Job
    }
    batch {
      ...Batch
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Progress on Progress {
  epoch
  epochs
  step
  steps
  fraction
  samplesPerSecond
  metrics
  at
}

fragment Failure on Failure {
  origin
  code
  message
  hint
}

fragment Estimate on JobEstimate {
  source
  remainingSeconds
  remainingTime
  spread
  restartSeconds
  largestMeasured
}

fragment Job on Job {
  id
  name
  batch {
    id
    index
    size
    parameters
  }
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  image
  command
  priority
  labels
  gpus {
    min
    max
    preferred
    model
    memoryMiB
  }
  cores {
    min
    max
    preferred
  }
  servers {
    min
    max
  }
  launcher
  ports {
    name
    port
    serverName
    serverPort
  }
  elasticity
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
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  jobCompletionTime
  attempt
  preemptions
  resizes
  migrationCount
  queueLevel
  progress {
    ...Progress
  }
  estimate {
    ...Estimate
  }
  failure {
    ...Failure
  }
}

fragment Batch on Batch {
  id
  name
  user
  size
  parameterNames
  maxParallel
  maxFailures
  submittedAt
  counts {
    queued
    running
    completed
    failed
    cancelled
  }
}
` as TypedDocument<SubmitJobResult, SubmitJobVariables>;

export type CancelJobVariables = {
  readonly input: CancelJobInput;
};
export type CancelJobResult = {
  readonly result: {
    readonly value: Job | null;
    readonly errors: readonly Fault[];
  };
};
export const CancelJob = `
mutation CancelJob($input: CancelJobInput!) {
  result: cancelJob(input: $input) {
    value: job {
      ...Job
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Progress on Progress {
  epoch
  epochs
  step
  steps
  fraction
  samplesPerSecond
  metrics
  at
}

fragment Failure on Failure {
  origin
  code
  message
  hint
}

fragment Estimate on JobEstimate {
  source
  remainingSeconds
  remainingTime
  spread
  restartSeconds
  largestMeasured
}

fragment Job on Job {
  id
  name
  batch {
    id
    index
    size
    parameters
  }
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  image
  command
  priority
  labels
  gpus {
    min
    max
    preferred
    model
    memoryMiB
  }
  cores {
    min
    max
    preferred
  }
  servers {
    min
    max
  }
  launcher
  ports {
    name
    port
    serverName
    serverPort
  }
  elasticity
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
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  jobCompletionTime
  attempt
  preemptions
  resizes
  migrationCount
  queueLevel
  progress {
    ...Progress
  }
  estimate {
    ...Estimate
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<CancelJobResult, CancelJobVariables>;

export type DeleteJobVariables = {
  readonly input: DeleteJobInput;
};
export type DeleteJobResult = {
  readonly result: {
    readonly value: string | null;
    readonly errors: readonly Fault[];
  };
};
export const DeleteJob = `
mutation DeleteJob($input: DeleteJobInput!) {
  result: deleteJob(input: $input) {
    value: deletedJobId
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}
` as TypedDocument<DeleteJobResult, DeleteJobVariables>;

export type UpdateJobVariables = {
  readonly input: UpdateJobInput;
};
export type UpdateJobResult = {
  readonly result: {
    readonly value: Job | null;
    readonly errors: readonly Fault[];
  };
};
export const UpdateJob = `
mutation UpdateJob($input: UpdateJobInput!) {
  result: updateJob(input: $input) {
    value: job {
      ...Job
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Progress on Progress {
  epoch
  epochs
  step
  steps
  fraction
  samplesPerSecond
  metrics
  at
}

fragment Failure on Failure {
  origin
  code
  message
  hint
}

fragment Estimate on JobEstimate {
  source
  remainingSeconds
  remainingTime
  spread
  restartSeconds
  largestMeasured
}

fragment Job on Job {
  id
  name
  batch {
    id
    index
    size
    parameters
  }
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  image
  command
  priority
  labels
  gpus {
    min
    max
    preferred
    model
    memoryMiB
  }
  cores {
    min
    max
    preferred
  }
  servers {
    min
    max
  }
  launcher
  ports {
    name
    port
    serverName
    serverPort
  }
  elasticity
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
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  jobCompletionTime
  attempt
  preemptions
  resizes
  migrationCount
  queueLevel
  progress {
    ...Progress
  }
  estimate {
    ...Estimate
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<UpdateJobResult, UpdateJobVariables>;

export type PauseJobVariables = {
  readonly input: PauseJobInput;
};
export type PauseJobResult = {
  readonly result: {
    readonly value: Job | null;
    readonly errors: readonly Fault[];
  };
};
export const PauseJob = `
mutation PauseJob($input: PauseJobInput!) {
  result: pauseJob(input: $input) {
    value: job {
      ...Job
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Progress on Progress {
  epoch
  epochs
  step
  steps
  fraction
  samplesPerSecond
  metrics
  at
}

fragment Failure on Failure {
  origin
  code
  message
  hint
}

fragment Estimate on JobEstimate {
  source
  remainingSeconds
  remainingTime
  spread
  restartSeconds
  largestMeasured
}

fragment Job on Job {
  id
  name
  batch {
    id
    index
    size
    parameters
  }
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  image
  command
  priority
  labels
  gpus {
    min
    max
    preferred
    model
    memoryMiB
  }
  cores {
    min
    max
    preferred
  }
  servers {
    min
    max
  }
  launcher
  ports {
    name
    port
    serverName
    serverPort
  }
  elasticity
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
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  jobCompletionTime
  attempt
  preemptions
  resizes
  migrationCount
  queueLevel
  progress {
    ...Progress
  }
  estimate {
    ...Estimate
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<PauseJobResult, PauseJobVariables>;

export type ResumeJobVariables = {
  readonly input: ResumeJobInput;
};
export type ResumeJobResult = {
  readonly result: {
    readonly value: Job | null;
    readonly errors: readonly Fault[];
  };
};
export const ResumeJob = `
mutation ResumeJob($input: ResumeJobInput!) {
  result: resumeJob(input: $input) {
    value: job {
      ...Job
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Progress on Progress {
  epoch
  epochs
  step
  steps
  fraction
  samplesPerSecond
  metrics
  at
}

fragment Failure on Failure {
  origin
  code
  message
  hint
}

fragment Estimate on JobEstimate {
  source
  remainingSeconds
  remainingTime
  spread
  restartSeconds
  largestMeasured
}

fragment Job on Job {
  id
  name
  batch {
    id
    index
    size
    parameters
  }
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  image
  command
  priority
  labels
  gpus {
    min
    max
    preferred
    model
    memoryMiB
  }
  cores {
    min
    max
    preferred
  }
  servers {
    min
    max
  }
  launcher
  ports {
    name
    port
    serverName
    serverPort
  }
  elasticity
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
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  jobCompletionTime
  attempt
  preemptions
  resizes
  migrationCount
  queueLevel
  progress {
    ...Progress
  }
  estimate {
    ...Estimate
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<ResumeJobResult, ResumeJobVariables>;

export type JobCheckpoints = {
  readonly id: string;
  readonly checkpoints: readonly ({
    readonly server: string | null;
    readonly generation: number;
    readonly step: number | null;
    readonly savedAt: string | null;
    readonly copiedAt: string | null;
    readonly bytes: number | null;
    readonly files: number | null;
  })[];
  readonly backupProblem: string | null;
  readonly lostWork: {
    readonly seconds: number;
    readonly steps: number | null;
  } | null;
};

export type GetCheckpointsVariables = {
  readonly id: string;
};
export type GetCheckpointsResult = {
  readonly job: JobCheckpoints | null;
};
export const GetCheckpoints = `
query GetCheckpoints($id: ID!) {
  job(id: $id) {
    ...JobCheckpoints
  }
}

fragment JobCheckpoints on Job {
  id
  checkpoints {
    server
    generation
    step
    savedAt
    copiedAt
    bytes
    files
  }
  backupProblem
  lostWork {
    seconds
    steps
  }
}
` as TypedDocument<GetCheckpointsResult, GetCheckpointsVariables>;

export type RetryJobVariables = {
  readonly input: RetryJobInput;
};
export type RetryJobResult = {
  readonly result: {
    readonly value: Job | null;
    readonly errors: readonly Fault[];
  };
};
export const RetryJob = `
mutation RetryJob($input: RetryJobInput!) {
  result: retryJob(input: $input) {
    value: job {
      ...Job
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Progress on Progress {
  epoch
  epochs
  step
  steps
  fraction
  samplesPerSecond
  metrics
  at
}

fragment Failure on Failure {
  origin
  code
  message
  hint
}

fragment Estimate on JobEstimate {
  source
  remainingSeconds
  remainingTime
  spread
  restartSeconds
  largestMeasured
}

fragment Job on Job {
  id
  name
  batch {
    id
    index
    size
    parameters
  }
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  image
  command
  priority
  labels
  gpus {
    min
    max
    preferred
    model
    memoryMiB
  }
  cores {
    min
    max
    preferred
  }
  servers {
    min
    max
  }
  launcher
  ports {
    name
    port
    serverName
    serverPort
  }
  elasticity
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
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  jobCompletionTime
  attempt
  preemptions
  resizes
  migrationCount
  queueLevel
  progress {
    ...Progress
  }
  estimate {
    ...Estimate
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<RetryJobResult, RetryJobVariables>;

export type MigrateJobVariables = {
  readonly input: MigrateJobInput;
};
export type MigrateJobResult = {
  readonly result: {
    readonly value: Migration | null;
    readonly errors: readonly Fault[];
  };
};
export const MigrateJob = `
mutation MigrateJob($input: MigrateJobInput!) {
  result: migrateJob(input: $input) {
    value: migration {
      ...Migration
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Migration on Migration {
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
` as TypedDocument<MigrateJobResult, MigrateJobVariables>;

export type AddServerVariables = {
  readonly input: AddServerInput;
};
export type AddServerResult = {
  readonly result: {
    readonly value: Server | null;
    readonly errors: readonly Fault[];
  };
};
export const AddServer = `
mutation AddServer($input: AddServerInput!) {
  result: addServer(input: $input) {
    value: server {
      ...Server
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Gpu on Gpu {
  id
  serverName
  index
  uuid
  parent
  model
  memoryMiB
  state
  reason
  utilisationPercent
  memoryUsedMiB
  temperatureC
  lookedAt
  job {
    id
    name
  }
}

fragment Server on Server {
  id
  name
  driver
  endpoint
  engine
  noLiveMigration
  state
  stateReason
  stateSince
  health
  reason
  draining
  drain {
    reason
    since
    deadlineAt
    jobsLeft
  }
  cordoned {
    reason
    since
  }
  cores
  coresUsed
  memoryMiB
  freeDiskMiB
  shortOfDisk
  memoryUsedMiB
  imageCount
  notice
  gpus {
    ...Gpu
  }
  jobs {
    id
    name
    status
  }
}
` as TypedDocument<AddServerResult, AddServerVariables>;

export type DrainServerVariables = {
  readonly input: DrainServerInput;
};
export type DrainServerResult = {
  readonly result: {
    readonly value: Server | null;
    readonly errors: readonly Fault[];
  };
};
export const DrainServer = `
mutation DrainServer($input: DrainServerInput!) {
  result: drainServer(input: $input) {
    value: server {
      ...Server
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Gpu on Gpu {
  id
  serverName
  index
  uuid
  parent
  model
  memoryMiB
  state
  reason
  utilisationPercent
  memoryUsedMiB
  temperatureC
  lookedAt
  job {
    id
    name
  }
}

fragment Server on Server {
  id
  name
  driver
  endpoint
  engine
  noLiveMigration
  state
  stateReason
  stateSince
  health
  reason
  draining
  drain {
    reason
    since
    deadlineAt
    jobsLeft
  }
  cordoned {
    reason
    since
  }
  cores
  coresUsed
  memoryMiB
  freeDiskMiB
  shortOfDisk
  memoryUsedMiB
  imageCount
  notice
  gpus {
    ...Gpu
  }
  jobs {
    id
    name
    status
  }
}
` as TypedDocument<DrainServerResult, DrainServerVariables>;

export type CordonServerVariables = {
  readonly input: CordonServerInput;
};
export type CordonServerResult = {
  readonly result: {
    readonly value: Server | null;
    readonly errors: readonly Fault[];
  };
};
export const CordonServer = `
mutation CordonServer($input: CordonServerInput!) {
  result: cordonServer(input: $input) {
    value: server {
      ...Server
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Gpu on Gpu {
  id
  serverName
  index
  uuid
  parent
  model
  memoryMiB
  state
  reason
  utilisationPercent
  memoryUsedMiB
  temperatureC
  lookedAt
  job {
    id
    name
  }
}

fragment Server on Server {
  id
  name
  driver
  endpoint
  engine
  noLiveMigration
  state
  stateReason
  stateSince
  health
  reason
  draining
  drain {
    reason
    since
    deadlineAt
    jobsLeft
  }
  cordoned {
    reason
    since
  }
  cores
  coresUsed
  memoryMiB
  freeDiskMiB
  shortOfDisk
  memoryUsedMiB
  imageCount
  notice
  gpus {
    ...Gpu
  }
  jobs {
    id
    name
    status
  }
}
` as TypedDocument<CordonServerResult, CordonServerVariables>;

export type QuarantineGpuVariables = {
  readonly input: QuarantineGpuInput;
};
export type QuarantineGpuResult = {
  readonly result: {
    readonly value: Gpu | null;
    readonly errors: readonly Fault[];
  };
};
export const QuarantineGpu = `
mutation QuarantineGpu($input: QuarantineGpuInput!) {
  result: quarantineGpu(input: $input) {
    value: gpu {
      ...Gpu
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Gpu on Gpu {
  id
  serverName
  index
  uuid
  parent
  model
  memoryMiB
  state
  reason
  utilisationPercent
  memoryUsedMiB
  temperatureC
  lookedAt
  job {
    id
    name
  }
}
` as TypedDocument<QuarantineGpuResult, QuarantineGpuVariables>;

export type ReleaseGpuVariables = {
  readonly input: ReleaseGpuInput;
};
export type ReleaseGpuResult = {
  readonly result: {
    readonly value: Gpu | null;
    readonly errors: readonly Fault[];
  };
};
export const ReleaseGpu = `
mutation ReleaseGpu($input: ReleaseGpuInput!) {
  result: releaseGpu(input: $input) {
    value: gpu {
      ...Gpu
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Gpu on Gpu {
  id
  serverName
  index
  uuid
  parent
  model
  memoryMiB
  state
  reason
  utilisationPercent
  memoryUsedMiB
  temperatureC
  lookedAt
  job {
    id
    name
  }
}
` as TypedDocument<ReleaseGpuResult, ReleaseGpuVariables>;

export type RemoveServerVariables = {
  readonly input: RemoveServerInput;
};
export type RemoveServerResult = {
  readonly result: {
    readonly value: string | null;
    readonly errors: readonly Fault[];
  };
};
export const RemoveServer = `
mutation RemoveServer($input: RemoveServerInput!) {
  result: removeServer(input: $input) {
    value: removedServerId
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}
` as TypedDocument<RemoveServerResult, RemoveServerVariables>;

export type SetPolicyVariables = {
  readonly input: SetPolicyInput;
};
export type SetPolicyResult = {
  readonly result: {
    readonly value: Policy | null;
    readonly errors: readonly Fault[];
  };
};
export const SetPolicy = `
mutation SetPolicy($input: SetPolicyInput!) {
  result: setPolicy(input: $input) {
    value: policy {
      ...Policy
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Policy on Policy {
  key
  description
  active
  values
  needs
  preemptive
  elastic
  options {
    name
    description
    kind
    default
    choices
    min
    max
    whole
  }
}
` as TypedDocument<SetPolicyResult, SetPolicyVariables>;

export type FollowLogsVariables = {
  readonly job: string;
  readonly after?: string | null;
  readonly attempt?: number | null;
};
export type FollowLogsResult = {
  readonly item: LogBatch;
};
export const FollowLogs = `
subscription FollowLogs($job: ID!, $after: Cursor, $attempt: Int) {
  item: jobLogs(job: $job, after: $after, attempt: $attempt) {
    ...LogBatch
  }
}

fragment LogLine on LogLine {
  cursor
  attempt
  rank
  stream
  at
  text
  continues
}

fragment LogBatch on LogBatch {
  cursor
  hasMore
  gap {
    from
    to
    reason
  }
  lines {
    ...LogLine
  }
}
` as TypedDocument<FollowLogsResult, FollowLogsVariables>;

export type FollowProgressVariables = {
  readonly job: string;
  readonly after?: string | null;
};
export type FollowProgressResult = {
  readonly item: ProgressUpdate;
};
export const FollowProgress = `
subscription FollowProgress($job: ID!, $after: Cursor) {
  item: jobProgress(job: $job, after: $after) {
    ...ProgressUpdate
  }
}

fragment Progress on Progress {
  epoch
  epochs
  step
  steps
  fraction
  samplesPerSecond
  metrics
  at
}

fragment ProgressUpdate on ProgressUpdate {
  cursor
  jobId
  attempt
  progress {
    ...Progress
  }
  gap {
    from
    to
    reason
  }
}
` as TypedDocument<FollowProgressResult, FollowProgressVariables>;

export type FollowJobsVariables = {
  readonly job?: string | null;
  readonly after?: string | null;
};
export type FollowJobsResult = {
  readonly item: JobChange;
};
export const FollowJobs = `
subscription FollowJobs($job: ID, $after: Cursor) {
  item: jobChanged(job: $job, after: $after) {
    ...JobChange
  }
}

fragment Progress on Progress {
  epoch
  epochs
  step
  steps
  fraction
  samplesPerSecond
  metrics
  at
}

fragment Failure on Failure {
  origin
  code
  message
  hint
}

fragment Estimate on JobEstimate {
  source
  remainingSeconds
  remainingTime
  spread
  restartSeconds
  largestMeasured
}

fragment Job on Job {
  id
  name
  batch {
    id
    index
    size
    parameters
  }
  type
  user
  status
  phase
  phaseFraction
  pausedBy
  statusReason
  image
  command
  priority
  labels
  gpus {
    min
    max
    preferred
    model
    memoryMiB
  }
  cores {
    min
    max
    preferred
  }
  servers {
    min
    max
  }
  launcher
  ports {
    name
    port
    serverName
    serverPort
  }
  elasticity
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
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  jobCompletionTime
  attempt
  preemptions
  resizes
  migrationCount
  queueLevel
  progress {
    ...Progress
  }
  estimate {
    ...Estimate
  }
  failure {
    ...Failure
  }
}

fragment Event on Event {
  cursor
  type
  at
  jobId
  serverId
  summary
  body
}

fragment JobChange on JobChange {
  cursor
  jobId
  job {
    ...Job
  }
  event {
    ...Event
  }
}
` as TypedDocument<FollowJobsResult, FollowJobsVariables>;

export type FollowServersVariables = {
  readonly after?: string | null;
};
export type FollowServersResult = {
  readonly item: ServerChange;
};
export const FollowServers = `
subscription FollowServers($after: Cursor) {
  item: serverChanged(after: $after) {
    ...ServerChange
  }
}

fragment Gpu on Gpu {
  id
  serverName
  index
  uuid
  parent
  model
  memoryMiB
  state
  reason
  utilisationPercent
  memoryUsedMiB
  temperatureC
  lookedAt
  job {
    id
    name
  }
}

fragment Server on Server {
  id
  name
  driver
  endpoint
  engine
  noLiveMigration
  state
  stateReason
  stateSince
  health
  reason
  draining
  drain {
    reason
    since
    deadlineAt
    jobsLeft
  }
  cordoned {
    reason
    since
  }
  cores
  coresUsed
  memoryMiB
  freeDiskMiB
  shortOfDisk
  memoryUsedMiB
  imageCount
  notice
  gpus {
    ...Gpu
  }
  jobs {
    id
    name
    status
  }
}

fragment Event on Event {
  cursor
  type
  at
  jobId
  serverId
  summary
  body
}

fragment ServerChange on ServerChange {
  cursor
  serverId
  server {
    ...Server
  }
  event {
    ...Event
  }
}
` as TypedDocument<FollowServersResult, FollowServersVariables>;

export type FollowEventsVariables = {
  readonly after?: string | null;
  readonly job?: string | null;
  readonly types?: readonly string[] | null;
};
export type FollowEventsResult = {
  readonly item: Event;
};
export const FollowEvents = `
subscription FollowEvents($after: Cursor, $job: ID, $types: [String!]) {
  item: events(after: $after, job: $job, types: $types) {
    ...Event
  }
}

fragment Event on Event {
  cursor
  type
  at
  jobId
  serverId
  summary
  body
}
` as TypedDocument<FollowEventsResult, FollowEventsVariables>;

export type Survey = {
  readonly leftovers: readonly ({
    readonly server: string;
    readonly kind: string;
    readonly name: string;
    readonly reason: string;
    readonly ageSeconds: number | null;
    readonly due: boolean;
  })[];
  readonly unasked: readonly ({
    readonly server: string;
    readonly reason: string;
  })[];
};

export type GetLeftoversVariables = {};
export type GetLeftoversResult = {
  readonly leftovers: Survey;
};
export const GetLeftovers = `
query GetLeftovers {
  leftovers {
    ...Survey
  }
}

fragment Survey on Survey {
  leftovers {
    server
    kind
    name
    reason
    ageSeconds
    due
  }
  unasked {
    server
    reason
  }
}
` as TypedDocument<GetLeftoversResult, GetLeftoversVariables>;

export type ReapVariables = {
  readonly input: ReapInput;
};
export type ReapResult = {
  readonly result: {
    readonly survey: Survey | null;
    readonly errors: readonly Fault[];
  };
};
export const Reap = `
mutation Reap($input: ReapInput!) {
  result: reap(input: $input) {
    survey {
      ...Survey
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}

fragment Survey on Survey {
  leftovers {
    server
    kind
    name
    reason
    ageSeconds
    due
  }
  unasked {
    server
    reason
  }
}
` as TypedDocument<ReapResult, ReapVariables>;

export type GetImagesVariables = {};
export type GetImagesResult = {
  readonly images: readonly ({
    readonly server: string;
    readonly name: string;
    readonly sizeMiB: number;
    readonly usedAt: string;
    readonly stays: string | null;
  })[];
};
export const GetImages = `
query GetImages {
  images {
    server
    name
    sizeMiB
    usedAt
    stays
  }
}
` as TypedDocument<GetImagesResult, GetImagesVariables>;

export type CollectImagesVariables = {
  readonly input: CollectImagesInput;
};
export type CollectImagesResult = {
  readonly result: {
    readonly removed: readonly ({
      readonly server: string;
      readonly name: string;
    })[] | null;
    readonly errors: readonly Fault[];
  };
};
export const CollectImages = `
mutation CollectImages($input: CollectImagesInput!) {
  result: collectImages(input: $input) {
    removed {
      server
      name
    }
    errors {
      ...Fault
    }
  }
}

fragment Fault on UserError {
  message
  code
  path
}
` as TypedDocument<CollectImagesResult, CollectImagesVariables>;

export type GpuUsage = {
  readonly id: string;
  readonly utilisationPercent: number | null;
  readonly memoryUsedMiB: number | null;
  readonly temperatureC: number | null;
  readonly jobId: string | null;
  readonly held: number;
};

export type ServerUsage = {
  readonly serverName: string;
  readonly span: number;
  readonly cores: number;
  readonly coresGranted: number;
  readonly coresBusy: number | null;
  readonly memoryMiB: number;
  readonly memoryGrantedMiB: number;
  readonly memoryResidentMiB: number | null;
  readonly gpus: readonly GpuUsage[];
};

export type UsageUpdate = {
  readonly cursor: string;
  readonly at: string;
  readonly servers: readonly ServerUsage[];
  readonly gap: {
    readonly from: string;
    readonly to: string;
    readonly reason: string;
  } | null;
};

export type UsageHistory = {
  readonly serverName: string;
  readonly at: readonly string[];
  readonly step: number;
  readonly cores: readonly (number | null)[];
  readonly coresGranted: readonly (number | null)[];
  readonly coresBusy: readonly (number | null)[];
  readonly memoryMiB: readonly (number | null)[];
  readonly memoryGrantedMiB: readonly (number | null)[];
  readonly memoryResidentMiB: readonly (number | null)[];
  readonly gpus: readonly ({
    readonly id: string;
    readonly utilisationPercent: readonly (number | null)[];
    readonly memoryUsedMiB: readonly (number | null)[];
    readonly temperatureC: readonly (number | null)[];
    readonly jobIds: readonly (string | null)[];
    readonly held: readonly (number | null)[];
  })[];
};

export type JobUsage = {
  readonly at: string;
  readonly cpuPercent: number | null;
  readonly memoryMiB: number | null;
  readonly gpuUtilisationPercent: number | null;
  readonly gpuMemoryUsedMiB: number | null;
};

export type JobUsageHistory = {
  readonly at: readonly string[];
  readonly step: number;
  readonly cpuPercent: readonly (number | null)[];
  readonly memoryMiB: readonly (number | null)[];
  readonly gpuUtilisationPercent: readonly (number | null)[];
  readonly gpuMemoryUsedMiB: readonly (number | null)[];
};

export type GetUsageVariables = {
  readonly server?: string | null;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly points?: number | null;
};
export type GetUsageResult = {
  readonly usage: readonly UsageHistory[];
};
export const GetUsage = `
query GetUsage($server: ID, $from: DateTime, $to: DateTime, $points: Int) {
  usage(server: $server, from: $from, to: $to, points: $points) {
    ...UsageHistory
  }
}

fragment UsageHistory on UsageHistory {
  serverName
  at
  step
  cores
  coresGranted
  coresBusy
  memoryMiB
  memoryGrantedMiB
  memoryResidentMiB
  gpus {
    id
    utilisationPercent
    memoryUsedMiB
    temperatureC
    jobIds
    held
  }
}
` as TypedDocument<GetUsageResult, GetUsageVariables>;

export type GetJobUsageVariables = {
  readonly id: string;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly points?: number | null;
};
export type GetJobUsageResult = {
  readonly job: {
    readonly usage: JobUsage | null;
    readonly usageHistory: JobUsageHistory | null;
  } | null;
};
export const GetJobUsage = `
query GetJobUsage($id: ID!, $from: DateTime, $to: DateTime, $points: Int) {
  job(id: $id) {
    usage {
      ...JobUsage
    }
    usageHistory(from: $from, to: $to, points: $points) {
      ...JobUsageHistory
    }
  }
}

fragment JobUsage on JobUsage {
  at
  cpuPercent
  memoryMiB
  gpuUtilisationPercent
  gpuMemoryUsedMiB
}

fragment JobUsageHistory on JobUsageHistory {
  at
  step
  cpuPercent
  memoryMiB
  gpuUtilisationPercent
  gpuMemoryUsedMiB
}
` as TypedDocument<GetJobUsageResult, GetJobUsageVariables>;

export type FollowGpuUsageVariables = {
  readonly server?: string | null;
  readonly after?: string | null;
};
export type FollowGpuUsageResult = {
  readonly item: UsageUpdate;
};
export const FollowGpuUsage = `
subscription FollowGpuUsage($server: ID, $after: Cursor) {
  item: gpuUsage(server: $server, after: $after) {
    ...UsageUpdate
  }
}

fragment GpuUsage on GpuUsage {
  id
  utilisationPercent
  memoryUsedMiB
  temperatureC
  jobId
  held
}

fragment ServerUsage on ServerUsage {
  serverName
  span
  cores
  coresGranted
  coresBusy
  memoryMiB
  memoryGrantedMiB
  memoryResidentMiB
  gpus {
    ...GpuUsage
  }
}

fragment UsageUpdate on UsageUpdate {
  cursor
  at
  servers {
    ...ServerUsage
  }
  gap {
    from
    to
    reason
  }
}
` as TypedDocument<FollowGpuUsageResult, FollowGpuUsageVariables>;

export type TimeSpread = {
  readonly jobs: number;
  readonly mean: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
};

export type JobTimes = {
  readonly group: string | null;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly queueingDelay: TimeSpread | null;
  readonly waitingTime: TimeSpread | null;
  readonly serviceTime: TimeSpread | null;
  readonly jobCompletionTime: TimeSpread | null;
};

export type GetJobTimesVariables = {
  readonly from?: string | null;
  readonly to?: string | null;
  readonly by?: JobGrouping | null;
};
export type GetJobTimesResult = {
  readonly jobTimes: readonly JobTimes[];
};
export const GetJobTimes = `
query GetJobTimes($from: DateTime, $to: DateTime, $by: JobGrouping) {
  jobTimes(from: $from, to: $to, by: $by) {
    ...JobTimes
  }
}

fragment TimeSpread on TimeSpread {
  jobs
  mean
  p50
  p90
  p99
  max
}

fragment JobTimes on JobTimes {
  group
  completed
  failed
  cancelled
  queueingDelay {
    ...TimeSpread
  }
  waitingTime {
    ...TimeSpread
  }
  serviceTime {
    ...TimeSpread
  }
  jobCompletionTime {
    ...TimeSpread
  }
}
` as TypedDocument<GetJobTimesResult, GetJobTimesVariables>;
