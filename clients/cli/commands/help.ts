import type { Command } from "commander";
import { type Cli, examples } from "../cli.ts";
import { isElsewhere } from "../elsewhere.ts";
import { UsageError } from "../exit-code.ts";
import { meant } from "../nearest.ts";
import { TOPICS } from "../topics.ts";

export function help(program: Command, cli: Cli): void {
  program
    .command("help")
    .summary("print the help of a command, or of a topic")
    .description(`Prints the help of a command, or of a topic: ${Object.keys(TOPICS).join(", ")}.`)
    .argument("[topic...]", "a command, such as logs or servers add, or a topic")
    .addHelpText("after", examples("help submit", "help servers add", "help exit-codes"))
    .action(async (words: readonly string[]) => {
      const text = await textOf(program, cli, words);
      cli.io.stdout.write(program.opts().json ? `${JSON.stringify({ topic: words.join(" "), text })}\n` : text);
    });
}

async function textOf(program: Command, { serverSide }: Cli, words: readonly string[]): Promise<string> {
  const topic = TOPICS[words.join(" ")];
  if (topic !== undefined) return topic;
  let command = program;
  for (const word of words) {
    const next = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (!next) throw new UsageError(`there is no help on ${words.join(" ")}${nearest(command, word)}`);
    command = next;
  }
  return isElsewhere(command) && serverSide ? serverSide.helpOf(command.name()) : command.helpInformation();
}

function nearest(command: Command, word: string): string {
  const known = [...command.commands.map((each) => each.name()), ...(command.parent ? [] : Object.keys(TOPICS))];
  return meant(word, known) || `; there is help on: ${known.join(", ")}`;
}
