import { Args, Ctx, Query, Resolver } from "type-graphql";
import type { Millis } from "../../core/time.ts";
import type { JobTimes } from "../../store/job-times.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { JobTimesArgs, JobTimesView, type TimeSpread } from "../types/job-times.ts";

const DAY_MILLIS = 86_400_000;

@Resolver()
export class JobTimesResolver {
  @Query(() => [JobTimesView], {
    description: "How long jobs waited and trained: of those on record that ended in a time, the largest group first.",
  })
  async jobTimes(
    @Args(() => JobTimesArgs) { from, to, by }: JobTimesArgs,
    @Ctx() { engine }: Context,
  ): Promise<JobTimesView[]> {
    const until = to ?? engine.clock.now();
    const since = from ?? until - DAY_MILLIS;
    if (until <= since) throw badInput("to", "it must be later than from");
    const groups = new Map<string | null, JobTimes[]>();
    for (const job of await engine.queries.jobTimes({ from: since, to: until })) {
      const key = by === "user" ? job.user : by === "type" ? job.type : null;
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      group.push(job);
    }
    if (!by || by === "all") groups.set(null, groups.get(null) ?? []);
    return [...groups].sort(([, a], [, b]) => b.length - a.length).map(([group, jobs]) => viewOf(group, jobs));
  }
}

function viewOf(group: string | null, jobs: readonly JobTimes[]): JobTimesView {
  const completed = jobs.filter(({ status }) => status === "completed");
  return {
    group,
    completed: completed.length,
    failed: jobs.filter(({ status }) => status === "failed").length,
    cancelled: jobs.filter(({ status }) => status === "cancelled").length,
    queueingDelay: spread(
      jobs.flatMap(({ submittedAt, firstStartedAt }) =>
        firstStartedAt === null ? [] : [firstStartedAt - submittedAt],
      ),
    ),
    waitingTime: spread(
      completed.map(({ submittedAt, endedAt, serviceMillis }) => Math.max(0, endedAt - submittedAt - serviceMillis)),
    ),
    serviceTime: spread(completed.map(({ serviceMillis }) => serviceMillis)),
    jobCompletionTime: spread(completed.map(({ submittedAt, endedAt }) => endedAt - submittedAt)),
  };
}

/** Percentiles by the nearest rank: each is the value of a job. Null of none. */
function spread(values: readonly Millis[]): TimeSpread | null {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number): Millis => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] as Millis;
  if (sorted.length === 0) return null;
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  return { jobs: sorted.length, mean, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}
