import type { Command } from "commander";
import type { CheckpointSource, JobCheckpoints } from "../../sdk/index.ts";
import { type Cli, examples } from "../cli.ts";
import { findJobId } from "../find-job.ts";
import { counted, formatBytes, formatSeconds, formatTime } from "../format.ts";
import type { Terminal } from "../terminal.ts";
import { unpackFolder } from "../unpack.ts";

export function checkpoints(program: Command, cli: Cli): void {
  const command = program
    .command("checkpoints")
    .summary("list where a job's checkpoint is kept, and get it")
    .description(
      "Lists where a job's checkpoint is kept: the folder on its server, and copies in the scheduler's own data folder.",
    )
    .argument("<job>", "its id, its number, or its name")
    .addHelpText("after", examples("checkpoints 17", "checkpoints get 17 ./model"))
    .action(
      cli.act(async ({ client, terminal, json, signal }, wanted: string) => {
        const job = await client.checkpoints(await findJobId(client, wanted), { signal });
        if (json) terminal.printJson(job);
        else print(terminal, job);
        return undefined;
      }),
    );
  get(command, cli);
}

function get(checkpoints: Command, cli: Cli): void {
  checkpoints
    .command("get")
    .summary("download a job's checkpoint folder")
    .description(
      "Downloads a job's checkpoint folder, such as the model after training, into a folder that is new or empty.",
    )
    .argument("<job>", "its id, its number, or its name")
    .argument("<folder>", "where to")
    .option("--backup", "the scheduler's newest copy rather than the folder on the server")
    .addHelpText("after", examples("checkpoints get 17 ./model"))
    .action(
      cli.act(
        async (
          { client, terminal, json, signal },
          wanted: string,
          folder: string,
          { backup }: { readonly backup?: boolean },
        ) => {
          const id = await findJobId(client, wanted);
          const from: CheckpointSource = backup ? "vault" : "anywhere";
          const written = await unpackFolder(await client.downloadCheckpoint(id, { from, signal }), folder);
          if (json) terminal.printJson({ id, folder, ...written });
          else terminal.print(`${counted(written.files, "file")}, ${formatBytes(written.bytes)}, in ${folder}`);
          return undefined;
        },
      ),
    );
}

function print(terminal: Terminal, { id, checkpoints, backupProblem, lostWork }: JobCheckpoints): void {
  if (checkpoints.length === 0) terminal.note(`${id} has no checkpoint`);
  else
    terminal.printTable(
      [
        { title: "WHERE", shrinks: true },
        { title: "FOLDER", align: "right" },
        { title: "STEP", align: "right" },
        { title: "SAVED" },
        { title: "COPIED" },
        { title: "FILES", align: "right" },
        { title: "SIZE", align: "right" },
      ],
      checkpoints.map(({ server, generation, step, savedAt, copiedAt, files, bytes }) => [
        server === null ? "(copy)" : server,
        String(generation),
        step === null ? "-" : String(step),
        formatTime(savedAt),
        formatTime(copiedAt),
        files === null ? "-" : String(files),
        bytes === null ? "-" : formatBytes(bytes),
      ]),
    );
  if (lostWork && lostWork.seconds > 0) {
    const steps = lostWork.steps === null ? "" : `, ${counted(lostWork.steps, "step")}`;
    terminal.note(`lost work: ${formatSeconds(lostWork.seconds)}${steps}`);
  }
  if (backupProblem) terminal.note(`no newer copy: ${backupProblem}`);
}
