import { Argument, type Command } from "commander";
import { createClient } from "../../sdk/index.ts";
import { type Cli, type CommonOptions, examples } from "../cli.ts";
import { complete } from "../complete.ts";

/** So long the server may take to name jobs and servers. */
const PATIENCE_MILLIS = 1_500;

/** Each asks the hidden command `complete`, which knows all commands, and prints a candidate a line. */
const SCRIPTS = {
  bash: `_schedulearn() {
  local word about
  COMPREPLY=()
  while IFS=$'\\t' read -r word about; do
    case "$word" in
      :files) compopt -o default 2>/dev/null ;;
      :folders) compopt -o dirnames 2>/dev/null ;;
      ?*) COMPREPLY+=("$(printf %q "$word")") ;;
    esac
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _schedulearn schedulearn
`,
  zsh: `#compdef schedulearn
_schedulearn() {
  local -a found
  local line word
  for line in "\${(@f)$(schedulearn complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    word="\${line%%$'\\t'*}"
    case "$word" in
      :files) _files ;;
      :folders) _files -/ ;;
      ?*) found+=("\${word//:/\\\\:}:\${line#*$'\\t'}") ;;
    esac
  done
  (( $#found )) && _describe -V schedulearn found
}
compdef _schedulearn schedulearn
`,
  fish: `function __schedulearn
  set -l words (commandline -opc) (commandline -ct)
  for line in (schedulearn complete -- $words[2..] 2>/dev/null)
    switch $line
      case ':files*'
        __fish_complete_path (commandline -ct)
      case ':folders*'
        __fish_complete_directories (commandline -ct)
      case '*'
        echo $line
    end
  end
end
complete -c schedulearn -f -a '(__schedulearn)'
`,
} as const;

export function completion(program: Command, cli: Cli): void {
  program
    .command("completion")
    .summary("print a script by which the shell completes words")
    .description(
      "Prints a script by which bash, zsh or fish completes commands, flags, and the names of jobs, servers, GPUs and policies.",
    )
    .addArgument(new Argument("<shell>", "which").choices(Object.keys(SCRIPTS)))
    .addHelpText(
      "after",
      `${examples("completion bash")}
To have it in every session:
  bash  echo 'source <(schedulearn completion bash)' >> ~/.bashrc
  zsh   echo 'source <(schedulearn completion zsh)' >> ~/.zshrc, behind compinit
  fish  schedulearn completion fish | source, in ~/.config/fish/config.fish
`,
    )
    .action((shell: keyof typeof SCRIPTS) => {
      const { json } = program.opts<CommonOptions>();
      cli.io.stdout.write(json ? `${JSON.stringify({ shell, script: SCRIPTS[shell] })}\n` : SCRIPTS[shell]);
    });
  program
    .command("complete", { hidden: true })
    .helpOption(false)
    .action(async () => {
      const words = cli.behindDashes ?? [];
      const client = createClient(cli.server(flagsOf(words)));
      const signal = AbortSignal.any([cli.io.signal, AbortSignal.timeout(PATIENCE_MILLIS)]);
      const helpOf = async (command: string): Promise<string> => (await cli.serverSide?.helpOf(command)) ?? "";
      for (const [word, about] of await complete(program, words, { client, signal, helpOf }))
        cli.io.stdout.write(`${word}\t${about.replace(/\s+/g, " ")}\n`);
      client.close();
    });
}

/** The server that is named on the line that is being completed. */
function flagsOf(words: readonly string[]): Pick<CommonOptions, "url" | "token"> {
  const behind = (flag: string): string | undefined => {
    const at = words.indexOf(flag);
    return at < 0 ? undefined : words[at + 1];
  };
  const [url, token] = [behind("--url"), behind("--token")];
  return { ...(url && { url }), ...(token && { token }) };
}
