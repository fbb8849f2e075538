import type { Command } from "commander";
import { type Cli, examples } from "../cli.ts";
import { UsageError } from "../exit-code.ts";
import { counted, formatMiB, formatTime } from "../format.ts";

export function images(program: Command, cli: Cli): void {
  program
    .command("images")
    .summary("list the images that jobs have used, and remove old ones")
    .description(
      "Lists the images of the servers that jobs have used, the longest unused first. The server removes those that may be when a disk is full; --gc has it look now.",
    )
    .option("--gc", "remove those that may be until disks are below the low watermark")
    .option("--dry-run", "with --gc: only tell which may be removed")
    .addHelpText("after", examples("images", "images --gc --dry-run", "images --gc"))
    .action(
      cli.act(
        async (
          { client, terminal, json, signal },
          { gc = false, dryRun = false }: { readonly gc?: boolean; readonly dryRun?: boolean },
        ) => {
          if (dryRun && !gc) throw new UsageError("--dry-run belongs to --gc");
          if (gc && !dryRun) {
            const removed = await client.collectImages();
            if (json) terminal.printJson({ removed });
            else for (const { server, name } of removed) terminal.print(`${name} removed from ${server}`);
            if (!json && removed.length === 0) terminal.print("nothing was removed; see schedulearn images");
            return undefined;
          }
          const all = await client.images({ signal });
          const shown = dryRun ? all.filter(({ stays }) => stays === null) : all;
          if (json) terminal.printJson({ images: shown });
          else if (shown.length === 0)
            terminal.print(dryRun ? "no image may be removed" : "no job has used an image yet");
          else
            terminal.printTable(
              [
                { title: "SERVER" },
                { title: "IMAGE", shrinks: true },
                { title: "SIZE", align: "right" },
                { title: "LAST USED" },
                { title: "STAYS", shrinks: true },
              ],
              shown.map(({ server, name, sizeMiB, usedAt, stays }) => [
                server,
                name,
                formatMiB(sizeMiB),
                formatTime(usedAt),
                stays ?? "no",
              ]),
            );
          if (dryRun && !json && shown.length > 0)
            terminal.note(`${counted(shown.length, "image")} may be removed; nothing was`);
          return undefined;
        },
      ),
    );
}
