import type { Command } from "commander";
import { type Cli, examples } from "../cli.ts";
import { forEachJob } from "../for-each-job.ts";

export function retry(program: Command, cli: Cli): void {
  program
    .command("retry")
    .summary("start failed or cancelled jobs once more")
    .description("Starts jobs that failed or were cancelled once more, from their last checkpoint.")
    .argument("<job...>", "ids, numbers, names, ranges such as 12-15, or batches")
    .addHelpText("after", examples("retry 17", "retry batch-17"))
    .action(
      cli.act((session, wanted: string[]) =>
        forEachJob(session, wanted, "waiting again", {
          job: (client, id) => client.retry(id),
          batch: (client, id) => client.retryBatch(id),
        }),
      ),
    );
}
