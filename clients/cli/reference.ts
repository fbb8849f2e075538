import type { Argument, Command, Option } from "commander";
import { isElsewhere } from "./elsewhere.ts";
import { JSON_SHAPES } from "./json-shapes.ts";
import { TOPICS } from "./topics.ts";

const HEAD = `# The command line

<!-- Made of the commands' own definitions by npm run schema: change those, not this. -->

\`\`\`sh
npm install -g ./schedulearn-*.tgz   # what npm pack made; in a clone, npx schedulearn does the same
schedulearn --help                   # the commands; each has --help, and schedulearn help TOPIC tells more
source <(schedulearn completion bash)
\`\`\`
`;

/** The manual of the command line: every command with every flag. @param helpOf the help of a command that the server's code answers */
export async function reference(program: Command, helpOf: (command: string) => Promise<string>): Promise<string> {
  const parts = [HEAD, "## Flags of every command\n", optionTable(program.options)];
  for (const [topic, text] of Object.entries(TOPICS)) parts.push(`## ${titleOf(topic)}\n`, block(text));
  let heading = "";
  for (const command of program.commands) {
    if (isHidden(command)) continue;
    if (command.helpGroup() !== heading) {
      heading = command.helpGroup();
      parts.push(`## ${heading.replace(/:$/, "")}\n`);
    }
    parts.push(
      ...(isElsewhere(command)
        ? [`### ${command.name()}\n`, block(await helpOf(command.name()))]
        : sections(command, command.name())),
    );
  }
  return parts.join("\n");
}

export const isHidden = (command: Command): boolean => (command as Command & { _hidden?: boolean })._hidden === true;

function sections(command: Command, path: string): string[] {
  const names = [path, ...command.aliases()].join(", ");
  const shape = JSON_SHAPES[path];
  return [
    `### ${names}\n`,
    `${command.description()}\n`,
    block(`schedulearn ${path} ${command.usage()}`),
    ...(command.registeredArguments.length > 0 ? [argumentTable(command.registeredArguments)] : []),
    ...(visible(command).length > 0 ? [optionTable(visible(command))] : []),
    ...(shape === undefined ? [] : [`With \`--json\`: ${shape}\n`]),
    ...(examplesOf(command) ? [block(examplesOf(command))] : []),
    ...command.commands.flatMap((each) => (isHidden(each) ? [] : sections(each, `${path} ${each.name()}`))),
  ];
}

const visible = (command: Command): readonly Option[] => command.options.filter(({ hidden }) => !hidden);

const block = (text: string): string => `\`\`\`\n${text.trim()}\n\`\`\`\n`;

const titleOf = (topic: string): string => {
  const words = topic === "json" ? "JSON" : topic.replace("-", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const argumentTable = (given: readonly Argument[]): string =>
  tableOf(
    ["argument", "meaning"],
    given.map((each) => [code(each.required ? `<${nameOf(each)}>` : `[${nameOf(each)}]`), each.description]),
  );

const nameOf = (argument: Argument): string => `${argument.name()}${argument.variadic ? "..." : ""}`;

const optionTable = (options: readonly Option[]): string =>
  tableOf(
    ["flag", "meaning"],
    options.map((each) => [code(each.flags), meaningOf(each)]),
  );

function meaningOf({ description, argChoices, defaultValue, defaultValueDescription }: Option): string {
  const choices = argChoices ? `; one of ${argChoices.join(", ")}` : "";
  const usual = defaultValue !== undefined && typeof defaultValue !== "boolean";
  return `${description}${choices}${usual ? ` (default: ${defaultValueDescription ?? defaultValue})` : ""}`;
}

const code = (text: string): string => `\`${text}\``;

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `${[head, head.map(() => "---"), ...rows].map((row) => `| ${row.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`).join("\n")}\n`;

/** What stands behind the help as examples. */
function examplesOf(command: Command): string {
  let text = "";
  command.configureOutput({ ...command.configureOutput(), writeOut: (part) => (text += part) }).outputHelp();
  return (text.split("\nExamples:\n")[1] ?? "").replace(/^ {2}/gm, "");
}
