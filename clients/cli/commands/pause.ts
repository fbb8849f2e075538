import type { Command } from "commander";
import { type Cli, examples } from "../cli.ts";
import { forEachJob } from "../for-each-job.ts";

export function pause(program: Command, cli: Cli): void {
  program
    .command("pause")
    .summary("freeze running jobs, hold back waiting ones")
    .description(
      "Freezes running jobs where they are: what they hold, GPU memory too, stays held. Waiting ones are held back.",
    )
    .argument("<job...>", "ids, numbers, names, ranges such as 12-15, or batches")
    .addHelpText("after", examples("pause 17", "pause batch-17"))
    .action(
      cli.act((session, wanted: string[]) =>
        forEachJob(session, wanted, "paused", {
          job: (client, id) => client.pause(id),
          batch: (client, id) => client.pauseBatch(id),
        }),
      ),
    );
}
