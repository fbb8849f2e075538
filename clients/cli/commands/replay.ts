import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { SchedulearnError } from "../../sdk/index.ts";
import { type Cli, examples, type Session, several } from "../cli.ts";
import { exitCode, UsageError } from "../exit-code.ts";
import { OutputFile, readText } from "../files.ts";
import { counted } from "../format.ts";
import { readJobFile } from "../replay/job-file.ts";
import type { Cue, Laboratory } from "../replay/laboratory.ts";
import { outcomeOf } from "../replay/outcome.ts";
import { type Pace, Play } from "../replay/play.ts";
import { playProgress } from "../replay/progress.ts";

interface Options {
  readonly speed: number;
  readonly scaleDurations: number;
  readonly limit?: number;
  readonly job?: string;
  readonly programs?: string;
  readonly image?: string;
  readonly elastic?: number;
  readonly fixed?: boolean;
  readonly onCores?: boolean;
  readonly wait: boolean;
  readonly cancelOnExit?: boolean;
  readonly jobsOut?: string;
  readonly details?: string;
  readonly quiet?: boolean;
}

export function replay(program: Command, cli: Cli): void {
  program
    .command("replay")
    .summary("submit the jobs of a trace or requests file at their times")
    .description(
      "Submits the jobs of a file at the times that it says, and tells what came of them: any trace that simulate reads, or the requests file of a public scheduler of TensorFlow programs (execution,… and update,… lines). Without --job, each job is a shell program that takes its duration by waiting, shorter with more GPUs or cores.",
    )
    .argument("<file>", "the trace or requests file")
    .option("--speed <times>", "so many times faster than the file says", positive, 1)
    .option("--scale-durations <part>", "each job takes this part of what the file says", positive, 1)
    .option("--limit <jobs>", "only the first ones", several)
    .option(
      "--job <file>",
      "a job file to submit in place of it; it finds WORK_MILLIS and WORK_SECONDS, for one GPU or core",
    )
    .option("--programs <file>", "CSV: image,duration_s[,threads], for requests that do not say how long they take")
    .option("--image <image>", "the image of all jobs; none: without, on process servers")
    .option("--elastic <times>", "jobs may run on 1 GPU or core up to so many times what they ask for", positive)
    .addOption(new Option("--fixed", "every job always has what it asks for").conflicts("elastic"))
    .option("--on-cores", "jobs that ask for GPUs get as many cores")
    .option("--no-wait", "end when all are submitted")
    .option("--cancel-on-exit", "Ctrl-C also cancels what was submitted")
    .option("--jobs-out <file>", "CSV: job_id,first_start_s,end_s,preemptions")
    .option("--details <file>", "CSV: every metric of each job: queueing delay, waiting, service, JCT and more")
    .option("-q, --quiet", "no word about progress")
    .addHelpText(
      "after",
      examples(
        "replay trace.csv --speed 60 --scale-durations 0.016",
        "replay requests.csv --image none --jobs-out jobs.csv",
        "replay trace.csv --on-cores --job train.yaml --limit 20 --json",
      ),
    )
    .action(cli.act((session, file: string, options: Options) => play(session, cli, file, options)));
}

async function play(session: Session, cli: Cli, file: string, options: Options): Promise<number> {
  const { client, terminal, json, signal } = session;
  const laboratory = await cli.laboratory();
  const cues = await cuesOf(laboratory, file, options);
  const template = options.job === undefined ? null : await readJobFile(options.job);
  if (!template) refuseWithoutDuration(file, cues);
  const jobsOut = options.jobsOut === undefined ? null : await OutputFile.reserve(options.jobsOut);
  const details = options.details === undefined ? null : await OutputFile.reserve(options.details);
  const labels = { replay: randomUUID().slice(0, 8) };
  const pace: Pace = {
    speed: options.speed,
    scale: options.scaleDurations,
    waits: options.wait,
    onCores: options.onCores === true,
    image: options.image === "none" ? null : (options.image ?? ((await hasDocker(session)) ? undefined : null)),
    template,
    labels,
  };
  const progress = playProgress(terminal, options.quiet === true || json);
  const run = new Play(client, cues, pace, {
    changed: (now) => progress.show(now),
    refused: ({ name }, { message }) => terminal.note(`${name} is refused: ${message.replace(PLACE, "")}`),
    unreachable: ({ name }, { message }) => terminal.note(`${name} has to wait: ${message}; trying again`),
  });
  try {
    await run.run(signal);
  } finally {
    progress.stop();
    if (signal.aborted) await leave(session, run, options.cancelOnExit === true);
  }
  signal.throwIfAborted();
  if (!options.wait) {
    terminal.note(
      `${counted(run.cast.counts.submitted, "job")} submitted; see schedulearn ls --label replay=${labels.replay}`,
    );
    return run.refusals === 0 ? exitCode.ok : exitCode.failed;
  }
  const { jobs, completed, system } = await outcomeOf(client, run, pace);
  const { policy } = await client.cluster({ signal });
  const { metrics, table, ...csv } = laboratory.summarise(policy, jobs, system);
  await jobsOut?.write(csv.jobs);
  await details?.write(csv.details);
  if (json) terminal.printJson({ file: basename(file), policy, label: `replay=${labels.replay}`, metrics, jobs });
  else terminal.print(table.trimEnd());
  const lost = run.cast.counts.submitted - completed;
  if (lost > 0)
    terminal.note(`${counted(lost, "job")} did not complete: schedulearn ls --label replay=${labels.replay}`);
  return lost === 0 && run.refusals === 0 ? exitCode.ok : exitCode.failed;
}

/** In the job file that is made of a line, which nobody sees. */
const PLACE = / \(line \d+, column \d+\)/g;

async function cuesOf(laboratory: Laboratory, file: string, options: Options): Promise<readonly Cue[]> {
  const programs =
    options.programs === undefined ? null : { file: options.programs, text: await readText(options.programs) };
  const elastic = options.fixed ? "fixed" : (options.elastic ?? null);
  const found = laboratory.readWorkload(file, await readText(file), { programs, elastic });
  if ("faults" in found)
    throw new SchedulearnError(found.faults.map((message) => ({ code: "INVALID_INPUT", message, path: null })));
  const first = new Set(
    found
      .filter(({ kind }) => kind === "submit")
      .slice(0, options.limit)
      .map(({ name }) => name),
  );
  return found.filter(({ name }) => first.has(name));
}

/** Our own program must be told how long to take. */
function refuseWithoutDuration(file: string, cues: readonly Cue[]): void {
  const open = cues.find((cue) => cue.kind === "submit" && cue.seconds === null);
  if (open)
    throw new UsageError(
      `${file} does not say how long ${open.name} takes: give --programs FILE, or --job FILE with a program of its own`,
    );
}

const hasDocker = async ({ client, signal }: Session): Promise<boolean> =>
  (await client.servers({ signal })).some(({ driver }) => driver === "DOCKER");

/** After Ctrl-C: says what goes on, or stops it. */
async function leave({ terminal, afterwards }: Session, { cast, cues }: Play, cancels: boolean): Promise<void> {
  const { submitted } = cast.counts;
  const all = cues.filter(({ kind }) => kind === "submit").length;
  const { left } = cast;
  terminal.note(`stopped: ${submitted} of ${counted(all, "job")} submitted`);
  if (left.length === 0) return;
  if (!cancels) {
    terminal.note(`${counted(left.length, "job")} not over, and going on: schedulearn cancel ${left.join(" ")}`);
    return;
  }
  const client = afterwards();
  try {
    const ends = await Promise.allSettled(left.map((id) => client.cancel(id)));
    const failed = left.filter((_, i) => ends[i]?.status === "rejected");
    terminal.note(`${counted(left.length - failed.length, "job")} cancelled`);
    if (failed.length > 0) terminal.note(`not cancelled: ${failed.join(" ")}`);
  } finally {
    client.close();
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}
