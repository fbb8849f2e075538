import { ArgsType, Field, InputType, Int, ObjectType } from "type-graphql";
import type { JobId } from "../../core/job.ts";
import type { Instant } from "../../core/time.ts";
import type { JobLogs, LogCursor, LogGap, LogPage, LogStream, StoredLine } from "../../store/job-logs.ts";
import { cursorOf } from "../cursor.ts";
import { Cursor, DateTime } from "../scalars.ts";
import { LogStreamEnum } from "./enums.ts";

export const logCursor = (job: JobId, { attempt, offset }: LogCursor): string =>
  cursorOf("log", `${job}:${attempt}:${offset}`);

@ObjectType("Gap", { description: "Items that a stream left out. The twin query has them unless retention cut them." })
export class Gap {
  @Field(() => Cursor, { description: "They begin behind this: give it to the twin query as `after`." })
  from!: string;

  @Field(() => Cursor, { description: "The last of them." })
  to!: string;

  @Field(() => String, { description: "Why they were left out." })
  reason!: string;
}

@ObjectType("LogLine", { description: "One line of a job's output." })
export class LogLineView {
  @Field(() => Cursor, { description: "Behind this line." })
  readonly cursor: string;

  @Field(() => Int, { description: "The run that printed it." })
  readonly attempt: number;

  @Field(() => LogStreamEnum, { description: "Where it was printed." })
  readonly stream: string;

  @Field(() => Int, { description: "Which member of a run over several servers printed it; 0 is the first." })
  readonly rank: number;

  @Field(() => DateTime, { description: "When it was printed." })
  readonly at: Instant;

  @Field(() => String, { description: "What it says, without its end; values of secrets are masked." })
  readonly text: string;

  @Field(() => Boolean, { description: "It was too long and goes on in the next." })
  readonly continues: boolean;

  readonly #number: () => Promise<number>;

  /** @param number what it takes to count is spared where nobody asks */
  constructor(
    job: JobId,
    { cursor, attempt, stream, rank, at, text, continues }: StoredLine,
    number: () => Promise<number>,
  ) {
    this.#number = number;
    this.cursor = logCursor(job, cursor);
    this.attempt = attempt;
    this.stream = stream;
    this.rank = rank ?? 0;
    this.at = at;
    this.text = text;
    this.continues = continues ?? false;
  }

  @Field(() => Int, { description: "Which line of all the job's output it is, from 1; what was removed counts too." })
  number(): Promise<number> {
    return this.#number();
  }
}

@ObjectType("LogBatch", { description: "Lines of a job's output, in order." })
export class LogBatch {
  @Field(() => [LogLineView], { description: "The lines." })
  readonly lines: readonly LogLineView[];

  @Field(() => Cursor, { description: "Behind the last of them: give it as `after` to go on." })
  readonly cursor: string;

  @Field(() => Boolean, { description: "Is there more at this moment?" })
  readonly hasMore: boolean;

  @Field(() => Gap, { nullable: true, description: "What is missing in front of these lines; null: nothing." })
  readonly gap: Gap | null;

  readonly #linesToCursor: () => Promise<number>;

  constructor(job: JobId, { lines, cursor, hasMore, gaps }: LogPage, { numbers }: JobLogs) {
    let counted: Promise<number[]> | null = null;
    const count = (): Promise<number[]> => {
      const places = [...lines.map((line) => line.cursor), cursor];
      counted ??= numbers.before(job, places);
      return counted;
    };
    this.lines = lines.map((line, index) => new LogLineView(job, line, async () => (await count())[index] as number));
    this.#linesToCursor = async () => (await count()).at(-1) as number;
    this.cursor = logCursor(job, cursor);
    this.hasMore = hasMore;
    this.gap = gaps ? gapOf(job, gaps) : null;
  }

  @Field(() => Int, {
    description: "How many lines of the job's output lie in front of `cursor`; what was removed counts too.",
  })
  linesToCursor(): Promise<number> {
    return this.#linesToCursor();
  }
}

function gapOf(job: JobId, gaps: readonly LogGap[]): Gap {
  const [first, last] = [gaps[0], gaps.at(-1)] as [LogGap, LogGap];
  return {
    from: logCursor(job, { attempt: first.attempt, offset: 0 }),
    to: logCursor(job, { attempt: last.attempt, offset: last.bytes }),
    reason: reasonOfGaps(gaps),
  };
}

export const reasonOfGaps = (gaps: readonly LogGap[]): string => gaps.map(removed).join("; ");

const removed = ({ attempt, lines, at }: LogGap): string =>
  `${lines.toLocaleString("en")} line${lines === 1 ? "" : "s"} of attempt ${attempt} were removed by retention on ${new Date(at).toISOString().slice(0, 10)}`;

const optional = { nullable: true } as const;

@InputType("LogFilter", { description: "Lines of output of which all that is given here is true." })
export class LogFilterInput {
  @Field(() => DateTime, { ...optional, description: "Printed then or later." })
  since?: Instant | null;

  @Field(() => DateTime, { ...optional, description: "Printed before." })
  until?: Instant | null;

  @Field(() => Int, { ...optional, description: "Printed by this member of a run over several servers, from 0." })
  rank?: number | null;

  @Field(() => LogStreamEnum, { ...optional, description: "Printed there." })
  stream?: LogStream | null;

  @Field(() => String, { ...optional, description: "A regular expression, as JavaScript has them, found in the text." })
  pattern?: string | null;

  @Field(() => Boolean, { ...optional, description: "The pattern takes capital letters and small ones for the same." })
  ignoreCase?: boolean | null;

  @Field(() => Boolean, { ...optional, description: "Those in which the pattern is not found." })
  invert?: boolean | null;
}

export const DEFAULT_LINES = 200;
export const MOST_LINES = 1_000;

@ArgsType()
export class LogArgs {
  @Field(() => Cursor, { nullable: true, description: "Begin behind this line; without it, at the beginning." })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description:
      "Begin with this line instead: the first of all the job's output is 1, and what was removed counts too.",
  })
  line?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: `At most so many lines; ${DEFAULT_LINES} unless given, no more than ${MOST_LINES}.`,
  })
  first?: number | null;

  @Field(() => Int, { nullable: true, description: `The last so many lines instead; no more than ${MOST_LINES}.` })
  last?: number | null;

  @Field(() => Int, { nullable: true, description: "Of this run only." })
  attempt?: number | null;

  @Field(() => LogFilterInput, {
    nullable: true,
    description:
      "Only these lines. A page may then hold few or none while `hasMore` is true: a long log is searched a part at a time.",
  })
  filter?: LogFilterInput | null;
}
