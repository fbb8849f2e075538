import type { Command } from "commander";
import type { Estimate, Job, JobDetails, Migration, Run } from "../../sdk/index.ts";
import { SchedulearnError } from "../../sdk/index.ts";
import { type Cli, examples } from "../cli.ts";
import { expectedWords } from "../expectation.ts";
import { findJobId } from "../find-job.ts";
import { counted, formatBytes, formatMiB, formatProgress, formatSeconds, formatTime, formatValue } from "../format.ts";
import { reasonOf, statusWords } from "../status.ts";
import type { Terminal } from "../terminal.ts";

export function show(program: Command, cli: Cli): void {
  program
    .command("show")
    .summary("show one job with its runs and migrations")
    .description("Shows one job: what it asked for, where it is, how far, and every run and migration of it.")
    .argument("<job>", "its id, its number, or its name")
    .addHelpText("after", examples("show 17", "show resnet50 --json"))
    .action(
      cli.act(async ({ client, terminal, json, signal }, wanted: string) => {
        const id = await findJobId(client, wanted);
        const job = await client.job(id, { signal });
        if (!job) throw new SchedulearnError([{ code: "NOT_FOUND", message: `there is no job ${id}`, path: ["id"] }]);
        if (json) terminal.printJson(job);
        else printJob(terminal, job);
        return undefined;
      }),
    );
}

function printJob(terminal: Terminal, job: JobDetails): void {
  const now = new Date().toISOString();
  terminal.printFacts([
    ["id", job.id],
    ["name", job.name],
    ["status", [statusWords(job), reasonOf(job)].filter(Boolean).join(": ")],
    ["cause", job.failure && `${job.failure.code} (${job.failure.origin.toLowerCase()})`],
    ["remedy", job.failure?.hint ?? null],
    ["server", job.server && job.serverNames.join(", ")],
    ["progress", job.progress && formatProgress(job.progress)],
    ["remaining", job.estimate && estimateWords(job.estimate, job.gpus.max > 0 ? "GPU" : "core")],
    ["expected start", job.forecast && isWaiting(job) ? expectedWords(job.forecast.startsAt, now) : null],
    ["expected end", job.forecast && expectedWords(job.forecast.endsAt, now)],
    ["type", job.type],
    ["user", job.user],
    ["image", job.image],
    ["command", commandLine(job.command)],
    ["workdir", job.workdir],
    ["code", job.code && `${counted(job.code.files, "file")}, ${job.code.hash.slice(0, 12)}`],
    [
      "mounts",
      job.mounts.map(({ source, target, readOnly }) => `${source}:${target}:${readOnly ? "ro" : "rw"}`).join(", "),
    ],
    ["runs as", job.runAs],
    ["env", pairsOf(job.env)],
    ["secrets", job.secretNames.join(", ")],
    ["labels", pairsOf(job.labels)],
    ["gpus", granted(job.gpus, gpusNow(job))],
    ["cores", granted(job.cores, coresNow(job))],
    ["servers", serversOf(job)],
    ["ports", job.ports.map(({ name, serverName, serverPort }) => `${name} at ${serverName}:${serverPort}`).join(", ")],
    ["elasticity", isElastic(job) ? job.elasticity.toLowerCase() : null],
    ["memory", job.memoryMiB === null ? null : formatMiB(job.memoryMiB)],
    ["batch", job.batch && batchWords(job.batch)],
    ["priority", String(job.priority)],
    ["deadline", job.deadline && formatTime(job.deadline)],
    ["submitted", formatTime(job.submittedAt)],
    ["started", job.firstStartedAt && formatTime(job.firstStartedAt)],
    ["ended", job.endedAt && formatTime(job.endedAt)],
    ["queueing delay", job.queueingDelay === null ? null : formatSeconds(job.queueingDelay)],
    ["service time", job.serviceTime === null ? null : formatSeconds(job.serviceTime)],
    ["completion time", job.jobCompletionTime === null ? null : formatSeconds(job.jobCompletionTime)],
    ["restart cost", job.estimate ? formatSeconds(job.estimate.restartSeconds) : null],
    ["queue", job.queueLevel === null ? null : String(job.queueLevel)],
    ["preemptions", String(job.preemptions)],
    ["resizes", String(job.resizes)],
    ["migrations", String(job.migrationCount)],
  ]);
  if (job.runs.nodes.length > 0) {
    terminal.print("");
    terminal.printTable(
      [
        { title: "RUN", align: "right" },
        { title: "REASON" },
        { title: "SERVER", shrinks: true },
        { title: "STATUS", shrinks: true },
        { title: "STARTED" },
        { title: "ENDED" },
      ],
      job.runs.nodes.map((run) => [
        String(run.attempt),
        run.reason.toLowerCase(),
        run.serverNames.join(", "),
        runWords(run),
        formatTime(run.startedAt),
        formatTime(run.endedAt),
      ]),
    );
  }
  if (job.migrations.nodes.length > 0) {
    terminal.print("");
    terminal.printTable(
      [
        { title: "MIGRATION" },
        { title: "FROM", shrinks: true },
        { title: "TO", shrinks: true },
        { title: "CAUSE" },
        { title: "STATE" },
        { title: "CARRIED", align: "right" },
        { title: "DOWNTIME", align: "right" },
        { title: "LOST STEPS", align: "right" },
      ],
      job.migrations.nodes.map((migration) => [
        migration.id,
        migration.from,
        migration.to,
        causeWords(migration),
        migrationWords(migration),
        formatBytes(migration.bytes),
        formatSeconds(migration.downtime),
        migration.lostSteps === null ? "-" : String(migration.lostSteps),
      ]),
    );
  }
}

/** `batch-17, number 3 of 4: lr=0.1 opt=adam`. */
function batchWords({ id, index, size, parameters }: NonNullable<JobDetails["batch"]>): string {
  const values = pairsOf(parameters);
  return `${id}, number ${index} of ${size}${values && `: ${values}`}`;
}

function runWords({ status, outcome, exitCode, signal, failure }: Run): string {
  const end = failure?.message ?? signal ?? (exitCode ? `exit ${exitCode}` : null);
  const word = (outcome ?? status).toLowerCase();
  return end === null ? word : `${word}: ${end}`;
}

const causeWords = ({ cause, makesRoomFor }: Migration): string =>
  `${cause.toLowerCase().replaceAll("_", " ")}${makesRoomFor === null ? "" : `: ${makesRoomFor} can start`}`;

const migrationWords = ({ state, reason }: Migration): string =>
  reason ? `${state.toLowerCase()}: ${reason}` : state.toLowerCase();

const commandLine = (command: string | readonly string[]): string =>
  typeof command === "string"
    ? command.split("\n").length > 1
      ? `${command.split("\n")[0]} …`
      : command
    : command.map(quoted).join(" ");

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

const pairsOf = (values: unknown): string =>
  Object.entries((values as Record<string, unknown> | null) ?? {})
    .map(([name, value]) => `${name}=${formatValue(value)}`)
    .join(" ");

const SOURCES: Readonly<Record<Estimate["source"], string>> = {
  PROGRESS: "from its progress",
  DECLARED: "as its user said",
  CATEGORY: "from jobs of its kind",
  GLOBAL: "from all jobs",
  NONE: "",
};

/** `12m 30s give or take 20%, from its progress`; of a job that has nothing the work, and on what. */
function estimateWords({ source, remainingTime, remainingSeconds, spread }: Estimate, unit: string): string {
  if (remainingSeconds === null) return "not known yet";
  const left =
    remainingTime === null ? `${formatSeconds(remainingSeconds)} on one ${unit}` : formatSeconds(remainingTime);
  return `${left}${spread ? ` give or take ${Math.round(spread * 100)}%` : ""}, ${SOURCES[source]}`;
}

const isWaiting = ({ status }: Job): boolean => status === "PENDING" || status === "STARTING";

const isElastic = ({ gpus, cores }: Job): boolean => gpus.min < gpus.max || (gpus.max === 0 && cores.min < cores.max);

interface Request {
  readonly min: number;
  readonly max: number;
  readonly preferred: number;
}

/** `2`, `1 to 4, 2 preferred`, with what it has now: `1 to 4, now #0, #1`. */
function granted({ min, max, preferred }: Request, now: string): string {
  const asked = min === max ? String(min) : `${min} to ${max}${preferred === min ? "" : `, ${preferred} preferred`}`;
  return now ? `${asked}, now ${now}` : asked;
}

const spans = ({ serverNames }: JobDetails): boolean => serverNames.length > 1;

/** `#0, #1`; of a job that spans servers `alpha/0, beta/0`. */
const gpusNow = (job: JobDetails): string =>
  job.grantedGpus.map(({ serverName, index }) => (spans(job) ? `${serverName}/${index}` : `#${index}`)).join(", ");

/** `#0, #1`; of a job that spans servers, each with cores of the same numbers, `4 in all`. */
const coresNow = (job: JobDetails): string =>
  spans(job) && job.grantedCores.length > 0
    ? `${job.grantedCores.length} in all`
    : job.grantedCores.map((core) => `#${core}`).join(", ");

/** "2 to 4, torchrun"; null for a job on one server without a launcher. */
function serversOf({ servers: { min, max }, launcher }: JobDetails): string | null {
  const words = [
    max > 1 && (min === max ? String(max) : `${min} to ${max}`),
    launcher !== "NONE" && launcher.toLowerCase(),
  ];
  return words.filter(Boolean).join(", ") || null;
}
