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

/** Something that the caller can mend. Nothing was changed. */
export type Fault = {
  /** What is wrong, and what would mend it. */
  readonly message: string;
  /** INVALID_INPUT, NOT_FOUND, CONFLICT, NO_ROOM, UNKNOWN_POLICY, UNREACHABLE or FORBIDDEN. */
  readonly code: string;
  /** Where in the input, such as [gpus, min]. */
  readonly path: readonly string[] | null;
};

/** A time that a job held a part of one server, cut to the window asked for. */
export type Tenure = {
  /** Unique among what is told of the timeline, and the same in every window. */
  readonly id: string;
  /** The job that held it, though it may have been deleted since. */
  readonly jobId: string;
  /** How the job is called; null when it has been deleted. */
  readonly name: string | null;
  /** Whose job it is; null when it has been deleted. */
  readonly user: string | null;
  /** What the job did there at that time. */
  readonly status: TenureStatus;
  /** Which run of the job it was, from 1. */
  readonly attempt: number;
  /** Counts the changes of what that run had, from 1. */
  readonly generation: number;
  /** The name of the server, though it may have been removed since. */
  readonly server: string;
  /** The GPUs that it held there, though they may be gone since. */
  readonly gpus: readonly string[];
  /** The CPU cores that it held there, by number. */
  readonly cores: readonly number[];
  /** The memory that was set aside for it there, in MiB. */
  readonly memoryMiB: number;
  /** When it began, or the window does. */
  readonly from: string;
  /** When it ended; or the window does; or now, while it lasts. */
  readonly to: string;
  /** It lasts still. */
  readonly lasts: boolean;
};

export type GetTimelineVariables = {
  /** The window begins here. */
  readonly from: string;
  /** The window ends here, which must be later. */
  readonly to: string;
  /** Of this server only; one that has been removed will do too. */
  readonly server?: string | null;
  /** Of this job only; its id, or the number in it. */
  readonly job?: string | null;
  /** At most so many; no more than 1000. */
  readonly first?: number | null;
  /** Begin behind this item. */
  readonly after?: string | null;
};
export type GetTimelineResult = {
  /** Who had which GPUs and cores of which server, from when to when, in the order in which it came about. What jobs had that are deleted since is told without their names. */
  readonly timeline: {
    /** How many there are on all pages together. */
    readonly totalCount: number;
    /** Where this page lies in the list. */
    readonly pageInfo: {
      /** Is there more behind this page? */
      readonly hasNextPage: boolean;
      /** Of the last item: give it as `after` to go on. */
      readonly endCursor: string | null;
    };
    /** The items alone. */
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

/** Policies that were run, or are, over the same jobs in virtual time, and the report about them. */
export type Simulation = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** What was compared, in words. */
  readonly title: string;
  /** How far it is. */
  readonly state: SimulationState;
  /** How much of it is done, 0 to 1. */
  readonly progress: number;
  /** When it was asked for. */
  readonly createdAt: string;
  /** When it was over; null while it is not. */
  readonly endedAt: string | null;
  /** The policies; empty for a report of which that is not known. */
  readonly policies: readonly string[];
  /** How many jobs there were; null for a report of which that is not known. */
  readonly jobCount: number | null;
  /** Why nothing came of it, or of some of the policies; empty when all is well. */
  readonly problems: readonly string[];
  /** The address of its report on this server: one page of HTML that needs no other; null while there is none. */
  readonly reportPath: string | null;
  /** The size of its report; null while there is none. */
  readonly reportBytes: number | null;
  /** What each policy came to, as far as it is known. */
  readonly outcomes: readonly ({
    /** The policy. */
    readonly policy: string;
    /** How long a job waited, on average, also between its runs. */
    readonly meanWait: number;
    /** From the submission of a job to its end, on average. */
    readonly meanJct: number;
    /** From the first submission to the last end. */
    readonly makespan: number;
    /** The part of the GPUs' time in which a job trained on them, 0 to 1; of cores' where there are none. */
    readonly utilisation: number;
    /** How many jobs did not end. */
    readonly unfinished: number;
  })[];
};

export type GetSimulationsVariables = {
  /** At most so many; no more than 100. */
  readonly first?: number | null;
  /** Begin behind this item. */
  readonly after?: string | null;
};
export type GetSimulationsResult = {
  /** Simulations that run or wait, and those of which there is a report, the newest first. Reports made by `schedulearn simulate --report` are among them when they lie in the folder `reports` of the data folder. */
  readonly simulations: {
    /** How many there are on all pages together. */
    readonly totalCount: number;
    /** Where this page lies in the list. */
    readonly pageInfo: {
      /** Is there more behind this page? */
      readonly hasNextPage: boolean;
      /** Of the last item: give it as `after` to go on. */
      readonly endCursor: string | null;
    };
    /** The items alone. */
    readonly nodes: readonly Simulation[];
  };
};
export const GetSimulations = `
query GetSimulations($first: Int, $after: Cursor) {
  simulations(first: $first, after: $after) {
    totalCount
    pageInfo {
      hasNextPage
      endCursor
    }
    nodes {
      ...Simulation
    }
  }
}

fragment Simulation on Simulation {
  id
  title
  state
  progress
  createdAt
  endedAt
  policies
  jobCount
  problems
  reportPath
  reportBytes
  outcomes {
    policy
    meanWait
    meanJct
    makespan
    utilisation
    unfinished
  }
}
` as TypedDocument<GetSimulationsResult, GetSimulationsVariables>;

export type SimulateVariables = {
  /** What is wanted. */
  readonly input: SimulateInput;
};
export type SimulateResult = {
  /** Has policies run over the same jobs in virtual time, beside all that runs here, and a report made. */
  readonly result: {
    /** The simulation as it is now; null when there are errors. */
    readonly value: Simulation | null;
    /** What the caller has to mend; empty when it was done. */
    readonly errors: readonly Fault[];
  };
};
export const Simulate = `
mutation Simulate($input: SimulateInput!) {
  result: simulate(input: $input) {
    value: simulation {
      ...Simulation
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

fragment Simulation on Simulation {
  id
  title
  state
  progress
  createdAt
  endedAt
  policies
  jobCount
  problems
  reportPath
  reportBytes
  outcomes {
    policy
    meanWait
    meanJct
    makespan
    utilisation
    unfinished
  }
}
` as TypedDocument<SimulateResult, SimulateVariables>;

export type CancelSimulationVariables = {
  /** What is wanted. */
  readonly input: CancelSimulationInput;
};
export type CancelSimulationResult = {
  /** Ends a simulation that runs or waits; no report is made. */
  readonly result: {
    /** The simulation as it is now; null when there are errors. */
    readonly value: Simulation | null;
    /** What the caller has to mend; empty when it was done. */
    readonly errors: readonly Fault[];
  };
};
export const CancelSimulation = `
mutation CancelSimulation($input: CancelSimulationInput!) {
  result: cancelSimulation(input: $input) {
    value: simulation {
      ...Simulation
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

fragment Simulation on Simulation {
  id
  title
  state
  progress
  createdAt
  endedAt
  policies
  jobCount
  problems
  reportPath
  reportBytes
  outcomes {
    policy
    meanWait
    meanJct
    makespan
    utilisation
    unfinished
  }
}
` as TypedDocument<CancelSimulationResult, CancelSimulationVariables>;

export type DeleteSimulationVariables = {
  /** What is wanted. */
  readonly input: DeleteSimulationInput;
};
export type DeleteSimulationResult = {
  /** Removes a simulation that is over, and its report. */
  readonly result: {
    /** The simulation that is gone; null when there are errors. */
    readonly value: string | null;
    /** What the caller has to mend; empty when it was done. */
    readonly errors: readonly Fault[];
  };
};
export const DeleteSimulation = `
mutation DeleteSimulation($input: DeleteSimulationInput!) {
  result: deleteSimulation(input: $input) {
    value: deletedSimulationId
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
` as TypedDocument<DeleteSimulationResult, DeleteSimulationVariables>;

/** What the output tells of a job's progress, all lines taken together. */
export type Progress = {
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

/** Why something failed. */
export type Failure = {
  /** Whose failure it was. */
  readonly origin: FailureOrigin;
  /** One word for it: exit, signal, oom, cuda-oom, command-not-found, time-limit, stalled, dependency, batch, server-lost, daemon-error, image-pull, disk-full, gpu-lost, checkpoint-carry, host-oom, interference. */
  readonly code: string;
  /** In plain words. */
  readonly message: string;
  /** What can be done about it. */
  readonly hint: string;
};

/** What is believed of a job now. Its unit is a GPU, or a core for a job without GPUs. */
export type Estimate = {
  /** What it rests on. */
  readonly source: EstimateSource;
  /** Work that is left: seconds on one unit. Null: nothing is known. */
  readonly remainingSeconds: number | null;
  /** How long that takes with what it has now; null while it has nothing, and when nothing is known. */
  readonly remainingTime: number | null;
  /** How unsure that is: its standard deviation as a part of it. Null: nothing is known. */
  readonly spread: number | null;
  /** What a restart costs it: from the order to stop until it trains again. */
  readonly restartSeconds: number;
  /** The most units with which it or its kind was measured; 0: never. */
  readonly largestMeasured: number;
};

/** A training job: what was submitted, and what has become of it. */
export type Job = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** How it is called in lists; not unique. */
  readonly name: string;
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
  /** Higher goes first, under the policies that look at it. */
  readonly priority: number;
  /** Its labels and their values. */
  readonly labels: Json;
  /** The GPUs it asked for. */
  readonly gpus: {
    /** It can run with so many. 0: it needs none. */
    readonly min: number;
    /** It can make use of so many. */
    readonly max: number;
    /** What policies without elasticity give. */
    readonly preferred: number;
    /** Only GPUs of this model. */
    readonly model: string | null;
    /** Only GPUs with at least so much memory, in MiB. */
    readonly memoryMiB: number | null;
  };
  /** The CPU cores it asked for. */
  readonly cores: {
    /** It can run with so many. */
    readonly min: number;
    /** It can make use of so many. */
    readonly max: number;
    /** What policies without elasticity give. */
    readonly preferred: number;
  };
  /** How many servers it may span. */
  readonly servers: {
    /** It runs on no fewer. */
    readonly min: number;
    /** It runs on no more. */
    readonly max: number;
  };
  /** What starts its processes. */
  readonly launcher: Launcher;
  /** Its ports, as they are leased at present; none while it has no place. */
  readonly ports: readonly ({
    /** What its job calls it. */
    readonly name: string;
    /** The port that its program asked for. */
    readonly port: number;
    /** The name of the server that has it. */
    readonly serverName: string;
    /** The port of that server. */
    readonly serverPort: number;
  })[];
  /** How its size may change once it runs. */
  readonly elasticity: Elasticity;
  /** Where it is; null while it holds no place. */
  readonly server: {
    /** Unique among the servers. */
    readonly name: string;
  } | null;
  /** Where its last run is or was; null when it never ran, and when that server is gone. */
  readonly lastServer: {
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
    /** The name of its server. */
    readonly serverName: string;
  })[];
  /** The cores that it holds now, by index. */
  readonly grantedCores: readonly number[];
  /** Its limit of memory in MiB; null: none. */
  readonly memoryMiB: number | null;
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
  /** GPUs times seconds that it was served, all runs that have stopped taken together. */
  readonly gpuSeconds: number;
  /** CPU cores times seconds that it was served, all runs that have stopped taken together. */
  readonly coreSeconds: number;
  /** From the submission to the end; null while it is not over. */
  readonly jobCompletionTime: number | null;
  /** Which run it is at; 0: none has begun. */
  readonly attempt: number;
  /** How often it gave its room to others. */
  readonly preemptions: number;
  /** How often its size has changed, in place or by a restart. */
  readonly resizes: number;
  /** How often it has moved. */
  readonly migrationCount: number;
  /** Its queue under a policy with several, 0 being served first; null while none has put it in one. */
  readonly queueLevel: number | null;
  /** How far it is; null while it has told nothing of it. */
  readonly progress: Progress | null;
  /** What is believed of the work left; null when it is over. */
  readonly estimate: Estimate | null;
  /** Why it failed; null unless it did. */
  readonly failure: Failure | null;
};

/** Jobs that were submitted together from one spec. */
export type Batch = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** What its spec is called. */
  readonly name: string;
  /** Whose jobs they are. */
  readonly user: string;
  /** How many jobs were submitted. */
  readonly size: number;
  /** The parameters of its sweep, by name; none for an array. */
  readonly parameterNames: readonly string[];
  /** So many of its jobs run at a time; null: all for which there is room. */
  readonly maxParallel: number | null;
  /** When more of its jobs have failed, the rest is cancelled; null: never. */
  readonly maxFailures: number | null;
  /** When it was submitted. */
  readonly submittedAt: string;
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
};

/** One attempt of a job, from the order to start until its one exit. */
export type Run = {
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
  readonly failure: Failure | null;
  /** The name of the server that it was placed on. */
  readonly serverName: string;
  /** The names of all its servers, in rank order. */
  readonly serverNames: readonly string[];
  /** When its place was decided. */
  readonly placedAt: string;
  /** When it began to train. */
  readonly startedAt: string | null;
  /** When it ended. */
  readonly endedAt: string | null;
};

/** One move of a running job from one place to another. */
export type Migration = {
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

/** When something is to be expected; what is null cannot be told. */
export type TimeRange = {
  /** One time in ten it is before this. */
  readonly p10: string | null;
  /** Half the time it is before this. */
  readonly p50: string | null;
  /** Nine times in ten it is before this. */
  readonly p90: string | null;
};

/** What is to be expected of one job. */
export type JobForecast = {
  /** The moment from which it was looked into the future. */
  readonly at: string;
  /** The job; null for the one that is not submitted. */
  readonly job: string | null;
  /** How it is called in lists; null when it has ended meanwhile. */
  readonly name: string | null;
  /** When it trains next; null while it trains, and when that cannot be told. */
  readonly startsAt: TimeRange | null;
  /** When it is over; null when that cannot be told. */
  readonly endsAt: TimeRange | null;
  /** The server on which it trains, or will most likely train next. */
  readonly serverName: string | null;
  /** With how many GPUs it trains, or will most likely train next; cores for a job without GPUs. */
  readonly size: number | null;
  /** What the estimate of its work rests on. */
  readonly basis: EstimateSource;
  /** How likely it completes by its deadline, 0 to 1; null without one, and when that cannot be told. */
  readonly deadlineProbability: number | null;
  /** In plain words why a time cannot be told; null otherwise. */
  readonly reason: string | null;
};

/** What is to be expected of what is there now, as far as estimates go: nobody submits anything more, and nothing fails. */
export type Forecast = {
  /** The moment from which it was looked into the future. */
  readonly at: string;
  /** One for each policy that was asked for, in that order. */
  readonly policies: readonly ({
    /** The policy's key. */
    readonly policy: string;
    /** The options of the policy: those in force, or its defaults. */
    readonly options: Json;
    /** How often it was played through: the more jobs, the less often. */
    readonly runs: number;
    /** How many jobs were forecast. */
    readonly jobCount: number;
    /** What it comes to for all of them. */
    readonly summary: {
      /** Of how many jobs it can be told when they are over; the others count nowhere. */
      readonly told: number;
      /** How long those that wait have still to wait, on average; null: none waits, or it cannot be told. */
      readonly meanWait: number | null;
      /** From the submission of a job until it is over, on average; null: it cannot be told of any. */
      readonly meanJct: number | null;
      /** Until the last of them is over; null: it cannot be told of any. */
      readonly makespan: number | null;
    };
    /** Of each job that was asked for, in the order of submission. */
    readonly jobs: readonly JobForecast[];
  })[];
  /** What the job that is not submitted would get, by policy; empty without one. */
  readonly hypothetical: readonly JobForecast[];
  /** What has to be mended first; nothing is forecast then. */
  readonly errors: readonly Fault[];
};

/** How forecasts that were made when jobs were submitted have turned out, for those that have completed. */
export type ForecastAccuracy = {
  /** The policy in force when they were made. */
  readonly policy: string;
  /** The category of the jobs; `all`: every job. */
  readonly category: string;
  /** What was forecast. */
  readonly of: ForecastMoment;
  /** How many forecasts were looked at. */
  readonly forecasts: number;
  /** How far off the middle of the range was: the median. */
  readonly error: number;
  /** How much later than the middle of the range it came: the median; below 0 it came earlier. */
  readonly bias: number;
  /** The part that came between p10 and p90, 0 to 1: 0.8 is what the range promises. */
  readonly coverage: number;
};

/** A training job: what was submitted, and what has become of it. */
export type JobDetails = Job & {
  /** What was last expected of it under the policy in force: when it was submitted, or when somebody asked since; null when it was not, and when it is over. */
  readonly forecast: JobForecast | null;
  /** The folder in which it runs; null: the image's own. */
  readonly workdir: string | null;
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
  /** The user of its processes; null: the operator's choice. */
  readonly runAs: string | null;
  /** Its variables and their values, those of secrets left out. */
  readonly env: Json;
  /** The variables whose values are secret: they are never shown. */
  readonly secretNames: readonly string[];
  /** When it should be done. */
  readonly deadline: string | null;
  /** The signal that tells it of another size; null: none. */
  readonly resizeSignal: string | null;
  /** Counts the changes of its grant within that run, from 1; 0: none has begun. */
  readonly generation: number;
  /** The least that one would submit to get this job again; secrets left out. */
  readonly spec: Json;
  /** Its attempts, the first one first. */
  readonly runs: {
    /** The items alone. */
    readonly nodes: readonly Run[];
  };
  /** Its moves, the first one first. */
  readonly migrations: {
    /** The items alone. */
    readonly nodes: readonly Migration[];
  };
};

/** One GPU of a server. */
export type Gpu = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** The name of its server. */
  readonly serverName: string;
  /** Its index on its server. */
  readonly index: number;
  /** Its maker's unique name for it, where known. */
  readonly uuid: string | null;
  /** The UUID of the GPU of which it is a slice; null: it is a whole one. */
  readonly parent: string | null;
  /** Its model, where known. */
  readonly model: string | null;
  /** Its memory in MiB, where known. */
  readonly memoryMiB: number | null;
  /** Who has it, or why it is given to nobody. */
  readonly state: GpuState;
  /** Why it is FAULTY or BUSY; null when it is neither. */
  readonly reason: string | null;
  /** How busy it was in per cent, when it last was looked at. */
  readonly utilisationPercent: number | null;
  /** Its memory in use in MiB, when it last was looked at. */
  readonly memoryUsedMiB: number | null;
  /** Its temperature in °C, when it last was looked at. */
  readonly temperatureC: number | null;
  /** When it last was looked at; null: not yet. */
  readonly lookedAt: string | null;
  /** The job that holds it now; null: none. */
  readonly job: {
    /** Unique among everything that has an id. */
    readonly id: string;
    /** How it is called in lists; not unique. */
    readonly name: string;
  } | null;
};

/** A machine that runs jobs. Its id is its name. */
export type Server = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** Unique among the servers. */
  readonly name: string;
  /** How runs are started on it. */
  readonly driver: Driver;
  /** Where its engine is: unix://…, tcp://…, ssh://…, or local. */
  readonly endpoint: string;
  /** Its engine and version, such as Podman 4.3.1, where known. */
  readonly engine: string | null;
  /** Why no job moves from it or to it as it runs; null: one may. */
  readonly noLiveMigration: string | null;
  /** How it is with it: whether it can be reached goes before what is wanted of it. */
  readonly state: ServerState;
  /** Why its state is what it is, where that is known. */
  readonly stateReason: string | null;
  /** Since when its state is what it is. */
  readonly stateSince: string;
  /** Can it be reached? */
  readonly health: Health;
  /** Why it is not UP; null when it is. */
  readonly reason: string | null;
  /** A draining server gets no new run, and its jobs are moved away. */
  readonly draining: boolean;
  /** How far its drain has come; null: it does not drain. */
  readonly drain: {
    /** Why, where that was said. */
    readonly reason: string | null;
    /** Since when. */
    readonly since: string;
    /** What still runs there then is preempted; null: it may take long. */
    readonly deadlineAt: string | null;
    /** How many jobs still hold a part of the server. */
    readonly jobsLeft: number;
  } | null;
  /** It is kept from getting new runs; null: it is not. */
  readonly cordoned: {
    /** Why, where that was said. */
    readonly reason: string | null;
    /** Since when. */
    readonly since: string;
  } | null;
  /** Its CPU cores that jobs may have; 0: it has not been looked at yet. */
  readonly cores: number;
  /** How many of its cores jobs hold now. */
  readonly coresUsed: number;
  /** Its memory that jobs may have, in MiB. */
  readonly memoryMiB: number;
  /** What is free of its engine's disk, in MiB; null: not known. */
  readonly freeDiskMiB: number | null;
  /** Why its disk takes no new run; null: it has room enough. */
  readonly shortOfDisk: string | null;
  /** How much memory is set aside for jobs now, in MiB. */
  readonly memoryUsedMiB: number;
  /** How many images its engine has; null: not known. */
  readonly imageCount: number | null;
  /** What could not be found out of it; null when all was. */
  readonly notice: string | null;
  /** Its GPUs, by index. */
  readonly gpus: readonly Gpu[];
  /** The jobs that hold a part of it now. */
  readonly jobs: readonly ({
    /** Unique among everything that has an id. */
    readonly id: string;
    /** How it is called in lists; not unique. */
    readonly name: string;
    /** Where it is in its life. */
    readonly status: JobStatus;
  })[];
};

/** Where a page lies in its list. */
export type PageInfo = {
  /** Is there more behind this page? */
  readonly hasNextPage: boolean;
  /** Of the last item: give it as `after` to go on. */
  readonly endCursor: string | null;
};

/** A rule that decides who runs, with how much. */
export type Policy = {
  /** The name by which it is set. */
  readonly key: string;
  /** What it does. */
  readonly description: string;
  /** Is it the one in force? */
  readonly active: boolean;
  /** The options that are in force; null unless it is the one. */
  readonly values: Json | null;
  /** What it looks at; what is not known it does without, as its description says. */
  readonly needs: readonly PolicyNeed[];
  /** May it stop running work for other work? */
  readonly preemptive: boolean;
  /** Does it change the size of jobs? */
  readonly elastic: boolean;
  /** Its settings. */
  readonly options: readonly ({
    /** Its name. */
    readonly name: string;
    /** What it does. */
    readonly description: string;
    /** What its value is. */
    readonly kind: OptionKind;
    /** Its value where none is given. */
    readonly default: Json;
    /** The values that it may have; null: any of its kind. */
    readonly choices: readonly string[] | null;
    /** The least value, of each of several; null: no bound. */
    readonly min: number | null;
    /** The greatest value, of each of several; null: no bound. */
    readonly max: number | null;
    /** Is it of whole numbers only? */
    readonly whole: boolean;
  })[];
};

/** A rule that decides where a job goes that fits in several places. */
export type Placement = {
  /** The name by which it is set. */
  readonly key: string;
  /** What it does. */
  readonly description: string;
  /** Is it the one in force? */
  readonly active: boolean;
};

/** The whole that this API looks after. */
export type Cluster = {
  /** The name under which its containers are known. */
  readonly id: string;
  /** The version of Schedulearn. */
  readonly version: string;
  /** The policy in force. */
  readonly policy: string;
  /** The placement in force. */
  readonly placement: string;
  /** When this server began to serve. */
  readonly startedAt: string;
  /** The newest event: a stream with this as `after` gives what comes from now on. */
  readonly eventCursor: string;
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

/** How past estimates of the work left have turned out, for jobs of one category at one part of their work. */
export type Accuracy = {
  /** The category; `all`: every job. */
  readonly category: string;
  /** The part of its work that a job had done, 0 to 1. */
  readonly at: number;
  /** How many estimates were looked at. */
  readonly estimates: number;
  /** Mean of ln(estimated / actual): below 0 it promised too much. */
  readonly bias: number;
  /** Mean of |ln(estimated / actual)|: 0 is perfect, 0.69 a factor of two. */
  readonly error: number;
};

/** One line of a job's output. */
export type LogLine = {
  /** Behind this line. */
  readonly cursor: string;
  /** The run that printed it. */
  readonly attempt: number;
  /** Which member of a run over several servers printed it; 0 is the first. */
  readonly rank: number;
  /** Where it was printed. */
  readonly stream: LogStream;
  /** When it was printed. */
  readonly at: string;
  /** What it says, without its end; values of secrets are masked. */
  readonly text: string;
  /** It was too long and goes on in the next. */
  readonly continues: boolean;
};

/** Lines of a job's output, in order. */
export type LogBatch = {
  /** Behind the last of them: give it as `after` to go on. */
  readonly cursor: string;
  /** Is there more at this moment? */
  readonly hasMore: boolean;
  /** What is missing in front of these lines; null: nothing. */
  readonly gap: {
    /** They begin behind this: give it to the twin query as `after`. */
    readonly from: string;
    /** The last of them. */
    readonly to: string;
    /** Why they were left out. */
    readonly reason: string;
  } | null;
  /** The lines. */
  readonly lines: readonly LogLine[];
};

/** Something that happened, as the log has it. */
export type Event = {
  /** Its place in the log. */
  readonly cursor: string;
  /** What it is: JobSubmitted, JobCancelled, JobUpdated, JobPaused, JobResumed, JobRetried, JobPlaced, JobPreempted, JobMigrated, JobResized, JobRequeued, JobGivenUp, RetriesRenewed, DependencyMet, BatchTurnCame, JobDeleted, RunPreparing, RunPrepared, CheckpointCarried, RunStarted, RunPauseFailed, RunDumpFailed, RunRestoreFailed, RunResized, RunExited, RunProgressed, CheckpointSaved, CheckpointLost, CheckpointBackedUp, CheckpointRestored, CheckpointDropped, ServerJoined, ServerInventoried, GpuStateChanged, ServerMeasured, ServerHealthChanged, ServerDrained, ServerCordoned, ServerRemoved, PolicyChanged, RoundFailed. */
  readonly type: string;
  /** When it happened. */
  readonly at: string;
  /** The job that it is of. */
  readonly jobId: string | null;
  /** The server that it is of. */
  readonly serverId: string | null;
  /** One plain sentence. */
  readonly summary: string;
  /** The rest of it; its fields depend on the type. */
  readonly body: Json;
};

/** A job came on. */
export type ProgressUpdate = {
  /** Its place in the log. */
  readonly cursor: string;
  /** The job. */
  readonly jobId: string;
  /** The run that told it. */
  readonly attempt: number;
  /** How far it is. */
  readonly progress: Progress;
  /** Earlier updates that were left out: the stream had this newer one already, or old progress is kept once a minute. */
  readonly gap: {
    /** They begin behind this: give it to the twin query as `after`. */
    readonly from: string;
    /** The last of them. */
    readonly to: string;
    /** Why they were left out. */
    readonly reason: string;
  } | null;
};

/** Something happened to a job. */
export type JobChange = {
  /** Its place in the log. */
  readonly cursor: string;
  /** The job. */
  readonly jobId: string;
  /** The job as it is now; null when it is deleted. */
  readonly job: Job | null;
  /** What happened. */
  readonly event: Event;
};

/** Something happened to a server. */
export type ServerChange = {
  /** Its place in the log. */
  readonly cursor: string;
  /** The server. */
  readonly serverId: string;
  /** The server as it is now; null when it is removed. */
  readonly server: Server | null;
  /** What happened. */
  readonly event: Event;
};

export type GetJobVariables = {
  /** Its id, or the number in it: job-17 or 17. */
  readonly id: string;
};
export type GetJobResult = {
  /** The job; null when there is none. */
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
  serverNames
  grantedGpus {
    id
    index
    serverName
  }
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  gpuSeconds
  coreSeconds
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

/** One thing that keeps a job waiting. */
export type Blocker = {
  /** What it is. */
  readonly kind: BlockerKind;
  /** In plain words, with its figures. */
  readonly message: string;
  /** What can be done about it. */
  readonly remedy: string;
  /** The names of the servers that it is about. */
  readonly servers: readonly string[];
  /** The jobs that are in the way: those ahead, or some that hold what it needs. */
  readonly jobs: readonly string[];
  /** When it is over by itself; null where that cannot be told. */
  readonly until: string | null;
};

/** One change of where and with how much a job trains, and why. */
export type ExplainedChange = {
  /** When it was decided. */
  readonly at: string;
  /** What changed. */
  readonly kind: ChangeKind;
  /** The run that it was about. */
  readonly attempt: number;
  /** Who or what wanted it. */
  readonly cause: ChangeCause;
  /** In plain words what happened, why, and what came of it. */
  readonly message: string;
  /** The servers that it had before. */
  readonly from: readonly string[];
  /** The servers that it had after. */
  readonly to: readonly string[];
  /** GPUs, or cores of a job without, before; null: none. */
  readonly sizeBefore: number | null;
  /** GPUs, or cores of a job without, after; null: none. */
  readonly sizeAfter: number | null;
  /** What it cost the job. */
  readonly cost: {
    /** Time training that was not saved; null while that is not known. */
    readonly lostWork: number | null;
    /** Steps that were done again; null while that is not known. */
    readonly lostSteps: number | null;
    /** From the stop until it trained again; null while it does not. */
    readonly stopped: number | null;
    /** Size of the checkpoint that was carried from server to server. */
    readonly checkpointBytes: number;
  };
  /** What it was good for. */
  readonly gain: {
    /** The jobs that were given what it had. */
    readonly jobs: readonly string[];
    /** How many times as fast the job was expected to be with it; null where that was not known. */
    readonly speedup: number | null;
  };
};

/** Why a job waits, why it is where it is, and why it was moved about: from the decisions that were taken, never guessed. */
export type JobWhy = {
  /** The moment for which it holds. */
  readonly at: string;
  /** All of it in one sentence. */
  readonly summary: string;
  /** All that keeps it waiting, the most decisive first; empty when it does not wait. */
  readonly blockers: readonly Blocker[];
  /** The least change with which it would start; null when it does not wait, and where none was found. */
  readonly smallestChange: {
    /** In plain words: would start now with gpus.min 3. */
    readonly message: string;
    /** Whether it starts at once, or when others have made room. */
    readonly effect: ChangeEffect;
    /** Who can make it. */
    readonly by: ChangeBy;
    /** Fields of the job and the values that they would have, such as {"gpus.min": 3}; empty for other changes. */
    readonly fields: Json;
    /** The command that makes it; null where there is none. */
    readonly command: string | null;
    /** The running jobs that would make room for it. */
    readonly stops: readonly string[];
  } | null;
  /** When it starts and ends, as far as estimates go; null when it is over, and when there was no time for it. */
  readonly forecast: JobForecast | null;
  /** Why it is where it is; null while it holds no place. */
  readonly placement: {
    /** In plain words. */
    readonly message: string;
    /** When it was decided. */
    readonly decidedAt: string | null;
    /** The names of its servers, rank 0's first. */
    readonly servers: readonly string[];
    /** The ids of its GPUs. */
    readonly gpus: readonly string[];
    /** How many GPUs it has; cores for a job without GPUs. */
    readonly size: number;
    /** The key of the policy that decided it; null where that is not on record. */
    readonly policy: string | null;
    /** The key of the placement rule that chose the server; null where that is not on record. */
    readonly placement: string | null;
    /** How many servers would have done, this one among them; null where that is not on record. */
    readonly fitting: number | null;
    /** Was its image there already? Null where that is not on record. */
    readonly hadImage: boolean | null;
    /** Was its checkpoint there already? Null where that is not on record. */
    readonly hadCheckpoint: boolean | null;
    /** Other servers that would have done, the best first. */
    readonly alternatives: readonly ({
      /** Its name. */
      readonly server: string;
      /** In plain words why it was not chosen. */
      readonly message: string;
    })[];
  } | null;
  /** Its starts, preemptions, pauses, resizes and migrations, the last one first: who wanted each, what it cost and what it gained. */
  readonly changes: readonly ExplainedChange[];
};

/** A training job: what was submitted, and what has become of it. */
export type ExplainedJob = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** How it is called in lists; not unique. */
  readonly name: string;
  /** Where it is in its life. */
  readonly status: JobStatus;
  /** What it does while it is STARTING; null otherwise. */
  readonly phase: StartPhase | null;
  /** How much of the phase is done, 0 to 1, where that is known. */
  readonly phaseFraction: number | null;
  /** Who has paused it; null unless it is PAUSED. */
  readonly pausedBy: PausedBy | null;
  /** Why it waits, with the smallest change that would start it; why it is where it is; why it was moved about. */
  readonly why: JobWhy;
};

export type GetWhyVariables = {
  /** Its id, or the number in it: job-17 or 17. */
  readonly id: string;
  readonly changes?: number | null;
};
export type GetWhyResult = {
  /** The job; null when there is none. */
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
  /** Only these. */
  readonly filter?: JobFilter | null;
  /** In this order. */
  readonly orderBy?: JobOrder | null;
  /** At most so many; no more than 100. */
  readonly first?: number | null;
  /** Begin behind this item. */
  readonly after?: string | null;
};
export type GetJobsResult = {
  /** The jobs whose record is kept. */
  readonly jobs: {
    /** How many there are on all pages together. */
    readonly totalCount: number;
    /** Where this page lies in the list. */
    readonly pageInfo: PageInfo;
    /** The items alone. */
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
  serverNames
  grantedGpus {
    id
    index
    serverName
  }
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  gpuSeconds
  coreSeconds
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
  /** Their ids, at most 100. */
  readonly ids: readonly string[];
};
export type GetBatchesResult = {
  /** Those of the batches of which a job is on record. */
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
  /** Begin behind this item. */
  readonly after?: string | null;
};
export type GetServersResult = {
  /** The servers, in the order they joined in. */
  readonly servers: {
    /** Where this page lies in the list. */
    readonly pageInfo: PageInfo;
    /** The items alone. */
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
  /** The policies that can be set. */
  readonly policies: readonly Policy[];
  /** The placements that can be set. */
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
  /** The whole that this API looks after. */
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
  /** How past estimates of the work left have turned out; empty until jobs have completed that told their progress. */
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
  /** Under these; without them, the one in force. */
  readonly policies?: readonly string[] | null;
  /** Of these, which takes less time; without them, of all that are not over. */
  readonly jobs?: readonly string[] | null;
  /** And of this one, as if it were submitted now. Nothing is stored. */
  readonly hypothetical?: ForecastJobInput | null;
  /** Play it through so many times, at most 200; without it, as often as there is time for. */
  readonly runs?: number | null;
  /** Chooses the draws: the same state with the same seed has the same forecast. */
  readonly seed?: number | null;
  readonly first?: number | null;
};
export type GetForecastResult = {
  /** When jobs start and end, as far as estimates go, under the policy in force or under others. */
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
  /** How past forecasts have turned out; empty until a job has completed that was forecast. */
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
  /** The job's id, or the number in it. */
  readonly job: string;
  /** Begin behind this line; without it, at the beginning. */
  readonly after?: string | null;
  /** At most so many lines; 200 unless given, no more than 1000. */
  readonly first?: number | null;
  /** The last so many lines instead; no more than 1000. */
  readonly last?: number | null;
  /** Of this run only. */
  readonly attempt?: number | null;
  /** Only these lines. A page may then hold few or none while `hasMore` is true: a long log is searched a part at a time. */
  readonly filter?: LogFilter | null;
};
export type GetLogsResult = {
  /** Lines of a job's output. */
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

/** One line of a job's output. */
export type NumberedLogLine = LogLine & {
  /** Which line of all the job's output it is, from 1; what was removed counts too. */
  readonly number: number;
};

/** Lines of a job's output, in order. */
export type NumberedLogBatch = {
  /** Behind the last of them: give it as `after` to go on. */
  readonly cursor: string;
  /** How many lines of the job's output lie in front of `cursor`; what was removed counts too. */
  readonly linesToCursor: number;
  /** Is there more at this moment? */
  readonly hasMore: boolean;
  /** What is missing in front of these lines; null: nothing. */
  readonly gap: {
    /** They begin behind this: give it to the twin query as `after`. */
    readonly from: string;
    /** The last of them. */
    readonly to: string;
    /** Why they were left out. */
    readonly reason: string;
  } | null;
  /** The lines. */
  readonly lines: readonly NumberedLogLine[];
};

export type GetLogPageVariables = {
  /** The job's id, or the number in it. */
  readonly job: string;
  /** Begin behind this line; without it, at the beginning. */
  readonly after?: string | null;
  /** Begin with this line instead: the first of all the job's output is 1, and what was removed counts too. */
  readonly line?: number | null;
  /** At most so many lines; 200 unless given, no more than 1000. */
  readonly first?: number | null;
  /** The last so many lines instead; no more than 1000. */
  readonly last?: number | null;
  /** Of this run only. */
  readonly attempt?: number | null;
  /** Only these lines. A page may then hold few or none while `hasMore` is true: a long log is searched a part at a time. */
  readonly filter?: LogFilter | null;
};
export type GetLogPageResult = {
  /** Lines of a job's output. */
  readonly jobLogs: NumberedLogBatch;
};
export const GetLogPage = `
query GetLogPage($job: ID!, $after: Cursor, $line: Int, $first: Int, $last: Int, $attempt: Int, $filter: LogFilter) {
  jobLogs(
    job: $job
    after: $after
    line: $line
    first: $first
    last: $last
    attempt: $attempt
    filter: $filter
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
  /** Begin behind this item. */
  readonly after?: string | null;
  /** At most so many; no more than 100. */
  readonly first?: number | null;
  /** Of this job only. */
  readonly job?: string | null;
  /** Only events of these types. */
  readonly types?: readonly string[] | null;
};
export type GetEventsResult = {
  /** What happened, from the beginning of the log on. */
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
  /** What is wanted. */
  readonly input: SubmitJobInput;
};
export type SubmitJobResult = {
  /** Hands a job in, or all jobs of an array or a sweep. Nothing is stored when there is any fault. */
  readonly result: {
    /** The job as it is now, the first one of a batch; null when there are errors. */
    readonly value: Job | null;
    /** The batch that was submitted; null for a job alone, and when there are errors. */
    readonly batch: Batch | null;
    /** What the caller has to mend; empty when it was done. */
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
  serverNames
  grantedGpus {
    id
    index
    serverName
  }
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  gpuSeconds
  coreSeconds
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
  /** What is wanted. */
  readonly input: CancelJobInput;
};
export type CancelJobResult = {
  /** Stops a job; its record stays. */
  readonly result: {
    /** The job as it is now; null when there are errors. */
    readonly value: Job | null;
    /** What the caller has to mend; empty when it was done. */
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
  serverNames
  grantedGpus {
    id
    index
    serverName
  }
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  gpuSeconds
  coreSeconds
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
  /** What is wanted. */
  readonly input: DeleteJobInput;
};
export type DeleteJobResult = {
  /** Removes a job with its record and output; one that is not over is stopped first. */
  readonly result: {
    /** The job whose record is gone, or goes as soon as it has stopped. */
    readonly value: string | null;
    /** What the caller has to mend; empty when it was done. */
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
  /** What is wanted. */
  readonly input: UpdateJobInput;
};
export type UpdateJobResult = {
  /** Changes what may change of a job that is not over. */
  readonly result: {
    /** The job as it is now; null when there are errors. */
    readonly value: Job | null;
    /** What the caller has to mend; empty when it was done. */
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
  serverNames
  grantedGpus {
    id
    index
    serverName
  }
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  gpuSeconds
  coreSeconds
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
  /** What is wanted. */
  readonly input: PauseJobInput;
};
export type PauseJobResult = {
  /** Stops the clock of a running job, which keeps its GPUs, or holds back one that waits. */
  readonly result: {
    /** The job as it is now; null when there are errors. */
    readonly value: Job | null;
    /** What the caller has to mend; empty when it was done. */
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
  serverNames
  grantedGpus {
    id
    index
    serverName
  }
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  gpuSeconds
  coreSeconds
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
  /** What is wanted. */
  readonly input: ResumeJobInput;
};
export type ResumeJobResult = {
  /** Lets a paused or held job go on. */
  readonly result: {
    /** The job as it is now; null when there are errors. */
    readonly value: Job | null;
    /** What the caller has to mend; empty when it was done. */
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
  serverNames
  grantedGpus {
    id
    index
    serverName
  }
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  gpuSeconds
  coreSeconds
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

/** A training job: what was submitted, and what has become of it. */
export type JobCheckpoints = {
  /** Unique among everything that has an id. */
  readonly id: string;
  /** Where its checkpoint is kept: the folder on its server, then copies, the newest first. */
  readonly checkpoints: readonly ({
    /** The server that has the folder; null: a copy in the scheduler's own data folder. */
    readonly server: string | null;
    /** Which folder of the job it is, or is a copy of. */
    readonly generation: number;
    /** The step up to which work is safe in it; null: not known. */
    readonly step: number | null;
    /** When the job last saved into it; null: not known. */
    readonly savedAt: string | null;
    /** When the copy was made; null for the folder itself. */
    readonly copiedAt: string | null;
    /** What its files hold; null where that was not counted. */
    readonly bytes: number | null;
    /** How many files there are; null where they were not counted. */
    readonly files: number | null;
  })[];
  /** Why there is no newer copy of its checkpoint, in plain words; null when there is nothing to say. */
  readonly backupProblem: string | null;
  /** Work that it has done and not saved, over all runs; null for jobs of a version that did not count it. */
  readonly lostWork: {
    /** Time training, in seconds. */
    readonly seconds: number;
    /** In steps; null where no run has told of its steps. */
    readonly steps: number | null;
  } | null;
};

export type GetCheckpointsVariables = {
  /** Its id, or the number in it: job-17 or 17. */
  readonly id: string;
};
export type GetCheckpointsResult = {
  /** The job; null when there is none. */
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
  /** What is wanted. */
  readonly input: RetryJobInput;
};
export type RetryJobResult = {
  /** Queues a failed or cancelled job again, with its checkpoint. */
  readonly result: {
    /** The job as it is now; null when there are errors. */
    readonly value: Job | null;
    /** What the caller has to mend; empty when it was done. */
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
  serverNames
  grantedGpus {
    id
    index
    serverName
  }
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  gpuSeconds
  coreSeconds
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
  /** What is wanted. */
  readonly input: MigrateJobInput;
};
export type MigrateJobResult = {
  /** Moves a running job to another server, with its checkpoint. */
  readonly result: {
    /** The migration that has begun; null when there are errors. */
    readonly value: Migration | null;
    /** What the caller has to mend; empty when it was done. */
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
  /** What is wanted. */
  readonly input: AddServerInput;
};
export type AddServerResult = {
  /** Takes a server in. */
  readonly result: {
    /** The server as it is now; null when there are errors. */
    readonly value: Server | null;
    /** What the caller has to mend; empty when it was done. */
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
  /** What is wanted. */
  readonly input: DrainServerInput;
};
export type DrainServerResult = {
  /** Has a server take no new jobs, and its jobs moved away. */
  readonly result: {
    /** The server as it is now; null when there are errors. */
    readonly value: Server | null;
    /** What the caller has to mend; empty when it was done. */
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
  /** What is wanted. */
  readonly input: CordonServerInput;
};
export type CordonServerResult = {
  /** Has a server take no new jobs; those that it has stay. */
  readonly result: {
    /** The server as it is now; null when there are errors. */
    readonly value: Server | null;
    /** What the caller has to mend; empty when it was done. */
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
  /** What is wanted. */
  readonly input: QuarantineGpuInput;
};
export type QuarantineGpuResult = {
  /** Has a GPU given to nobody, and its job moved away. */
  readonly result: {
    /** The GPU as it is now; null when there are errors. */
    readonly value: Gpu | null;
    /** What the caller has to mend; empty when it was done. */
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
  /** What is wanted. */
  readonly input: ReleaseGpuInput;
};
export type ReleaseGpuResult = {
  /** Has a GPU given to jobs again; a fault that is still there is found again. */
  readonly result: {
    /** The GPU as it is now; null when there are errors. */
    readonly value: Gpu | null;
    /** What the caller has to mend; empty when it was done. */
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
  /** What is wanted. */
  readonly input: RemoveServerInput;
};
export type RemoveServerResult = {
  /** Forgets a server; without force only one that no job needs. */
  readonly result: {
    /** The server that is gone; null when there are errors. */
    readonly value: string | null;
    /** What the caller has to mend; empty when it was done. */
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
  /** What is wanted. */
  readonly input: SetPolicyInput;
};
export type SetPolicyResult = {
  /** Sets the policy, its options, the placement. Jobs go on. */
  readonly result: {
    /** The policy now in force; null when there are errors. */
    readonly value: Policy | null;
    /** What the caller has to mend; empty when it was done. */
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
  /** The job's id, or the number in it. */
  readonly job: string;
  /** Begin behind this place; without it, at the job's beginning. */
  readonly after?: string | null;
  /** Of this run only. */
  readonly attempt?: number | null;
};
export type FollowLogsResult = {
  /** A job's output as it is printed. It completes when the job is over and all of it was given. */
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
  /** The job's id, or the number in it. */
  readonly job: string;
  /** Begin behind this place; without it, at the job's beginning. */
  readonly after?: string | null;
};
export type FollowProgressResult = {
  /** A job's progress as it is told; a reader who is late gets the newest, and a gap. It completes when the job is over. */
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
  /** Of this job only. */
  readonly job?: string | null;
  /** Begin behind this place; without it, with what comes from now on. */
  readonly after?: string | null;
};
export type FollowJobsResult = {
  /** What happens to jobs. Of one job, it completes when the job is over. */
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
  serverNames
  grantedGpus {
    id
    index
    serverName
  }
  grantedCores
  memoryMiB
  submittedAt
  firstStartedAt
  endedAt
  queueingDelay
  serviceTime
  gpuSeconds
  coreSeconds
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
  /** Begin behind this place; without it, with what comes from now on. */
  readonly after?: string | null;
};
export type FollowServersResult = {
  /** What happens to servers. */
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
  /** Begin behind this place; without it, with what comes from now on. */
  readonly after?: string | null;
  /** Of this job only. */
  readonly job?: string | null;
  /** Only events of these types. */
  readonly types?: readonly string[] | null;
};
export type FollowEventsResult = {
  /** What happens. Of one job, it completes when the job is over. */
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

/** What nobody needs, on all servers that could be asked. */
export type Survey = {
  /** What there is. */
  readonly leftovers: readonly ({
    /** The server's name. */
    readonly server: string;
    /** run, checkpoint, code, or reader: a container that lent access to a folder. */
    readonly kind: string;
    /** What the server calls it. */
    readonly name: string;
    /** Why nobody needs it. */
    readonly reason: string;
    /** Since it was made; null where the server does not tell. */
    readonly ageSeconds: number | null;
    /** Old enough to be removed: reapGraceSeconds. */
    readonly due: boolean;
  })[];
  /** Servers that could not be asked, and what could not be removed. */
  readonly unasked: readonly ({
    /** Its name. */
    readonly server: string;
    /** Why. */
    readonly reason: string;
  })[];
};

export type GetLeftoversVariables = {};
export type GetLeftoversResult = {
  /** Containers and volumes of this cluster that nobody needs, on all servers; they are asked now. */
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
  /** What is wanted. */
  readonly input: ReapInput;
};
export type ReapResult = {
  /** Removes what nobody needs and is old enough. The server does so by itself again and again. */
  readonly result: {
    /** What was found, and with it what was removed: all that was due. */
    readonly survey: Survey | null;
    /** What the caller has to mend; empty when it was done. */
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
  /** Images that jobs have used, on all servers that can be reached, the longest unused first. */
  readonly images: readonly ({
    /** The server's name. */
    readonly server: string;
    /** The image's name. */
    readonly name: string;
    /** Its size in MiB; what it shares with others counts for each. */
    readonly sizeMiB: number;
    /** When a container was last made of it. */
    readonly usedAt: string;
    /** Why it stays when the disk is full; null: it may be removed. */
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
  /** What is wanted. */
  readonly input: CollectImagesInput;
};
export type CollectImagesResult = {
  /** Removes images that may be, the longest unused first, until disks are below the low watermark. */
  readonly result: {
    /** What was removed; null when there are errors. */
    readonly removed: readonly ({
      /** The server's name. */
      readonly server: string;
      /** The image's name. */
      readonly name: string;
    })[] | null;
    /** What the caller has to mend; empty when it was done. */
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

/** How much a GPU was used, on average over the span of a sample. */
export type GpuUsage = {
  /** The GPU's. */
  readonly id: string;
  /** How busy it was in per cent; null: not known. */
  readonly utilisationPercent: number | null;
  /** Its memory in use in MiB; null: not known. */
  readonly memoryUsedMiB: number | null;
  /** Its temperature in °C; null: not known. */
  readonly temperatureC: number | null;
  /** The job that held it, for the longest if there were several; null: none. */
  readonly jobId: string | null;
  /** For how much of the span it was held, 0 to 1. */
  readonly held: number;
};

/** How much of a server was used, on average over the span of a sample. */
export type ServerUsage = {
  /** The server's name. */
  readonly serverName: string;
  /** The length of the span. */
  readonly span: number;
  /** Its CPU cores that jobs may have. */
  readonly cores: number;
  /** How many of them jobs held. */
  readonly coresGranted: number;
  /** How many cores its jobs really kept busy; null: not known. */
  readonly coresBusy: number | null;
  /** Its memory that jobs may have, in MiB. */
  readonly memoryMiB: number;
  /** How much of it was set aside for jobs, in MiB. */
  readonly memoryGrantedMiB: number;
  /** How much its jobs really had in memory, in MiB; null: not known. */
  readonly memoryResidentMiB: number | null;
  /** Its GPUs, by index. */
  readonly gpus: readonly GpuUsage[];
};

/** How much of the servers was used: one sample of each. */
export type UsageUpdate = {
  /** Behind these samples. */
  readonly cursor: string;
  /** When they were taken: the end of their span. */
  readonly at: string;
  /** The servers. */
  readonly servers: readonly ServerUsage[];
  /** Samples that were left out before these; null: none. */
  readonly gap: {
    /** They begin behind this: give it to the twin query as `after`. */
    readonly from: string;
    /** The last of them. */
    readonly to: string;
    /** Why they were left out. */
    readonly reason: string;
  } | null;
};

/** How much of a server was used over time: one value a step. */
export type UsageHistory = {
  /** The server's name. */
  readonly serverName: string;
  /** The end of each step. */
  readonly at: readonly string[];
  /** The length of a step. */
  readonly step: number;
  /** Its CPU cores that jobs may have; one value a step; null: not known. */
  readonly cores: readonly (number | null)[];
  /** How many of them jobs held; one value a step; null: not known. */
  readonly coresGranted: readonly (number | null)[];
  /** How many cores its jobs really kept busy; one value a step; null: not known. */
  readonly coresBusy: readonly (number | null)[];
  /** Its memory that jobs may have, in MiB; one value a step; null: not known. */
  readonly memoryMiB: readonly (number | null)[];
  /** How much of it was set aside for jobs, in MiB; one value a step; null: not known. */
  readonly memoryGrantedMiB: readonly (number | null)[];
  /** How much its jobs really had in memory, in MiB; one value a step; null: not known. */
  readonly memoryResidentMiB: readonly (number | null)[];
  /** The GPUs that it had. */
  readonly gpus: readonly ({
    /** The GPU's. */
    readonly id: string;
    /** How busy it was in per cent; one value a step; null: not known. */
    readonly utilisationPercent: readonly (number | null)[];
    /** Its memory in use in MiB; one value a step; null: not known. */
    readonly memoryUsedMiB: readonly (number | null)[];
    /** Its temperature in °C; one value a step; null: not known. */
    readonly temperatureC: readonly (number | null)[];
    /** The job that held it for the longest in each step. */
    readonly jobIds: readonly (string | null)[];
    /** For how much of the step it was held, 0 to 1; one value a step; null: not known. */
    readonly held: readonly (number | null)[];
  })[];
};

/** What a running job really uses, on all its servers together. */
export type JobUsage = {
  /** When this was seen. */
  readonly at: string;
  /** Processor time in per cent of one core; null: not known. */
  readonly cpuPercent: number | null;
  /** What it has in memory in MiB; null: not known. */
  readonly memoryMiB: number | null;
  /** How busy its GPUs are in per cent, on average; null: not known. */
  readonly gpuUtilisationPercent: number | null;
  /** The memory in use of its GPUs in MiB, all together; null: not known. */
  readonly gpuMemoryUsedMiB: number | null;
};

/** What a job really used over time: one value a step. */
export type JobUsageHistory = {
  /** The end of each step. */
  readonly at: readonly string[];
  /** The length of a step. */
  readonly step: number;
  /** Processor time in per cent of one core; one value a step; null: not known. */
  readonly cpuPercent: readonly (number | null)[];
  /** What it had in memory in MiB; one value a step; null: not known. */
  readonly memoryMiB: readonly (number | null)[];
  /** How busy its GPUs were in per cent; one value a step; null: not known. */
  readonly gpuUtilisationPercent: readonly (number | null)[];
  /** The memory in use of its GPUs in MiB; one value a step; null: not known. */
  readonly gpuMemoryUsedMiB: readonly (number | null)[];
};

export type GetUsageVariables = {
  /** Of this server only. */
  readonly server?: string | null;
  /** From then on. */
  readonly from?: string | null;
  /** Until then; without it, until now. */
  readonly to?: string | null;
  /** In so many steps of equal length, or in fewer if those would be shorter than samples are; at most 500. */
  readonly points?: number | null;
};
export type GetUsageResult = {
  /** How much of each server was used over time: of the last hour in steps of ten seconds, of the last day by the minute, of 30 days in steps of ten minutes. */
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
  /** Its id, or the number in it: job-17 or 17. */
  readonly id: string;
  readonly from?: string | null;
  readonly to?: string | null;
  readonly points?: number | null;
};
export type GetJobUsageResult = {
  /** The job; null when there is none. */
  readonly job: {
    /** What it really uses now; null when it does not run, or was not looked at yet. */
    readonly usage: JobUsage | null;
    /** What it really used over time, from its first run to its end unless told otherwise; null: it never ran. */
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
  /** Of this server only. */
  readonly server?: string | null;
  /** Begin behind this place; without it, with the newest samples. */
  readonly after?: string | null;
};
export type FollowGpuUsageResult = {
  /** How much of the servers and their GPUs is used, about every ten seconds, the newest samples first. */
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

/** How long something took in several jobs. */
export type TimeSpread = {
  /** In so many jobs. */
  readonly jobs: number;
  /** On average. */
  readonly mean: number;
  /** No longer than this in half of them. */
  readonly p50: number;
  /** No longer than this in 90 of 100. */
  readonly p90: number;
  /** No longer than this in 99 of 100. */
  readonly p99: number;
  /** At most. */
  readonly max: number;
};

/** What became of jobs that are over, and how long they took. */
export type JobTimes = {
  /** The user or the type; null: all jobs. */
  readonly group: string | null;
  /** How many completed. */
  readonly completed: number;
  /** How many failed. */
  readonly failed: number;
  /** How many were cancelled. */
  readonly cancelled: number;
  /** Of those that trained: from the submission until then. */
  readonly queueingDelay: TimeSpread | null;
  /** Of those that completed: all the time they did not train. */
  readonly waitingTime: TimeSpread | null;
  /** Of those that completed: all the time that they trained. */
  readonly serviceTime: TimeSpread | null;
  /** Of those that completed: from the submission to the end. */
  readonly jobCompletionTime: TimeSpread | null;
};

export type GetJobTimesVariables = {
  /** Jobs that ended then or later; a day ago unless given. */
  readonly from?: string | null;
  /** Jobs that ended before; until now unless given. */
  readonly to?: string | null;
  /** What they are taken together by; all of them unless given. */
  readonly by?: JobGrouping | null;
};
export type GetJobTimesResult = {
  /** How long jobs waited and trained: of those on record that ended in a time, the largest group first. */
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

/** Somebody who is told by HTTP of what happens to jobs, as schedulearn.yaml names them. */
export type Webhook = {
  /** Its name. */
  readonly name: string;
  /** Where it is; the path is left out, since it may be secret. */
  readonly url: string;
  /** What it is told of. */
  readonly events: readonly string[];
  /** How: json, slack or text. */
  readonly format: string;
  /** How many events it may be told of yet; at most 10,000 are counted. */
  readonly pending: number;
  /** When it last took something; null: never. */
  readonly deliveredAt: string | null;
  /** Why the last try failed; null when it did not. */
  readonly lastError: string | null;
  /** Since when no try has succeeded; null when the last did. */
  readonly failingSince: string | null;
  /** How many it took since the server started. */
  readonly delivered: number;
  /** How many were given up since then, a day after the first try. */
  readonly givenUp: number;
};

export type GetWebhooksVariables = {};
export type GetWebhooksResult = {
  /** Who is told by HTTP of what happens to jobs, and how that goes. */
  readonly webhooks: readonly Webhook[];
};
export const GetWebhooks = `
query GetWebhooks {
  webhooks {
    ...Webhook
  }
}

fragment Webhook on Webhook {
  name
  url
  events
  format
  pending
  deliveredAt
  lastError
  failingSince
  delivered
  givenUp
}
` as TypedDocument<GetWebhooksResult, GetWebhooksVariables>;

export type TestWebhookVariables = {
  /** What is wanted. */
  readonly input: TestWebhookInput;
};
export type TestWebhookResult = {
  /** Sends a webhook a message that says it is a test. */
  readonly result: {
    /** What became of it. */
    readonly value: {
      /** Did the webhook take it? */
      readonly taken: boolean;
      /** Why it did not; null when it did. */
      readonly problem: string | null;
    } | null;
    /** What the caller has to mend; empty when it was done. */
    readonly errors: readonly Fault[];
  };
};
export const TestWebhook = `
mutation TestWebhook($input: TestWebhookInput!) {
  result: testWebhook(input: $input) {
    value: test {
      taken
      problem
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
` as TypedDocument<TestWebhookResult, TestWebhookVariables>;

export type CancelBatchVariables = {
  /** What is wanted. */
  readonly input: CancelBatchInput;
};
export type CancelBatchResult = {
  /** Stops all jobs of a batch that are not over, at once. */
  readonly result: {
    /** The jobs that it was done to: those for which it made sense. */
    readonly value: readonly string[] | null;
    /** What the caller has to mend; empty when it was done. */
    readonly errors: readonly Fault[];
  };
};
export const CancelBatch = `
mutation CancelBatch($input: CancelBatchInput!) {
  result: cancelBatch(input: $input) {
    value: jobIds
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
` as TypedDocument<CancelBatchResult, CancelBatchVariables>;

export type DeleteBatchVariables = {
  /** What is wanted. */
  readonly input: DeleteBatchInput;
};
export type DeleteBatchResult = {
  /** Removes all jobs of a batch with their records and output; those that are not over are stopped first. */
  readonly result: {
    /** The jobs that it was done to: those for which it made sense. */
    readonly value: readonly string[] | null;
    /** What the caller has to mend; empty when it was done. */
    readonly errors: readonly Fault[];
  };
};
export const DeleteBatch = `
mutation DeleteBatch($input: DeleteBatchInput!) {
  result: deleteBatch(input: $input) {
    value: jobIds
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
` as TypedDocument<DeleteBatchResult, DeleteBatchVariables>;

export type PauseBatchVariables = {
  /** What is wanted. */
  readonly input: PauseBatchInput;
};
export type PauseBatchResult = {
  /** Pauses all jobs of a batch that run, and holds back those that wait. */
  readonly result: {
    /** The jobs that it was done to: those for which it made sense. */
    readonly value: readonly string[] | null;
    /** What the caller has to mend; empty when it was done. */
    readonly errors: readonly Fault[];
  };
};
export const PauseBatch = `
mutation PauseBatch($input: PauseBatchInput!) {
  result: pauseBatch(input: $input) {
    value: jobIds
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
` as TypedDocument<PauseBatchResult, PauseBatchVariables>;

export type ResumeBatchVariables = {
  /** What is wanted. */
  readonly input: ResumeBatchInput;
};
export type ResumeBatchResult = {
  /** Lets all paused and held jobs of a batch go on. */
  readonly result: {
    /** The jobs that it was done to: those for which it made sense. */
    readonly value: readonly string[] | null;
    /** What the caller has to mend; empty when it was done. */
    readonly errors: readonly Fault[];
  };
};
export const ResumeBatch = `
mutation ResumeBatch($input: ResumeBatchInput!) {
  result: resumeBatch(input: $input) {
    value: jobIds
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
` as TypedDocument<ResumeBatchResult, ResumeBatchVariables>;

export type RetryBatchVariables = {
  /** What is wanted. */
  readonly input: RetryBatchInput;
};
export type RetryBatchResult = {
  /** Queues the failed and cancelled jobs of a batch again. */
  readonly result: {
    /** The jobs that it was done to: those for which it made sense. */
    readonly value: readonly string[] | null;
    /** What the caller has to mend; empty when it was done. */
    readonly errors: readonly Fault[];
  };
};
export const RetryBatch = `
mutation RetryBatch($input: RetryBatchInput!) {
  result: retryBatch(input: $input) {
    value: jobIds
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
` as TypedDocument<RetryBatchResult, RetryBatchVariables>;
