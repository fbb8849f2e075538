import "reflect-metadata";
import type { GraphQLSchema } from "graphql";
import { buildSchemaSync, type PubSub } from "type-graphql";
import { BatchPlaceResolver, BatchResolver, JobBatchResolver } from "./resolvers/batch.ts";
import { BatchMutations } from "./resolvers/batch-mutations.ts";
import { CheckpointResolver } from "./resolvers/checkpoint.ts";
import { ClusterResolver } from "./resolvers/cluster.ts";
import {
  EventQueries,
  EventResolver,
  EventStreams,
  JobChangeResolver,
  MigrationChangeResolver,
  ProgressUpdateResolver,
  ServerChangeResolver,
} from "./resolvers/events.ts";
import { ExpectationResolver, ForecastResolver } from "./resolvers/forecast.ts";
import { GpuMutations, GpuResolver } from "./resolvers/gpu.ts";
import { Housekeeping } from "./resolvers/housekeeping.ts";
import { JobResolver } from "./resolvers/job.ts";
import { JobMutations } from "./resolvers/job-mutations.ts";
import { JobTimesResolver } from "./resolvers/job-times.ts";
import { MigrationResolver } from "./resolvers/migration.ts";
import { OutcomeResolver } from "./resolvers/outcomes.ts";
import { OutputQueries, OutputStreams } from "./resolvers/output.ts";
import { PolicyResolver } from "./resolvers/policy.ts";
import { RunResolver } from "./resolvers/run.ts";
import { ServerResolver } from "./resolvers/server.ts";
import { ServerMutations } from "./resolvers/server-mutations.ts";
import { SimulationResolver } from "./resolvers/simulation.ts";
import { TimelineResolver } from "./resolvers/timeline.ts";
import {
  GpuUsageHistoryResolver,
  GpuUsageResolver,
  JobUsageResolver,
  ServerUsageResolver,
  UsageHistoryResolver,
  UsageQueries,
  UsageStreams,
} from "./resolvers/usage.ts";
import { WebhookResolver } from "./resolvers/webhook.ts";
import { JobWhyResolver, WhyResolver } from "./resolvers/why.ts";

/** The library wants one though every stream here reads the event log or the output by itself. */
const unused: PubSub = {
  publish: () => {},
  subscribe: () => {
    throw new TypeError("no stream is made of topics");
  },
};

/** All that the API can be asked. */
export function buildApiSchema(): GraphQLSchema {
  const schema = buildSchemaSync({
    resolvers: [
      ClusterResolver,
      JobResolver,
      BatchResolver,
      JobBatchResolver,
      BatchPlaceResolver,
      BatchMutations,
      CheckpointResolver,
      JobMutations,
      RunResolver,
      ServerResolver,
      GpuResolver,
      GpuMutations,
      ServerMutations,
      Housekeeping,
      MigrationResolver,
      PolicyResolver,
      ForecastResolver,
      TimelineResolver,
      SimulationResolver,
      OutcomeResolver,
      JobTimesResolver,
      ExpectationResolver,
      WhyResolver,
      JobWhyResolver,
      OutputQueries,
      OutputStreams,
      EventQueries,
      EventStreams,
      EventResolver,
      JobChangeResolver,
      ProgressUpdateResolver,
      ServerChangeResolver,
      MigrationChangeResolver,
      UsageQueries,
      UsageStreams,
      WebhookResolver,
      ServerUsageResolver,
      UsageHistoryResolver,
      GpuUsageResolver,
      GpuUsageHistoryResolver,
      JobUsageResolver,
    ],
    pubSub: unused,
    validate: false, // the job spec has one checker, and it is not this one
  });
  // type-graphql has no place for what its roots are.
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const root of roots) if (root) root.description = ROOTS[root.name];
  return schema;
}

const ROOTS: Readonly<Record<string, string>> = {
  Query: "What can be asked: it changes nothing.",
  Mutation: "What can be done. Each answers with `errors` that the caller can mend; then nothing was changed.",
  Subscription:
    "What can be followed as it comes, over a WebSocket. Each has a query of the same name for what was before.",
};
