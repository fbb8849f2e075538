import type { Command } from "commander";
import { type Cli, count, examples } from "../cli.ts";
import { forEachJob } from "../for-each-job.ts";

export function rm(program: Command, cli: Cli): void {
  program
    .command("rm")
    .summary("remove jobs with their records and output")
    .description("Removes jobs with their records and output. A running one is stopped first.")
    .argument("<job...>", "ids, numbers, names, ranges such as 12-15, or batches")
    .option("--grace <seconds>", "how long a running program has to end", count)
    .addHelpText("after", examples("rm 17", "rm 17 18 19", "rm batch-17"))
    .action(
      cli.act((session, wanted: string[], { grace }: { readonly grace?: number }) =>
        forEachJob(session, wanted, "removed", {
          async job(client, id) {
            await client.delete(id, grace);
            return { id };
          },
          batch: (client, id) => client.deleteBatch(id, grace),
        }),
      ),
    );
}
