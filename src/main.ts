import "reflect-metadata";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { parseArgs, styleText } from "node:util";
import { backupCommand } from "./backup.ts";
import { loadConfig } from "./config/index.ts";
import { tellFailure } from "./failure.ts";
import { openLog } from "./log.ts";
import { type Schedulearn, startSchedulearn } from "./schedulearn.ts";
import { tokenCommand } from "./token.ts";
import { verifyLogCommand } from "./verify-log.ts";

export const START_HELP = `Usage: schedulearn start [options]

Starts the scheduler: API, playground and monitor, on this machine only unless told otherwise.

Options:
  --config FILE   configuration (default: schedulearn.yaml here, when there is one)
  --data FOLDER   database, logs and local runs (default: ./data)
  --port N        port of the API (default: 4000; 0 takes any free one)
  --host ADDRESS  address to listen on (default: 127.0.0.1; others need access tokens)
  --json          say as one line of JSON where it is
  --help          this text

Jobs go on when the server ends, and are taken up again by the next start.
`;

/** Entry of the commands that need more than the API: \`start\`, \`token\`, \`verify-log\` and \`backup\`. Sets the exit code. */
export async function main(argv: readonly string[]): Promise<void> {
  const [command, ...args] = argv;
  try {
    if (command === "token") process.exitCode = await tokenCommand(args);
    else if (command === "backup") process.exitCode = await backupCommand(args);
    else if (command === "verify-log") process.exitCode = await verifyLogCommand(args);
    else await start(args);
  } catch (error) {
    process.exitCode = tellFailure(error, args.includes("--json"));
  }
}

async function start(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      config: { type: "string" },
      data: { type: "string" },
      port: { type: "string" },
      host: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(START_HELP);
    return;
  }
  const { config: file, port, host, data, json } = values;
  const config = loadConfig({ cwd: process.cwd(), env: process.env, file, flags: { port, host, data } });
  const log = openLog(config.log.level);
  const schedulearn = await startSchedulearn(config, log);
  endOnSignals(schedulearn);
  process.stdout.write(json ? `${JSON.stringify(placesOf(schedulearn))}\n` : banner(schedulearn));
}

/** What a newcomer types next: in a clone there are examples. */
const FIRST_JOB = import.meta.url.includes("/node_modules/")
  ? "schedulearn submit --follow -- 'echo hello'"
  : "npx schedulearn submit examples/train-sh.yaml --follow";

/** Where others find it, and what they find. */
function placesOf({ engine, url, notices }: Schedulearn) {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    version: string;
  };
  const open = url.replace(/\/\/(0\.0\.0\.0|\[::\])/, `//${hostname()}`); // what others can open
  const base = open.slice(0, -"/graphql".length);
  const { policy, placement } = engine.scheduler.setting;
  return { version, url: open, playground: `${base}/playground`, monitor: `${base}/`, policy, placement, notices };
}

function banner(schedulearn: Schedulearn): string {
  const { version, url, playground, monitor, policy, placement, notices } = placesOf(schedulearn);
  const { servers } = schedulearn.engine.scheduler;
  const up = [...servers.values()].map(
    ({ id, driver, health, gpus, cores }) =>
      `${id} (${driver}, ${health === "up" ? `${gpus.length} GPU${gpus.length === 1 ? "" : "s"}, ${cores} cores` : health})`,
  );
  const rows: [string, string][] = [
    ["API", url],
    ["Playground", playground],
    ["Monitor", monitor],
    ["Servers", up.join(", ") || "none yet: add one with `schedulearn servers add`"],
    ["Policy", `${policy}, placement ${placement}`],
  ];
  return [
    styleText("bold", `Schedulearn ${version} is up.`),
    ...rows.map(([name, value]) => `  ${name.padEnd(11)} ${value}`),
    ...notices.map((notice) => styleText("yellow", `  Note        ${notice}`)),
    styleText("gray", `  Try: ${FIRST_JOB}     Ctrl-C ends the server; jobs go on.`),
    "",
  ].join("\n");
}

function endOnSignals(schedulearn: Schedulearn): void {
  let ending = false;
  const end = (): void => {
    if (ending) process.exit(130); // asked twice: at once
    ending = true;
    const { size } = schedulearn.engine.scheduler.jobs;
    if (size > 0)
      console.error(
        `Ending. ${size} job${size === 1 ? "" : "s"} not over: what runs goes on, and the next start takes it up.`,
      );
    schedulearn.close().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
}
