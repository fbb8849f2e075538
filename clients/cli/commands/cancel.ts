import type { Command } from "commander";
import { type Cli, count, examples } from "../cli.ts";
import { forEachJob } from "../for-each-job.ts";

export function cancel(program: Command, cli: Cli): void {
  program
    .command("cancel")
    .summary("stop jobs; their records stay")
    .description("Stops jobs: a running program is asked to save and end, and killed after the grace period.")
    .argument("<job...>", "ids, numbers, names, ranges such as 12-15, or batches")
    .option("--grace <seconds>", "how long a running program has to end", count)
    .addHelpText("after", examples("cancel 17", "cancel 17 18 --grace 5", "cancel 12-15", "cancel batch-17"))
    .action(
      cli.act((session, wanted: string[], { grace }: { readonly grace?: number }) =>
        forEachJob(session, wanted, "stopping", {
          job: (client, id) => client.cancel(id, grace),
          batch: (client, id) => client.cancelBatch(id, grace),
        }),
      ),
    );
}
