import type { Command } from "commander";
import { type Cli, count, examples } from "../cli.ts";
import { forEachJob } from "../for-each-job.ts";

export function cancel(program: Command, cli: Cli): void {
  program
    .command("cancel")
    .summary("stop jobs; their records stay")
    .description("Stops jobs: a running program is asked to save and end, and killed after the grace period.")
    .argument("<job...>", "ids, numbers, or names")
    .option("--grace <seconds>", "how long a running program has to end", count)
    .addHelpText("after", examples("cancel 17", "cancel 17 18 --grace 5"))
    .action(
      cli.act((session, wanted: string[], { grace }: { readonly grace?: number }) =>
        forEachJob(session, wanted, "stopping", (client, id) => client.cancel(id, grace)),
      ),
    );
}
