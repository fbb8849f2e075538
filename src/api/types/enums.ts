import { registerEnumType } from "type-graphql";
import type { EstimateSource } from "../../core/estimates.ts";
import type { MigrationCause } from "../../core/event.ts";
import type { ForecastAccuracy } from "../../core/forecast.ts";
import type { JobStatus, PausedBy, StartPhase, StartReason } from "../../core/job.ts";
import type { Elasticity, Launcher, WhenServerLost } from "../../core/job-spec.ts";
import type { MigrationState } from "../../core/migration.ts";
import type { Cause, Outcome } from "../../core/outcome.ts";
import type { Need, OptionKind } from "../../core/policy.ts";
import type { DriverKind, Health } from "../../core/server.ts";
import type { GpuState, ServerState } from "../../core/server-state.ts";
import type { TenureStatus } from "../../core/tenure.ts";
import type { JobOrder } from "../../store/job-list.ts";
import type { LogStream } from "../../store/job-logs.ts";
import type { SimulationState } from "../laboratory.ts";

/** An enum whose values are the core's own words, spelled as GraphQL spells them: `unhealthy-gpu` is UNHEALTHY_GPU. */
export function enumOf<T extends string>(name: string, description: string, values: Readonly<Record<T, string>>) {
  const words = Object.entries<string>(values).map(([word, meaning]) => [spelled(word), word, meaning] as const);
  const type = Object.fromEntries(words.map(([key, word]) => [key, word]));
  const valuesConfig = Object.fromEntries(words.map(([key, , meaning]) => [key, { description: meaning }]));
  registerEnumType(type, { name, description, valuesConfig });
  return type;
}
const spelled = (word: string): string => word.toUpperCase().replaceAll("-", "_");

export const JobStatusEnum = enumOf<JobStatus>("JobStatus", "Where a job is in its life.", {
  pending: "It waits for room, for other jobs, or until it is resumed.",
  starting: "It has its place; its image, container and checkpoint are got ready.",
  running: "It trains.",
  paused:
    "It is frozen in its memory: by its user, and keeps all it has, or by the policy, which gave its cores to others.",
  preempting: "It saves a checkpoint and gives its room to others; it is pending after that.",
  migrating: "It is moving to another place, or starts again with another size.",
  cancelling: "It is being stopped.",
  completed: "It ended well.",
  failed: "It ended badly, and may not try again.",
  cancelled: "It was stopped by its user.",
});

export type JobPhase = "queued" | "running" | "completed";
export const JobPhaseEnum = enumOf<JobPhase>("JobPhase", "Groups of statuses, to filter by.", {
  queued: "PENDING.",
  running: "All that hold GPUs or cores: STARTING, RUNNING, PAUSED, PREEMPTING, MIGRATING, CANCELLING.",
  completed: "All that are over: COMPLETED, FAILED, CANCELLED.",
});

export const StartPhaseEnum = enumOf<StartPhase>("StartPhase", "What a job that starts is doing.", {
  creating: "Its container is created and started.",
  pulling: "Its image is pulled.",
  carrying: "Its checkpoint is brought from the server where it was.",
});

export const StartReasonEnum = enumOf<StartReason>("StartReason", "Why a run began.", {
  submitted: "It is the first.",
  preempted: "It goes on after a preemption.",
  migrated: "It goes on after a migration.",
  resized: "It goes on with another number of GPUs or cores.",
  retried: "It tries again after a failure, or because its user asked.",
  recovered: "It was found running after a restart of the server.",
});

export const PausedByEnum = enumOf<PausedBy>("PausedBy", "Who has paused a job.", {
  user: "Its user: it keeps all that it has until it is resumed.",
  policy: "The policy in force: its cores are with others, and it goes on by itself.",
});

export type CorePreemption = "pause" | "stop";
export const CorePreemptionEnum = enumOf<CorePreemption>("CorePreemption", "How a job without GPUs is preempted.", {
  pause: "It is frozen: its memory stays, its cores go to others.",
  stop: "It saves a checkpoint and stops.",
});

export type Defragmentation = "off" | "placement" | "on";
export const DefragmentationEnum = enumOf<Defragmentation>(
  "Defragmentation",
  "Which running jobs move so that a waiting one finds room.",
  {
    off: "None.",
    placement: "Those that a placement moves which packs the whole cluster anew.",
    on: "With every placement one or two, if that gains more than it costs.",
  },
);

export const EstimateSourceEnum = enumOf<EstimateSource>(
  "EstimateSource",
  "What an estimate rests on, the best first.",
  {
    progress: "What the job itself has told of its progress.",
    declared: "What its user said.",
    category: "Jobs of its kind that have completed.",
    global: "All jobs that have completed.",
    none: "Nothing: there is no number yet.",
  },
);

export const ForecastMomentEnum = enumOf<ForecastAccuracy["of"]>("ForecastMoment", "What of a job is forecast.", {
  start: "When it first trains.",
  end: "When it is over.",
});

export const NeedEnum = enumOf<Need>("PolicyNeed", "What a policy looks at beyond the order of submission.", {
  estimates: "How much work is left.",
  "speed-up": "How much faster a job is with more.",
  deadlines: "The deadlines of jobs.",
  priorities: "The priorities of jobs.",
  users: "Who has had how much.",
  history: "How long jobs took that have completed.",
});

export const OptionKindEnum = enumOf<OptionKind>(
  "OptionKind",
  "What the value of an option is; as a text it will do too.",
  {
    number: "A number.",
    flag: "true or false.",
    choice: "One of `choices`.",
    numbers: "A list of numbers, as a text `3250,7200`.",
    shares: "A number for each user, as a text `ann=2,bob=1`.",
  },
);

export const ElasticityEnum = enumOf<Elasticity>("Elasticity", "How the size of a job may change once it runs.", {
  none: "It may not.",
  restart: "It saves a checkpoint, stops, and starts with the other size.",
  live: "The program is told and adapts itself.",
});

export const WhenServerLostEnum = enumOf<WhenServerLost>(
  "WhenServerLost",
  "What becomes of a job when its server stays away too long.",
  {
    restart: "It begins elsewhere, from the last checkpoint that can be had.",
    wait: "It waits until the server is back.",
    fail: "It has failed.",
  },
);

export const ServerStateEnum = enumOf<ServerState>("ServerState", "How it is with a server.", {
  up: "It can be reached and takes runs.",
  suspect: "It did not answer lately, or old runs there are being ended: it takes no new run.",
  down: "It cannot be reached.",
  draining: "It takes no new run, and its jobs are moved away.",
  cordoned: "It takes no new run, and its jobs stay.",
});

export const LauncherEnum = enumOf<Launcher | "none">("Launcher", "What starts the processes of a job.", {
  none: "The command runs once on each server.",
  torchrun: "torchrun, on each server.",
  horovod: "horovodrun, on the first server.",
  mpi: "mpirun, on the first server.",
});

export const FailureOriginEnum = enumOf<Cause["origin"]>("FailureOrigin", "Whose failure it was.", {
  application: "The program's own.",
  infrastructure: "Of the server, the engine, the image or the network.",
});

export const RunOutcomeEnum = enumOf<Outcome["kind"]>("RunOutcome", "How a run ended.", {
  succeeded: "The program ended well.",
  stopped: "It was asked to stop.",
  failed: "See `failure`.",
});

export type RunStatus = "starting" | "running" | "ended";
export const RunStatusEnum = enumOf<RunStatus>("RunStatus", "Where a run is in its life.", {
  starting: "It has its place and does not train yet.",
  running: "It has started.",
  ended: "See `outcome`.",
});

export const HealthEnum = enumOf<Health>("Health", "Can a server be reached?", {
  up: "It answers.",
  suspect: "It has missed an answer; it gets no new run until it answers.",
  down: "It cannot be reached; `reason` says why.",
});

export const GpuStateEnum = enumOf<GpuState>("GpuState", "Who has a GPU, or why it is given to nobody.", {
  idle: "It can be given to a job.",
  leased: "A job holds it.",
  busy: "Somebody else is at work on it, as `reason` says: it is given to nobody, though its job may keep it.",
  faulty: "It is quarantined, as `reason` says: it is given to nobody, and its job is moved.",
});

export const TenureStatusEnum = enumOf<TenureStatus>("TenureStatus", "What a job does with what it holds.", {
  starting: "It gets ready there.",
  running: "It trains.",
  stopping: "It lets go of it: it saves and stops, or holds it as a way back until it trains elsewhere.",
  frozen: "It rests in its memory: it is paused.",
});

export const SimulationStateEnum = enumOf<SimulationState>("SimulationState", "How far a simulation is.", {
  queued: "Another runs first.",
  running: "It runs.",
  completed: "There is a report.",
  failed: "Nothing came of it; `problems` says why.",
  cancelled: "It was ended before it was through.",
});

export const DriverEnum = enumOf<DriverKind>("Driver", "How runs are started on a server.", {
  docker: "Each in a container of its Docker engine.",
  process: "Each as a process group of the machine on which the API runs.",
  simulated: "They are only pretended.",
});

export const MigrationCauseEnum = enumOf<MigrationCause>("MigrationCause", "Who wanted a migration.", {
  user: "It was asked for.",
  policy: "The policy in force.",
  drain: "Its server is draining.",
  defragmentation: "Room was made for a larger job.",
  "unhealthy-gpu": "A GPU of it does not work well.",
});

export const MigrationStateEnum = enumOf<MigrationState>("MigrationState", "How far a migration has come.", {
  preparing: "The target is got ready while the job still trains.",
  stopping: "The job saves a checkpoint and stops.",
  starting: "The checkpoint is carried and the job starts on the target.",
  completed: "It trains on the target.",
  failed: "It did not come about; `reason` says why.",
  superseded: "Something else happened to the job on the way; `reason` says what.",
});

export const LogStreamEnum = enumOf<LogStream>("LogStream", "Where a line was printed.", {
  stdout: "To the standard output.",
  stderr: "To the standard error output.",
});

export const JobOrderEnum = enumOf<JobOrder>("JobOrder", "In which order jobs are listed.", {
  "newest-first": "By submission, the last one first.",
  "oldest-first": "By submission, the first one first.",
  name: "By name, those of one name by submission, the last one first.",
  priority: "The highest priority first, those of one priority by submission, the first one first.",
  "last-ended": "By their end, the last one first; behind them those that are not over.",
});
