import type { Command } from "commander";
import type { Placement, Policy, SchedulearnClient } from "../../sdk/index.ts";
import { SchedulearnError } from "../../sdk/index.ts";
import { type Cli, examples, pairs } from "../cli.ts";
import { UsageError } from "../exit-code.ts";
import { allowedWords, formatOption } from "../format-option.ts";
import type { Terminal } from "../terminal.ts";

interface SetOptions {
  readonly option?: Record<string, string>;
  readonly placement?: string;
}

export function policy(program: Command, cli: Cli): void {
  const command = program
    .command("policy")
    .summary("show or change the scheduling policy")
    .description("Shows the policies and placement rules there are, with their options; * marks those at work.")
    .addHelpText(
      "after",
      examples("policy", "policy show tiresias", "policy set fifo --option backfill=fit --placement spread"),
    )
    .action(
      cli.act(async ({ client, terminal, json, signal }) => {
        const { policies, placements } = await client.policies({ signal });
        if (json) terminal.printJson({ policies, placements });
        else printAll(terminal, policies, placements);
      }),
    );
  command
    .command("show")
    .summary("tell what a policy does, and what each of its options means")
    .description("Shows one policy: what it does, what it looks at, and each option with what it may be.")
    .argument("[policy]", "the policy; without it, the one at work")
    .addHelpText("after", examples("policy show", "policy show round-robin --json"))
    .action(
      cli.act(async ({ client, terminal, json, signal }, key: string | undefined) => {
        const found = await findPolicy(client, key, signal);
        if (json) terminal.printJson(found);
        else printPolicy(terminal, found);
      }),
    );
  command
    .command("set")
    .summary("change it, while running")
    .description(
      "Changes the policy, its options, or the placement rule while the server runs. Options that are not named get their defaults.",
    )
    .argument("[policy]", "the policy; without it, the present one stays")
    .option("-o, --option <name=value>", "an option of the policy; may be repeated", pairs)
    .option("--placement <rule>", "the placement rule")
    .addHelpText(
      "after",
      examples(
        "policy set fifo --option backfill=fit",
        "policy set tiresias --option thresholds=3250,7200",
        "policy set fair-share --option weights=ann=2,bob=1",
        "policy set --placement consolidate",
      ),
    )
    .action(
      cli.act(async ({ client, terminal, json }, key: string | undefined, { option, placement }: SetOptions) => {
        if (key === undefined && !option && placement === undefined)
          throw new UsageError("nothing to change; see schedulearn policy set --help");
        await client.setPolicy({
          ...(key !== undefined && { policy: key }),
          ...(option && { options: option }), // texts: the server knows what each is to be
          ...(placement !== undefined && { placement }),
        });
        const cluster = await client.cluster();
        if (json) terminal.printJson({ policy: cluster.policy, placement: cluster.placement });
        else terminal.print(`policy ${cluster.policy}, placement ${cluster.placement}`);
        return undefined;
      }),
    );
}

function printAll(terminal: Terminal, policies: readonly Policy[], placements: readonly Placement[]): void {
  terminal.printTable(
    [
      { title: " " },
      { title: "POLICY" },
      { title: "MAY" },
      { title: "LOOKS AT", shrinks: true },
      { title: "OPTIONS", shrinks: true, least: 18 },
      { title: "DESCRIPTION", shrinks: true, least: 30, optional: true },
    ],
    policies.map((entry) => [
      entry.active ? "*" : " ",
      entry.key,
      mayWords(entry) || "-",
      needWords(entry) || "-",
      entry.options.map((option) => `${option.name}=${formatOption(present(entry, option))}`).join(" ") || "-",
      entry.description,
    ]),
  );
  terminal.print("");
  terminal.printFacts(placements.map(({ key, active, description }) => [`${active ? "*" : " "}  ${key}`, description]));
  terminal.note("schedulearn policy show POLICY tells what its options mean");
}

function printPolicy(terminal: Terminal, entry: Policy): void {
  terminal.printFacts([
    ["policy", entry.active ? `${entry.key}, at work` : entry.key],
    ["what it does", entry.description],
    ["may", mayWords(entry)],
    ["looks at", needWords(entry)],
  ]);
  if (entry.options.length > 0) terminal.print("");
  terminal.printFacts(
    entry.options.flatMap((option): [string, string][] => {
      const now = present(entry, option);
      const isChanged = formatOption(now) !== formatOption(option.default);
      const usual = `default ${formatOption(option.default)}${isChanged ? `, now ${formatOption(now)}` : ""}`;
      return [
        [option.name, `${allowedWords(option)}; ${usual}`],
        ["", option.description],
      ];
    }),
  );
}

async function findPolicy(client: SchedulearnClient, key: string | undefined, signal: AbortSignal): Promise<Policy> {
  const { policies } = await client.policies({ signal });
  const found = policies.find((entry) => (key === undefined ? entry.active : entry.key === key));
  if (found) return found;
  const message = `there is no policy ${key}; there are: ${policies.map((entry) => entry.key).join(", ")}`;
  throw new SchedulearnError([{ code: "UNKNOWN_POLICY", message, path: ["policy"] }]);
}

const mayWords = ({ preemptive, elastic }: Policy): string =>
  [...(preemptive ? ["preempt"] : []), ...(elastic ? ["resize"] : [])].join(", ");
const needWords = ({ needs }: Policy): string => needs.map((need) => need.toLowerCase().replace("_", "-")).join(", ");

/** What is in force where the policy is; else its default. */
const present = ({ values }: Policy, { name, default: usual }: Policy["options"][number]): unknown =>
  (values as Record<string, unknown> | null)?.[name] ?? usual;
