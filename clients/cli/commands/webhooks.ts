import type { Command } from "commander";
import type { Webhook } from "../../sdk/index.ts";
import { type Cli, examples } from "../cli.ts";
import { exitCode } from "../exit-code.ts";
import { counted, formatTime } from "../format.ts";
import type { Terminal } from "../terminal.ts";

export function webhooks(program: Command, cli: Cli): void {
  const command = program
    .command("webhooks")
    .summary("list who is told by HTTP of what happens to jobs, and test it")
    .description(
      "Lists the webhooks of the server's schedulearn.yaml: what waits to be told, and what went wrong last.",
    )
    .addHelpText("after", examples("webhooks", "webhooks test board"))
    .action(
      cli.act(async ({ client, terminal, json, signal }) => {
        const all = await client.webhooks({ signal });
        if (json) terminal.printJson({ webhooks: all });
        else if (all.length === 0) terminal.print("there are no webhooks; see webhooks in schedulearn.example.yaml");
        else print(terminal, all);
        return undefined;
      }),
    );
  command
    .command("test")
    .summary("send one a message that says it is a test")
    .description("Sends a webhook a message that says it is a test. Exit code 1 when it does not take it.")
    .argument("<name>", "the webhook")
    .addHelpText("after", examples("webhooks test board"))
    .action(
      cli.act(async ({ client, terminal, json }, name: string) => {
        const problem = await client.testWebhook(name);
        if (json) terminal.printJson({ webhook: name, taken: problem === null, problem });
        else terminal.print(problem === null ? `${name} took the test` : `${name} did not take the test: ${problem}`);
        return problem === null ? undefined : exitCode.failed;
      }),
    );
}

function print(terminal: Terminal, all: readonly Webhook[]): void {
  terminal.printTable(
    [
      { title: "NAME" },
      { title: "URL", shrinks: true },
      { title: "EVENTS", shrinks: true },
      { title: "PENDING", align: "right" },
      { title: "DELIVERED" },
      { title: "LAST ERROR", shrinks: true },
    ],
    all.map(({ name, url, events, pending, deliveredAt, lastError }) => [
      name,
      url,
      events.join(" "),
      String(pending),
      deliveredAt === null ? "never" : formatTime(deliveredAt),
      lastError === null ? "none" : { text: lastError, style: terminal.style("red") },
    ]),
  );
  for (const { name, givenUp } of all)
    if (givenUp > 0) terminal.note(`${name}: ${counted(givenUp, "event")} given up, a day after the first try`);
}
