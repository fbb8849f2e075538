import type { Command } from "commander";
import type { JobPatch } from "../../sdk/index.ts";
import { type Cli, coreInput, count, examples, gpuInput, integer, pairs, type Quantity, quantity } from "../cli.ts";
import { UsageError } from "../exit-code.ts";
import { find, findJobIds } from "../find-job.ts";
import { forEachJob } from "../for-each-job.ts";
import { timeLimit } from "../submit/values.ts";
import { span } from "../when.ts";

interface Options {
  readonly name?: string;
  readonly priority?: number;
  readonly deadline?: string | false;
  readonly label?: Record<string, string> | false;
  readonly gpus?: number | Quantity;
  readonly cores?: number | Quantity;
  readonly retries?: number;
  readonly infrastructureRetries?: number;
  readonly time?: number | false;
  readonly queueTime?: number | false;
  readonly pullTime?: number | false;
  readonly idleTime?: number | false;
  readonly stallTime?: number | false;
}

export function update(program: Command, cli: Cli): void {
  program
    .command("update")
    .summary("change jobs that are not over")
    .description(
      "Changes jobs that are not over. GPUs count from the next start on; cores of a job without GPUs that can change its size, at once.",
    )
    .argument("<job...>", "ids, numbers, names, ranges such as 12-15, or batches")
    .option("--name <name>", "call it so")
    .option("--priority <number>", "higher goes first", integer)
    .option("--deadline <time>", "when it should be done, with the time zone")
    .option("--no-deadline", "without a deadline")
    .option("--label <name=value>", "its labels, all of them; may be repeated", pairs)
    .option("--no-label", "without labels")
    .option("--gpus <count>", "so many GPUs: 2, or 1:4 for between one and four", quantity)
    .option("-c, --cores <count>", "so many cores: 4, or 2:8", quantity)
    .option("--retries <count>", "so many more tries when it fails", count)
    .option("--infrastructure-retries <count>", "so many more tries when a server or an engine fails", count)
    .option("-t, --time <span>", "limit of running: 90s, 2h, or 1-12:30:00 as in sbatch", timeLimit)
    .option("--no-time", "without that limit")
    .option("--queue-time <span>", "limit of waiting for its first start", span)
    .option("--no-queue-time", "without that limit")
    .option("--pull-time <span>", "limit of pulling its image", span)
    .option("--no-pull-time", "without that limit")
    .option("--idle-time <span>", "limit of printing nothing", span)
    .option("--no-idle-time", "without that limit")
    .option("--stall-time <span>", "limit of telling no progress", span)
    .option("--no-stall-time", "without that limit")
    .addHelpText(
      "after",
      examples("update 17 --priority 10", "update 17 --gpus 1:4 --time 4h", "update batch-17 --no-deadline"),
    )
    .action(
      cli.act(async (session, wanted: string[], options: Options) => {
        const patch = patchOf(options);
        if (Object.keys(patch).length === 0) throw new UsageError("nothing to change; see schedulearn update --help");
        const { client, terminal, json } = session;
        const [only = "", ...others] = wanted;
        const found = json && others.length === 0 ? await find(client, only) : null;
        if (found?.kind === "job") return void terminal.printJson(await client.update(found.id, patch));
        return forEachJob(session, wanted, "changed", {
          job: (client, id) => client.update(id, patch),
          async batch(client, batch) {
            const changed: string[] = [];
            for (const id of await findJobIds(client, [batch]))
              if ((await client.job(id))?.endedAt === null) changed.push((await client.update(id, patch)).id);
            return changed;
          },
        });
      }),
    );
}

function patchOf(options: Options): JobPatch {
  const { name, priority, deadline, label, gpus, cores, retries, infrastructureRetries } = options;
  const limits = {
    ...limit("runSeconds", options.time),
    ...limit("queueSeconds", options.queueTime),
    ...limit("pullSeconds", options.pullTime),
    ...limit("idleSeconds", options.idleTime),
    ...limit("stallSeconds", options.stallTime),
  };
  const tries = {
    ...(retries !== undefined && { application: retries }),
    ...(infrastructureRetries !== undefined && { infrastructure: infrastructureRetries }),
  };
  return {
    ...(name !== undefined && { name }),
    ...(priority !== undefined && { priority }),
    ...(deadline !== undefined && { deadline: deadline || null }),
    ...(label !== undefined && { labels: label || null }),
    ...(gpus !== undefined && { gpus: gpuInput(gpus) }),
    ...(cores !== undefined && { cores: coreInput(cores) }),
    ...(Object.keys(tries).length > 0 && { retries: tries }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}

const limit = (field: string, seconds: number | false | undefined) =>
  seconds === undefined ? {} : { [field]: seconds === false ? null : seconds };
