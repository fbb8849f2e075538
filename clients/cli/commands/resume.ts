import type { Command } from "commander";
import { type Cli, examples } from "../cli.ts";
import { forEachJob } from "../for-each-job.ts";

export function resume(program: Command, cli: Cli): void {
  program
    .command("resume")
    .summary("let paused jobs go on")
    .description("Lets paused jobs go on.")
    .argument("<job...>", "ids, numbers, names, ranges such as 12-15, or batches")
    .addHelpText("after", examples("resume 17", "resume batch-17"))
    .action(
      cli.act((session, wanted: string[]) =>
        forEachJob(session, wanted, "resumed", {
          job: (client, id) => client.resume(id),
          batch: (client, id) => client.resumeBatch(id),
        }),
      ),
    );
}
