import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from "type-graphql";
import type { JobForecast } from "../../core/forecast.ts";
import { findPolicy } from "../../policies/index.ts";
import type { Context } from "../context.ts";
import { badInput, payload } from "../errors.ts";
import { summaryOf } from "../forecast-summary.ts";
import type { Foresight } from "../foresight.ts";
import { findJob } from "../job-requests.ts";
import { costOfFew, costOfList } from "../relay.ts";
import { specsToForecast } from "../submission.ts";
import {
  ForecastAccuracyView,
  ForecastJobInput,
  ForecastSummary,
  ForecastView,
  JobForecastView,
  PolicyForecastView,
} from "../types/forecast.ts";
import { JobView } from "../types/job.ts";

const MOST_POLICIES = 20;
const MOST_JOBS = 1_000;
const MOST_RUNS = 200;
const USUAL_SEED = 1;
/** Playing the present through again and again is much more than reading a field. */
const COST_OF_POLICY = 1_000;
const DEFAULT_FIRST = 100;

const costOfForecast = ({
  args,
  childComplexity,
}: {
  args: { policies?: unknown[] };
  childComplexity: number;
}): number => Math.max(1, args.policies?.length ?? 1) * (COST_OF_POLICY + childComplexity);

const within = (argument: string, value: number, least: number, most: number): number => {
  if (value >= least && value <= most) return value;
  throw badInput(argument, `it must be between ${least} and ${most}, not ${value}`);
};

@Resolver(() => PolicyForecastView)
export class ForecastResolver {
  @Query(() => ForecastView, {
    complexity: costOfForecast,
    description: "When jobs start and end, as far as estimates go, under the policy in force or under others.",
  })
  async forecast(
    @Arg("policies", () => [String], { nullable: true, description: "Under these; without them, the one in force." })
    policies: string[] | null,
    @Arg("jobs", () => [ID], {
      nullable: true,
      description: "Of these, which takes less time; without them, of all that are not over.",
    })
    jobs: string[] | null,
    @Arg("hypothetical", () => ForecastJobInput, {
      nullable: true,
      description: "And of this one, as if it were submitted now. Nothing is stored.",
    })
    hypothetical: ForecastJobInput | null,
    @Arg("runs", () => Int, {
      nullable: true,
      description: `Play it through so many times, at most ${MOST_RUNS}; without it, as often as there is time for.`,
    })
    runs: number | null,
    @Arg("seed", () => Int, {
      nullable: true,
      defaultValue: USUAL_SEED,
      description: "Chooses the draws: the same state with the same seed has the same forecast.",
    })
    seed: number,
    @Ctx() context: Context,
  ): Promise<ForecastView> {
    if (policies) within("policies", policies.length, 1, MOST_POLICIES);
    if (jobs) within("jobs", jobs.length, hypothetical ? 0 : 1, MOST_JOBS);
    if (runs !== null && runs !== undefined) within("runs", runs, 1, MOST_RUNS);
    const nothing = { at: context.now(), policies: [], hypothetical: [] };
    const made = await payload(async () => {
      for (const key of policies ?? []) findPolicy(key);
      const ids = jobs && (await Promise.all(jobs.map((id) => findJob(id, context, "jobs"))));
      const joining = hypothetical ? await specsToForecast(hypothetical, context) : [];
      const request = {
        policies: policies ?? null,
        jobs: ids?.map(({ id }) => id) ?? null,
        joining,
        runs: runs ?? null,
        seed: seed ?? USUAL_SEED,
      };
      return viewOf(
        await context.house.foresight.ask(request),
        joining.map(({ name }) => name),
        context,
      );
    });
    return { ...nothing, ...made };
  }

  @FieldResolver(() => [JobForecastView], {
    complexity: costOfList,
    description: "Of each job that was asked for, in the order of submission.",
  })
  jobs(
    @Root() { forecasts }: PolicyForecastView,
    @Arg("first", () => Int, {
      nullable: true,
      defaultValue: DEFAULT_FIRST,
      description: `At most so many; no more than ${MOST_JOBS}.`,
    })
    first: number,
  ): readonly JobForecastView[] {
    return forecasts.slice(0, within("first", first ?? DEFAULT_FIRST, 1, MOST_JOBS));
  }

  @FieldResolver(() => ForecastSummary, { description: "What it comes to for all of them." })
  summary(@Root() { forecasts }: PolicyForecastView, @Ctx() { engine }: Context): ForecastSummary {
    return summaryOf(forecasts, (id) => engine.scheduler.job(id)?.submittedAt);
  }

  @Query(() => [ForecastAccuracyView], {
    complexity: costOfFew,
    description: "How past forecasts have turned out; empty until a job has completed that was forecast.",
  })
  async forecastAccuracy(@Ctx() { house }: Context): Promise<ForecastAccuracyView[]> {
    return (await house.foresight.accuracy()).map((each) => new ForecastAccuracyView(each));
  }
}

function viewOf(
  { at, policies, joining }: Awaited<ReturnType<Foresight["ask"]>>,
  namesOfJoining: readonly string[],
  { engine }: Context,
): Omit<ForecastView, "errors"> {
  const names = new Map(joining.map((id, i) => [id, namesOfJoining[i] ?? null]));
  const view = (job: JobForecast): JobForecastView =>
    names.has(job.job)
      ? new JobForecastView(job, at, names.get(job.job) ?? null, null)
      : new JobForecastView(job, at, engine.scheduler.job(job.job)?.spec.name ?? null);
  const all = policies.map(({ jobs }) => jobs.map(view));
  return {
    at,
    policies: policies.map((each, i) => new PolicyForecastView(each, all[i]?.filter(({ job }) => job !== null) ?? [])),
    hypothetical: all.flatMap((views) => views.filter(({ job }) => job === null)),
  };
}

@Resolver(() => JobView)
export class ExpectationResolver {
  @FieldResolver(() => JobForecastView, {
    nullable: true,
    description:
      "What was last expected of it under the policy in force: when it was submitted, or when somebody asked since; null when it was not, and when it is over.",
  })
  forecast(@Root() { id, job }: JobView, @Ctx() { engine, house }: Context): JobForecastView | null {
    const latest = engine.scheduler.jobs.has(id) ? house.foresight.latest(id) : null;
    return latest && new JobForecastView(latest.forecast, latest.at, job.spec.name);
  }
}
