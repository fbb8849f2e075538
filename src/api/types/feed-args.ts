import { ArgsType, Field, ID, Int } from "type-graphql";
import { PageArgs } from "../relay.ts";
import { Cursor } from "../scalars.ts";

const job = { description: "The job's id, or the number in it." } as const;
const onlyJob = { nullable: true, description: "Of this job only." } as const;
const behind = {
  nullable: true,
  description: "Begin behind this place; without it, with what comes from now on.",
} as const;
const behindOrAll = {
  nullable: true,
  description: "Begin behind this place; without it, at the job's beginning.",
} as const;
const types = { nullable: true, description: "Only events of these types." } as const;

@ArgsType()
export class ServerFeed {
  @Field(() => Cursor, behind)
  after?: string | null;
}

@ArgsType()
export class JobFeed extends ServerFeed {
  @Field(() => ID, onlyJob)
  job?: string | null;
}

@ArgsType()
export class EventFeed extends JobFeed {
  @Field(() => [String], types)
  types?: string[] | null;
}

@ArgsType()
export class ProgressFeed {
  @Field(() => ID, job)
  job!: string;

  @Field(() => Cursor, behindOrAll)
  after?: string | null;
}

@ArgsType()
export class LogFeed extends ProgressFeed {
  @Field(() => Int, { nullable: true, description: "Of this run only." })
  attempt?: number | null;
}

@ArgsType()
export class JobPage extends PageArgs {
  @Field(() => ID, onlyJob)
  job?: string | null;
}

@ArgsType()
export class EventPage extends JobPage {
  @Field(() => [String], types)
  types?: string[] | null;
}

@ArgsType()
export class ProgressPage extends PageArgs {
  @Field(() => ID, job)
  job!: string;
}
