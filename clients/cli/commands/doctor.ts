import type { Command } from "commander";
import { AuthError, type Gpu, type Server, UnreachableError } from "../../sdk/index.ts";
import { type Cli, examples, type Session } from "../cli.ts";
import { tell } from "../errors.ts";
import { exitCode } from "../exit-code.ts";
import { formatMiB } from "../format.ts";
import { safeWord } from "../safe-text.ts";
import type { Check, MachinePlace } from "../server-side.ts";
import { wrapTo } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { VERSION } from "../version.ts";

const PATIENCE_MILLIS = 10_000;
const SKEW_MILLIS = 5_000;
const LEAST_NODE = "20.20.0";

const ok = (name: string, message: string): Check => ({ name, state: "ok", message, remedy: null });
const warn = (name: string, message: string, remedy: string): Check => ({ name, state: "warn", message, remedy });
const fail = (name: string, message: string, remedy: string): Check => ({ name, state: "fail", message, remedy });

export function doctor(program: Command, cli: Cli): void {
  program
    .command("doctor")
    .summary("check this machine, its engines and the server, and say what would mend them")
    .description(
      "Checks what a server needs of this machine (Node, the data folder, the disk, the port, Docker engines, GPUs) and the server itself (its version, its clock, its servers and GPUs). Without a server it checks the machine; with --url of another machine, the server alone. Changes nothing.",
    )
    .option("--config <file>", "the server's configuration (default: schedulearn.yaml here)")
    .option("--data <folder>", "its data folder (default: ./data)")
    .addHelpText("after", examples("doctor", "doctor --url box1:4000", "doctor --json"))
    .action(
      cli.act(async (session, place: MachinePlace) => {
        const { terminal, json, signal, server } = session;
        const checks: Check[] = [];
        const isHere = ["127.0.0.1", "localhost", "[::1]"].includes(hostOf(server.url));
        if (isHere && cli.serverSide) checks.push(...(await cli.serverSide.checkMachine(place, signal)));
        else checks.push(node());
        checks.push(...(await checkServer(session)));
        const counts = { failed: countOf(checks, "fail"), warned: countOf(checks, "warn") };
        if (json) terminal.printJson({ checks, ...counts });
        else print(terminal, checks, counts);
        return counts.failed > 0 ? exitCode.failed : exitCode.ok;
      }),
    );
}

const countOf = (checks: readonly Check[], state: Check["state"]): number =>
  checks.filter((check) => check.state === state).length;

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).hostname : "");

function node(): Check {
  const { node: version } = process.versions;
  const isOlder = version.localeCompare(LEAST_NODE, "en", { numeric: true }) < 0;
  return isOlder ? fail("Node", `${version} is too old`, `install Node ${LEAST_NODE} or newer`) : ok("Node", version);
}

/** How the server stands, by what it says itself. */
async function checkServer({ client, server, signal }: Session): Promise<Check[]> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MILLIS)]);
  try {
    const cluster = await client.cluster({ signal: patience });
    return [
      cluster.version === VERSION
        ? ok("server", `${server.url}, version ${cluster.version}`)
        : warn(
            "server",
            `${server.url} is version ${cluster.version}, and this is ${VERSION}`,
            "bring both to one version",
          ),
      ...(await checkReadiness(server.url, patience)),
      ...(await client.servers({ signal: patience })).flatMap((each) => [
        serverCheck(each),
        ...each.gpus.flatMap(gpuCheck),
      ]),
    ];
  } catch (error) {
    signal.throwIfAborted();
    const message = tell(error)?.faults[0]?.message ?? (patience.aborted ? "no answer in time" : String(error));
    if (error instanceof AuthError)
      return [
        fail(
          "server",
          error.message,
          "give --token or SCHEDULEARN_TOKEN; schedulearn token create makes one on its machine",
        ),
      ];
    if (error instanceof UnreachableError && !server.isNamed)
      return [warn("server", error.message, "start one with schedulearn start, or name another with --url")];
    return [
      fail(
        "server",
        error instanceof UnreachableError ? error.message : message,
        "is it started there, and does the way to it (firewall, proxy) let requests through?",
      ),
    ];
  }
}

async function checkReadiness(url: string, signal: AbortSignal): Promise<Check[]> {
  const response = await fetch(new URL("/readyz", url), { signal }).catch(() => null);
  if (!response) return [];
  const date = Date.parse(response.headers.get("date") ?? "");
  const ahead = Number.isNaN(date) ? 0 : date - Date.now();
  const text = (await response.text()).trim().replace(/\s+/g, " ").slice(0, 300);
  return [
    response.ok
      ? ok("ready", "it can record what happens")
      : fail("ready", text, "its log says more; a full disk is the usual cause"),
    ...(Math.abs(ahead) > SKEW_MILLIS
      ? [
          warn(
            "clock",
            `the server's is ${Math.round(Math.abs(ahead) / 1000)} s ${ahead > 0 ? "ahead of" : "behind"} this machine's`,
            "have both set their clocks by NTP",
          ),
        ]
      : []),
  ];
}

function serverCheck({
  name: of,
  state,
  stateReason,
  engine,
  driver,
  gpus,
  cores,
  freeDiskMiB,
  shortOfDisk,
  notice,
}: Server): Check {
  const name = `server ${of}`;
  const what = `${engine ?? driver.toLowerCase()}, ${gpus.length} GPUs, ${cores} cores${freeDiskMiB === null ? "" : `, ${formatMiB(freeDiskMiB)} of disk free`}`;
  if (state === "DOWN")
    return fail(name, stateReason ?? "it is down", `look at its engine; schedulearn servers rm ${of} takes it out`);
  if (state === "SUSPECT")
    return warn(
      name,
      stateReason ?? "it does not answer",
      "its engine or the way to it is slow; it is asked again by itself",
    );
  if (shortOfDisk !== null)
    return warn(name, `short of disk: ${shortOfDisk}`, "schedulearn images --gc, or free space there");
  if (notice !== null && gpus.length > 0) return warn(name, notice, `schedulearn gpus, and nvidia-smi on ${of}`);
  const wanted = state === "UP" ? "" : `${state.toLowerCase()}${stateReason ? `: ${stateReason}` : ""}; `;
  return ok(name, `${wanted}${what}`);
}

const gpuCheck = ({ serverName, index, state, reason }: Gpu): Check[] =>
  state === "FAULTY"
    ? [
        warn(
          `GPU ${serverName}/${index}`,
          reason ?? "faulty",
          `mend it, then schedulearn gpus release ${serverName}/${index}`,
        ),
      ]
    : [];

const COLOURS = { ok: "green", warn: "yellow", fail: "red" } as const;

function print(
  terminal: Terminal,
  checks: readonly Check[],
  { failed, warned }: { readonly failed: number; readonly warned: number },
): void {
  for (const { name, state, message, remedy } of checks) {
    const mark = terminal.style(COLOURS[state])(state.padEnd(5));
    const lines = linesOf(terminal, `${name}: ${message}`);
    lines.forEach((line, i) => {
      terminal.print(`${i === 0 ? mark : "     "} ${line}`);
    });
    if (remedy !== null) for (const line of linesOf(terminal, `→ ${remedy}`)) terminal.print(`      ${line}`);
  }
  const found = [failed > 0 && `${failed} failed`, warned > 0 && `${warned} to look at`].filter(Boolean).join(", ");
  terminal.print(found || "all is well");
}

const linesOf = ({ width }: Terminal, text: string): string[] =>
  width === null ? [safeWord(text)] : wrapTo(safeWord(text), Math.max(10, width - 6));
