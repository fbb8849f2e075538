import { Command, CommanderError } from "commander";
import { Cli, DEFAULT_URL, examples, type FindLaboratory } from "./cli.ts";
import { cancel } from "./commands/cancel.ts";
import { checkpoints } from "./commands/checkpoints.ts";
import { cordon, drain, uncordon, undrain } from "./commands/drain.ts";
import { estimates } from "./commands/estimates.ts";
import { events } from "./commands/events.ts";
import { forecast } from "./commands/forecast.ts";
import { gpus } from "./commands/gpus.ts";
import { images } from "./commands/images.ts";
import { logs } from "./commands/logs.ts";
import { ls } from "./commands/ls.ts";
import { migrate } from "./commands/migrate.ts";
import { pause } from "./commands/pause.ts";
import { policy } from "./commands/policy.ts";
import { reap } from "./commands/reap.ts";
import { replay } from "./commands/replay.ts";
import { resume } from "./commands/resume.ts";
import { retry } from "./commands/retry.ts";
import { rm } from "./commands/rm.ts";
import { servers } from "./commands/servers.ts";
import { show } from "./commands/show.ts";
import { study } from "./commands/study.ts";
import { submit } from "./commands/submit.ts";
import { update } from "./commands/update.ts";
import { printError, tell } from "./errors.ts";
import { exitCode, UsageError } from "./exit-code.ts";
import type { Io } from "./terminal.ts";

const COMMANDS = [
  submit,
  ls,
  show,
  logs,
  checkpoints,
  migrate,
  cancel,
  rm,
  pause,
  resume,
  retry,
  update,
  replay,
  study,
  servers,
  cordon,
  uncordon,
  drain,
  undrain,
  gpus,
  reap,
  images,
  policy,
  estimates,
  forecast,
  events,
];

const EXIT_CODES = `
Exit codes:
  0    done; with submit --follow: the job completed; with migrate --wait: it has moved;
       with replay: all jobs completed
  1    the job did not complete, or has not moved, or the server refused
  2    the command line is wrong
  3    the server cannot be reached
  4    the server wants an access token, or another one
  130  Ctrl-C

Each with a --help of its own:
  without a server              schedulearn simulate: policies over a workload, in virtual time
  on the machine of the server  schedulearn start, demo, token create, verify-log
`;

/**
 * Runs one command line.
 * @param argv without the program's name
 * @param io the process, unless something else is handed in
 * @param laboratory for replay
 * @returns the exit code
 */
export async function main(argv: readonly string[], io?: Io, laboratory?: FindLaboratory): Promise<number> {
  if (io) return run(argv, io, laboratory);
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  // Once: a second Ctrl-C ends the process at once.
  process.once("SIGINT", interrupt);
  const { stdin, stdout, stderr, env } = process;
  for (const stream of [stdout, stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // Whoever read our output has gone, as `head` does: nothing is wrong, and nothing more is wanted.
      if (error.code === "EPIPE") process.exit(exitCode.ok);
      throw error;
    });
  try {
    return await run(argv, { stdin, stdout, stderr, env, signal: interrupted.signal }, laboratory);
  } finally {
    process.removeListener("SIGINT", interrupt);
  }
}

async function run(argv: readonly string[], io: Io, laboratory?: FindLaboratory): Promise<number> {
  const dashes = argv.indexOf("--");
  const words = dashes < 0 ? argv : argv.slice(0, dashes);
  const json = words.includes("--json");
  const cli = new Cli(io, dashes < 0 ? null : argv.slice(dashes + 1), laboratory);
  const program = programOf(cli, json);
  try {
    const stray = strayWord(programOf(cli, json), words); // options that collect would collect twice
    // Alone, it is no request for help, and commander says which command was meant.
    await program.parseAsync(stray === null ? words : [stray], { from: "user" });
    return io.signal.aborted ? exitCode.interrupted : cli.code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCode.ok;
      if (json) printError(io, { faults: [{ code: "USAGE", message: misuse(error), path: null }] }, json);
      return exitCode.usage;
    }
    if (io.signal.aborted) return exitCode.interrupted;
    const told = tell(error);
    if (!told) throw error;
    printError(io, told, json);
    return told.exit;
  }
}

/**
 * The first word where it is no command; null where it is.
 * @throws UsageError for a word behind a command that has commands of its own, and not this one
 */
function strayWord(program: Command, words: readonly string[]): string | null {
  let command = program;
  let { operands, unknown } = program.parseOptions([...words]);
  for (;;) {
    const [word, ...others] = operands;
    if (word === undefined || command.commands.length === 0) return null;
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (!next && command === program) return word;
    if (!next && command.registeredArguments.length > 0) return null; // it takes words of its own besides
    if (!next)
      throw new UsageError(`unknown command ${command.name()} ${word}; see schedulearn ${command.name()} --help`);
    command = next;
    ({ operands, unknown } = next.parseOptions([...others, ...unknown]));
  }
}

const misuse = ({ code, message }: CommanderError): string =>
  code === "commander.help" ? "a command is needed; see schedulearn --help" : message.replace(/^error: /, "");

function programOf(cli: Cli, json: boolean): Command {
  const { io } = cli;
  const program = new Command("schedulearn")
    .description("Submits training jobs to a Schedulearn server, watches them and moves them.")
    .option("--url <url>", `the server's API; else SCHEDULEARN_URL, else ${DEFAULT_URL}`)
    .option("--token <token>", "access token; else SCHEDULEARN_TOKEN")
    .option("--json", "print JSON: one document, or one a line while following; errors too")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, helpWidth: 100 })
    .addHelpText("after", examples("submit job.yaml --follow", "ls", "logs -f 17", "migrate 17 box2") + EXIT_CODES)
    .showHelpAfterError("(see --help)")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => json || io.stderr.write(text), // told as JSON at the end
      outputError: (text, write) => write(`schedulearn: ${text.replace(/^error: /, "")}`),
    });
  for (const add of COMMANDS) add(program, cli);
  program.hook("preAction", (_, action) => {
    if (cli.behindDashes && action.name() !== "submit") throw new UsageError("only submit takes a command behind --");
  });
  return program;
}
