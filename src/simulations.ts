import { existsSync } from "node:fs";
import { mkdir, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Laboratory, Simulation, SimulationOutcome, SimulationRequest } from "./api/laboratory.ts";
import { domainError } from "./core/errors.ts";
import type { Server } from "./core/server.ts";
import type { Clock, Millis } from "./core/time.ts";
import type { Engine } from "./engine/engine.ts";
import type { Log } from "./log.ts";
import { parseCluster } from "./sim/cluster.ts";
import { liveServers } from "./sim/cluster-live.ts";
import { type Conditions, experimentsOf } from "./sim/experiment.ts";
import { parseCosts } from "./sim/settings.ts";
import { generateTrace } from "./sim/traces/generate/generate.ts";
import { historyTrace } from "./sim/traces/history.ts";
import type { Trace } from "./sim/traces/trace.ts";
import { runTrials } from "./simulate/crew.ts";
import { reportOf } from "./simulate/report.ts";
import type { Failure, Outcome, Trial } from "./simulate/trial.ts";

const MOST_POLICIES = 8;
const MOST_JOBS = 20_000;
/** That run or wait for their turn. */
const MOST_AT_ONCE = 5;
/** More have to be removed before another is made. */
const MOST_REPORTS = 200;
const LONGEST: Millis = 600_000;
/** The speed of n GPUs is n to this power, as `simulate` has it unless told otherwise. */
const EXPONENT = 0.9;
const NAME = /^[\w][\w.-]{0,119}$/;
/** Behind its styles a report of ours says what it is called. */
const HEAD_BYTES = 65_536;
const TITLES = [/ id="data">\{"title":("(?:[^"\\]|\\.){1,300}")/, /<title>()([^<]{1,300})<\/title>/] as const;

interface Underway {
  simulation: Simulation;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** What is kept beside a report. */
type Kept = Omit<Simulation, "name" | "state" | "progress" | "reportBytes">;

interface Work {
  readonly conditions: Conditions;
  readonly trials: readonly Trial[];
  readonly command: string;
  readonly cluster: string;
  readonly seed: number;
}

/**
 * Compares policies for whoever asks a live system, one comparison at a time and in threads of its own, and keeps a report of each in a
 * folder. Reports that somebody else has put there are found as well. What is under way when the server ends is forgotten.
 */
export class Simulations implements Laboratory {
  readonly #engine: Engine;
  readonly #clock: Clock;
  readonly #folder: string;
  readonly #log: Log;
  readonly #underway = new Map<string, Underway>();
  #last: Promise<void> = Promise.resolve();

  constructor({ engine, folder, log }: { engine: Engine; folder: string; log: Log }) {
    this.#engine = engine;
    this.#clock = engine.clock;
    this.#folder = folder;
    this.#log = log;
  }

  async list(): Promise<readonly Simulation[]> {
    // First: one that ends meanwhile is then among these still, and not in neither.
    const underway = new Map([...this.#underway].map(([name, { simulation }]) => [name, simulation]));
    const reports = (await this.#reports()).filter((name) => !underway.has(name));
    const all = [...underway.values(), ...(await Promise.all(reports.map((name) => this.#kept(name))))];
    return all.sort((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? 1 : -1));
  }

  async start(request: SimulationRequest): Promise<Simulation> {
    const active = [...this.#underway.values()].filter(({ simulation }) => isActive(simulation));
    if (active.length >= MOST_AT_ONCE)
      throw domainError("CONFLICT", `${MOST_AT_ONCE} comparisons run or wait: cancel one, or try again later`);
    if ((await this.#reports()).length >= MOST_REPORTS)
      throw domainError("CONFLICT", `there are ${MOST_REPORTS} reports: remove some first`);
    const work = await this.#workOf(request);
    const { policies } = request;
    const jobs = work.conditions.trace.length;
    const now = this.#clock.now();
    const name = this.#newName(now, policies);
    const simulation: Simulation = {
      name,
      title: `${policies.join(", ")} over ${jobs.toLocaleString("en")} jobs of ${request.generate ?? "the history"}`,
      ...{ state: "queued", progress: 0, createdAt: now, endedAt: null, policies, jobs },
      ...{ problems: [], reportBytes: null, outcomes: [] },
    };
    const stop = new AbortController();
    const done = this.#last.then(() => this.#run(name, work, stop.signal));
    this.#last = done;
    this.#underway.set(name, { simulation, stop, done });
    return simulation;
  }

  async cancel(name: string): Promise<Simulation> {
    const found = this.#underway.get(name);
    if (!found || !isActive(found.simulation))
      throw domainError("CONFLICT", `${name} does not run: there is nothing to cancel`, ["id"]);
    this.#set(name, { state: "cancelled", endedAt: this.#clock.now() });
    found.stop.abort();
    return (this.#underway.get(name) as Underway).simulation;
  }

  async remove(name: string): Promise<void> {
    const found = this.#underway.get(name);
    if (found && isActive(found.simulation))
      throw domainError("CONFLICT", `${name} still runs: cancel it first`, ["id"]);
    const file = this.report(name);
    if (!found && file === null) throw domainError("NOT_FOUND", `there is no report ${name}`, ["id"]);
    this.#underway.delete(name);
    if (file === null) return;
    await rm(file);
    await rm(this.#factsOf(name), { force: true });
  }

  report(name: string): string | null {
    const file = join(this.#folder, `${name}.html`);
    return NAME.test(name) && existsSync(file) ? file : null;
  }

  async close(): Promise<void> {
    for (const { stop } of this.#underway.values()) stop.abort();
    await this.#last;
  }

  async #workOf({ policies, placement, generate, from, to, cluster, seed }: SimulationRequest): Promise<Work> {
    if (policies.length < 1 || policies.length > MOST_POLICIES)
      throw domainError("INVALID_INPUT", `policies: give 1 to ${MOST_POLICIES}, not ${policies.length}`, ["policies"]);
    const { scheduler, queries } = this.#engine;
    const experiments = experimentsOf([...new Set(policies)], [], [placement ?? scheduler.setting.placement]);
    const servers: readonly Server[] = cluster === null ? await liveServers(queries) : parseCluster(cluster);
    const source = generate === null ? "--from-history" : `--generate ${generate}`;
    const trace: Trace =
      generate === null ? await historyTrace(queries, EXPONENT, { from, to }) : generateTrace(generate, seed);
    if (trace.jobs.length === 0)
      throw domainError("CONFLICT", "no job of that time has trained and is over: choose another time, or drawn jobs", [
        "from",
      ]);
    if (trace.jobs.length > MOST_JOBS)
      throw domainError(
        "INVALID_INPUT",
        `there are ${trace.jobs.length} jobs, and ${MOST_JOBS} are allowed: choose a shorter time, or use schedulearn simulate`,
        ["from"],
      );
    const conditions: Conditions = {
      file: source,
      trace: trace.jobs,
      servers,
      costs: parseCosts("default"),
      guards: scheduler.guards,
      speedups: null,
      exponent: EXPONENT,
      elastic: null,
      knowledge: "learned", // as the live system: nobody tells it how long jobs take
    };
    const names = experiments.map((experiment) => experiment.name).join(",");
    return {
      conditions,
      trials: experiments.map((experiment) => ({ ...experiment, conditions, isRecorded: true })),
      command: `schedulearn simulate ${source} --cluster ${cluster ?? "live"} --compare ${names} --untold --seed ${seed}`,
      cluster: cluster ?? "live",
      seed,
    };
  }

  async #run(name: string, work: Work, cancelled: AbortSignal): Promise<void> {
    if (cancelled.aborted) return;
    this.#set(name, { state: "running" });
    const late = AbortSignal.timeout(LONGEST);
    try {
      const done = await this.#trials(name, work, AbortSignal.any([cancelled, late]));
      if (cancelled.aborted) return;
      if (done) await this.#finish(name, work, done);
      else this.#fail(name, [`it took longer than ${LONGEST / 60_000} minutes: compare fewer policies, or fewer jobs`]);
    } catch (error) {
      this.#log("error", "a comparison of policies has failed", { name, error: String(error) });
      this.#fail(name, [String(error)]);
    }
  }

  #trials(name: string, { trials, conditions }: Work, signal: AbortSignal) {
    const ended = new Map<Trial, number>();
    const whole = trials.length * conditions.trace.length;
    const tell = (trial: Trial, jobs: number): void => {
      ended.set(trial, jobs);
      const sum = [...ended.values()].reduce((total, each) => total + each, 0);
      this.#set(name, { progress: Math.min(0.99, sum / whole) });
    };
    return runTrials(trials, {
      threads: Math.max(1, availableParallelism() - 1),
      isApart: true,
      signal,
      onProgress: tell,
      onDone: (trial) => tell(trial, conditions.trace.length),
    });
  }

  async #finish(name: string, work: Work, done: readonly (Outcome | Failure)[]): Promise<void> {
    const outcomes = new Map<string, Outcome>();
    const problems: string[] = [];
    for (const [i, each] of done.entries()) {
      const { name: policy } = work.trials[i] as Trial;
      if ("faults" in each) problems.push(...each.faults.map((fault) => `${policy}: ${fault}`));
      else outcomes.set(policy, each);
    }
    if (outcomes.size === 0) return this.#fail(name, problems);
    const page = reportOf({ ...work, experiments: [...work.trials] }, outcomes);
    this.#set(name, { endedAt: this.#clock.now(), problems, outcomes: [...outcomes].map(toldOf) });
    const { name: _, state: __, progress: ___, reportBytes: ____, ...facts } = this.#simulation(name);
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFile(this.#factsOf(name), JSON.stringify(facts), { mode: 0o600 });
    await writeFile(join(this.#folder, `${name}.html`), page, { mode: 0o600 });
    this.#underway.delete(name);
  }

  #fail(name: string, problems: readonly string[]): void {
    this.#set(name, { state: "failed", problems, endedAt: this.#clock.now() });
  }

  #simulation(name: string): Simulation {
    return (this.#underway.get(name) as Underway).simulation;
  }

  #set(name: string, change: Partial<Simulation>): void {
    const found = this.#underway.get(name);
    if (found) found.simulation = { ...found.simulation, ...change };
  }

  #newName(now: number, policies: readonly string[]): string {
    const base = `${new Date(now).toISOString().slice(0, 19).replaceAll(":", "")}-${policies.slice(0, 4).join("-")}`;
    let name = base;
    for (let i = 2; this.#underway.has(name) || this.report(name) !== null; i++) name = `${base}-${i}`;
    return name;
  }

  async #reports(): Promise<string[]> {
    const files = await readdir(this.#folder).catch(() => []);
    return files
      .filter((file) => file.endsWith(".html") && NAME.test(file.slice(0, -".html".length)))
      .map((file) => file.slice(0, -".html".length));
  }

  #factsOf(name: string): string {
    return join(this.#folder, `${name}.json`);
  }

  /** Of a report that is there: what is known of it, or what it says itself. */
  async #kept(name: string): Promise<Simulation> {
    const file = join(this.#folder, `${name}.html`);
    const { size, mtimeMs } = await stat(file);
    const facts = await readFile(this.#factsOf(name), "utf8").then(
      (text) => JSON.parse(text) as Kept,
      async (): Promise<Kept> => ({
        title: (await titleOf(file)) ?? name,
        ...{ createdAt: Math.round(mtimeMs), endedAt: Math.round(mtimeMs), policies: [], jobs: null },
        ...{ problems: [], outcomes: [] },
      }),
    );
    return { ...facts, name, state: "completed", progress: 1, reportBytes: size };
  }
}

const isActive = ({ state }: Simulation): boolean => state === "queued" || state === "running";

const toldOf = ([policy, { metrics }]: [string, Outcome]): SimulationOutcome => ({
  policy,
  meanWait: 1_000 * metrics.meanWaiting,
  meanJct: 1_000 * metrics.meanJct,
  makespan: 1_000 * metrics.makespan,
  utilisation: metrics.utilisation || metrics.coreUtilisation,
  unfinished: metrics.unfinished,
});

/** What a page calls itself; null when it has no title. */
async function titleOf(file: string): Promise<string | null> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.toString("utf8", 0, bytesRead);
    const [ours, others] = TITLES.map((form) => form.exec(head));
    return ours?.[1] ? (JSON.parse(ours[1]) as string) : (others?.[2]?.trim() ?? null);
  } finally {
    await handle.close();
  }
}
