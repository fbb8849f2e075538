import "reflect-metadata";
import type { GraphQLSchema } from "graphql";
import { buildSchemaSync, type PubSub } from "type-graphql";
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
import { JobResolver } from "./resolvers/job.ts";
import { JobMutations } from "./resolvers/job-mutations.ts";
import { MigrationResolver } from "./resolvers/migration.ts";
import { OutputQueries, OutputStreams } from "./resolvers/output.ts";
import { PolicyResolver } from "./resolvers/policy.ts";
import { RunResolver } from "./resolvers/run.ts";
import { GpuResolver, ServerResolver } from "./resolvers/server.ts";
import { ServerMutations } from "./resolvers/server-mutations.ts";

/** The library wants one though every stream here reads the event log or the output by itself. */
const unused: PubSub = {
  publish: () => {},
  subscribe: () => {
    throw new TypeError("no stream is made of topics");
  },
};

/** All that the API can be asked. */
export const buildApiSchema = (): GraphQLSchema =>
  buildSchemaSync({
    resolvers: [
      ClusterResolver,
      JobResolver,
      JobMutations,
      RunResolver,
      ServerResolver,
      GpuResolver,
      ServerMutations,
      MigrationResolver,
      PolicyResolver,
      ForecastResolver,
      ExpectationResolver,
      OutputQueries,
      OutputStreams,
      EventQueries,
      EventStreams,
      EventResolver,
      JobChangeResolver,
      ProgressUpdateResolver,
      ServerChangeResolver,
      MigrationChangeResolver,
    ],
    pubSub: unused,
    validate: false, // the job spec has one checker, and it is not this one
  });
