import { Field, Float, Int, ObjectType } from "type-graphql";
import type { Instant } from "../../core/time.ts";
import { DateTime } from "../scalars.ts";

@ObjectType("Leftover", { description: "Something of this cluster that lies on a server and that nobody needs." })
export class LeftoverView {
  @Field(() => String, { description: "The server's name." })
  server!: string;

  @Field(() => String, { description: "run, checkpoint, code, or reader: a container that lent access to a folder." })
  kind!: string;

  @Field(() => String, { description: "What the server calls it." })
  name!: string;

  @Field(() => String, { description: "Why nobody needs it." })
  reason!: string;

  @Field(() => Float, { nullable: true, description: "Since it was made; null where the server does not tell." })
  ageSeconds!: number | null;

  @Field(() => Boolean, { description: "Old enough to be removed: reapGraceSeconds." })
  due!: boolean;
}

@ObjectType("UnaskedServer", { description: "A server of which it is not known what lies there." })
export class UnaskedServerView {
  @Field(() => String, { description: "Its name." })
  server!: string;

  @Field(() => String, { description: "Why." })
  reason!: string;
}

@ObjectType("Survey", { description: "What nobody needs, on all servers that could be asked." })
export class SurveyView {
  @Field(() => [LeftoverView], { description: "What there is." })
  leftovers!: readonly LeftoverView[];

  @Field(() => [UnaskedServerView], { description: "Servers that could not be asked, and what could not be removed." })
  unasked!: readonly UnaskedServerView[];
}

@ObjectType("ServerImage", { description: "An image of a server that jobs have used." })
export class ServerImageView {
  @Field(() => String, { description: "The server's name." })
  server!: string;

  @Field(() => String, { description: "The image's name." })
  name!: string;

  @Field(() => Int, { description: "Its size in MiB; what it shares with others counts for each." })
  sizeMiB!: number;

  @Field(() => DateTime, { description: "When a container was last made of it." })
  usedAt!: Instant;

  @Field(() => String, { nullable: true, description: "Why it stays when the disk is full; null: it may be removed." })
  stays!: string | null;
}

@ObjectType("RemovedImage", { description: "An image that was removed from a server." })
export class RemovedImageView {
  @Field(() => String, { description: "The server's name." })
  server!: string;

  @Field(() => String, { description: "The image's name." })
  name!: string;
}
