import type { Command } from "commander";
import type { JobPatch } from "../../sdk/index.ts";
import { type Cli, coreInput, examples, gpuInput, integer, pairs, type Quantity, quantity } from "../cli.ts";
import { UsageError } from "../exit-code.ts";
import { findJobId } from "../find-job.ts";

interface Options {
  readonly name?: string;
  readonly priority?: number;
  readonly deadline?: string;
  readonly label?: Record<string, string>;
  readonly gpus?: number | Quantity;
  readonly cores?: number | Quantity;
}

export function update(program: Command, cli: Cli): void {
  program
    .command("update")
    .summary("change a job that is not over")
    .description(
      "Changes a job that is not over. GPUs count from its next start on; cores of a job without GPUs that can change its size, at once.",
    )
    .argument("<job>", "its id, its number, or its name")
    .option("--name <name>", "call it so")
    .option("--priority <number>", "higher goes first", integer)
    .option("--deadline <time>", "when it should be done, with the time zone")
    .option("--label <name=value>", "its labels, all of them; may be repeated", pairs)
    .option("--gpus <count>", "so many GPUs: 2, or 1:4 for between one and four", quantity)
    .option("--cores <count>", "so many cores: 4, or 2:8", quantity)
    .addHelpText("after", examples("update 17 --priority 10", "update 17 --gpus 1:4"))
    .action(
      cli.act(async ({ client, terminal, json }, wanted: string, options: Options) => {
        const { name, priority, deadline, label, gpus, cores } = options;
        const patch: JobPatch = {
          ...(name !== undefined && { name }),
          ...(priority !== undefined && { priority }),
          ...(deadline !== undefined && { deadline }),
          ...(label && { labels: label }),
          ...(gpus !== undefined && { gpus: gpuInput(gpus) }),
          ...(cores !== undefined && { cores: coreInput(cores) }),
        };
        if (Object.keys(patch).length === 0) throw new UsageError("nothing to change; see schedulearn update --help");
        const job = await client.update(await findJobId(client, wanted), patch);
        if (json) terminal.printJson(job);
        else terminal.print(`${job.id} changed`);
        return undefined;
      }),
    );
}
