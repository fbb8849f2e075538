import { mkdir, stat } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import type { RunOrder, RunRef } from "../../core/command.ts";
import type { CheckpointFolder, JobId } from "../../core/job.ts";
import type { Gpu, Share } from "../../core/server.ts";
import type { OpenCode } from "../code.ts";
import type {
  CheckpointLook,
  Driver,
  DriverContext,
  FilePart,
  Found,
  FoundRun,
  GpuReading,
  Lying,
  Output,
  OutputPosition,
  RunUse,
} from "../driver.ts";
import { allocationFile, type Devices, runEnvironment } from "../environment.ts";
import { GpuNames } from "../gpu-readings.ts";
import { programsOf } from "../programs.ts";
import { Checkpoints } from "./checkpoints.ts";
import { CodeFolders, folderInCode } from "./code.ts";
import { allowedCpus, askSmi, type GpuSetting, takeInventory } from "./inventory.ts";
import { type Launch, launch } from "./launch.ts";
import { followOutput } from "./output.ts";
import { isAlive } from "./processes.ts";
import { RootLock } from "./root-lock.ts";
import { type Place, ProcessRun } from "./run.ts";
import { readFile } from "./run-file.ts";
import { namesIn, RunFolder } from "./run-folder.ts";
import { usesOf } from "./use.ts";

export interface ProcessOptions {
  readonly server: string;
  /** Folder for runs and checkpoints; one server at a time works in it. */
  readonly root: string;
  readonly gpus: GpuSetting;
  /** Those that it had when they were last found. */
  readonly knownGpus?: readonly Gpu[];
  /** In place of what the machine has. */
  readonly cores?: number;
  readonly memoryMiB?: number;
  readonly context: DriverContext;
  /** What was uploaded under a hash, as a tar stream. Without it no job has code. */
  readonly openCode?: OpenCode;
}

/** What a job needs of the server's own environment to find programs and libraries. Everything else stays here: it may be secret. */
const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|LD_LIBRARY_PATH|PYTHONPATH|VIRTUAL_ENV|CONDA_PREFIX|CUDA_HOME|CUDA_PATH)$/;

/**
 * Jobs as child processes of this machine, each in its own process group and folder, under a supervisor that outlives the server.
 *
 * A job starts in its `workdir` where that is an absolute folder that exists, else in a folder of its own. What a container finds
 * as `/schedulearn` is in the folder that `SCHEDULEARN_DIR` names. The image is ignored, memory limits are not enforced, and a
 * process that leaves its group (`setsid`) leaves our reach.
 */
export function processDriver(options: ProcessOptions): Driver {
  return new ProcessDriver(options);
}

class ProcessDriver implements Driver {
  readonly server: string;
  readonly #options: ProcessOptions;
  readonly #root: string;
  readonly #lock: RootLock;
  readonly #checkpoints: Checkpoints;
  readonly #code: CodeFolders;
  readonly #closed = new AbortController();
  readonly #runs = new Map<string, ProcessRun>();
  readonly #place: Place;
  /** What goes on besides the runs. */
  readonly #tasks = new Set<Promise<void>>();
  #gpus: GpuNames | null = null;

  constructor(options: ProcessOptions) {
    this.server = options.server;
    this.#options = options;
    this.#root = resolve(options.root);
    this.#lock = new RootLock(this.#root);
    this.#code = new CodeFolders(join(this.#root, "code"), options.openCode);
    this.#checkpoints = new Checkpoints(join(this.#root, "checkpoints"), options.server, options.context);
    this.#place = {
      server: options.server,
      context: options.context,
      checkpoints: this.#checkpoints,
      launch: (order, folder, onEnd) => this.#launch(order, folder, onEnd),
      grant: (order, folder) => this.#grant(order, folder),
      closed: this.#closed.signal,
    };
  }

  async connect(signal: AbortSignal): Promise<Found> {
    await mkdir(this.#root, { recursive: true, mode: 0o700 });
    await this.#lock.take();
    const known = this.#gpus?.gpus ?? this.#options.knownGpus ?? [];
    const inventory = await takeInventory(this.server, this.#options, known, signal);
    this.#gpus = new GpuNames(inventory.gpus);
    return { inventory, runs: await this.#findRuns(), folders: await this.#checkpoints.found(), identity: null };
  }

  prepare(run: RunOrder): void {
    this.#run(run).prepare(run);
  }

  start(run: RunOrder): void {
    this.#run(run).start(run);
  }

  adopt(run: RunOrder): void {
    this.#run(run).adopt(run);
  }

  stop(run: RunRef, signal: string, graceSeconds: number): void {
    this.#run(run).stop(signal, graceSeconds);
  }

  resize(run: RunOrder): void {
    this.#run(run).resize(run);
  }

  pause(run: RunRef): void {
    this.#run(run).pause();
  }

  resume(run: RunRef): void {
    this.#run(run).resume();
  }

  discard(run: RunRef): void {
    this.#run(run).discard();
  }

  discardCheckpoint(job: JobId, folder: CheckpointFolder): void {
    this.#aside("a checkpoint could not be removed", this.#checkpoints.discard(job, folder));
  }

  reap(job: JobId, attempt: number): Promise<void> {
    const gone = this.#run({ job, attempt }).reap();
    this.#aside("a run could not be removed", gone);
    this.#runs.delete(keyOf(job, attempt));
    return gone;
  }

  follow(run: RunRef, from: OutputPosition, signal: AbortSignal): AsyncIterable<Output[]> {
    const { clock } = this.#options.context;
    const followed = this.#run(run);
    const either = AbortSignal.any([signal, this.#closed.signal]);
    return followOutput(
      this.#folder(run).path,
      from,
      () => followed.isOver(),
      () => clock.now(),
      either,
    );
  }

  async lookAtGpus(signal: AbortSignal): Promise<readonly GpuReading[]> {
    const names = this.#gpus?.gpus ?? [];
    const physical = new Set(names.map(({ uuid, index, parent }) => parent ?? uuid ?? String(index)));
    const report = await askSmi([...physical], AbortSignal.any([signal, this.#closed.signal]));
    const readings = this.#gpus?.readings(report) ?? [];
    if (readings.length === 0 && report.trouble !== null) throw new Error(report.trouble);
    return readings;
  }

  async lookAtUse(): Promise<readonly RunUse[]> {
    const leaders = new Map<number, FoundRun>();
    for (const key of this.#runs.keys()) {
      const [job = "", attempt] = key.split("/");
      const run = { job, attempt: Number(attempt) };
      const started = await this.#folder(run).read("started.json");
      if (started && isAlive(started)) leaders.set(started.pid, run);
    }
    const uses = await usesOf(new Set(leaders.keys()), this.#options.context.clock);
    return [...leaders].flatMap(([pid, run]) => {
      const use = uses.get(pid);
      return use ? [{ run, ...use }] : [];
    });
  }

  async readFile(run: RunRef, path: string, from: number, most: number): Promise<FilePart | null> {
    const workplace = await this.#folder(run).read("workplace.json");
    return workplace && (await readFile(resolve(workplace.cwd, path), from, most));
  }

  lookAtCheckpoint(job: JobId, folder: CheckpointFolder, paths: readonly string[]): Promise<CheckpointLook> {
    return this.#checkpoints.look(job, folder, paths);
  }

  readCheckpoint(job: JobId, folder: CheckpointFolder, signal: AbortSignal): Promise<NodeJS.ReadableStream> {
    return this.#checkpoints.read(job, folder, AbortSignal.any([signal, this.#closed.signal]));
  }

  async survey(): Promise<readonly Lying[]> {
    const found = async <T extends object>(what: T, path: string): Promise<T & Pick<Lying, "name" | "createdAt">> => {
      const there = await stat(path).catch(() => null);
      return { ...what, name: relative(this.#root, path), createdAt: there?.birthtimeMs ?? null };
    };
    const runs = await this.#findRuns();
    return Promise.all([
      ...runs.map((run) => found({ kind: "run" as const, ...run }, this.#folder(run).path)),
      ...(await this.#checkpoints.found()).map((folder) =>
        found({ kind: "checkpoint" as const, ...folder }, this.#checkpoints.path(folder.job, folder.generation)),
      ),
      ...(await this.#code.found()).map((hash) => found({ kind: "code" as const, hash }, this.#code.path(hash))),
    ]);
  }

  async remove(what: Lying): Promise<void> {
    if (what.kind === "run") await this.reap(what.job, what.attempt);
    else if (what.kind === "code") await this.#code.remove(what.hash);
    else if (what.kind === "checkpoint")
      await this.#checkpoints.discard(what.job, { server: this.server, generation: what.generation });
  }

  async close(): Promise<void> {
    this.#closed.abort(new Error("the driver was closed"));
    await Promise.all([...this.#runs.values()].map((run) => run.settled()));
    await Promise.all(this.#tasks);
    await this.#lock.release();
  }

  #run({ job, attempt }: FoundRun): ProcessRun {
    const key = keyOf(job, attempt);
    let run = this.#runs.get(key);
    if (!run) {
      run = new ProcessRun(this.#place, job, attempt, this.#folder({ job, attempt }));
      this.#runs.set(key, run);
    }
    return run;
  }

  #folder({ job, attempt }: FoundRun): RunFolder {
    return new RunFolder(join(this.#root, "runs", job, String(attempt)));
  }

  #aside(complaint: string, task: Promise<void>): void {
    const settled = task
      .catch((error: Error) => this.#options.context.log(complaint, { reason: error.message }))
      .finally(() => this.#tasks.delete(settled));
    this.#tasks.add(settled);
  }

  async #findRuns(): Promise<FoundRun[]> {
    const found: FoundRun[] = [];
    for (const job of await namesIn(join(this.#root, "runs"))) {
      for (const attempt of (await namesIn(join(this.#root, "runs", job))).map(Number)) {
        const folder = this.#folder({ job, attempt });
        const stored = (await folder.read("order.json")) ?? (await folder.read("prepared.json"));
        if (stored?.cluster === this.#options.context.cluster) found.push({ job, attempt });
      }
    }
    return found;
  }

  async #launch(order: RunOrder, folder: RunFolder, onEnd: () => void): Promise<Launch> {
    const { context } = this.#options;
    const checkpointDir = this.#checkpoints.path(order.job, order.checkpoint.generation);
    const code = order.spec.code ? await this.#code.provide(order.spec.code.hash) : null;
    const cpus = await this.#grant(order, folder);
    for (const { name, text } of programsOf(order)) {
      await mkdir(dirname(join(folder.schedulearn, name)), { recursive: true, mode: 0o700 });
      await folder.writeText(join("schedulearn", name), text, 0o755);
    }
    const own = ownEnvironment();
    const env = {
      ...own,
      CUDA_DEVICE_ORDER: "PCI_BUS_ID", // so that an index means to CUDA what it means to nvidia-smi
      ...runEnvironment(order, this.#devicesOf(order), checkpointDir, await context.secrets(order.job), this.server),
      SCHEDULEARN_DIR: folder.schedulearn,
      ...(code !== null && { SCHEDULEARN_CODE_DIR: code }),
    };
    const { command, workdir } = order.spec;
    const inCode = code === null ? null : folderInCode(code, workdir);
    const cwd = inCode ?? (workdir !== null && (await isFolder(workdir)) ? workdir : folder.work);
    await folder.write("workplace.json", { cwd });
    return await launch(folder.path, { command, cwd, env }, cpus, own, context.clock.now(), onEnd);
  }

  /** Writes the grant where the run finds it. @returns the kernel's numbers of its cores */
  async #grant(order: RunOrder, folder: RunFolder): Promise<number[]> {
    const text = allocationFile(order, this.#devicesOf(order));
    await folder.writeText(join("schedulearn", "allocation.json"), text, 0o644);
    const allowed = allowedCpus();
    return this.#shareOf(order).cores.flatMap((core) => allowed[core] ?? []);
  }

  /** Throws when a GPU is not there (any more). */
  #devicesOf(order: RunOrder): Devices {
    const leased = this.#shareOf(order).gpus.map((id) => {
      const gpu = this.#gpus?.gpus.find((each) => each.id === id);
      if (!gpu) throw Object.assign(new Error(`GPU ${id} is not there`), { code: "ENODEV" });
      return gpu;
    });
    return { leased, visible: null };
  }

  #shareOf({ on }: RunOrder): Pick<Share, "gpus" | "cores"> {
    return on.find(({ server }) => server === this.server) ?? { gpus: [], cores: [] };
  }
}

const keyOf = (job: JobId, attempt: number): string => `${job}/${attempt}`;

function ownEnvironment(): Record<string, string> {
  const entries = Object.entries(process.env).filter(([name, value]) => PASSED_ON.test(name) && value !== undefined);
  return Object.fromEntries(entries) as Record<string, string>;
}

async function isFolder(path: string): Promise<boolean> {
  return (
    isAbsolute(path) &&
    (await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    ))
  );
}
