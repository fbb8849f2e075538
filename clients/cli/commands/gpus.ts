import type { Command } from "commander";
import type { Gpu, Server } from "../../sdk/index.ts";
import { type Cli, examples } from "../cli.ts";
import { formatMiB } from "../format.ts";
import type { Cell } from "../table.ts";
import type { Terminal } from "../terminal.ts";

const COLOURS = { IDLE: "green", LEASED: "cyan", BUSY: "yellow", FAULTY: "red" } as const;

export function gpus(program: Command, cli: Cli): void {
  const command = program
    .command("gpus")
    .summary("list GPUs, quarantine and release them")
    .description("Lists the GPUs of all servers: who has each, how busy it is, and why one is given to nobody.")
    .addHelpText("after", examples("gpus", "gpus quarantine beta/1 --reason 'its fan is loud'", "gpus release beta/1"))
    .action(
      cli.act(async ({ client, terminal, json, signal }) => {
        const servers = await client.servers({ signal });
        if (json) terminal.printJson({ gpus: servers.flatMap((server) => server.gpus) });
        else printGpus(terminal, servers);
        return undefined;
      }),
    );
  quarantine(command, cli);
  release(command, cli);
}

function quarantine(gpus: Command, cli: Cli): void {
  gpus
    .command("quarantine")
    .summary("give a GPU to nobody")
    .description("Gives a GPU to nobody until it is released. The job that has it moves to another, or waits for one.")
    .argument("<gpu>", "server/index or server/uuid")
    .option("--reason <text>", "why, for others to read")
    .addHelpText("after", examples("gpus quarantine beta/1 --reason 'its fan is loud'"))
    .action(
      cli.act(async ({ client, terminal, json }, name: string, { reason }: { readonly reason?: string }) => {
        const gpu = await client.quarantineGpu(name, reason);
        if (json) terminal.printJson(gpu);
        else terminal.print(`${placeOf(gpu)} is quarantined${gpu.job ? `; ${gpu.job.id} moves` : ""}`);
        return undefined;
      }),
    );
}

function release(gpus: Command, cli: Cli): void {
  gpus
    .command("release")
    .summary("give a GPU to jobs again")
    .description("Gives a GPU to jobs again. A fault that is still there is found again, and quarantines it again.")
    .argument("<gpu>", "server/index or server/uuid")
    .addHelpText("after", examples("gpus release beta/1"))
    .action(
      cli.act(async ({ client, terminal, json }, name: string) => {
        const gpu = await client.releaseGpu(name);
        if (json) terminal.printJson(gpu);
        else terminal.print(`${placeOf(gpu)} can be given to jobs again`);
        return undefined;
      }),
    );
}

function printGpus(terminal: Terminal, servers: readonly Server[]): void {
  terminal.printTable(
    [
      { title: "SERVER", shrinks: true },
      { title: "GPU", align: "right" },
      { title: "MODEL", shrinks: true },
      { title: "MEMORY", align: "right" },
      { title: "USE", align: "right" },
      { title: "STATE" },
      { title: "JOB" },
      { title: "REASON", shrinks: true },
    ],
    servers.flatMap((server) =>
      server.gpus.map((gpu) => [
        server.name,
        String(gpu.index),
        gpu.model ?? "-",
        memoryOf(gpu),
        gpu.utilisationPercent === null ? "-" : `${Math.round(gpu.utilisationPercent)} %`,
        stateCell(terminal, gpu),
        gpu.job?.id ?? "-",
        gpu.reason ?? "",
      ]),
    ),
  );
  for (const { name, notice } of servers) if (notice !== null) terminal.note(`${name}: ${notice}`);
}

/** `3.2/40 GiB`, as far as it is known. */
function memoryOf({ memoryMiB, memoryUsedMiB }: Gpu): string {
  if (memoryMiB === null) return "-";
  return memoryUsedMiB === null ? formatMiB(memoryMiB) : `${formatMiB(memoryUsedMiB)} of ${formatMiB(memoryMiB)}`;
}

const placeOf = ({ serverName, index }: Gpu): string => `GPU ${serverName}/${index}`;

const stateCell = (terminal: Terminal, { state }: Gpu): Cell => ({
  text: state.toLowerCase(),
  style: terminal.style(COLOURS[state]),
});
