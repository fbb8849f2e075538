import type { Command } from "commander";
import { parse } from "yaml";
import type { Policy } from "../../sdk/index.ts";
import { type Cli, examples, pairs } from "../cli.ts";
import { UsageError } from "../exit-code.ts";
import { formatValue } from "../format.ts";

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
      examples("policy", "policy set fifo --option backfill=fit", "policy set round-robin --placement spread"),
    )
    .action(
      cli.act(async ({ client, terminal, json, signal }) => {
        const { policies, placements } = await client.policies({ signal });
        if (json) {
          terminal.printJson({ policies, placements });
          return;
        }
        terminal.printTable(
          [{ title: " " }, { title: "POLICY" }, { title: "OPTIONS" }, { title: "DESCRIPTION", shrinks: true }],
          policies.map((entry) => [mark(entry), entry.key, optionWords(entry), entry.description]),
        );
        terminal.print("");
        terminal.printTable(
          [{ title: " " }, { title: "PLACEMENT" }, { title: "DESCRIPTION", shrinks: true }],
          placements.map((entry) => [mark(entry), entry.key, entry.description]),
        );
      }),
    );
  command
    .command("set")
    .summary("change it, while running")
    .description("Changes the policy, its options, or the placement rule while the server runs.")
    .argument("[policy]", "the policy; without it, the present one stays")
    .option("-o, --option <name=value>", "an option of the policy; may be repeated", pairs)
    .option("--placement <rule>", "the placement rule")
    .addHelpText("after", examples("policy set fifo --option backfill=fit", "policy set --placement consolidate"))
    .action(
      cli.act(async ({ client, terminal, json }, key: string | undefined, { option, placement }: SetOptions) => {
        if (key === undefined && !option && placement === undefined)
          throw new UsageError("nothing to change; see schedulearn policy set --help");
        const options = Object.entries(option ?? {}).map(([name, text]) => [name, valueIn(text)]);
        await client.setPolicy({
          ...(key !== undefined && { policy: key }),
          ...(option && { options: Object.fromEntries(options) }),
          ...(placement !== undefined && { placement }),
        });
        const cluster = await client.cluster();
        if (json) terminal.printJson({ policy: cluster.policy, placement: cluster.placement });
        else terminal.print(`policy ${cluster.policy}, placement ${cluster.placement}`);
        return undefined;
      }),
    );
}

const mark = ({ active }: { readonly active: boolean }): string => (active ? "*" : " ");

/** Numbers and true/false as YAML reads them; everything else is text. */
function valueIn(text: string): number | boolean | string {
  const value: unknown = parse(text);
  return typeof value === "number" || typeof value === "boolean" ? value : text;
}

function optionWords({ options, values }: Policy): string {
  const now = (values ?? {}) as Record<string, unknown>;
  return options.map(({ name, default: usual }) => `${name}=${formatValue(now[name] ?? usual)}`).join(" ") || "-";
}
