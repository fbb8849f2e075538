import { type Command, InvalidArgumentError } from "commander";
import { type Cli, examples } from "../cli.ts";
import { findJobIds } from "../find-job.ts";
import { forEachJob } from "../for-each-job.ts";

export function priority(program: Command, cli: Cli): void {
  program
    .command("priority")
    .summary("let jobs go before others, or behind them")
    .description("Sets the priority of jobs: higher goes first, under the policies that look at it.")
    .argument("<job>", "an id, a number, a name, a range such as 12-15, or a batch")
    .argument("<number>", "the priority; +5 raises it by as much, -5 lowers it, =-5 is below 0", change)
    .addHelpText("after", examples("priority 17 10", "priority batch-17 +1", "priority 17 =-5"))
    .action(
      cli.act(async (session, wanted: string, { to, by }: Change) => {
        const set = async (id: string): Promise<{ readonly id: string }> => {
          const present = by === null ? 0 : ((await session.client.job(id))?.priority ?? 0);
          return session.client.update(id, { priority: to ?? present + (by ?? 0) });
        };
        return forEachJob(session, [wanted], "has another priority", {
          job: (_, id) => set(id),
          async batch(client, batch) {
            const open: string[] = [];
            for (const id of await findJobIds(client, [batch]))
              if ((await client.job(id))?.endedAt === null) open.push((await set(id)).id);
            return open;
          },
        });
      }),
    );
}

type Change = { readonly to: number; readonly by: null } | { readonly to: null; readonly by: number };

function change(text: string): Change {
  const [, sign, number] = /^([+=-]?)(-?\d{1,7})$/.exec(text) ?? [];
  if (number === undefined || (number.startsWith("-") && sign !== "="))
    throw new InvalidArgumentError("It must be a number such as 10, or +5 or -5 for a change; =-5 for one below 0.");
  if (sign === "+" || sign === "-") return { to: null, by: sign === "+" ? Number(number) : -Number(number) };
  return { to: Number(number), by: null };
}
