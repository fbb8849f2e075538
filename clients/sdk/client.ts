import { type ClientOptions, connect, type Resumable, type Stoppable } from "./connection.ts";
import { type CheckpointSource, downloadCheckpoint, downloadLog, downloadReport } from "./download.ts";
import { RequestError, SchedulearnError } from "./errors.ts";
import * as op from "./generated/operations.ts";
import type { EventsQuery, JobPatch, JobsQuery, LogOptions, LogsQuery, Page } from "./queries.ts";
import { retrying } from "./retry.ts";
import { type Uploadable, uploadCode } from "./upload.ts";

/** What `createClient` makes. */
export type SchedulearnClient = ReturnType<typeof createClient>;

/**
 * A client of one Schedulearn server. Every method throws `SchedulearnError` when the server refuses with reasons, `AuthError`
 * when it wants another token, `UnreachableError` when it does not answer, `RequestError` when it fails. Streams go on over
 * lost connections without losing or repeating an item.
 */
export function createClient(options: ClientOptions = {}) {
  const { endpoint, retry, ask, change, follow, followFromNow, end } = connect(options);
  const { url } = endpoint;

  const client = {
    /** Where the API is. */
    url,

    /** The result of any query or mutation. */
    request: ask,

    /**
     * Submits a job: the fields of a spec, or the text of a YAML file, whose faults then come back with line and column.
     * @param idempotencyKey the same key within 24 hours gives the first job again
     */
    async submit(
      spec: op.JobSpecInput | { readonly yaml: string },
      { idempotencyKey }: { readonly idempotencyKey?: string | undefined } = {},
    ): Promise<op.Job> {
      const what = "yaml" in spec ? { yaml: spec.yaml } : { spec };
      return change(op.SubmitJob, { ...what, ...(idempotencyKey && { idempotencyKey }) });
    },

    /** The same of a spec with an array or a sweep: its first job, and the batch; null for a job alone. */
    async submitAll(
      spec: op.JobSpecInput | { readonly yaml: string },
      { idempotencyKey }: { readonly idempotencyKey?: string | undefined } = {},
    ): Promise<{ readonly job: op.Job; readonly batch: op.Batch | null }> {
      const input = { ...("yaml" in spec ? { yaml: spec.yaml } : { spec }), ...(idempotencyKey && { idempotencyKey }) };
      const { value: job, batch, errors } = (await ask(op.SubmitJob, { input })).result;
      if (errors.length > 0) throw new SchedulearnError(errors);
      if (job === null) throw new RequestError([{ message: "the server's answer is empty" }]);
      return { job, batch };
    },

    /** Uploads a folder that `packCode` has packed, unless it is there already; `spec.code` is then `{hash}`. */
    uploadCode: (packed: Uploadable, options: Stoppable = {}): Promise<void> =>
      uploadCode(endpoint, packed, options.signal),

    /** A job with its runs and migrations; null when there is none. `id` may be the number alone. */
    async job(id: string, options: Stoppable = {}): Promise<op.JobDetails | null> {
      return (await ask(op.GetJob, { id }, options)).job;
    },

    /**
     * Why the job waits, with the smallest change that would start it and when it is expected to; why it is where it is, and why it was moved about.
     * @param changes at most so many of the last changes
     * @throws SchedulearnError `NOT_FOUND` when there is no such job
     */
    async why(
      id: string,
      { changes, signal }: Stoppable & { readonly changes?: number } = {},
    ): Promise<op.ExplainedJob> {
      const { job } = await ask(op.GetWhy, { id, ...(changes !== undefined && { changes }) }, { signal });
      if (job) return job;
      throw new SchedulearnError([{ code: "NOT_FOUND", message: `there is no job ${id}`, path: ["id"] }]);
    },

    /** Where the job's checkpoint is kept. @throws SchedulearnError `NOT_FOUND` when there is no such job */
    async checkpoints(id: string, options: Stoppable = {}): Promise<op.JobCheckpoints> {
      const { job } = await ask(op.GetCheckpoints, { id }, options);
      if (job) return job;
      throw new SchedulearnError([{ code: "NOT_FOUND", message: `there is no job ${id}`, path: ["id"] }]);
    },

    /** The job's checkpoint folder as a tar stream, from its server or else the newest copy, unless told which. */
    downloadCheckpoint: (
      id: string,
      { from = "anywhere", signal }: Stoppable & { readonly from?: CheckpointSource } = {},
    ): Promise<ReadableStream<Uint8Array>> => downloadCheckpoint(endpoint, id, from, signal),

    /** One page of the jobs, newest first unless told otherwise. */
    async jobs(query: op.GetJobsVariables = {}, options: Stoppable = {}): Promise<Page<op.Job>> {
      const { nodes, totalCount, pageInfo } = (await ask(op.GetJobs, query, options)).jobs;
      return { items: nodes, total: totalCount, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
    },

    /** The jobs of all pages, fetched as they are read. */
    async *allJobs(query: JobsQuery = {}, options: Stoppable = {}): AsyncGenerator<op.Job, void, undefined> {
      for (let after: string | null = null; ; ) {
        const page: Page<op.Job> = await client.jobs({ first: 100, ...query, after }, options);
        yield* page.items;
        if (page.next === null) return;
        after = page.next;
      }
    },

    /** Those of these batches of which a job is on record. Their jobs are `jobs({filter: {batch}})`. */
    batches: async (ids: readonly string[], options: Stoppable = {}): Promise<readonly op.Batch[]> =>
      (await ask(op.GetBatches, { ids: [...ids] }, options)).batches,
    /** Stops all jobs of a batch that are not over, and gives their ids. */
    cancelBatch: (id: string, graceSeconds?: number): Promise<readonly string[]> =>
      change(op.CancelBatch, { id, ...(graceSeconds !== undefined && { graceSeconds }) }),
    /** Removes all jobs of a batch with their records and logs, and gives their ids. */
    deleteBatch: (id: string, graceSeconds?: number): Promise<readonly string[]> =>
      change(op.DeleteBatch, { id, ...(graceSeconds !== undefined && { graceSeconds }) }),
    /** Pauses all jobs of a batch that run, holds back those that wait, and gives their ids. */
    pauseBatch: (id: string): Promise<readonly string[]> => change(op.PauseBatch, { id }),
    /** Lets all paused and held jobs of a batch go on, and gives their ids. */
    resumeBatch: (id: string): Promise<readonly string[]> => change(op.ResumeBatch, { id }),
    /** Starts the failed and cancelled jobs of a batch once more, and gives their ids. */
    retryBatch: (id: string): Promise<readonly string[]> => change(op.RetryBatch, { id }),

    /** Stops a job; its record stays. */
    cancel: (id: string, graceSeconds?: number): Promise<op.Job> =>
      change(op.CancelJob, { id, graceSeconds: graceSeconds ?? null }),

    /** Removes a job's record and log; a running one is stopped first. */
    async delete(id: string, graceSeconds?: number): Promise<void> {
      await change(op.DeleteJob, { id, graceSeconds: graceSeconds ?? null });
    },

    /** Changes a job: some fields at any time, others only while it waits. */
    update: (id: string, patch: JobPatch): Promise<op.Job> => change(op.UpdateJob, { ...patch, id }),
    /** Takes a job out of the running, with its checkpoint, until it is resumed. */
    pause: (id: string): Promise<op.Job> => change(op.PauseJob, { id }),
    /** Lets a paused job go on. */
    resume: (id: string): Promise<op.Job> => change(op.ResumeJob, { id }),
    /** Starts a job that is over once more. */
    retry: (id: string): Promise<op.Job> => change(op.RetryJob, { id }),

    /** Moves a running job to the server of this name, or to where it fits best. */
    migrate: (id: string, to?: string, { live = false }: { readonly live?: boolean } = {}): Promise<op.Migration> =>
      change(op.MigrateJob, { id, ...(to !== undefined && { to }), ...(live && { live }) }),

    /** All servers, with their GPUs and the jobs on them. */
    async servers(options: Stoppable = {}): Promise<readonly op.Server[]> {
      const all: op.Server[] = [];
      for (let after: string | null = null; ; ) {
        const { nodes, pageInfo }: op.GetServersResult["servers"] = (await ask(op.GetServers, { after }, options))
          .servers;
        all.push(...nodes);
        if (!pageInfo.hasNextPage) return all;
        after = pageInfo.endCursor;
      }
    },

    /** Adds a Docker host, or this machine's processes (`endpoint: "local"`), to a running cluster. */
    addServer: (input: op.AddServerInput): Promise<op.Server> => change(op.AddServer, input),
    /** A draining server takes no new run, and its jobs are moved away; behind a deadline what still runs there is preempted. */
    drainServer: (
      name: string,
      draining = true,
      terms: Pick<op.DrainServerInput, "deadlineSeconds" | "reason"> = {},
    ): Promise<op.Server> => change(op.DrainServer, { name, draining, ...terms }),
    /** A cordoned server takes no new run, and its jobs stay. */
    cordonServer: (
      name: string,
      cordoned = true,
      terms: Pick<op.CordonServerInput, "reason"> = {},
    ): Promise<op.Server> => change(op.CordonServer, { name, cordoned, ...terms }),
    /** A quarantined GPU is given to nobody, and its job is moved. @param gpu its id, or `server/index` */
    quarantineGpu: (gpu: string, reason?: string): Promise<op.Gpu> =>
      change(op.QuarantineGpu, { gpu, ...(reason !== undefined && { reason }) }),
    /** Ends a GPU's quarantine: it is given to jobs again. @param gpu its id, or `server/index` */
    releaseGpu: (gpu: string): Promise<op.Gpu> => change(op.ReleaseGpu, { gpu }),
    /** Takes a server out of the cluster. @param force also when jobs need it: its runs count as lost, and jobs whose checkpoint lies there begin anew */
    async removeServer(name: string, { force = false }: { readonly force?: boolean | undefined } = {}): Promise<void> {
      await change(op.RemoveServer, { name, force });
    },

    /** What lies on the servers and nobody needs. */
    leftovers: async (options: Stoppable = {}): Promise<op.Survey> =>
      (await ask(op.GetLeftovers, {}, options)).leftovers,
    /** Removes of it what is old enough. */
    async reap(): Promise<op.Survey> {
      const { survey, errors } = (await ask(op.Reap, { input: {} })).result;
      if (errors.length > 0) throw new SchedulearnError(errors);
      return survey ?? { leftovers: [], unasked: [] };
    },

    /** Policies that are or were run over the same jobs in virtual time, and their reports; the newest first. */
    async simulations(query: op.GetSimulationsVariables = {}, options: Stoppable = {}): Promise<Page<op.Simulation>> {
      const { nodes, totalCount, pageInfo } = (await ask(op.GetSimulations, query, options)).simulations;
      return { items: nodes, total: totalCount, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
    },

    /** Begins to run policies over past jobs, or drawn ones; `simulations` tells how far it is. */
    simulate: (input: op.SimulateInput): Promise<op.Simulation> => change(op.Simulate, input),
    /** Ends a simulation that is under way. */
    cancelSimulation: (id: string): Promise<op.Simulation> => change(op.CancelSimulation, { id }),
    /** Removes a simulation that is over, and its report. */
    async deleteSimulation(id: string): Promise<void> {
      await change(op.DeleteSimulation, { id });
    },
    /** The report of a simulation, as HTML. @param path its `reportPath` */
    simulationReport: (path: string, options: Stoppable = {}): Promise<string> =>
      downloadReport(endpoint, path, options.signal),

    /**
     * Who had which GPUs and cores of which server between two moments, in the order in which it came about; at most 1,000 a page.
     */
    async timeline(query: op.GetTimelineVariables, options: Stoppable = {}): Promise<Page<op.Tenure>> {
      const { nodes, totalCount, pageInfo } = (await ask(op.GetTimeline, query, options)).timeline;
      return { items: nodes, total: totalCount, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
    },

    /** Images that jobs have used, on all servers. */
    images: async (options: Stoppable = {}): Promise<op.GetImagesResult["images"]> =>
      (await ask(op.GetImages, {}, options)).images,
    /** Removes images that may be, until disks are below the low watermark. */
    async collectImages(): Promise<readonly { readonly server: string; readonly name: string }[]> {
      const { removed, errors } = (await ask(op.CollectImages, { input: {} })).result;
      if (errors.length > 0) throw new SchedulearnError(errors);
      return removed ?? [];
    },

    /** Every policy and placement rule there is, the active ones marked. */
    policies: (options: Stoppable = {}): Promise<op.GetPoliciesResult> => ask(op.GetPolicies, {}, options),
    /** Changes who runs first and where, from now on. */
    setPolicy: async (input: op.SetPolicyInput): Promise<void> => {
      await change(op.SetPolicy, input);
    },

    /** How past estimates of the work left have turned out, by category and part of the work. */
    estimateAccuracy: async (options: Stoppable = {}): Promise<readonly op.Accuracy[]> =>
      (await ask(op.GetEstimateAccuracy, {}, options)).estimateAccuracy,

    /** When jobs start and end, as far as estimates go; `first` of each policy are given, at most 1,000. */
    async forecast(query: op.GetForecastVariables = {}, options: Stoppable = {}): Promise<op.Forecast> {
      const { forecast } = await ask(op.GetForecast, query, options);
      if (forecast.errors.length > 0) throw new SchedulearnError(forecast.errors);
      return forecast;
    },

    /** How long jobs waited and trained that ended between two times; all of them, or by user or type. */
    jobTimes: async (query: op.GetJobTimesVariables = {}, options: Stoppable = {}): Promise<readonly op.JobTimes[]> =>
      (await ask(op.GetJobTimes, query, options)).jobTimes,

    /** How past forecasts have turned out, by policy and category. */
    forecastAccuracy: async (options: Stoppable = {}): Promise<readonly op.ForecastAccuracy[]> =>
      (await ask(op.GetForecastAccuracy, {}, options)).forecastAccuracy,

    /** How much of the servers was used over time, each in equal steps: the last hour unless told otherwise. */
    usage: async (query: op.GetUsageVariables = {}, options: Stoppable = {}): Promise<readonly op.UsageHistory[]> =>
      (await ask(op.GetUsage, query, options)).usage,

    /** What a job really uses and used, over its whole life unless told otherwise; null when there is no such job. */
    jobUsage: async (
      id: string,
      span: Omit<op.GetJobUsageVariables, "id"> = {},
      options: Stoppable = {},
    ): Promise<op.GetJobUsageResult["job"]> => (await ask(op.GetJobUsage, { id, ...span }, options)).job,

    /** How much of the servers and their GPUs is used, about every ten seconds, the newest samples at once. */
    gpuUsage: ({
      server,
      ...options
    }: Resumable & { readonly server?: string | undefined } = {}): AsyncGenerator<op.UsageUpdate, void, undefined> =>
      follow(op.FollowGpuUsage, server === undefined ? {} : { server }, options),

    /** Who is told by HTTP of what happens to jobs, and how that goes. */
    webhooks: async (options: Stoppable = {}): Promise<readonly op.Webhook[]> =>
      (await ask(op.GetWebhooks, {}, options)).webhooks,
    /** Sends a webhook a message that says it is a test; null when it was taken, else why not. */
    testWebhook: async (name: string): Promise<string | null> => (await change(op.TestWebhook, { name })).problem,

    /** Which cluster answers, its version and policy, and where its event log stands now. */
    cluster: async (options: Stoppable = {}): Promise<op.Cluster> => (await ask(op.GetCluster, {}, options)).cluster,

    /** Part of a job's output: the lines behind `after`, or the `last` ones. */
    logs: async (job: string, query: LogsQuery = {}, options: Stoppable = {}): Promise<op.LogBatch> =>
      (await ask(op.GetLogs, { job, ...query }, options)).jobLogs,

    /** Part of a job's output, each line with its number: the lines from `line` on, those behind `after`, or the `last` ones. */
    logPage: async (
      job: string,
      query: Omit<op.GetLogPageVariables, "job"> = {},
      options: Stoppable = {},
    ): Promise<op.NumberedLogBatch> => (await ask(op.GetLogPage, { job, ...query }, options)).jobLogs,

    /** All that a job has printed up to now as a stream of text, or what one run has. */
    downloadLog: (
      job: string,
      { attempt, signal }: Stoppable & { readonly attempt?: number } = {},
    ): Promise<ReadableStream<Uint8Array>> => downloadLog(endpoint, job, attempt, signal),

    /** What has happened, oldest first: everything behind `after`, at most `limit`. */
    async events(
      { limit = 1000, ...query }: EventsQuery & { readonly limit?: number } = {},
      options: Stoppable = {},
    ): Promise<readonly op.Event[]> {
      const found: op.Event[] = [];
      for (let after: string | null = query.after ?? null; found.length < limit; ) {
        const first = Math.min(100, limit - found.length);
        const page = (await ask(op.GetEvents, { ...query, after, first }, options)).events;
        found.push(...page);
        if (page.length < first) break;
        after = page.at(-1)?.cursor ?? null;
      }
      return found;
    },

    /** A job's output as it comes, many lines at a time; ends when the job is over and all of it was given. */
    followLogs: (job: string, { attempt, ...options }: LogOptions = {}): AsyncGenerator<op.LogBatch, void, undefined> =>
      follow(op.FollowLogs, { job, ...(attempt !== undefined && { attempt }) }, options, charactersOf),

    /** A job's output as it comes, line by line; ends as `followLogs` does, which alone tells of gaps. */
    async *followLines(job: string, options: LogOptions = {}): AsyncGenerator<op.LogLine, void, undefined> {
      for await (const { lines } of client.followLogs(job, options)) yield* lines;
    },

    /** A job's progress as it is read; ends with the job. */
    followProgress: (job: string, options: Resumable = {}): AsyncGenerator<op.ProgressUpdate, void, undefined> =>
      follow(op.FollowProgress, { job }, options),

    /** What happens to every job from now on, or to one: then it ends with the job. */
    followJobs: ({
      job,
      ...options
    }: Resumable & { readonly job?: string | undefined } = {}): AsyncGenerator<op.JobChange, void, undefined> =>
      followFromNow(op.FollowJobs, job === undefined ? {} : { job }, options),

    /** What happens to every server from now on. */
    followServers: (options: Resumable = {}): AsyncGenerator<op.ServerChange, void, undefined> =>
      followFromNow(op.FollowServers, {}, options),

    /** Everything that happens from now on, or what happens to one job, or events of some types. */
    followEvents: ({
      job,
      types,
      ...options
    }: Resumable & { readonly job?: string; readonly types?: readonly string[] } = {}): AsyncGenerator<
      op.Event,
      void,
      undefined
    > => followFromNow(op.FollowEvents, { ...(job !== undefined && { job }), ...(types && { types }) }, options),

    /**
     * The job, once it has ended. Restarts of the server are waited for as streams do; for a time limit hand in
     * `AbortSignal.timeout(millis)`.
     * @throws SchedulearnError `NOT_FOUND` when it does not exist or is deleted meanwhile
     */
    async waitFor(id: string, options: Stoppable = {}): Promise<op.JobDetails> {
      const job = await find(id, options);
      if (job.endedAt !== null) return job;
      const changes = client.followJobs({ job: job.id, signal: options.signal });
      while (!(await changes.next()).done); // it ends with the job
      options.signal?.throwIfAborted();
      return retrying(() => find(id, options), retry, options.signal);
    },

    /**
     * The jobs, once all have ended, in the order of the ids.
     * @throws SchedulearnError `NOT_FOUND` when one does not exist or is deleted meanwhile
     */
    async waitForAll(ids: readonly string[], options: Stoppable = {}): Promise<readonly op.JobDetails[]> {
      const { eventCursor } = await client.cluster(options);
      const jobs: op.JobDetails[] = [];
      for (const id of ids) jobs.push(await find(id, options));
      const open = new Set(jobs.filter(({ endedAt }) => endedAt === null).map(({ id }) => id));
      if (open.size > 0)
        for await (const { jobId, job } of client.followJobs({ ...options, after: eventCursor })) {
          if (job === null || job.endedAt !== null) open.delete(jobId);
          if (open.size === 0) break;
        }
      options.signal?.throwIfAborted();
      for (const [i, { id, endedAt }] of jobs.entries())
        if (endedAt === null) jobs[i] = await retrying(() => find(id, options), retry, options.signal);
      return jobs;
    },

    /** Ends every stream and the connection. */
    close: (): void => end(),
  };

  async function find(id: string, options: Stoppable): Promise<op.JobDetails> {
    const job = await client.job(id, options);
    if (job) return job;
    throw new SchedulearnError([{ code: "NOT_FOUND", message: `there is no job ${id}`, path: ["id"] }]);
  }
  return client;
}

const charactersOf = ({ lines }: op.LogBatch): number => lines.reduce((sum, { text }) => sum + text.length, 0);
