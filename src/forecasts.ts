import { setTimeout } from "node:timers/promises";
import type { ForecastRequest, Foresight } from "./api/foresight.ts";
import { numbered } from "./core/batch.ts";
import { domainError } from "./core/errors.ts";
import type { ForecastAccuracy, JobForecast } from "./core/forecast.ts";
import type { JobId } from "./core/job.ts";
import { newJob } from "./core/new-job.ts";
import type { PolicySetting } from "./core/policy.ts";
import { requestSubmitAll } from "./core/request.ts";
import type { Instant, Millis } from "./core/time.ts";
import type { Engine } from "./engine/engine.ts";
import type { Log } from "./log.ts";
import { completeOptions, findPolicy } from "./policies/index.ts";
import { accuracyOf } from "./sim/forecast/accuracy.ts";
import { ASKED, type Patience, UNASKED } from "./sim/forecast/forecast.ts";
import { Forecaster } from "./sim/forecast/forecaster.ts";
import { presentOf } from "./sim/forecast/present.ts";
import { keepForecasts, pastForecasts } from "./store/forecasts.ts";
import type { Store } from "./store/store.ts";

/** An answer holds as long as nothing has happened, and not longer than this; while it is made it holds in any case. */
const FRESH: Millis = 5_000;
const MOST_ANSWERS = 20;
/** With more jobs than this nothing is forecast that nobody asked for; and after each such forecast there is a rest of so many times as long as it took. */
const MOST_JOBS = 2_000;
const REST = 3;
const SEED = 1;

interface Answered {
  readonly seq: number;
  readonly at: Instant;
  readonly answer: ReturnType<Foresight["ask"]>;
  isMade: boolean;
}

/** Forecasts of a live system: when asked, and of each job when it is submitted, to be held against what comes of it. */
export class Forecasts implements Foresight {
  readonly #engine: Engine;
  readonly #store: Store;
  readonly #log: Log;
  readonly #forecaster = new Forecaster();
  readonly #answers = new Map<string, Answered>();
  readonly #latest = new Map<JobId, { readonly at: Instant; readonly forecast: JobForecast }>();
  readonly #closing = new AbortController();
  readonly #watching: Promise<void>;

  constructor({ engine, store, log }: { engine: Engine; store: Store; log: Log }) {
    this.#engine = engine;
    this.#store = store;
    this.#log = log;
    this.#watching = this.#watch().catch((error) =>
      log("error", "submitted jobs are not forecast any more", { error: String(error) }),
    );
  }

  /** The same question asked by several, or again while nothing has happened, is answered once. */
  ask(request: ForecastRequest): ReturnType<Foresight["ask"]> {
    const { clock, feed } = this.#engine;
    const key = JSON.stringify(request);
    const [known, now] = [this.#answers.get(key), clock.now()];
    if (known && (!known.isMade || (known.seq === feed.head && now - known.at < FRESH))) return known.answer;
    const answer = this.#answer(request, ASKED);
    const answered: Answered = { seq: feed.head, at: now, answer, isMade: false };
    this.#answers.delete(key); // so that it is the newest
    this.#answers.set(key, answered);
    answer.then(
      () => {
        answered.isMade = true;
      },
      () => this.#answers.get(key) === answered && this.#answers.delete(key),
    );
    for (const oldest of this.#answers.keys()) {
      if (this.#answers.size <= MOST_ANSWERS) break;
      this.#answers.delete(oldest);
    }
    return answer;
  }

  latest(job: JobId) {
    return this.#latest.get(job) ?? null;
  }

  async accuracy(): Promise<readonly ForecastAccuracy[]> {
    return accuracyOf(await pastForecasts(this.#store));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#forecaster.close();
    await this.#watching;
  }

  async #answer(request: ForecastRequest, patience: Patience): ReturnType<Foresight["ask"]> {
    const { jobs, runs, seed, joining } = request;
    const { scheduler, clock } = this.#engine;
    const now = clock.now();
    const { setting } = scheduler;
    const settings = request.policies?.map((key) => settingOf(key, setting)) ?? [setting];
    const submitted = requestSubmitAll(scheduler, numbered(this.#engine.nextJobId(), joining), null, now);
    const added = submitted.flatMap((event) => (event.type === "JobSubmitted" ? [newJob(event)] : []));
    for (const job of jobs ?? [])
      if (!scheduler.jobs.has(job))
        throw domainError("CONFLICT", `${job} is over: there is nothing to forecast`, ["jobs"]);
    const present = presentOf(scheduler, now, added);
    const ids = added.map(({ id }) => id);
    const wanted = jobs || ids.length > 0 ? [...(jobs ?? []), ...ids] : null;
    const forecast = await this.#forecaster.ask({ present, settings, jobs: wanted, runs, seed, patience });
    if (ids.length === 0 && scheduler.setting === setting)
      this.#remember(forecast.at, forecast.policies[settings.indexOf(setting)]?.jobs ?? []);
    return { ...forecast, joining: ids };
  }

  #remember(at: Instant, forecasts: readonly JobForecast[]): void {
    const { jobs } = this.#engine.scheduler;
    for (const forecast of forecasts) this.#latest.set(forecast.job, { at, forecast });
    for (const id of this.#latest.keys()) if (!jobs.has(id)) this.#latest.delete(id);
  }

  async #watch(): Promise<void> {
    const { clock, feed } = this.#engine;
    const { signal } = this.#closing;
    for await (const batch of feed.follow(feed.head, { types: ["JobSubmitted"] }, signal)) {
      const began = clock.now();
      const submitted = batch.flatMap(({ event }) => ("job" in event ? [event.job] : []));
      await this.#keep(submitted).catch((error) => {
        if (!signal.aborted) this.#log("warn", "submitted jobs were not forecast", { error: String(error) });
      });
      await setTimeout(REST * (clock.now() - began), null, { signal }).catch(() => {});
    }
  }

  /** What is expected of them now, for later. */
  async #keep(submitted: readonly JobId[]): Promise<void> {
    const { scheduler } = this.#engine;
    const jobs = submitted.filter((id) => scheduler.jobs.has(id));
    if (jobs.length === 0 || scheduler.jobs.size > MOST_JOBS) return;
    const categories = new Map(jobs.map((id) => [id, scheduler.jobs.get(id)?.spec.type ?? ""]));
    const { at, policies } = await this.#answer({ policies: null, jobs, joining: [], runs: null, seed: SEED }, UNASKED);
    const [under] = policies;
    await keepForecasts(
      this.#store,
      (under?.jobs ?? []).map(({ job, startsAt, endsAt }) => ({
        job,
        at,
        policy: under?.setting.policy ?? "",
        category: categories.get(job) ?? "",
        body: { startsAt, endsAt },
      })),
    );
  }
}

/** The one in force with its options, another with its defaults. */
function settingOf(key: string, inForce: PolicySetting): PolicySetting {
  if (key === inForce.policy) return inForce;
  return { policy: key, options: completeOptions(findPolicy(key), {}), placement: inForce.placement };
}
