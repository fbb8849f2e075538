import type { Command } from "commander";
import { type Cli, examples } from "../cli.ts";
import { findJobId } from "../find-job.ts";

export function migrate(program: Command, cli: Cli): void {
  program
    .command("migrate")
    .summary("move a running job to another server")
    .description("Moves a running job with its checkpoint: to the server of this name, or to where it fits best.")
    .argument("<job>", "its id, its number, or its name")
    .argument("[server]", "where to")
    .addHelpText("after", examples("migrate 17", "migrate resnet50 gpu-box-2"))
    .action(
      cli.act(async ({ client, terminal, json }, wanted: string, server: string | undefined) => {
        const id = await findJobId(client, wanted);
        const migration = await client.migrate(id, server);
        if (json) terminal.printJson(migration);
        else terminal.print(`${id} moves from ${migration.from} to ${migration.to}`);
        return undefined;
      }),
    );
}
