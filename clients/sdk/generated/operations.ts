// Written by `npm run schema` from schema.graphql and operations.graphql; not to be edited.
import type { Json, TypedDocument } from "../typed-document.ts";

export type JobStatus = "PENDING" | "STARTING" | "RUNNING" | "PAUSED" | "PREEMPTING" | "MIGRATING" | "CANCELLING" | "COMPLETED" | "FAILED" | "CANCELLED";

export type JobPhase = "QUEUED" | "RUNNING" | "COMPLETED";

export type StartPhase = "CREATING" | "PULLING" | "CARRYING";

export type JobOrder = "NEWEST_FIRST" | "OLDEST_FIRST";

export type LogStream = "STDOUT" | "STDERR";

export type Health = "UP" | "SUSPECT" | "DOWN";

export interface JobFilter {
  readonly phase?: JobPhase | null;
  readonly statuses?: readonly JobStatus[] | null;
  readonly user?: string | null;
  readonly type?: string | null;
  readonly name?: string | null;
  readonly labels?: Json | null;
}

export interface JobSpecInput {
  readonly name?: string | null;
  readonly command: string | readonly string[];
  readonly image?: string | null;
  readonly gpus?: Json | null;
  readonly cores?: Json | null;
  readonly memoryMiB?: number | null;
  readonly priority?: number | null;
  readonly env?: Json | null;
  readonly labels?: Json | null;
  readonly user?: string | null;
  readonly type?: string | null;
}

export interface SubmitJobInput {
  readonly spec?: JobSpecInput | null;
  readonly yaml?: string | null;
  readonly idempotencyKey?: string | null;
}

export interface JobIdInput {
  readonly id: string;
  readonly graceSeconds?: number | null;
}

export interface UpdateJobInput {
  readonly id: string;
  readonly name?: string | null;
  readonly priority?: number | null;
  readonly labels?: Json | null;
  readonly deadline?: string | null;
  readonly gpus?: Json | null;
  readonly cores?: Json | null;
  readonly retries?: Json | null;
  readonly limits?: Json | null;
}

export interface MigrateInput {
  readonly id: string;
  readonly to?: string | null;
}

export interface AddServerInput {
  readonly name: string;
  readonly endpoint: string;
  readonly gpus?: Json | null;
  readonly cores?: number | null;
  readonly memoryMiB?: number | null;
  readonly tls?: TlsInput | null;
}

export interface TlsInput {
  readonly ca?: string | null;
  readonly cert?: string | null;
  readonly key?: string | null;
}

export interface DrainServerInput {
  readonly name: string;
  readonly draining?: boolean | null;
}

export interface RemoveServerInput {
  readonly name: string;
}

export interface SetPolicyInput {
  readonly policy?: string | null;
  readonly options?: Json | null;
  readonly placement?: string | null;
}

export type Fault = {
  readonly message: string;
  readonly code: string;
  readonly path: readonly string[] | null;
};

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
  readonly origin: string;
  readonly code: string;
  readonly message: string;
};

export type Job = {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly user: string | null;
  readonly status: JobStatus;
  readonly phase: StartPhase | null;
  readonly phaseFraction: number | null;
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
  };
  readonly server: {
    readonly name: string;
  } | null;
  readonly grantedGpus: readonly ({
    readonly id: string;
    readonly index: number;
  })[] | null;
  readonly grantedCores: readonly number[] | null;
  readonly memoryMiB: number | null;
  readonly submittedAt: string;
  readonly firstStartedAt: string | null;
  readonly endedAt: string | null;
  readonly queueingDelay: number | null;
  readonly serviceTime: number | null;
  readonly jobCompletionTime: number | null;
  readonly attempt: number;
  readonly preemptions: number;
  readonly migrationCount: number;
  readonly progress: Progress | null;
  readonly failure: Failure | null;
};

export type Run = {
  readonly id: string;
  readonly attempt: number;
  readonly reason: string;
  readonly status: string;
  readonly outcome: string | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly failure: Failure | null;
  readonly serverName: string;
  readonly placedAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
};

export type Migration = {
  readonly id: string;
  readonly cause: string;
  readonly state: string;
  readonly reason: string | null;
  readonly from: string;
  readonly to: string;
  readonly requestedAt: string;
  readonly endedAt: string | null;
  readonly bytes: number | null;
  readonly downtime: number | null;
  readonly lostSteps: number | null;
};

export type JobDetails = Job & {
  readonly workdir: string | null;
  readonly env: Json;
  readonly secretNames: readonly string[];
  readonly deadline: string | null;
  readonly spec: Json;
  readonly runs: {
    readonly nodes: readonly Run[];
  };
  readonly migrations: {
    readonly nodes: readonly Migration[];
  };
};

export type Server = {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly endpoint: string;
  readonly health: Health;
  readonly reason: string | null;
  readonly draining: boolean;
  readonly cores: number;
  readonly coresUsed: number;
  readonly memoryMiB: number;
  readonly memoryUsedMiB: number;
  readonly gpus: readonly ({
    readonly id: string;
    readonly index: number;
    readonly uuid: string | null;
    readonly model: string | null;
    readonly memoryMiB: number | null;
    readonly job: {
      readonly id: string;
      readonly name: string;
    } | null;
  })[];
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
  readonly options: readonly ({
    readonly name: string;
    readonly description: string;
    readonly default: Json | null;
    readonly choices: readonly string[] | null;
    readonly min: number | null;
    readonly max: number | null;
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
};

export type LogLine = {
  readonly cursor: string;
  readonly attempt: number;
  readonly stream: LogStream;
  readonly at: string;
  readonly text: string;
  readonly continues: boolean;
};

export type LogBatch = {
  readonly cursor: string;
  readonly hasMore: boolean;
  readonly gap: {
    readonly from: string | null;
    readonly to: string | null;
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
}

fragment Job on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
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
  }
  server {
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
  migrationCount
  progress {
    ...Progress
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
  placedAt
  startedAt
  endedAt
}

fragment Migration on Migration {
  id
  cause
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

fragment JobDetails on Job {
  ...Job
  workdir
  env
  secretNames
  deadline
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
}

fragment Job on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
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
  }
  server {
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
  migrationCount
  progress {
    ...Progress
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

fragment Server on Server {
  id
  name
  driver
  endpoint
  health
  reason
  draining
  cores
  coresUsed
  memoryMiB
  memoryUsedMiB
  gpus {
    id
    index
    uuid
    model
    memoryMiB
    job {
      id
      name
    }
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
  options {
    name
    description
    default
    choices
    min
    max
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
}
` as TypedDocument<GetClusterResult, GetClusterVariables>;

export type GetLogsVariables = {
  readonly job: string;
  readonly after?: string | null;
  readonly first?: number | null;
  readonly last?: number | null;
  readonly attempt?: number | null;
};
export type GetLogsResult = {
  readonly jobLogs: LogBatch;
};
export const GetLogs = `
query GetLogs($job: ID!, $after: Cursor, $first: Int, $last: Int, $attempt: Int) {
  jobLogs(job: $job, after: $after, first: $first, last: $last, attempt: $attempt) {
    ...LogBatch
  }
}

fragment LogLine on LogLine {
  cursor
  attempt
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

export type GetEventsVariables = {
  readonly after?: string | null;
  readonly first?: number | null;
  readonly job?: string | null;
  readonly types?: readonly string[] | null;
};
export type GetEventsResult = {
  readonly events: {
    readonly pageInfo: PageInfo;
    readonly nodes: readonly Event[];
  };
};
export const GetEvents = `
query GetEvents($after: Cursor, $first: Int, $job: ID, $types: [String!]) {
  events(after: $after, first: $first, job: $job, types: $types) {
    pageInfo {
      ...PageInfo
    }
    nodes {
      ...Event
    }
  }
}

fragment PageInfo on PageInfo {
  hasNextPage
  endCursor
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
    readonly errors: readonly Fault[];
  };
};
export const SubmitJob = `
mutation SubmitJob($input: SubmitJobInput!) {
  result: submitJob(input: $input) {
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
}

fragment Job on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
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
  }
  server {
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
  migrationCount
  progress {
    ...Progress
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<SubmitJobResult, SubmitJobVariables>;

export type CancelJobVariables = {
  readonly input: JobIdInput;
};
export type CancelJobResult = {
  readonly result: {
    readonly value: Job | null;
    readonly errors: readonly Fault[];
  };
};
export const CancelJob = `
mutation CancelJob($input: JobIdInput!) {
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
}

fragment Job on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
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
  }
  server {
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
  migrationCount
  progress {
    ...Progress
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<CancelJobResult, CancelJobVariables>;

export type DeleteJobVariables = {
  readonly input: JobIdInput;
};
export type DeleteJobResult = {
  readonly result: {
    readonly value: string | null;
    readonly errors: readonly Fault[];
  };
};
export const DeleteJob = `
mutation DeleteJob($input: JobIdInput!) {
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
}

fragment Job on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
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
  }
  server {
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
  migrationCount
  progress {
    ...Progress
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<UpdateJobResult, UpdateJobVariables>;

export type PauseJobVariables = {
  readonly input: JobIdInput;
};
export type PauseJobResult = {
  readonly result: {
    readonly value: Job | null;
    readonly errors: readonly Fault[];
  };
};
export const PauseJob = `
mutation PauseJob($input: JobIdInput!) {
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
}

fragment Job on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
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
  }
  server {
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
  migrationCount
  progress {
    ...Progress
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<PauseJobResult, PauseJobVariables>;

export type ResumeJobVariables = {
  readonly input: JobIdInput;
};
export type ResumeJobResult = {
  readonly result: {
    readonly value: Job | null;
    readonly errors: readonly Fault[];
  };
};
export const ResumeJob = `
mutation ResumeJob($input: JobIdInput!) {
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
}

fragment Job on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
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
  }
  server {
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
  migrationCount
  progress {
    ...Progress
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<ResumeJobResult, ResumeJobVariables>;

export type RetryJobVariables = {
  readonly input: JobIdInput;
};
export type RetryJobResult = {
  readonly result: {
    readonly value: Job | null;
    readonly errors: readonly Fault[];
  };
};
export const RetryJob = `
mutation RetryJob($input: JobIdInput!) {
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
}

fragment Job on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
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
  }
  server {
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
  migrationCount
  progress {
    ...Progress
  }
  failure {
    ...Failure
  }
}
` as TypedDocument<RetryJobResult, RetryJobVariables>;

export type MigrateJobVariables = {
  readonly input: MigrateInput;
};
export type MigrateJobResult = {
  readonly result: {
    readonly value: Migration | null;
    readonly errors: readonly Fault[];
  };
};
export const MigrateJob = `
mutation MigrateJob($input: MigrateInput!) {
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
  cause
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

fragment Server on Server {
  id
  name
  driver
  endpoint
  health
  reason
  draining
  cores
  coresUsed
  memoryMiB
  memoryUsedMiB
  gpus {
    id
    index
    uuid
    model
    memoryMiB
    job {
      id
      name
    }
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

fragment Server on Server {
  id
  name
  driver
  endpoint
  health
  reason
  draining
  cores
  coresUsed
  memoryMiB
  memoryUsedMiB
  gpus {
    id
    index
    uuid
    model
    memoryMiB
    job {
      id
      name
    }
  }
  jobs {
    id
    name
    status
  }
}
` as TypedDocument<DrainServerResult, DrainServerVariables>;

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
    value: removedServer
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
  options {
    name
    description
    default
    choices
    min
    max
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
}

fragment Job on Job {
  id
  name
  type
  user
  status
  phase
  phaseFraction
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
  }
  server {
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
  migrationCount
  progress {
    ...Progress
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

fragment Server on Server {
  id
  name
  driver
  endpoint
  health
  reason
  draining
  cores
  coresUsed
  memoryMiB
  memoryUsedMiB
  gpus {
    id
    index
    uuid
    model
    memoryMiB
    job {
      id
      name
    }
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
