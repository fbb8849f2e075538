import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from "type-graphql";
import { HISTORY_TYPES, historyOf } from "../../core/explain/history.ts";
import { explainPlacement } from "../../core/explain/placement.ts";
import { explain } from "../../core/explain/why.ts";
import { runId } from "../../core/run.ts";
import type { Context } from "../context.ts";
import { badInput } from "../errors.ts";
import { costOfList } from "../relay.ts";
import { JobForecastView } from "../types/forecast.ts";
import { JobView } from "../types/job.ts";
import { ExplainedChangeView, JobWhyView, PlacementView } from "../types/why.ts";

/** It holds rounds on paper. */
const COST_OF_WHY = 200;
/** Playing the present through again and again is much more than reading a field. */
const COST_OF_FORECAST = 1_000;
const USUAL_SEED = 1;
const DEFAULT_CHANGES = 20;
const MOST_CHANGES = 200;

const costOf =
  (own: number) =>
  ({ childComplexity }: { childComplexity: number }): number =>
    own + childComplexity;

@Resolver(() => JobView)
export class WhyResolver {
  @FieldResolver(() => JobWhyView, {
    complexity: costOf(COST_OF_WHY),
    description:
      "Why it waits, with the smallest change that would start it; why it is where it is; why it was moved about.",
  })
  why(@Root() { job }: JobView, @Ctx() { engine, clock }: Context): JobWhyView {
    return new JobWhyView(job, explain(job, engine.scheduler, clock.now()));
  }
}

@Resolver(() => JobWhyView)
export class JobWhyResolver {
  @FieldResolver(() => JobForecastView, {
    nullable: true,
    complexity: costOf(COST_OF_FORECAST),
    description:
      "When it starts and ends, as far as estimates go; null when it is over, and when there was no time for it.",
  })
  async forecast(@Root() { job }: JobWhyView, @Ctx() { engine, house }: Context): Promise<JobForecastView | null> {
    if (!engine.scheduler.jobs.has(job.id)) return null;
    const request = { policies: null, jobs: [job.id], joining: [], runs: null, seed: USUAL_SEED };
    const made = await house.foresight.ask(request).catch(() => null);
    const found = made?.policies[0]?.jobs.find((each) => each.job === job.id);
    if (made && found) return new JobForecastView(found, made.at, job.spec.name);
    const latest = house.foresight.latest(job.id);
    return latest && new JobForecastView(latest.forecast, latest.at, job.spec.name);
  }

  @FieldResolver(() => PlacementView, {
    nullable: true,
    description: "Why it is where it is; null while it holds no place.",
  })
  async placement(@Root() { job }: JobWhyView, @Ctx() { loaders }: Context): Promise<PlacementView | null> {
    const run = job.attempt === 0 ? null : await loaders.run.load(runId(job.id, job.attempt));
    return explainPlacement(job, run ?? undefined);
  }

  @FieldResolver(() => [ExplainedChangeView], {
    complexity: costOfList,
    description:
      "Its starts, preemptions, pauses, resizes and migrations, the last one first: who wanted each, what it cost and what it gained.",
  })
  async changes(
    @Root() { job }: JobWhyView,
    @Arg("first", () => Int, {
      nullable: true,
      defaultValue: DEFAULT_CHANGES,
      description: `At most so many; no more than ${MOST_CHANGES}.`,
    })
    first: number | null,
    @Ctx() { engine, loaders }: Context,
  ): Promise<ExplainedChangeView[]> {
    const most = first ?? DEFAULT_CHANGES;
    if (most < 1 || most > MOST_CHANGES)
      throw badInput("first", `it must be between 1 and ${MOST_CHANGES}, not ${most}`);
    const [runs, migrations, events] = [
      await loaders.runsOf.load(job.id),
      await loaders.migrationsOf.load(job.id),
      await engine.queries.lastEventsOf(job.id, HISTORY_TYPES, most),
    ];
    return historyOf({ job, runs, migrations }, events)
      .reverse()
      .map((change) => new ExplainedChangeView(change));
  }
}
