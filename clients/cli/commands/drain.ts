import type { Command } from "commander";
import type { Server } from "../../sdk/index.ts";
import { type Cli, examples } from "../cli.ts";
import { counted, formatSeconds } from "../format.ts";
import { span } from "../when.ts";

interface Terms {
  readonly deadline?: number;
  readonly reason?: string;
}

export function drain(program: Command, cli: Cli): void {
  const command = program.command("drain").argument("<server>", "its name");
  drainAction(command, cli).addHelpText(
    "after",
    examples("drain box2 --deadline 2h --reason 'new disks'", "undrain box2"),
  );
}

/** What `drain` and `servers drain` do. */
export function drainAction(command: Command, cli: Cli): Command {
  return command
    .summary("move a server's jobs away and give it no more")
    .description("Moves a server's jobs away and gives it no more, so that it can be taken down.")
    .option("--deadline <span>", "preempt what still runs there after 90s, 30m, 2h: it saves its work and waits", span)
    .option("--reason <text>", "why, for others to read")
    .option("--undo", "give it jobs again")
    .action(
      cli.act(async ({ client, terminal, json }, name: string, options: Terms & { readonly undo?: boolean }) => {
        const { undo, deadline, reason } = options;
        const terms = { ...(deadline !== undefined && { deadlineSeconds: deadline }), ...(reason && { reason }) };
        const server = await client.drainServer(name, !undo, terms);
        if (json) terminal.printJson(server);
        else terminal.print(undo ? again(server) : `${name} takes no more jobs; ${left(server)}`);
        return undefined;
      }),
    );
}

export function undrain(program: Command, cli: Cli): void {
  program
    .command("undrain")
    .summary("end a server's drain")
    .description("Ends a server's drain: it is given jobs again. What has moved away stays where it is.")
    .argument("<server>", "its name")
    .addHelpText("after", examples("undrain box2"))
    .action(
      cli.act(async ({ client, terminal, json }, name: string) => {
        const server = await client.drainServer(name, false);
        if (json) terminal.printJson(server);
        else terminal.print(again(server));
        return undefined;
      }),
    );
}

export function cordon(program: Command, cli: Cli): void {
  program
    .command("cordon")
    .summary("give a server no more jobs, and leave those that it has")
    .description("Gives a server no more jobs. Those that it has stay, and go on.")
    .argument("<server>", "its name")
    .option("--reason <text>", "why, for others to read")
    .addHelpText("after", examples("cordon box2 --reason 'a fan rattles'", "uncordon box2"))
    .action(
      cli.act(async ({ client, terminal, json }, name: string, { reason }: Terms) => {
        const server = await client.cordonServer(name, true, reason ? { reason } : {});
        if (json) terminal.printJson(server);
        else terminal.print(`${name} takes no more jobs; ${stay(server.jobs.length)}`);
        return undefined;
      }),
    );
}

export function uncordon(program: Command, cli: Cli): void {
  program
    .command("uncordon")
    .summary("give a cordoned server jobs again")
    .description("Gives a cordoned server jobs again.")
    .argument("<server>", "its name")
    .addHelpText("after", examples("uncordon box2"))
    .action(
      cli.act(async ({ client, terminal, json }, name: string) => {
        const server = await client.cordonServer(name, false);
        if (json) terminal.printJson(server);
        else terminal.print(again(server));
        return undefined;
      }),
    );
}

/** That it takes jobs again, or what still keeps it from that. */
function again({ name, draining, cordoned }: Server): string {
  if (draining) return `${name} takes no jobs yet: it is still draining; see schedulearn undrain ${name}`;
  if (cordoned) return `${name} takes no jobs yet: it is still cordoned; see schedulearn uncordon ${name}`;
  return `${name} takes jobs again`;
}

/** How a drain stands, as the end of a sentence. */
export function left({ drain }: Server, now = Date.now()): string {
  const count = drain?.jobsLeft ?? 0;
  if (count === 0) return "no job is there";
  const there = `${counted(count, "job")} ${count === 1 ? "is" : "are"} still there`;
  if (!drain?.deadlineAt) return there;
  const seconds = (Date.parse(drain.deadlineAt) - now) / 1000;
  return `${there}, ${seconds > 0 ? `preempted in ${formatSeconds(seconds)}` : "preempted now"}`;
}

const stay = (count: number): string =>
  count === 0 ? "no job is there" : `${counted(count, "job")} ${count === 1 ? "stays" : "stay"}`;
