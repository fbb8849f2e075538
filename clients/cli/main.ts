import { Command, CommanderError } from "commander";
import { Cli, DEFAULT_URL, examples } from "./cli.ts";
import { cancel } from "./commands/cancel.ts";
import { events } from "./commands/events.ts";
import { logs } from "./commands/logs.ts";
import { ls } from "./commands/ls.ts";
import { migrate } from "./commands/migrate.ts";
import { pause } from "./commands/pause.ts";
import { policy } from "./commands/policy.ts";
import { resume } from "./commands/resume.ts";
import { retry } from "./commands/retry.ts";
import { rm } from "./commands/rm.ts";
import { servers } from "./commands/servers.ts";
import { show } from "./commands/show.ts";
import { submit } from "./commands/submit.ts";
import { update } from "./commands/update.ts";
import { tell } from "./errors.ts";
import { exitCode, UsageError } from "./exit-code.ts";
import { safeWord } from "./safe-text.ts";
import type { Io } from "./terminal.ts";

const COMMANDS = [submit, ls, show, logs, migrate, cancel, rm, pause, resume, retry, update, servers, policy, events];

const EXIT_CODES = `
Exit codes:
  0    done; with submit --follow: the job completed
  1    the job did not complete, or the server refused
  2    the command line is wrong
  3    the server cannot be reached
  4    the server wants an access token, or another one
  130  Ctrl-C

On the machine of the server: schedulearn start, schedulearn demo, schedulearn token create
`;

/**
 * Runs one command line.
 * @param argv without the program's name
 * @param io the process, unless something else is handed in
 * @returns the exit code
 */
export async function main(argv: readonly string[], io?: Io): Promise<number> {
  if (io) return run(argv, io);
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
    return await run(argv, { stdin, stdout, stderr, env, signal: interrupted.signal });
  } finally {
    process.removeListener("SIGINT", interrupt);
  }
}

async function run(argv: readonly string[], io: Io): Promise<number> {
  const dashes = argv.indexOf("--");
  const cli = new Cli(io, dashes < 0 ? null : argv.slice(dashes + 1));
  try {
    await programOf(cli).parseAsync(dashes < 0 ? argv : argv.slice(0, dashes), { from: "user" });
    return io.signal.aborted ? exitCode.interrupted : cli.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
    if (io.signal.aborted) return exitCode.interrupted;
    const told = tell(error);
    if (!told) throw error;
    for (const line of told.lines) io.stderr.write(`schedulearn: ${safeWord(line)}\n`);
    return told.code;
  }
}

function programOf(cli: Cli): Command {
  const { io } = cli;
  const program = new Command("schedulearn")
    .description("Submits training jobs to a Schedulearn server, watches them and moves them.")
    .option("--url <url>", `the server's API; else SCHEDULEARN_URL, else ${DEFAULT_URL}`)
    .option("--token <token>", "access token; else SCHEDULEARN_TOKEN")
    .option("--json", "print JSON: one document, or one a line while following")
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false, helpWidth: 100 })
    .addHelpText("after", examples("submit job.yaml --follow", "ls", "logs -f 17", "migrate 17 box2") + EXIT_CODES)
    .showHelpAfterError("(see --help)")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(`schedulearn: ${text.replace(/^error: /, "")}`),
    });
  for (const add of COMMANDS) add(program, cli);
  program.hook("preAction", (_, action) => {
    if (cli.behindDashes && action.name() !== "submit") throw new UsageError("only submit takes a command behind --");
  });
  return program;
}
