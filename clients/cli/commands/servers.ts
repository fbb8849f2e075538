import type { Command } from "commander";
import type { SchedulearnClient, Server } from "../../sdk/index.ts";
import { type Cli, count, examples, mebibytes } from "../cli.ts";
import { UsageError } from "../exit-code.ts";
import { counted, formatAge, formatMiB } from "../format.ts";
import type { Cell } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { drainAction, left } from "./drain.ts";

/** So long a new server may take to answer, before it is told as it is. */
const SETTLED_MILLIS = 5_000;

const COLOURS = { UP: "green", SUSPECT: "yellow", DOWN: "red", DRAINING: "yellow", CORDONED: "yellow" } as const;

export function servers(program: Command, cli: Cli): void {
  const command = program
    .command("servers")
    .summary("list, add, drain and remove servers")
    .description("Lists the servers: how they are, why and since when, what they have, and what of it is in use.")
    .addHelpText(
      "after",
      examples(
        "servers",
        "servers add box2 ssh://ada@box2 --gpus 4",
        "servers drain box2",
        "servers drain box2 --undo",
        "servers rm box2",
      ),
    )
    .action(
      cli.act(async ({ client, terminal, json, signal }) => {
        const all = await client.servers({ signal });
        if (json) terminal.printJson({ servers: all });
        else printServers(terminal, all);
        return undefined;
      }),
    );
  add(command, cli);
  drain(command, cli);
  remove(command, cli);
}

interface AddOptions {
  readonly gpus?: number;
  readonly cores?: number;
  readonly memory?: number;
  readonly address?: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly insecure?: boolean;
  readonly verify: boolean;
}

function add(servers: Command, cli: Cli): void {
  servers
    .command("add")
    .summary("add a server")
    .description(
      "Adds a Docker host, or the local machine as a process server. What is not given is found out. Files of TLS lie on the machine of the Schedulearn server.",
    )
    .argument("<name>", "how it is called from now on")
    .argument("<endpoint>", "unix:///var/run/docker.sock, tcp://host:2376, ssh://user@host, or local")
    .option("--gpus <count>", "so many GPUs", count)
    .option("--cores <count>", "so many cores", count)
    .option("--memory <size>", "so much memory, such as 64G", mebibytes)
    .option("--address <address>", "under which other servers reach it, when a job spans several")
    .option("--tls-ca <file>", "file there: the authority that signed the engine's certificate")
    .option("--tls-cert <file>", "file there: the client certificate")
    .option("--tls-key <file>", "file there: its key")
    .option("--insecure", "a tcp endpoint beyond this machine may go without TLS")
    .option("--no-verify", "take it in even if it cannot be reached now")
    .addHelpText("after", examples("servers add box2 ssh://ada@box2 --gpus 4", "servers add here local --cores 4"))
    .action(
      cli.act(async ({ client, terminal, json, signal }, name: string, endpoint: string, options: AddOptions) => {
        const { gpus, cores, memory, address, tlsCa, tlsCert, tlsKey, insecure, verify } = options;
        const hasTls = tlsCa !== undefined && tlsCert !== undefined && tlsKey !== undefined;
        if (!hasTls && (tlsCa ?? tlsCert ?? tlsKey) !== undefined)
          throw new UsageError("--tls-ca, --tls-cert and --tls-key belong together");
        const { eventCursor } = await client.cluster({ signal });
        const added = await client.addServer({
          name,
          endpoint,
          ...(gpus !== undefined && { gpus }),
          ...(cores !== undefined && { cores }),
          ...(memory !== undefined && { memoryMiB: memory }),
          ...(address !== undefined && { address }),
          ...(hasTls && { tls: { ca: tlsCa, cert: tlsCert, key: tlsKey } }),
          ...(insecure && { insecure }),
          ...(!verify && { verify }),
        });
        const server = await settled(client, added, eventCursor, signal);
        if (json) terminal.printJson(server);
        else terminal.print(`${server.name} added: ${[stateWords(server), ...inventoryWords(server)].join(", ")}`);
        return undefined;
      }),
    );
}

/** The server once it was reached or could not be: it is looked at only after it was taken in. */
async function settled(client: SchedulearnClient, added: Server, after: string, signal: AbortSignal): Promise<Server> {
  if (added.health === "UP") return added;
  const until = AbortSignal.any([signal, AbortSignal.timeout(SETTLED_MILLIS)]);
  for await (const { server, event } of client.followServers({ after, signal: until }))
    if (server?.name === added.name && event.type === "ServerHealthChanged") return server;
  signal.throwIfAborted();
  return (await client.servers({ signal })).find(({ name }) => name === added.name) ?? added;
}

function drain(servers: Command, cli: Cli): void {
  const command = servers.command("drain").argument("<server>", "its name");
  drainAction(command, cli).addHelpText("after", examples("servers drain box2", "servers drain box2 --undo"));
}

function remove(servers: Command, cli: Cli): void {
  servers
    .command("rm")
    .summary("remove a server")
    .description("Removes a server that no job needs.")
    .argument("<server>", "its name")
    .option("--force", "even so: its runs count as lost, and jobs whose checkpoint lies there begin anew")
    .addHelpText("after", examples("servers rm box2", "servers rm box2 --force"))
    .action(
      cli.act(async ({ client, terminal, json }, name: string, { force }: { readonly force?: boolean }) => {
        await client.removeServer(name, { force });
        if (json) terminal.printJson({ removed: name });
        else terminal.print(`${name} removed`);
        return undefined;
      }),
    );
}

function printServers(terminal: Terminal, servers: readonly Server[]): void {
  terminal.printTable(
    [
      { title: "NAME", shrinks: true },
      { title: "STATE", shrinks: true },
      { title: "SINCE", align: "right" },
      { title: "GPUS", align: "right" },
      { title: "CORES", align: "right" },
      { title: "MEMORY", align: "right" },
      { title: "JOBS", align: "right" },
      { title: "DRIVER" },
      { title: "ENDPOINT", shrinks: true },
    ],
    servers.map((server) => [
      server.name,
      stateCell(terminal, server),
      formatAge(server.stateSince, Date.now()),
      `${server.gpus.filter(({ job }) => job !== null).length}/${server.gpus.length}`,
      `${server.coresUsed}/${server.cores}`,
      formatMiB(server.memoryMiB),
      String(server.jobs.length),
      server.engine ?? server.driver.toLowerCase(),
      server.endpoint,
    ]),
  );
  // That a machine has no GPUs needs no notice here; that those it shows cannot be had does.
  for (const { name, notice, gpus } of servers)
    if (notice !== null && gpus.length > 0) terminal.note(`${name}: ${notice}`);
}

const inventoryWords = ({ health, gpus, cores }: Server): string[] =>
  health === "UP" ? [counted(gpus.length, "GPU"), counted(cores, "core")] : [];

/** "up", "down: connection refused", "down, draining, cordoned: …": what is wanted of it is told beside what it is. */
function stateWords({ state, stateReason, draining, cordoned, shortOfDisk }: Server): string {
  const wanted = [draining && state !== "DRAINING" && "draining", cordoned && state !== "CORDONED" && "cordoned"];
  const states = [state.toLowerCase(), ...wanted].filter(Boolean).join(", ");
  const short = shortOfDisk === null ? [] : [`short of disk: ${shortOfDisk}`];
  return [stateReason ? `${states}: ${stateReason}` : states, ...short].join("; ");
}

const stateCell = (terminal: Terminal, server: Server): Cell => ({
  text: server.drain ? `${stateWords(server)} (${left(server)})` : stateWords(server),
  style: terminal.style(COLOURS[server.state]),
});
