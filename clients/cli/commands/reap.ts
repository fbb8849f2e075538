import type { Command } from "commander";
import { type Cli, examples } from "../cli.ts";
import { formatSeconds } from "../format.ts";

export function reap(program: Command, cli: Cli): void {
  program
    .command("reap")
    .summary("remove what nobody needs from the servers")
    .description(
      "Looks on all servers for containers, checkpoint folders and code of this cluster that no job needs, and removes what is old enough. The server does so by itself; what bears another cluster's label is never touched.",
    )
    .option("--dry-run", "only list them")
    .addHelpText("after", examples("reap --dry-run", "reap", "reap --dry-run --json"))
    .action(
      cli.act(async ({ client, terminal, json, signal }, { dryRun = false }: { readonly dryRun?: boolean }) => {
        const { leftovers, unasked } = dryRun ? await client.leftovers({ signal }) : await client.reap();
        if (json) {
          terminal.printJson({ leftovers, unasked, removed: !dryRun });
          return undefined;
        }
        if (leftovers.length > 0)
          terminal.printTable(
            [
              { title: "SERVER" },
              { title: "KIND" },
              { title: "NAME", shrinks: true },
              { title: "AGE", align: "right" },
              { title: dryRun ? "TO GO" : "REMOVED" },
              { title: "REASON", shrinks: true },
            ],
            leftovers.map(({ server, kind, name, ageSeconds, due, reason }) => [
              server,
              kind,
              name,
              ageSeconds === null ? "?" : formatSeconds(ageSeconds),
              due ? "yes" : "not yet",
              reason,
            ]),
          );
        else terminal.print("nothing lies about that nobody needs");
        for (const { server, reason } of unasked) terminal.note(`${server}: ${reason}`);
        return undefined;
      }),
    );
}
