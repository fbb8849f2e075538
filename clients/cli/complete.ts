import type { Command, Option } from "commander";
import type { SchedulearnClient } from "../sdk/index.ts";
import { isElsewhere } from "./elsewhere.ts";
import { isHidden } from "./reference.ts";
import { TOPICS } from "./topics.ts";

/** What a shell may put in; behind a tab what it is. `:files` and `:folders` are the shell's to find. */
export type Candidate = readonly [word: string, about: string];

const FILES: Candidate = [":files", ""];
const FOLDERS: Candidate = [":folders", ""];
/** Of so many jobs, the newest, the names are offered. */
const JOBS = 100;

export interface CompletionSources {
  readonly client: SchedulearnClient;
  /** Behind it what the server was to tell is left out. */
  readonly signal: AbortSignal;
  /** The help of a command that the server's code answers. */
  helpOf(command: string): Promise<string>;
}

/** What the last of the words, which may be empty, can become. */
export async function complete(
  program: Command,
  words: readonly string[],
  sources: CompletionSources,
): Promise<readonly Candidate[]> {
  const current = words.at(-1) ?? "";
  const place = placeOf(program, words.slice(0, -1));
  const all = await candidates(program, place, current, sources);
  // Of values with commas between them the last is completed.
  const kept = place.option && current.includes(",") ? current.slice(0, current.lastIndexOf(",") + 1) : "";
  return all
    .map(([word, about]): Candidate => [word.startsWith(":") ? word : kept + word, about])
    .filter(([word]) => word.startsWith(":") || word.startsWith(current));
}

interface Place {
  readonly command: Command;
  /** Its words so far that are no flags. */
  readonly given: number;
  /** The flag whose value comes now. */
  readonly option: Option | null;
  /** Behind `--`, where a job's command stands. */
  readonly isBehindDashes: boolean;
}

function placeOf(program: Command, words: readonly string[]): Place {
  let command = program;
  let given = 0;
  let option: Option | null = null;
  for (const word of words) {
    if (option && !word.startsWith("-")) {
      if (!option.variadic) option = null;
      continue;
    }
    option = null;
    if (word === "--") return { command, given, option, isBehindDashes: true };
    if (word.startsWith("-")) {
      const known = optionsOf(command).find((each) => each.short === word || each.long === word);
      if (known && (known.required || known.optional)) option = known;
      continue;
    }
    const next: Command | undefined = command.commands.find(
      (each) => each.name() === word || each.aliases().includes(word),
    );
    if (next && given === 0) command = next;
    else given += 1;
  }
  return { command, given, option, isBehindDashes: false };
}

const optionsOf = (command: Command): readonly Option[] => [
  ...command.options.filter(({ hidden }) => !hidden),
  ...(command.parent ? optionsOf(command.parent) : []),
];

async function candidates(
  program: Command,
  { command, given, option, isBehindDashes }: Place,
  current: string,
  sources: CompletionSources,
): Promise<readonly Candidate[]> {
  if (isBehindDashes) return [FILES];
  if (option)
    return option.argChoices
      ? option.argChoices.map((word) => [word, ""])
      : valuesOf(program, nameIn(option.flags), sources);
  if (isElsewhere(command)) return current.startsWith("-") ? flagsIn(await sources.helpOf(command.name())) : [FILES];
  if (current.startsWith("-"))
    return [
      ...optionsOf(command).map((each): Candidate => [each.long ?? each.flags, each.description]),
      ["--help", "print help"],
    ];
  const commands = given > 0 ? [] : command.commands.filter((each) => !isHidden(each));
  const named = commands.map((each): Candidate => [each.name(), each.summary()]);
  const { registeredArguments: wanted } = command;
  const argument = wanted[given] ?? (wanted.at(-1)?.variadic ? wanted.at(-1) : undefined);
  return [...named, ...(argument ? await valuesOf(program, argument.name(), sources) : [])];
}

/** `server` of `--to <server>`. */
const nameIn = (flags: string): string => /[<[]([a-z-]+)/.exec(flags)?.[1] ?? "";

/** The flags that a help text tells of at the beginning of its lines. */
const flagsIn = (help: string): Candidate[] =>
  [...help.matchAll(/^ {2}(--[a-z-]+)(?: \S+)?(?: {2,}(.*))?$/gm)].map(([, flag = "", about = ""]) => [flag, about]);

/** What stands for a value is known by its name in the help. */
async function valuesOf(
  program: Command,
  name: string,
  { client, signal }: CompletionSources,
): Promise<readonly Candidate[]> {
  const asked = async (ask: () => Promise<Candidate[]>): Promise<Candidate[]> => ask().catch(() => []);
  switch (name) {
    case "job":
      return asked(async () =>
        (await client.jobs({ first: JOBS }, { signal })).items.flatMap(({ id, name: called, status }): Candidate[] => [
          [called, `${id}, ${status.toLowerCase()}`],
          [id, `${called}, ${status.toLowerCase()}`],
          [id.slice("job-".length), `${called}, ${status.toLowerCase()}`],
        ]),
      );
    case "server":
      return asked(async () =>
        (await client.servers({ signal })).map((each) => [
          each.name,
          `${each.state.toLowerCase()}, ${each.gpus.length} GPUs`,
        ]),
      );
    case "gpu":
      return asked(async () =>
        (await client.servers({ signal })).flatMap(({ gpus }) =>
          gpus.map((gpu): Candidate => [`${gpu.serverName}/${gpu.index}`, gpu.state.toLowerCase()]),
        ),
      );
    case "policy":
    case "keys":
      return asked(async () =>
        (await client.policies({ signal })).policies.map(({ key, description }) => [key, description]),
      );
    case "rule":
      return asked(async () =>
        (await client.policies({ signal })).placements.map(({ key, description }) => [key, description]),
      );
    case "file":
      return [FILES];
    case "folder":
      return [FOLDERS];
    case "shell":
      return ["bash", "zsh", "fish"].map((shell) => [shell, ""]);
    case "topic":
      return [
        ...program.commands.filter((each) => !isHidden(each)).map((each): Candidate => [each.name(), each.summary()]),
        ...Object.keys(TOPICS).map((topic): Candidate => [topic, "a topic"]),
      ];
    default:
      return [];
  }
}
