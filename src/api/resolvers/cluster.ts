import { Arg, Ctx, ID, Query, Resolver } from "type-graphql";
import { placements } from "../../placement/index.ts";
import { completeOptions, policies } from "../../policies/index.ts";
import type { Context } from "../context.ts";
import { serverNamed } from "../places.ts";
import { Node } from "../relay.ts";
import { ClusterInfo } from "../types/cluster.ts";
import { EstimateAccuracy } from "../types/estimate.ts";
import { eventCursor } from "../types/event.ts";
import { phaseOf } from "../types/filters.ts";
import { JobView } from "../types/job.ts";
import { MigrationView } from "../types/migration.ts";
import { PlacementView, PolicyView } from "../types/policy.ts";
import { RunView } from "../types/run.ts";
import { SchedulingGuards } from "../types/scheduling-guards.ts";
import { GpuView } from "../types/server.ts";
import { SimulationView } from "../types/simulation.ts";

@Resolver()
export class ClusterResolver {
  @Query(() => String, { description: "The version of Schedulearn." })
  version(@Ctx() { house }: Context): string {
    return house.version;
  }

  @Query(() => ClusterInfo, { description: "The whole that this API looks after." })
  async cluster(@Ctx() { engine, house }: Context): Promise<ClusterInfo> {
    const eventsUntilNow = engine.feed.head; // first: what is read after it may be newer, never older
    const counts = { queued: 0, running: 0, completed: 0 };
    for (const [status, jobs] of await engine.queries.jobCounts()) counts[phaseOf(status)] += jobs;
    const { setting, guards } = engine.scheduler;
    const { policy, placement } = setting;
    const { version, startedAt } = house;
    return {
      id: engine.cluster,
      version,
      policy,
      placement,
      scheduling: new SchedulingGuards(guards),
      startedAt,
      eventCursor: eventCursor(eventsUntilNow),
      counts,
    };
  }

  @Query(() => [EstimateAccuracy], {
    description:
      "How past estimates of the work left have turned out; empty until jobs have completed that told their progress.",
  })
  estimateAccuracy(@Ctx() { engine }: Context): readonly EstimateAccuracy[] {
    return engine.scheduler.learner.accuracy();
  }

  @Query(() => Node, { nullable: true, description: "Whatever has this id; null when nothing has." })
  async node(
    @Arg("id", () => ID, { description: "As any field `id` gave it." }) id: string,
    @Ctx() { engine, house, loaders }: Context,
  ): Promise<Node | null> {
    const { queries, scheduler } = engine;
    if (/^job-\d+$/.test(id)) return (await loaders.job.load(id).then((job) => job && new JobView(job))) ?? null;
    if (/^job-\d+\.\d+$/.test(id)) return viewOf((await queries.runsById([id])).get(id), (run) => new RunView(run));
    if (/^job-\d+\.m\d+$/.test(id))
      return viewOf((await queries.migrationsById([id])).get(id), (migration) => new MigrationView(migration));
    if (id.includes("/")) {
      const server = scheduler.servers.get(id.slice(0, id.indexOf("/")));
      return viewOf(
        server?.gpus.find((gpu) => gpu.id === id),
        (gpu) => new GpuView(gpu, server?.id as string),
      );
    }
    const [kind, key] = id.split(":");
    const { policy, options, placement } = scheduler.setting;
    if (kind === "policy")
      return viewOf(
        policies.find((entry) => entry.key === key),
        (entry) => new PolicyView(entry, entry.key === policy ? completeOptions(entry, options) : null),
      );
    if (kind === "simulation") {
      const found = (await house.laboratory.list()).find(({ name }) => name === key);
      return viewOf(found, (simulation) => new SimulationView(simulation));
    }
    if (kind === "placement")
      return viewOf(
        placements.find((rule) => rule.key === key),
        (rule) => new PlacementView(rule, rule.key === placement),
      );
    return serverNamed(id, engine);
  }
}

const viewOf = <T, V>(found: T | undefined, view: (found: T) => V): V | null =>
  found === undefined ? null : view(found);
