import { Command, CommanderError } from "commander";
import { Cli, DEFAULT_URL, examples } from "./cli.ts";
import { cancel } from "./commands/cancel.ts";
import { checkpoints } from "./commands/checkpoints.ts";
import { completion } from "./commands/completion.ts";
import { doctor } from "./commands/doctor.ts";
import { cordon, drain, uncordon, undrain } from "./commands/drain.ts";
import { estimates } from "./commands/estimates.ts";
import { events } from "./commands/events.ts";
import { forecast } from "./commands/forecast.ts";
import { gpus } from "./commands/gpus.ts";
import { help } from "./commands/help.ts";
import { images } from "./commands/images.ts";
import { logs } from "./commands/logs.ts";
import { ls } from "./commands/ls.ts";
import { metrics } from "./commands/metrics.ts";
import { migrate } from "./commands/migrate.ts";
import { pause } from "./commands/pause.ts";
import { policy } from "./commands/policy.ts";
import { priority } from "./commands/priority.ts";
import { reap } from "./commands/reap.ts";
import { replay } from "./commands/replay.ts";
import { resume } from "./commands/resume.ts";
import { retry } from "./commands/retry.ts";
import { rm } from "./commands/rm.ts";
import { servers } from "./commands/servers.ts";
import { show } from "./commands/show.ts";
import { study } from "./commands/study.ts";
import { submit } from "./commands/submit.ts";
import { top } from "./commands/top.ts";
import { update } from "./commands/update.ts";
import { wait } from "./commands/wait.ts";
import { webhooks } from "./commands/webhooks.ts";
import { why } from "./commands/why.ts";
import { backup, demo, simulate, start, token, verifyLog } from "./elsewhere.ts";
import { printError, tell } from "./errors.ts";
import { exitCode, UsageError } from "./exit-code.ts";
import { meant } from "./nearest.ts";
import type { ServerSide } from "./server-side.ts";
import type { Io } from "./terminal.ts";
import { TOPICS } from "./topics.ts";
import { VERSION } from "./version.ts";

type Add = (program: Command, cli: Cli) => void;

/** All commands, in the order and under the headings of the help. */
const COMMANDS: Readonly<Record<string, readonly Add[]>> = {
  "Jobs:": [
    submit,
    ls,
    show,
    why,
    wait,
    logs,
    cancel,
    pause,
    resume,
    retry,
    update,
    priority,
    migrate,
    rm,
    checkpoints,
    forecast,
  ],
  "Servers and GPUs:": [top, servers, gpus, drain, undrain, cordon, uncordon, images, reap],
  "Scheduling:": [policy, metrics, events, webhooks, estimates, replay, study, simulate],
  "This machine:": [start, doctor, demo, token, backup, verifyLog, completion, help],
};

const ENDING = `
Exit codes: 0 done, 1 failed or refused, 2 wrong command line, 3 no server,
4 no access; see schedulearn help exit-codes.
More: schedulearn COMMAND --help; help ${Object.keys(TOPICS).join(" | ")}.
`;

/**
 * Runs one command line.
 * @param argv without the program's name
 * @param io the process, unless something else is handed in
 * @param serverSide for what needs more than the API
 * @returns the exit code
 */
export async function main(argv: readonly string[], io?: Io, serverSide?: ServerSide): Promise<number> {
  if (io) return run(argv, io, serverSide);
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  let terminated = false;
  const terminate = (): void => {
    terminated = true;
    interrupt();
  };
  // Once: a second Ctrl-C ends the process at once.
  process.once("SIGINT", interrupt);
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, terminate);
  const { stdin, stdout, stderr, env } = process;
  for (const stream of [stdout, stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      // Whoever read our output has gone, as `head` does: nothing is wrong, and nothing more is wanted.
      if (error.code === "EPIPE") process.exit(exitCode.ok);
      throw error;
    });
  try {
    const code = await run(argv, { stdin, stdout, stderr, env, signal: interrupted.signal }, serverSide);
    return terminated ? exitCode.terminated : code;
  } finally {
    process.removeListener("SIGINT", interrupt);
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.removeListener(signal, terminate);
  }
}

async function run(argv: readonly string[], io: Io, serverSide?: ServerSide): Promise<number> {
  const dashes = argv.indexOf("--");
  const words = dashes < 0 ? argv : argv.slice(0, dashes);
  const json = words.includes("--json");
  const cli = new Cli(io, dashes < 0 ? null : argv.slice(dashes + 1), serverSide);
  const program = programOf(cli, json);
  let command = program;
  try {
    const { named, stray } = walk(programOf(cli, json), words); // options that collect would collect twice
    command = named;
    if (stray !== null) throw new UsageError(strayWords(command, stray));
    await program.parseAsync(words, { from: "user" });
    return io.signal.aborted ? exitCode.interrupted : cli.code;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return exitCode.ok;
      const message = misuse(error, command);
      if (message !== null || json)
        printError(io, { faults: [{ code: "USAGE", message: message ?? NO_COMMAND, path: null }] }, json);
      return exitCode.usage;
    }
    if (io.signal.aborted) return exitCode.interrupted;
    const told = tell(error);
    if (!told) throw error;
    printError(io, told, json);
    return told.exit;
  }
}

/** The command that the words name, as far as they name one, and the word that stands where a command should. */
function walk(program: Command, words: readonly string[]): { readonly named: Command; readonly stray: string | null } {
  let command = program;
  let { operands, unknown } = program.parseOptions([...words]);
  for (;;) {
    const [word, ...others] = operands;
    if (word === undefined || command.commands.length === 0) return { named: command, stray: null };
    const next = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
    if (!next) {
      const takesWords = command !== program && command.registeredArguments.length > 0;
      return { named: command, stray: takesWords ? null : word };
    }
    command = next;
    ({ operands, unknown } = next.parseOptions([...others, ...unknown]));
  }
}

/** `servers add`; of the program itself nothing. */
const pathOf = (command: Command): string =>
  command.parent ? [pathOf(command.parent), command.name()].filter(Boolean).join(" ") : "";

const helpOf = (command: Command): string =>
  `see ${["schedulearn", pathOf(command), "--help"].filter(Boolean).join(" ")}`;

function strayWords(command: Command, word: string): string {
  const known = command.commands.flatMap((each) => [each.name(), ...each.aliases()]);
  const near = meant(word, known);
  return `unknown command ${[pathOf(command), word].filter(Boolean).join(" ")}${near || `; ${helpOf(command)}`}`;
}

const NO_COMMAND = "a command is needed; see schedulearn --help";

/** What is wrong with the words, in one line with the remedy; null where the help was printed in its place. */
function misuse({ code, message }: CommanderError, command: Command): string | null {
  if (code === "commander.help") return null;
  const [said = "", ...more] = message.replace(/^error: /, "").split("\n");
  const near = /Did you mean (?:one of )?(.*)\?\)/.exec(more.join(" "))?.[1];
  return `${said.replace(/\.$/, "")}; ${near ? `did you mean ${near}?` : helpOf(command)}`;
}

/** All commands, as commander knows them. */
export function programOf(cli: Cli, json = false): Command {
  const { io } = cli;
  const program = new Command("schedulearn")
    .usage("[options] <command>")
    .description("Submits training jobs to a Schedulearn server, watches them and moves them.")
    .option("--url <url>", `the server's API; else SCHEDULEARN_URL, else ${DEFAULT_URL}`)
    .option("--token <token>", "access token; else SCHEDULEARN_TOKEN")
    .option("--json", "print JSON, errors too; see schedulearn help json")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand(false)
    .configureHelp({
      showGlobalOptions: true,
      sortSubcommands: false,
      helpWidth: 80,
      subcommandTerm: (command) => [command.name(), ...command.aliases()].join(", "),
    })
    .addHelpText("after", examples("submit job.yaml --follow", "ls", "logs -f 17", "why 17", "top") + ENDING)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => json || io.stderr.write(text), // with --json told at the end
      outputError() {}, // told at the end, in one line
    });
  for (const [heading, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(heading);
    for (const add of commands) add(program, cli);
  }
  program.hook("preAction", (_, action) => {
    if (cli.behindDashes && !["submit", "complete"].includes(action.name()))
      throw new UsageError("only submit takes a command behind --");
  });
  return program;
}
