import { randomUUID } from "node:crypto";
import { type Command, Option } from "commander";
import { type Cli, examples, type Session, several } from "../cli.ts";
import { OutputFile } from "../files.ts";
import { formatSeconds } from "../format.ts";
import { readJobFile } from "../replay/job-file.ts";
import { type Measurement, mean, measure, type StudyOptions, speedupCsv } from "../study/parallelism.ts";

interface Options {
  readonly inter: readonly number[];
  readonly intra: readonly number[];
  readonly repeat: number;
  readonly cores?: number;
  readonly operations: number;
  readonly loops: number;
  readonly image?: string;
  readonly csv?: string;
}

export function study(program: Command, cli: Cli): void {
  const command = program
    .command("study")
    .summary("measure programs on the servers")
    .description("Measures programs on the servers, by running them.")
    .addHelpText("after", examples("study parallelism --inter 1,2 --intra 1,2,4"));
  command
    .command("parallelism")
    .summary("how long a program takes with so many threads between operations and within one")
    .description(
      "Runs a program at each number of threads between operations (inter) and within one (intra), one run after another, and tells how long each took. The program finds them in TF_NUM_INTEROP_THREADS and TF_NUM_INTRAOP_THREADS, and has as many cores as threads in all. Without a file it is a numeric loop in plain shell that forks and joins.",
    )
    .argument("[file]", "the program as a job file")
    .addOption(threads("--inter <counts>", "threads between operations, with commas between"))
    .addOption(threads("--intra <counts>", "threads within an operation, with commas between"))
    .option("--repeat <times>", "runs at each setting, of which the mean counts", several, 1)
    .option("--cores <count>", "every run has so many cores", several)
    .option("--operations <count>", "of the loop", several, 8)
    .option("--loops <count>", "of each of its operations", several, 200_000)
    .option("--image <image>", "the image to run it in; none: without, on a process server")
    .option("--csv <file>", "the measurements, as simulate --speedups reads them")
    .addHelpText(
      "after",
      examples(
        "study parallelism --inter 1,2 --intra 1,2,4 --repeat 3",
        "study parallelism train.yaml --intra 1,2,4,8 --inter 1 --csv speedups.csv",
      ),
    )
    .action(cli.act(run));
}

async function run(session: Session, file: string | undefined, options: Options): Promise<undefined> {
  const { client, terminal, json, signal } = session;
  const csv = options.csv === undefined ? null : await OutputFile.reserve(options.csv);
  const template = file === undefined ? null : await readJobFile(file);
  const hasDocker = (await client.servers({ signal })).some(({ driver }) => driver === "DOCKER");
  const settings = options.inter.flatMap((interOp) => options.intra.map((intraOp) => ({ interOp, intraOp })));
  const study: StudyOptions = {
    template,
    image: options.image === "none" ? null : (options.image ?? (hasDocker ? undefined : null)),
    operations: options.operations,
    loops: options.loops,
    cores: options.cores ?? null,
    repeats: options.repeat,
    label: randomUUID().slice(0, 8),
  };
  const measured = await measure(
    client,
    settings,
    study,
    ({ interOp, intraOp }, seconds) => {
      if (!json) terminal.note(`${interOp} x ${intraOp}: ${seconds.toFixed(2)}s`);
    },
    signal,
  );
  const name = String(template?.name ?? (template ? "program" : "loop"));
  await csv?.write(speedupCsv(name, measured));
  if (json)
    terminal.printJson({ program: name, label: `study=${study.label}`, measured: measured.map(withSpeedup(measured)) });
  else print(session, measured);
  return undefined;
}

/** Against the first setting, which is that with the fewest threads unless another order was asked for. */
const withSpeedup =
  ([first]: readonly Measurement[]) =>
  (each: Measurement) => {
    const seconds = mean(each.seconds);
    const speedup = first ? mean(first.seconds) / seconds : 1;
    return { ...each, meanSeconds: seconds, speedup, efficiency: speedup / each.cores };
  };

function print({ terminal }: Session, measured: readonly Measurement[]): void {
  terminal.printTable(
    [
      { title: "INTER", align: "right" },
      { title: "INTRA", align: "right" },
      { title: "CORES", align: "right" },
      { title: "TIME", align: "right" },
      { title: "SPEED-UP", align: "right" },
      { title: "RUNS", align: "right" },
    ],
    measured
      .map(withSpeedup(measured))
      .map(({ interOp, intraOp, cores, meanSeconds, speedup, seconds }) => [
        String(interOp),
        String(intraOp),
        String(cores),
        formatSeconds(meanSeconds),
        `x${speedup.toFixed(2)}`,
        String(seconds.length),
      ]),
  );
}

const threads = (flags: string, about: string): Option =>
  new Option(flags, about).argParser(counts).default([1, 2], "1,2");

function counts(text: string): readonly number[] {
  return text.split(",").map(several);
}
