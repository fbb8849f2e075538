import { text } from "node:stream/consumers";
import type { Command } from "commander";
import type { Batch, Forecast, Job } from "../../sdk/index.ts";
import { type Cli, examples, type Session } from "../cli.ts";
import { exitCode, UsageError } from "../exit-code.ts";
import { expectationFacts } from "../expectation.ts";
import { readText } from "../files.ts";
import { followJob } from "../follow-job.ts";
import { LogPrinter } from "../log-printer.ts";
import { shipCode } from "../ship-code.ts";
import { fieldsOf, type JobFlags, withJobFlags } from "../submit/flags.ts";
import { type Handed, handedIn } from "../submit/hand-in.ts";
import { isScript, readScript } from "../submit/script.ts";
import { watchJobs } from "../watch-jobs.ts";

interface Options extends JobFlags {
  readonly idempotencyKey?: string;
  readonly follow?: boolean;
  readonly watch?: boolean;
  readonly raw?: boolean;
  readonly dryRun?: boolean;
}

export function submit(program: Command, cli: Cli): void {
  const command = program
    .command("submit")
    .alias("run")
    .summary("submit a job, or many of one kind")
    .description(
      "Submits a job: a YAML file, or flags, or both, and then the flags win. What stands behind -- is the command. A file that begins with #! is a script: its lines #SCHEDULEARN and #SBATCH are flags, and what stands behind -- are its arguments.",
    )
    .usage("[options] [file] [-- command...]")
    .argument("[file]", "the job as YAML or JSON, or a script; - reads it from the standard input");
  withJobFlags(command)
    .option("-f, --follow", "show its output and progress until it is over; Ctrl-C leaves it running")
    .option("--watch", "show its progress until it is over, without its output")
    .option("--dry-run", "submit nothing: check it, and tell when it would start and end")
    .option("--idempotency-key <key>", "the same key within 24 hours gives the first job again")
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
        "run --sweep lr=0.1,0.01 --sweep batch=32,64 --max-parallel 2 -- 'python train.py --lr {{lr}} --batch {{batch}}'",
        "submit train.sh --array 0-9%4",
        "submit job.yaml --set checkpoint.graceSeconds=120",
        "submit - --json < job.yaml",
      ),
    )
    .action(
      cli.act(async (session, file: string | undefined, options: Options) => {
        const { follow: follows, watch: watches, dryRun } = options;
        if (dryRun && (follows || watches))
          throw new UsageError(`--dry-run submits nothing that --${follows ? "follow" : "watch"} could show`);
        if (follows && watches) throw new UsageError("give --follow or --watch, not both");
        const handed = await handIn(session, cli, file, options);
        return dryRun ? tellBeforehand(session, handed) : submitted(session, handed, options);
      }),
    );
}

/** The job as it is sent, its code uploaded. */
async function handIn(session: Session, cli: Cli, file: string | undefined, options: Options): Promise<Handed> {
  const given = file === undefined ? null : file === "-" ? await text(cli.io.stdin) : await readText(file, "YAML file");
  const words = cli.behindDashes ?? [];
  const script = given !== null && isScript(given) ? readScript(file as string, given, words) : null;
  const flags = script ? { ...script.flags, ...options } : options;
  for (const flag of script?.unused ?? [])
    session.terminal.note(`${file}: ${flag} is not needed: see schedulearn logs`);
  const envFiles = new Map<string, string>();
  for (const path of flags.envFile ?? []) envFiles.set(path, await readText(path));
  // One word that holds spaces was quoted to be given to a shell.
  const [only, ...others] = words;
  const command = script?.command ?? (only !== undefined && others.length === 0 && /\s/.test(only) ? only : words);
  const fields = {
    ...(script && { name: script.name }),
    ...fieldsOf(flags, { env: cli.io.env, envFiles }),
    ...(command.length > 0 && { command }),
  };
  const yaml = script ? null : given;
  const code = await shipCode(session, flags.code ?? null, yaml === null ? null : { text: yaml, file });
  return handedIn(file, yaml, code ? { ...fields, code } : fields, flags.set ?? []);
}

async function submitted(session: Session, { yaml, naming }: Handed, options: Options): Promise<number> {
  const { client, json, terminal } = session;
  const { idempotencyKey, follow: follows, watch: watches, raw } = options;
  const newest = idempotencyKey === undefined ? 0 : await newestNumber(session);
  const { job, batch } = await naming(client.submitAll({ yaml }, { idempotencyKey }));
  const news = numberOf(job) > newest ? "submitted" : "was submitted before with this key";
  const goesOn = follows || watches;
  if (json) terminal.printJson(batch ? { ...job, batch: { ...job.batch, ...batch } } : job, { pretty: !goesOn });
  else if (batch) {
    const line = `${batch.id} ${news}: ${batch.size} jobs, ${job.id} and on`;
    if (goesOn) terminal.note(line);
    else terminal.print(`${line}; see schedulearn ls --batch ${batch.id}`);
  } else if (goesOn) terminal.note(`${job.id} ${news}`);
  else terminal.print(`${job.id} ${news}; see schedulearn logs -f ${job.id}`);
  if (batch && goesOn) return watchAll(session, batch, json);
  if (watches) return watchAll(session, job, json);
  return follows ? follow(session, job, raw === true) : exitCode.ok;
}

/** Jobs are numbered in the order of their submission. */
const numberOf = ({ id }: Pick<Job, "id">): number => Number(id.slice("job-".length));

/** The greatest number given so far: a job beyond it is a new one. Clocks need not agree for this. */
async function newestNumber({ client }: Session): Promise<number> {
  const [newest] = (await client.jobs({ first: 1 })).items;
  return newest ? numberOf(newest) : 0;
}

async function tellBeforehand({ client, signal, terminal, json }: Session, { yaml, naming }: Handed): Promise<number> {
  const { policies, hypothetical } = await naming(client.forecast({ hypothetical: { yaml }, jobs: [] }, { signal }));
  const [expected, ...others] = hypothetical;
  const [under] = policies;
  if (json)
    terminal.printJson({
      forecast: expected,
      ...(others.length > 0 && { forecasts: hypothetical }),
      policy: under?.policy,
      runs: under?.runs,
    });
  else {
    if (expected && others.length === 0) terminal.printFacts(expectationFacts(expected));
    else tellOfMany(terminal, hypothetical);
    terminal.note(`nothing was submitted; this is what it would get under ${under?.policy}`);
  }
  return exitCode.ok;
}

/** What is to be expected of a batch: of its first job and of the one that ends last. */
function tellOfMany(terminal: Session["terminal"], forecasts: Forecast["hypothetical"]): void {
  const byEnd = [...forecasts].sort((a, b) => timeOf(a.endsAt?.p50) - timeOf(b.endsAt?.p50));
  const [first, last] = [forecasts[0], byEnd.at(-1)];
  const names = forecasts.slice(0, 3).map(({ name }) => name ?? "");
  const facts = (of: typeof first) => new Map(of ? expectationFacts(of) : []);
  terminal.printFacts([
    ["jobs", `${forecasts.length}: ${names.join(", ")}${forecasts.length > names.length ? ", …" : ""}`],
    ["first starts", facts(first).get("starts") ?? null],
    ["last ends", facts(last).get("ends") ?? null],
    ["judged by", facts(last).get("judged by") ?? null],
    ["but", facts(last).get("but") ?? null],
  ]);
}

const timeOf = (at: string | null | undefined): number => (at ? Date.parse(at) : Number.POSITIVE_INFINITY);

async function watchAll(session: Session, what: Job | Batch, json: boolean): Promise<number> {
  const { client, terminal, signal } = session;
  const ids: string[] = [];
  if ("size" in what)
    for await (const { id } of client.allJobs({ filter: { batch: what.id } }, { signal })) ids.push(id);
  else ids.push(what.id);
  try {
    const ended = await watchJobs(session, ids);
    if (json) for (const job of ended) terminal.printJson(job, { pretty: false });
    return ended.every(({ status }) => status === "COMPLETED") ? exitCode.ok : exitCode.failed;
  } catch (error) {
    if (session.signal.aborted)
      terminal.note(
        `${what.id} goes on; wait for it with schedulearn wait ${what.id}, stop it with schedulearn cancel ${what.id}`,
      );
    throw error;
  }
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
