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

/** What can keep a job waiting. */
export type BlockerKind =
  /** A time that has to pass after a failure. */
  | "BACKOFF"
  /** Enough others of its batch have their turn. */
  | "BATCH"
  /** It has its place, and others have to let go of it first. */
  | "BEING_FREED"
  /** Too few cores are free. */
  | "CORES"
  /** Jobs that must complete first. */
  | "DEPENDENCY"
  /** Servers that could hold it have too little free disk. */
  | "DISK"
  /** Enough GPUs are free, but not on as few servers as it may span. */
  | "FRAGMENTATION"
  /** Too few GPUs are free. */
  | "GPUS"
  /** GPUs are free, with less memory than it asks for. */
  | "GPU_MEMORY"
  /** GPUs are free, of other models than the one that it asks for. */
  | "GPU_MODEL"
  /** GPUs that would do are quarantined, or somebody else is at work on them. */
  | "GPU_UNFIT"
  /** Running jobs must be left alone for a while, or as many are being moved as may be at once. */
  | "GUARD"
  /** Its user: it is held until it is resumed. */
  | "HELD"
  /** No server has as much as it asks for, were it empty. */
  | "IMPOSSIBLE"
  /** Too little memory is free. */
  | "MEMORY"
  /** There is room, and the policy makes more of it with others. */
  | "NOT_CHOSEN"
  /** There is no server that takes jobs and could hold it. */
  | "NO_SERVER"
  /** Others come first in the order of the policy. */
  | "ORDER"
  /** The policy fails, and decides nothing. */
  | "POLICY_FAILED"
  /** No port is left to lease. */
  | "PORTS"
  /** Its user has had what the quota allows. */
  | "QUOTA"
  /** Room is kept for the first in line, and the job would delay that. */
  | "RESERVATION"
  /** Nothing any more: it starts with the next round. */
  | "ROUND"
  /** Servers that could hold it are cordoned, draining, suspect or down. */
  | "SERVER_STATE";

/** Which batch, and how its jobs are stopped. */
export interface CancelBatchInput {
  /** So many seconds its jobs have to save their state before they are killed; without it, as they say. */
  readonly graceSeconds?: number | null;
  /** The batch's id, such as batch-17. */
  readonly id: string;
}

/** Which job, and how it is stopped. */
export interface CancelJobInput {
  /** So many seconds it has to save its state before it is killed; without it, as its checkpoint says. */
  readonly graceSeconds?: number | null;
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
}

/** Which simulation. */
export interface CancelSimulationInput {
  /** Its id. */
  readonly id: string;
}

/** Who can make a change. */
export type ChangeBy =
  /** An operator of the cluster. */
  | "OPERATOR"
  /** The job's user. */
  | "USER"
  /** Nobody by a command: something has to happen. */
  | "WORLD";

/** Who or what wanted a change. */
export type ChangeCause =
  /** Room was made for a larger job. */
  | "DEFRAGMENTATION"
  /** Its server was draining. */
  | "DRAIN"
  /** It had failed and tried again. */
  | "FAILURE"
  /** The policy in force. */
  | "POLICY"
  /** It had ended without a reason of its own, and began again. */
  | "RECOVERY"
  /** Its server was lost. */
  | "SERVER_LOST"
  /** A GPU of it did not work well. */
  | "UNHEALTHY_GPU"
  /** Its user, or an operator, by a command. */
  | "USER";

/** What a change comes to. */
export type ChangeEffect =
  /** Running jobs make room, and the job starts when they have. */
  | "MAKES_ROOM"
  /** The job starts at once. */
  | "STARTS";

/** How a job's place or size changed. */
export type ChangeKind =
  /** It moved to another place. */
  | "MIGRATE"
  /** It was frozen: by its user, or to give its cores to others. */
  | "PAUSE"
  /** It had to give up its place. */
  | "PREEMPT"
  /** It was given another size where it was. */
  | "RESIZE"
  /** It went on. */
  | "RESUME"
  /** It was given a place. */
  | "START";

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

/** How a job without GPUs is preempted. */
export type CorePreemption =
  /** It is frozen: its memory stays, its cores go to others. */
  | "PAUSE"
  /** It saves a checkpoint and stops. */
  | "STOP";

/** Which running jobs move so that a waiting one finds room. */
export type Defragmentation =
  /** None. */
  | "OFF"
  /** With every placement one or two, if that gains more than it costs. */
  | "ON"
  /** Those that a placement moves which packs the whole cluster anew. */
  | "PLACEMENT";

/** Which batch, and how its jobs are stopped first. */
export interface DeleteBatchInput {
  /** So many seconds its jobs have to save their state before they are killed; without it, as they say. */
  readonly graceSeconds?: number | null;
  /** The batch's id, such as batch-17. */
  readonly id: string;
}

/** Which job, and how it is stopped first. */
export interface DeleteJobInput {
  /** So many seconds it has to save its state before it is killed; without it, as its checkpoint says. */
  readonly graceSeconds?: number | null;
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
}

/** Which simulation. */
export interface DeleteSimulationInput {
  /** Its id. */
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

/** How runs are started on a server. */
export type Driver =
  /** Each in a container of its Docker engine. */
  | "DOCKER"
  /** Each as a process group of the machine on which the API runs. */
  | "PROCESS"
  /** They are only pretended. */
  | "SIMULATED";

/** How the size of a job may change once it runs. */
export type Elasticity =
  /** The program is told and adapts itself. */
  | "LIVE"
  /** It may not. */
  | "NONE"
  /** It saves a checkpoint, stops, and starts with the other size. */
  | "RESTART";

/** A guess of the work. */
export interface EstimateInput {
  /** How many epochs it has. */
  readonly epochs?: number | null;
  /** How long it takes on one GPU, in seconds. */
  readonly seconds?: number | null;
  /** How many steps it has. */
  readonly steps?: number | null;
}

/** What an estimate rests on, the best first. */
export type EstimateSource =
  /** Jobs of its kind that have completed. */
  | "CATEGORY"
  /** What its user said. */
  | "DECLARED"
  /** All jobs that have completed. */
  | "GLOBAL"
  /** Nothing: there is no number yet. */
  | "NONE"
  /** What the job itself has told of its progress. */
  | "PROGRESS";

/** Whose failure it was. */
export type FailureOrigin =
  /** The program's own. */
  | "APPLICATION"
  /** Of the server, the engine, the image or the network. */
  | "INFRASTRUCTURE";

/** A job that is not submitted, to see what it would get. Give `spec` or `yaml`, not both. */
export interface ForecastJobInput {
  /** The job. */
  readonly spec?: JobSpecInput | null;
  /** The job as the text of a YAML (or JSON) file. */
  readonly yaml?: string | null;
}

/** What of a job is forecast. */
export type ForecastMoment =
  /** When it is over. */
  | "END"
  /** When it first trains. */
  | "START";

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

/** Who has a GPU, or why it is given to nobody. */
export type GpuState =
  /** Somebody else is at work on it, as `reason` says: it is given to nobody, though its job may keep it. */
  | "BUSY"
  /** It is quarantined, as `reason` says: it is given to nobody, and its job is moved. */
  | "FAULTY"
  /** It can be given to a job. */
  | "IDLE"
  /** A job holds it. */
  | "LEASED";

/** Can a server be reached? */
export type Health =
  /** It cannot be reached; `reason` says why. */
  | "DOWN"
  /** It has missed an answer; it gets no new run until it answers. */
  | "SUSPECT"
  /** It answers. */
  | "UP";

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

/** What jobs are taken together by. */
export type JobGrouping =
  /** All of them. */
  | "ALL"
  /** What kind of training they are. */
  | "TYPE"
  /** Whose they are. */
  | "USER";

/** In which order jobs are listed. */
export type JobOrder =
  /** By their end, the last one first; behind them those that are not over. */
  | "LAST_ENDED"
  /** By name, those of one name by submission, the last one first. */
  | "NAME"
  /** By submission, the last one first. */
  | "NEWEST_FIRST"
  /** By submission, the first one first. */
  | "OLDEST_FIRST"
  /** The highest priority first, those of one priority by submission, the first one first. */
  | "PRIORITY";

/** Groups of statuses, to filter by. */
export type JobPhase =
  /** All that are over: COMPLETED, FAILED, CANCELLED. */
  | "COMPLETED"
  /** PENDING. */
  | "QUEUED"
  /** All that hold GPUs or cores: STARTING, RUNNING, PAUSED, PREEMPTING, MIGRATING, CANCELLING. */
  | "RUNNING";

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

/** Where a job is in its life. */
export type JobStatus =
  /** It was stopped by its user. */
  | "CANCELLED"
  /** It is being stopped. */
  | "CANCELLING"
  /** It ended well. */
  | "COMPLETED"
  /** It ended badly, and may not try again. */
  | "FAILED"
  /** It is moving to another place, or starts again with another size. */
  | "MIGRATING"
  /** It is frozen in its memory: by its user, and keeps all it has, or by the policy, which gave its cores to others. */
  | "PAUSED"
  /** It waits for room, for other jobs, or until it is resumed. */
  | "PENDING"
  /** It saves a checkpoint and gives its room to others; it is pending after that. */
  | "PREEMPTING"
  /** It trains. */
  | "RUNNING"
  /** It has its place; its image, container and checkpoint are got ready. */
  | "STARTING";

/** What starts the processes of a job. */
export type Launcher =
  /** horovodrun, on the first server. */
  | "HOROVOD"
  /** mpirun, on the first server. */
  | "MPI"
  /** The command runs once on each server. */
  | "NONE"
  /** torchrun, on each server. */
  | "TORCHRUN";

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
  /** Printed there. */
  readonly stream?: LogStream | null;
  /** Printed before. */
  readonly until?: string | null;
}

/** Where a line was printed. */
export type LogStream =
  /** To the standard error output. */
  | "STDERR"
  /** To the standard output. */
  | "STDOUT";

/** Which job, and where to. */
export interface MigrateJobInput {
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
  /** As it runs, with its memory: it need not know of checkpoints. */
  readonly live?: boolean | null;
  /** The server; without it, wherever the placement likes best. */
  readonly to?: string | null;
}

/** Who wanted a migration. */
export type MigrationCause =
  /** Room was made for a larger job. */
  | "DEFRAGMENTATION"
  /** Its server is draining. */
  | "DRAIN"
  /** The policy in force. */
  | "POLICY"
  /** A GPU of it does not work well. */
  | "UNHEALTHY_GPU"
  /** It was asked for. */
  | "USER";

/** Migrations of which all that is given here is true. */
export interface MigrationFilter {
  /** Any of these states. */
  readonly states?: readonly MigrationState[] | null;
}

/** How far a migration has come. */
export type MigrationState =
  /** It trains on the target. */
  | "COMPLETED"
  /** It did not come about; `reason` says why. */
  | "FAILED"
  /** The target is got ready while the job still trains. */
  | "PREPARING"
  /** The checkpoint is carried and the job starts on the target. */
  | "STARTING"
  /** The job saves a checkpoint and stops. */
  | "STOPPING"
  /** Something else happened to the job on the way; `reason` says what. */
  | "SUPERSEDED";

/** A folder of the server that the job sees. */
export interface MountInput {
  /** Whether it may only be read; without it, yes. */
  readonly readOnly?: boolean | null;
  /** An absolute path on the server, below a root that the operator allows. */
  readonly source: string;
  /** Where the job finds it. */
  readonly target: string;
}

/** What the value of an option is; as a text it will do too. */
export type OptionKind =
  /** One of `choices`. */
  | "CHOICE"
  /** true or false. */
  | "FLAG"
  /** A number. */
  | "NUMBER"
  /** A list of numbers, as a text `3250,7200`. */
  | "NUMBERS"
  /** A number for each user, as a text `ann=2,bob=1`. */
  | "SHARES";

/** Thread pools of TensorFlow-style programs. */
export interface ParallelismInput {
  /** Operations that run at once. */
  readonly interOp?: number | null;
  /** Threads of one operation. */
  readonly intraOp?: number | null;
}

/** Which batch. */
export interface PauseBatchInput {
  /** The batch's id, such as batch-17. */
  readonly id: string;
}

/** Which job. */
export interface PauseJobInput {
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
}

/** Who has paused a job. */
export type PausedBy =
  /** The policy in force: its cores are with others, and it goes on by itself. */
  | "POLICY"
  /** Its user: it keeps all that it has until it is resumed. */
  | "USER";

/** What a policy looks at beyond the order of submission. */
export type PolicyNeed =
  /** The deadlines of jobs. */
  | "DEADLINES"
  /** How much work is left. */
  | "ESTIMATES"
  /** How long jobs took that have completed. */
  | "HISTORY"
  /** The priorities of jobs. */
  | "PRIORITIES"
  /** How much faster a job is with more. */
  | "SPEED_UP"
  /** Who has had how much. */
  | "USERS";

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

/** Which batch. */
export interface ResumeBatchInput {
  /** The batch's id, such as batch-17. */
  readonly id: string;
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

/** Which batch. */
export interface RetryBatchInput {
  /** The batch's id, such as batch-17. */
  readonly id: string;
}

/** Which job. */
export interface RetryJobInput {
  /** The job's id, or the number in it: job-17 or 17. */
  readonly id: string;
}

/** How a run ended. */
export type RunOutcome =
  /** See `failure`. */
  | "FAILED"
  /** It was asked to stop. */
  | "STOPPED"
  /** The program ended well. */
  | "SUCCEEDED";

/** Where a run is in its life. */
export type RunStatus =
  /** See `outcome`. */
  | "ENDED"
  /** It has started. */
  | "RUNNING"
  /** It has its place and does not train yet. */
  | "STARTING";

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

/** How it is with a server. */
export type ServerState =
  /** It takes no new run, and its jobs stay. */
  | "CORDONED"
  /** It cannot be reached. */
  | "DOWN"
  /** It takes no new run, and its jobs are moved away. */
  | "DRAINING"
  /** It did not answer lately, or old runs there are being ended: it takes no new run. */
  | "SUSPECT"
  /** It can be reached and takes runs. */
  | "UP";

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

/** What is to be compared, and over which jobs. */
export interface SimulateInput {
  /** The servers, as `schedulearn simulate --cluster` has it: 4x8 are four of eight GPUs. Without it, those of this server. */
  readonly cluster?: string | null;
  /** Of jobs of the past: only those submitted from then on. */
  readonly from?: string | null;
  /** Jobs that are drawn by lot, as `schedulearn simulate --generate` has it: philly,jobs=400. Without it, the jobs that this server has run and that are over. */
  readonly generate?: string | null;
  /** The placement, by key; without it, the one in force. */
  readonly placement?: string | null;
  /** The policies, by key; at most 8. */
  readonly policies: readonly string[];
  /** Chooses what is drawn by lot. */
  readonly seed?: number | null;
  /** Of jobs of the past: only those submitted until then. */
  readonly to?: string | null;
}

/** How far a simulation is. */
export type SimulationState =
  /** It was ended before it was through. */
  | "CANCELLED"
  /** There is a report. */
  | "COMPLETED"
  /** Nothing came of it; `problems` says why. */
  | "FAILED"
  /** Another runs first. */
  | "QUEUED"
  /** It runs. */
  | "RUNNING";

/** What a job that starts is doing. */
export type StartPhase =
  /** Its checkpoint is brought from the server where it was. */
  | "CARRYING"
  /** Its container is created and started. */
  | "CREATING"
  /** Its image is pulled. */
  | "PULLING";

/** Why a run began. */
export type StartReason =
  /** It goes on after a migration. */
  | "MIGRATED"
  /** It goes on after a preemption. */
  | "PREEMPTED"
  /** It was found running after a restart of the server. */
  | "RECOVERED"
  /** It goes on with another number of GPUs or cores. */
  | "RESIZED"
  /** It tries again after a failure, or because its user asked. */
  | "RETRIED"
  /** It is the first. */
  | "SUBMITTED";

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

/** What a job does with what it holds. */
export type TenureStatus =
  /** It rests in its memory: it is paused. */
  | "FROZEN"
  /** It trains. */
  | "RUNNING"
  /** It gets ready there. */
  | "STARTING"
  /** It lets go of it: it saves and stops, or holds it as a way back until it trains elsewhere. */
  | "STOPPING";

/** Which one. */
export interface TestWebhookInput {
  /** The webhook's name. */
  readonly name: string;
}

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

/** What becomes of a job when its server stays away too long. */
export type WhenServerLost =
  /** It has failed. */
  | "FAIL"
  /** It begins elsewhere, from the last checkpoint that can be had. */
  | "RESTART"
  /** It waits until the server is back. */
  | "WAIT";

export type GetJobPageVariables = {
  /** Its id, or the number in it: job-17 or 17. */
  readonly id: string;
};
export type GetJobPageResult = {
  /** The job; null when there is none. */
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
  serverNames
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

/** A training job: what was submitted, and what has become of it. */
export type JobPage = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** How it is called in lists; not unique. */
  readonly name: string;
  /** What kind of training it is; history is kept per type. */
  readonly type: string;
  /** Whose job it is. */
  readonly user: string;
  /** Where it is in its life. */
  readonly status: JobStatus;
  /** What it does while it is STARTING; null otherwise. */
  readonly phase: StartPhase | null;
  /** How much of the phase is done, 0 to 1, where that is known. */
  readonly phaseFraction: number | null;
  /** Who has paused it; null unless it is PAUSED. */
  readonly pausedBy: PausedBy | null;
  /** In plain words why it waits or has failed; null otherwise. */
  readonly statusReason: string | null;
  /** The Docker image; null: only a process server can run it. */
  readonly image: string | null;
  /** What it runs. */
  readonly command: string | readonly string[];
  /** The folder in which it runs; null: the image's own. */
  readonly workdir: string | null;
  /** Higher goes first, under the policies that look at it. */
  readonly priority: number;
  /** Its labels and their values. */
  readonly labels: Json;
  /** Its variables and their values, those of secrets left out. */
  readonly env: Json;
  /** The variables whose values are secret: they are never shown. */
  readonly secretNames: readonly string[];
  /** When it should be done. */
  readonly deadline: string | null;
  /** The user of its processes; null: the operator's choice. */
  readonly runAs: string | null;
  /** Its limit of memory in MiB; null: none. */
  readonly memoryMiB: number | null;
  /** What starts its processes. */
  readonly launcher: Launcher;
  /** How its size may change once it runs. */
  readonly elasticity: Elasticity;
  /** The least that one would submit to get this job again; secrets left out. */
  readonly spec: Json;
  /** The jobs that had to complete first. */
  readonly after: readonly string[];
  /** Those of them that it still waits for. */
  readonly blockedBy: readonly string[];
  /** Why there is no newer copy of its checkpoint, in plain words; null when there is nothing to say. */
  readonly backupProblem: string | null;
  /** The folder that was shipped with it; null: none. */
  readonly code: {
    /** The SHA-256 of its archive. */
    readonly hash: string;
    /** What its files hold. */
    readonly bytes: number;
    /** How many files there are. */
    readonly files: number;
  } | null;
  /** Folders of the server that it sees. */
  readonly mounts: readonly ({
    /** Its path on the server. */
    readonly source: string;
    /** Where the job finds it. */
    readonly target: string;
    /** Whether it may only be read. */
    readonly readOnly: boolean;
  })[];
  /** The GPUs it asked for. */
  readonly gpus: {
    /** It can run with so many. 0: it needs none. */
    readonly min: number;
    /** It can make use of so many. */
    readonly max: number;
    /** Only GPUs of this model. */
    readonly model: string | null;
  };
  /** The CPU cores it asked for. */
  readonly cores: {
    /** It can run with so many. */
    readonly min: number;
    /** It can make use of so many. */
    readonly max: number;
  };
  /** How many servers it may span. */
  readonly servers: {
    /** It runs on no fewer. */
    readonly min: number;
    /** It runs on no more. */
    readonly max: number;
  };
  /** Its ports, as they are leased at present; none while it has no place. */
  readonly ports: readonly ({
    /** What its job calls it. */
    readonly name: string;
    /** The name of the server that has it. */
    readonly serverName: string;
    /** The port of that server. */
    readonly serverPort: number;
  })[];
  /** Where it is; null while it holds no place. */
  readonly server: {
    /** Unique among the servers. */
    readonly name: string;
  } | null;
  /** The names of all servers where its last run is or was, in rank order; none when it never ran. */
  readonly serverNames: readonly string[];
  /** The GPUs that it holds now. */
  readonly grantedGpus: readonly ({
    /** Its index on its server. */
    readonly index: number;
    /** Its model, where known. */
    readonly model: string | null;
    /** The name of its server. */
    readonly serverName: string;
  })[];
  /** The cores that it holds now, by index. */
  readonly grantedCores: readonly number[];
  /** When it was submitted. */
  readonly submittedAt: string;
  /** When its first run began to train. */
  readonly firstStartedAt: string | null;
  /** When it was over. */
  readonly endedAt: string | null;
  /** From the submission until it first trained. */
  readonly queueingDelay: number | null;
  /** All the time that it trained, until now or until its end. */
  readonly serviceTime: number;
  /** From the submission to the end; null while it is not over. */
  readonly jobCompletionTime: number | null;
  /** Which run it is at; 0: none has begun. */
  readonly attempt: number;
  /** The batch with which it was submitted; null for a job that was submitted alone. */
  readonly batch: {
    /** The batch: batch-17, after the number of its first job. */
    readonly id: string;
    /** Its number in the batch: SCHEDULEARN_ARRAY_INDEX. */
    readonly index: number;
    /** How many jobs the batch was submitted with. */
    readonly size: number;
    /** Its values of the parameters of a sweep; empty for a job of an array. */
    readonly parameters: Json;
  } | null;
  /** How often it gave its room to others. */
  readonly preemptions: number;
  /** How often its size has changed, in place or by a restart. */
  readonly resizes: number;
  /** How often it has moved. */
  readonly migrationCount: number;
  /** Work that it has done and not saved, over all runs; null for jobs of a version that did not count it. */
  readonly lostWork: {
    /** Time training, in seconds. */
    readonly seconds: number;
    /** In steps; null where no run has told of its steps. */
    readonly steps: number | null;
  } | null;
  /** How far it is; null while it has told nothing of it. */
  readonly progress: {
    /** The epoch it is in, counted as the program counts. */
    readonly epoch: number | null;
    /** How many epochs it has. */
    readonly epochs: number | null;
    /** The step it is at, of its epoch where it tells epochs. */
    readonly step: number | null;
    /** How many steps there are, of an epoch where it tells epochs. */
    readonly steps: number | null;
    /** How much of the whole is done, 0 to 1. */
    readonly fraction: number | null;
    /** Samples a second, as the program tells it. */
    readonly samplesPerSecond: number | null;
    /** Figures that it prints, by name, such as its loss. */
    readonly metrics: Json | null;
    /** When this was read. */
    readonly at: string;
  } | null;
  /** What is believed of the work left; null when it is over. */
  readonly estimate: {
    /** What it rests on. */
    readonly source: EstimateSource;
    /** How long that takes with what it has now; null while it has nothing, and when nothing is known. */
    readonly remainingTime: number | null;
    /** How unsure that is: its standard deviation as a part of it. Null: nothing is known. */
    readonly spread: number | null;
    /** What a restart costs it: from the order to stop until it trains again. */
    readonly restartSeconds: number;
  } | null;
  /** What was last expected of it under the policy in force: when it was submitted, or when somebody asked since; null when it was not, and when it is over. */
  readonly forecast: {
    /** The moment from which it was looked into the future. */
    readonly at: string;
    /** When it trains next; null while it trains, and when that cannot be told. */
    readonly startsAt: Moment | null;
    /** When it is over; null when that cannot be told. */
    readonly endsAt: Moment | null;
    /** The server on which it trains, or will most likely train next. */
    readonly serverName: string | null;
    /** With how many GPUs it trains, or will most likely train next; cores for a job without GPUs. */
    readonly size: number | null;
    /** How likely it completes by its deadline, 0 to 1; null without one, and when that cannot be told. */
    readonly deadlineProbability: number | null;
    /** In plain words why a time cannot be told; null otherwise. */
    readonly reason: string | null;
  } | null;
  /** Why it failed; null unless it did. */
  readonly failure: {
    /** Whose failure it was. */
    readonly origin: FailureOrigin;
    /** One word for it: exit, signal, oom, cuda-oom, command-not-found, time-limit, stalled, dependency, batch, server-lost, daemon-error, image-pull, disk-full, gpu-lost, checkpoint-carry, host-oom, interference. */
    readonly code: string;
    /** In plain words. */
    readonly message: string;
    /** What can be done about it. */
    readonly hint: string;
  } | null;
  /** Its attempts, the first one first. */
  readonly runs: {
    /** How many there are on all pages together. */
    readonly totalCount: number;
    /** The items alone. */
    readonly nodes: readonly RunRow[];
  };
  /** Its moves, the first one first. */
  readonly migrations: {
    /** How many there are on all pages together. */
    readonly totalCount: number;
    /** The items alone. */
    readonly nodes: readonly MigrationRow[];
  };
};

/** When something is to be expected; what is null cannot be told. */
export type Moment = {
  /** One time in ten it is before this. */
  readonly p10: string | null;
  /** Half the time it is before this. */
  readonly p50: string | null;
  /** Nine times in ten it is before this. */
  readonly p90: string | null;
};

/** One attempt of a job, from the order to start until its one exit. */
export type RunRow = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** Counts the runs of its job, from 1. */
  readonly attempt: number;
  /** Why it began. */
  readonly reason: StartReason;
  /** Where it is in its life. */
  readonly status: RunStatus;
  /** How it ended; null while it has not. */
  readonly outcome: RunOutcome | null;
  /** The exit code of its program; null where it has none. */
  readonly exitCode: number | null;
  /** The signal that ended its program; null where none did. */
  readonly signal: string | null;
  /** Why it failed; null unless it did. */
  readonly failure: {
    /** Whose failure it was. */
    readonly origin: FailureOrigin;
    /** One word for it: exit, signal, oom, cuda-oom, command-not-found, time-limit, stalled, dependency, batch, server-lost, daemon-error, image-pull, disk-full, gpu-lost, checkpoint-carry, host-oom, interference. */
    readonly code: string;
    /** In plain words. */
    readonly message: string;
    /** What can be done about it. */
    readonly hint: string;
  } | null;
  /** The names of all its servers, in rank order. */
  readonly serverNames: readonly string[];
  /** Its GPUs, as far as they are still there. */
  readonly gpus: readonly ({
    /** Its index on its server. */
    readonly index: number;
    /** The name of its server. */
    readonly serverName: string;
  })[];
  /** The cores that it was given, by index. */
  readonly cores: readonly number[];
  /** When its place was decided. */
  readonly placedAt: string;
  /** When it began to train. */
  readonly startedAt: string | null;
  /** When it ended. */
  readonly endedAt: string | null;
  /** Size of the checkpoint that was carried to it from another server. */
  readonly carriedBytes: number;
};

/** One move of a running job from one place to another. */
export type MigrationRow = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** With the job's memory, as it ran; else it saved, stopped and started anew. */
  readonly live: boolean;
  /** Who wanted it. */
  readonly cause: MigrationCause;
  /** The id of the waiting job that was to find its room where this one was; null when it moved for no other. */
  readonly makesRoomFor: string | null;
  /** How far it has come. */
  readonly state: MigrationState;
  /** Why it failed, was superseded, or did not go on with its memory; null otherwise. */
  readonly reason: string | null;
  /** The name of the server that it left. */
  readonly from: string;
  /** The name of the server that it went to. */
  readonly to: string;
  /** When it was asked for. */
  readonly requestedAt: string;
  /** When it had come about or come to nothing. */
  readonly endedAt: string | null;
  /** Size of the checkpoint that was carried. */
  readonly bytes: number;
  /** How long the job did not train; null while it does not. */
  readonly downtime: number | null;
  /** Steps that were done again; null while that is not known. */
  readonly lostSteps: number | null;
};

export type GetJobProgressVariables = {
  /** The job's id, or the number in it. */
  readonly job: string;
  /** Begin behind this item. */
  readonly after?: string | null;
};
export type GetJobProgressResult = {
  /** A job's progress from its beginning on. */
  readonly jobProgress: readonly ({
    /** Its place in the log. */
    readonly cursor: string;
    /** The run that told it. */
    readonly attempt: number;
    /** How far it is. */
    readonly progress: {
      /** The epoch it is in, counted as the program counts. */
      readonly epoch: number | null;
      /** How many epochs it has. */
      readonly epochs: number | null;
      /** The step it is at, of its epoch where it tells epochs. */
      readonly step: number | null;
      /** How many steps there are, of an epoch where it tells epochs. */
      readonly steps: number | null;
      /** How much of the whole is done, 0 to 1. */
      readonly fraction: number | null;
      /** Samples a second, as the program tells it. */
      readonly samplesPerSecond: number | null;
      /** Figures that it prints, by name, such as its loss. */
      readonly metrics: Json | null;
      /** When this was read. */
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

/** A training job: what was submitted, and what has become of it. */
export type ListedJob = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** How it is called in lists; not unique. */
  readonly name: string;
  /** What kind of training it is; history is kept per type. */
  readonly type: string;
  /** Whose job it is. */
  readonly user: string;
  /** Where it is in its life. */
  readonly status: JobStatus;
  /** What it does while it is STARTING; null otherwise. */
  readonly phase: StartPhase | null;
  /** How much of the phase is done, 0 to 1, where that is known. */
  readonly phaseFraction: number | null;
  /** Who has paused it; null unless it is PAUSED. */
  readonly pausedBy: PausedBy | null;
  /** In plain words why it waits or has failed; null otherwise. */
  readonly statusReason: string | null;
  /** Higher goes first, under the policies that look at it. */
  readonly priority: number;
  /** When it was submitted. */
  readonly submittedAt: string;
  /** When its first run began to train. */
  readonly firstStartedAt: string | null;
  /** When it was over. */
  readonly endedAt: string | null;
  /** All the time that it trained, until now or until its end. */
  readonly serviceTime: number;
  /** Where it is; null while it holds no place. */
  readonly server: {
    /** Unique among the servers. */
    readonly name: string;
  } | null;
  /** The names of all servers where its last run is or was, in rank order; none when it never ran. */
  readonly serverNames: readonly string[];
  /** The GPUs that it holds now. */
  readonly grantedGpus: readonly ({
    /** Unique among everything that has an id. */
    readonly id: string;
    /** Its index on its server. */
    readonly index: number;
  })[];
  /** The GPUs it asked for. */
  readonly gpus: {
    /** It can run with so many. 0: it needs none. */
    readonly min: number;
    /** It can make use of so many. */
    readonly max: number;
  };
  /** How far it is; null while it has told nothing of it. */
  readonly progress: {
    /** How much of the whole is done, 0 to 1. */
    readonly fraction: number | null;
    /** The epoch it is in, counted as the program counts. */
    readonly epoch: number | null;
    /** How many epochs it has. */
    readonly epochs: number | null;
    /** The step it is at, of its epoch where it tells epochs. */
    readonly step: number | null;
    /** How many steps there are, of an epoch where it tells epochs. */
    readonly steps: number | null;
  } | null;
  /** The batch with which it was submitted; null for a job that was submitted alone. */
  readonly batch: {
    /** The batch: batch-17, after the number of its first job. */
    readonly id: string;
    /** Its number in the batch: SCHEDULEARN_ARRAY_INDEX. */
    readonly index: number;
    /** How many jobs the batch was submitted with. */
    readonly size: number;
    /** The whole batch. */
    readonly whole: {
      /** How many of its jobs wait, run, and are over. */
      readonly counts: {
        /** Of those that wait. */
        readonly queued: number;
        /** Of those that hold GPUs or cores. */
        readonly running: number;
        /** Of those that have completed. */
        readonly completed: number;
        /** Of those that have failed. */
        readonly failed: number;
        /** Of those that were cancelled. */
        readonly cancelled: number;
      };
    } | null;
  } | null;
};

export type GetJobListVariables = {
  /** Only these. */
  readonly filter?: JobFilter | null;
  /** In this order. */
  readonly orderBy?: JobOrder | null;
  /** At most so many; no more than 100. */
  readonly first?: number | null;
  /** Leave out so many in front: for pages by number. */
  readonly skip?: number | null;
};
export type GetJobListResult = {
  /** The jobs whose record is kept. */
  readonly jobs: {
    /** How many there are on all pages together. */
    readonly totalCount: number;
    /** The items alone. */
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
  serverNames
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

/** A training job: what was submitted, and what has become of it. */
export type RunningJob = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** How it is called in lists; not unique. */
  readonly name: string;
  /** Whose job it is. */
  readonly user: string;
  /** Where it is in its life. */
  readonly status: JobStatus;
  /** What it does while it is STARTING; null otherwise. */
  readonly phase: StartPhase | null;
  /** How much of the phase is done, 0 to 1, where that is known. */
  readonly phaseFraction: number | null;
  /** Who has paused it; null unless it is PAUSED. */
  readonly pausedBy: PausedBy | null;
  /** In plain words why it waits or has failed; null otherwise. */
  readonly statusReason: string | null;
  /** When it was submitted. */
  readonly submittedAt: string;
  /** All the time that it trained, until now or until its end. */
  readonly serviceTime: number;
  /** Where it is; null while it holds no place. */
  readonly server: {
    /** Unique among the servers. */
    readonly name: string;
  } | null;
  /** The GPUs that it holds now. */
  readonly grantedGpus: readonly ({
    /** Unique among everything that has an id. */
    readonly id: string;
    /** Its index on its server. */
    readonly index: number;
    /** The name of its server. */
    readonly serverName: string;
  })[];
  /** The cores that it holds now, by index. */
  readonly grantedCores: readonly number[];
  /** How far it is; null while it has told nothing of it. */
  readonly progress: {
    /** The epoch it is in, counted as the program counts. */
    readonly epoch: number | null;
    /** How many epochs it has. */
    readonly epochs: number | null;
    /** The step it is at, of its epoch where it tells epochs. */
    readonly step: number | null;
    /** How many steps there are, of an epoch where it tells epochs. */
    readonly steps: number | null;
    /** How much of the whole is done, 0 to 1. */
    readonly fraction: number | null;
    /** Samples a second, as the program tells it. */
    readonly samplesPerSecond: number | null;
  } | null;
  /** What is believed of the work left; null when it is over. */
  readonly estimate: {
    /** How long that takes with what it has now; null while it has nothing, and when nothing is known. */
    readonly remainingTime: number | null;
  } | null;
};

/** A training job: what was submitted, and what has become of it. */
export type QueuedJob = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** How it is called in lists; not unique. */
  readonly name: string;
  /** Whose job it is. */
  readonly user: string;
  /** Higher goes first, under the policies that look at it. */
  readonly priority: number;
  /** In plain words why it waits or has failed; null otherwise. */
  readonly statusReason: string | null;
  /** When it was submitted. */
  readonly submittedAt: string;
  /** The GPUs it asked for. */
  readonly gpus: {
    /** It can run with so many. 0: it needs none. */
    readonly min: number;
    /** It can make use of so many. */
    readonly max: number;
  };
  /** The CPU cores it asked for. */
  readonly cores: {
    /** It can run with so many. */
    readonly min: number;
    /** It can make use of so many. */
    readonly max: number;
  };
};

/** One GPU of a server. */
export type HeatGpu = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** Its index on its server. */
  readonly index: number;
  /** Its model, where known. */
  readonly model: string | null;
  /** Who has it, or why it is given to nobody. */
  readonly state: GpuState;
  /** Why it is FAULTY or BUSY; null when it is neither. */
  readonly reason: string | null;
  /** How busy it was in per cent, when it last was looked at. */
  readonly utilisationPercent: number | null;
  /** Its memory in MiB, where known. */
  readonly memoryMiB: number | null;
  /** Its memory in use in MiB, when it last was looked at. */
  readonly memoryUsedMiB: number | null;
  /** Its temperature in °C, when it last was looked at. */
  readonly temperatureC: number | null;
  /** The job that holds it now; null: none. */
  readonly job: {
    /** Unique among everything that has an id. */
    readonly id: string;
    /** How it is called in lists; not unique. */
    readonly name: string;
  } | null;
};

/** A machine that runs jobs. Its id is its name. */
export type HeatServer = {
  /** Unique among the servers. */
  readonly name: string;
  /** How it is with it: whether it can be reached goes before what is wanted of it. */
  readonly state: ServerState;
  /** Why its state is what it is, where that is known. */
  readonly stateReason: string | null;
  /** Its CPU cores that jobs may have; 0: it has not been looked at yet. */
  readonly cores: number;
  /** How many of its cores jobs hold now. */
  readonly coresUsed: number;
  /** Its memory that jobs may have, in MiB. */
  readonly memoryMiB: number;
  /** How much memory is set aside for jobs now, in MiB. */
  readonly memoryUsedMiB: number;
  /** Its GPUs, by index. */
  readonly gpus: readonly HeatGpu[];
};

export type GetOverviewJobsVariables = {};
export type GetOverviewJobsResult = {
  /** The whole that this API looks after. */
  readonly cluster: {
    /** The policy in force. */
    readonly policy: string;
    /** The placement in force. */
    readonly placement: string;
    /** How many jobs there are. */
    readonly counts: {
      /** Of those that wait. */
      readonly queued: number;
      /** Of those that hold GPUs or cores. */
      readonly running: number;
      /** Of those that are over and whose record is kept. */
      readonly completed: number;
    };
  };
  /** The jobs whose record is kept. */
  readonly running: {
    /** How many there are on all pages together. */
    readonly totalCount: number;
    /** The items alone. */
    readonly nodes: readonly RunningJob[];
  };
  /** The jobs whose record is kept. */
  readonly queued: {
    /** How many there are on all pages together. */
    readonly totalCount: number;
    /** The items alone. */
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
  /** The servers, in the order they joined in. */
  readonly servers: {
    /** How many there are on all pages together. */
    readonly totalCount: number;
    /** The items alone. */
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
  /** From then on. */
  readonly from: string;
  /** Until then; without it, until now. */
  readonly to?: string | null;
  /** In so many steps of equal length, at most 500. */
  readonly points?: number | null;
};
export type GetOutcomesResult = {
  /** How many jobs ended over time, by how: of those whose record is kept. */
  readonly outcomes: readonly ({
    /** When the step begins. */
    readonly at: string;
    /** So many ended well. */
    readonly completed: number;
    /** So many failed. */
    readonly failed: number;
    /** So many were stopped by their users. */
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
