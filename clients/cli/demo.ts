import { spawnSync } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { WebSocket } from "ws";
import { parseDocument } from "yaml";
import { createClient, type Job, type JobDetails, type SchedulearnClient, type Server } from "../sdk/index.ts";
import { exitCode } from "./exit-code.ts";
import { follow, untilFirstFailure } from "./follow-job.ts";
import { formatSeconds } from "./format.ts";
import { type ProgressView, progressView } from "./progress.ts";
import { isOver, statusCell } from "./status.ts";
import { Terminal } from "./terminal.ts";

export interface DemoOptions {
  readonly url: string;
  readonly token?: string;
  /** The folder of job specs: each `*.yaml` in it is submitted. */
  readonly examples: string;
  /** Runs them all; null: they run without an image, on a process server. */
  readonly image: string | null;
  readonly out?: NodeJS.WriteStream;
  /** Says what came of it as one JSON document, and on the way nothing. */
  readonly json?: boolean;
  /** Ctrl-C: the jobs go on. */
  readonly signal?: AbortSignal | undefined;
}

/** Far enough that there is a checkpoint to carry, and early enough that there is a way left to go. */
const MIGRATE_FROM = 0.2;
const MIGRATE_UNTIL = 0.7;

/**
 * Submits the examples, follows them to the end, migrates one on the way, and prints what came of them.
 * @returns the exit code: 0 only if all completed, 130 when it was interrupted
 */
export async function demo({ url, token, examples, image, out, json = false, signal }: DemoOptions): Promise<number> {
  const { stdin, stdout, stderr, env } = process;
  const until = signal ?? new AbortController().signal;
  const terminal = new Terminal({ stdin, stdout: out ?? stdout, stderr, env, signal: until }, { json });
  const client = createClient({ url, token, webSocket: WebSocket });
  try {
    const jobs = await submitAll(
      client,
      (line) => (json ? terminal.note(line) : terminal.print(line)),
      examples,
      image,
    );
    if (!json) terminal.print(`${jobs.length} jobs submitted`);
    const view: ProgressView = json ? { job() {}, write() {}, stop() {} } : progressView(terminal);
    const mover = new Mover(client, view);
    try {
      await untilFirstFailure(until, (end) =>
        jobs.map(({ id }) =>
          follow(
            client,
            id,
            (job) => {
              view.job(job);
              mover.see(job);
            },
            end,
          ),
        ),
      );
    } finally {
      view.stop();
    }
    if (until.aborted) return exitCode.interrupted;
    return await summarise(client, terminal, jobs, await mover.outcome(), json);
  } catch (error) {
    if (until.aborted) return exitCode.interrupted;
    throw error;
  } finally {
    client.close();
  }
}

async function submitAll(
  client: SchedulearnClient,
  say: (line: string) => void,
  folder: string,
  image: string | null,
): Promise<Job[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith(".yaml")).sort();
  const jobs: Job[] = [];
  const larger: string[] = [];
  for (const file of files) {
    const document = parseDocument(await readFile(join(folder, file), "utf8"));
    if (document.has("code") || document.has("sweep")) {
      larger.push(file);
      continue;
    }
    const own = String(document.get("image") ?? "");
    if (/^python/.test(own) && !hasPython(image)) {
      const lacks = image === null ? "this machine has no python3" : `image ${image} has no Python`;
      say(`${file} is left out: ${lacks}; it wants ${own}`);
      continue;
    }
    if (image === null) document.delete("image");
    else document.set("image", image);
    jobs.push(await client.submit({ yaml: document.toString({ lineWidth: 0 }) }));
  }
  if (larger.length > 0) say(`not in the demo, since they are many jobs or want a framework: ${larger.join(", ")}`);
  return jobs;
}

const hasPython = (image: string | null): boolean =>
  image === null ? spawnSync("python3", ["--version"]).status === 0 : /python/.test(image);

/** Migrates the first job that is well under way and has somewhere to go, once. */
class Mover {
  readonly #client: SchedulearnClient;
  readonly #view: ProgressView;
  readonly #tried = new Set<string>();
  #moving: Promise<void> | null = null;
  #outcome = "none was migrated: none was under way long enough";

  constructor(client: SchedulearnClient, view: ProgressView) {
    this.#client = client;
    this.#view = view;
  }

  see(job: Job): void {
    const fraction = job.progress?.fraction ?? 0;
    if (this.#moving || job.status !== "RUNNING" || fraction < MIGRATE_FROM || fraction > MIGRATE_UNTIL) return;
    const twentieth = `${job.id} ${Math.floor(fraction * 20)}`;
    if (this.#tried.has(twentieth)) return;
    this.#tried.add(twentieth);
    this.#moving = this.#move(job)
      .catch((error: unknown) => {
        this.#outcome = `${job.id} was not migrated: ${error instanceof Error ? error.message : error}`;
        return false;
      })
      .then((hasMoved) => {
        if (!hasMoved) this.#moving = null; // the next one may
      });
  }

  /** What came of it, in words. */
  async outcome(): Promise<string> {
    await this.#moving;
    return this.#outcome;
  }

  async #move(job: Job): Promise<boolean> {
    const servers = await this.#client.servers();
    const others = servers.filter((server) => server.name !== job.server?.name && hasRoom(server, job));
    if (others.length === 0) {
      this.#outcome =
        servers.length < 2
          ? "none was migrated: there is only one server"
          : "none was migrated: no other server had room meanwhile";
      return false;
    }
    const { from, to } = await this.#client.migrate(job.id);
    this.#view.write(`${job.id} moves from ${from} to ${to}\n`);
    this.#outcome = `${job.id} was migrated from ${from} to ${to}`;
    return true;
  }
}

const hasRoom = (
  { health, draining, gpus, cores, coresUsed, memoryMiB, memoryUsedMiB }: Server,
  { gpus: { min: gpusNeeded }, cores: { min: coresNeeded }, memoryMiB: memoryNeeded }: Job,
): boolean =>
  health === "UP" &&
  !draining &&
  gpus.filter(({ job }) => job === null).length >= gpusNeeded &&
  cores - coresUsed >= coresNeeded &&
  memoryMiB - memoryUsedMiB >= (memoryNeeded ?? 0);

async function summarise(
  client: SchedulearnClient,
  terminal: Terminal,
  submitted: readonly Job[],
  migration: string,
  json: boolean,
): Promise<number> {
  const jobs = (await Promise.all(submitted.map(({ id }) => client.job(id)))).filter((job) => job !== null);
  const begin = Math.min(...jobs.map(({ submittedAt }) => Date.parse(submittedAt)));
  const end = Math.max(...jobs.map(({ endedAt }) => Date.parse(endedAt ?? "")));
  const makespan = (end - begin) / 1000;
  const allCompleted = jobs.length === submitted.length && jobs.every(({ status }) => status === "COMPLETED");
  if (json) terminal.printJson({ jobs, migration, makespan });
  else printSummary(terminal, jobs, migration, makespan);
  return jobs.length > 0 && jobs.every(isOver) && allCompleted ? exitCode.ok : exitCode.failed;
}

function printSummary(terminal: Terminal, jobs: readonly JobDetails[], migration: string, makespan: number): void {
  terminal.print(migration);
  terminal.print("");
  terminal.printTable(
    [
      { title: "JOB" },
      { title: "NAME", shrinks: true },
      { title: "STATUS" },
      { title: "SERVERS", shrinks: true },
      { title: "QUEUEING DELAY", align: "right" },
      { title: "JCT", align: "right" },
      { title: "PREEMPTIONS", align: "right" },
      { title: "MIGRATIONS", align: "right" },
    ],
    jobs.map((job) => [
      job.id,
      job.name,
      statusCell(terminal, job),
      [...new Set(job.runs.nodes.toSorted((a, b) => a.attempt - b.attempt).map(({ serverName }) => serverName))].join(
        " → ",
      ),
      formatSeconds(job.queueingDelay),
      formatSeconds(job.jobCompletionTime),
      String(job.preemptions),
      String(job.migrationCount),
    ]),
  );
  terminal.print(`makespan ${formatSeconds(makespan)}`);
}
