import { text } from "node:stream/consumers";
import type { Command } from "commander";
import { isMap, parseDocument } from "yaml";
import type { Forecast, Job, JobSpecInput, SchedulearnClient } from "../../sdk/index.ts";
import { SchedulearnError } from "../../sdk/index.ts";
import {
  type Cli,
  coreInput,
  examples,
  gpuInput,
  integer,
  mebibytes,
  pairs,
  type Quantity,
  quantity,
  type Session,
} from "../cli.ts";
import { exitCode, UsageError } from "../exit-code.ts";
import { expectationFacts } from "../expectation.ts";
import { readText } from "../files.ts";
import { followJob } from "../follow-job.ts";
import { LogPrinter } from "../log-printer.ts";
import { shipCode } from "../ship-code.ts";

interface Options {
  readonly image?: string;
  readonly code?: string;
  readonly name?: string;
  readonly type?: string;
  readonly user?: string;
  readonly gpus?: number | Quantity;
  readonly cores?: number | Quantity;
  readonly memory?: number;
  readonly priority?: number;
  readonly env?: Record<string, string>;
  readonly label?: Record<string, string>;
  readonly idempotencyKey?: string;
  readonly follow?: boolean;
  readonly raw?: boolean;
  readonly dryRun?: boolean;
}

export function submit(program: Command, cli: Cli): void {
  program
    .command("submit")
    .alias("run")
    .summary("submit a job")
    .description(
      "Submits a job: a YAML file, or flags, or both, and then the flags win. What stands behind -- is the command.",
    )
    .usage("[options] [file] [-- command...]")
    .argument("[file]", "the job as YAML or JSON; - reads it from the standard input")
    .option("--image <image>", "the Docker image; without one, a process server runs it")
    .option("--code <folder>", "a folder of this machine that is shipped with it and found at /code")
    .option("--name <name>", "how it is called in lists")
    .option("--gpus <count>", "so many GPUs: 2, or 1:4 for between one and four", quantity)
    .option("--cores <count>", "so many cores: 4, or 2:8", quantity)
    .option("--memory <size>", "limit of memory, such as 512M or 16G", mebibytes)
    .option("--env <name=value>", "a variable for the command; may be repeated", pairs)
    .option("--label <name=value>", "a label to search by; may be repeated", pairs)
    .option("--priority <number>", "higher goes first", integer)
    .option("--user <user>", "whose job it is")
    .option("--type <type>", "its category, such as pytorch")
    .option("--idempotency-key <key>", "the same key within 24 hours gives the first job again")
    .option("-f, --follow", "show its output and progress until it is over; Ctrl-C leaves it running")
    .option("--dry-run", "submit nothing: check it, and tell when it would start and end")
    .option("--raw", "with --follow on a terminal: also the lines by which it tells its progress, as JSON")
    .addHelpText(
      "after",
      examples(
        "submit job.yaml",
        "submit job.yaml --gpus 4 --priority 10 --follow",
        "submit job.yaml --dry-run",
        "submit --image python:3.12-slim --cores 2 -- python -c 'print(1)'",
        "submit --gpus 1:4 --image pytorch/pytorch -- 'python train.py && ./report.sh'",
        "run --code . --image python:3.12-slim -- python train.py",
        "submit - --json < job.yaml",
      ),
    )
    .action(
      cli.act(async (session, file: string | undefined, options: Options) => {
        const { client, json, terminal } = session;
        const { idempotencyKey, follow: follows, dryRun } = options;
        if (dryRun && follows) throw new UsageError("--dry-run submits nothing that --follow could show");
        const given = fieldsOf(options, cli.behindDashes);
        const yaml = file === undefined ? null : await textOf(file, cli);
        const code = await shipCode(session, options.code ?? null, yaml === null ? null : { text: yaml, file });
        const fields: Fields = code ? { ...given, code } : given;
        if (dryRun)
          return tellBeforehand(session, await handedIn(file, yaml, fields, (what) => foreseen(session, what)));
        const newest = idempotencyKey === undefined ? 0 : await newestNumber(client);
        const submitIt = (what: Handed): Promise<Job> => client.submit(what, { idempotencyKey });
        const job = await handedIn(file, yaml, fields, submitIt);
        const news = numberOf(job) > newest ? "submitted" : "was submitted before with this key";
        if (json) terminal.printJson(job, { pretty: !follows });
        else if (follows) terminal.note(`${job.id} ${news}`);
        else terminal.print(`${job.id} ${news}; see schedulearn logs -f ${job.id}`);
        return follows ? follow(session, job, options.raw === true) : exitCode.ok;
      }),
    );
}

/** Jobs are numbered in the order of their submission. */
const numberOf = ({ id }: Pick<Job, "id">): number => Number(id.slice("job-".length));

/** The greatest number given so far: a job beyond it is a new one. Clocks need not agree for this. */
async function newestNumber(client: SchedulearnClient): Promise<number> {
  const [newest] = (await client.jobs({ first: 1 })).items;
  return newest ? numberOf(newest) : 0;
}

type Fields = Partial<JobSpecInput>;

function fieldsOf(options: Options, behindDashes: readonly string[] | null): Fields {
  const { image, name, type, user, gpus, cores, memory, priority, env, label } = options;
  // One word that holds spaces was quoted to be given to a shell.
  const [only, ...others] = behindDashes ?? [];
  const command = only !== undefined && others.length === 0 && /\s/.test(only) ? only : behindDashes;
  return {
    ...(image !== undefined && { image }),
    ...(name !== undefined && { name }),
    ...(type !== undefined && { type }),
    ...(user !== undefined && { user }),
    ...(gpus !== undefined && { gpus: gpuInput(gpus) }),
    ...(cores !== undefined && { cores: coreInput(cores) }),
    ...(memory !== undefined && { memoryMiB: memory }),
    ...(priority !== undefined && { priority }),
    ...(env && { env }),
    ...(label && { labels: label }),
    ...(command && command.length > 0 && { command }),
  };
}

const textOf = (file: string, { io }: Cli): Promise<string> =>
  file === "-" ? text(io.stdin) : readText(file, "YAML file");

/** What a job is handed in as: its fields, or the text of a file. */
type Handed = Parameters<SchedulearnClient["submit"]>[0];

/** What `handIn` makes of the job; the faults of a file name it. */
async function handedIn<T>(
  file: string | undefined,
  text: string | null,
  fields: Fields,
  handIn: (what: Handed) => Promise<T>,
): Promise<T> {
  if (file === undefined || text === null) {
    const { command, ...others } = fields;
    if (!command) throw new UsageError("a file, or a command behind --, is needed; see schedulearn submit --help");
    return handIn({ ...others, command });
  }
  const yaml = withFields(text, fields);
  return handIn({ yaml }).catch((error: unknown) => {
    if (!(error instanceof SchedulearnError) || file === "-") throw error;
    const named = (message: string): string => (message.startsWith(`${file}:`) ? message : `${file}: ${message}`);
    throw new SchedulearnError(error.faults.map((fault) => ({ ...fault, message: named(fault.message) })));
  });
}

async function foreseen({ client, signal }: Session, what: Handed): Promise<Forecast> {
  return client.forecast({ hypothetical: "yaml" in what ? what : { spec: what }, jobs: [] }, { signal });
}

function tellBeforehand({ terminal, json }: Session, { policies, hypothetical }: Forecast): number {
  const [expected] = hypothetical;
  const [under] = policies;
  if (json) terminal.printJson({ forecast: expected, policy: under?.policy, runs: under?.runs });
  else {
    if (expected) terminal.printFacts(expectationFacts(expected));
    terminal.note(`nothing was submitted; this is what it would get under ${under?.policy}`);
  }
  return exitCode.ok;
}

/**
 * The text with the flags in it. It stays as it is elsewhere, so that the places that the server names are those of the file.
 * A text that is no mapping goes as it is: the server says what is wrong with it.
 */
function withFields(yaml: string, fields: Fields): string {
  const all = Object.entries(fields);
  const document = parseDocument(yaml);
  if (all.length === 0 || document.errors.length > 0 || !isMap(document.contents)) return yaml;
  for (const [name, value] of all) {
    const before: unknown = document.get(name);
    if ((name === "env" || name === "labels") && isMap(before))
      for (const [key, inner] of Object.entries(value as object)) document.setIn([name, key], inner);
    else document.set(name, document.createNode(value));
  }
  return document.toString({ lineWidth: 0 });
}

async function follow(session: Session, job: Job, raw: boolean): Promise<number> {
  const { terminal, json } = session;
  const printer = new LogPrinter(terminal, {
    json,
    hidesProgress: terminal.isTty && !raw,
    marksRanks: job.servers.max > 1,
  });
  try {
    const ended = await followJob(session, job.id, { printer, bar: true });
    if (json) terminal.printJson(ended, { pretty: false });
    return ended.status === "COMPLETED" ? exitCode.ok : exitCode.failed;
  } catch (error) {
    if (session.signal.aborted)
      terminal.note(
        `${job.id} goes on; follow it with schedulearn logs -f ${job.id}, stop it with schedulearn cancel ${job.id}`,
      );
    throw error;
  }
}
