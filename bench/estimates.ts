import { performance } from "node:perf_hooks";
import type { Job } from "../src/core/job.ts";
import { declares, Lab } from "../test/estimator/lab.ts";
import { type Figures, median, rounded } from "./figures.ts";

const WAITING = 10_000;
const RUNNING = 1_000;
const REPEATS = 30;

/** What policies pay for estimates: all waiting jobs asked once, with nothing learned in between and after one job has ended. */
export function estimates(): Promise<Figures> {
  const lab = new Lab();
  for (let i = 0; i < 300; i++) lab.complete(100 + i, program(i));
  for (let i = 0; i < 60; i++) {
    const job = lab.submit(program(i));
    lab
      .start(job, 1 + (i % 8))
      .train(job, 0, 100, 1, { steps: 100 })
      .exit(job);
  }
  const waiting = many(WAITING, (i) => lab.job(lab.submit({ ...program(i), env: { SEED: String(i) } })));
  const declared = many(WAITING, (i) => lab.job(lab.submit({ ...program(i), ...declares({ seconds: 100 + i }) })));
  const running = many(RUNNING, (i) => {
    const job = lab.submit(program(i));
    lab.start(job, 2).train(job, 0, 5, 1, { steps: 100 });
    return lab.job(job);
  });
  const ask = (jobs: readonly Job[]) => () => {
    const beliefs = lab.learner.estimates(lab.now);
    for (const job of jobs) beliefs.of(job);
  };
  const learn = (): void => void lab.complete(77, program(1));
  const wait = (): void => void lab.seconds++;
  const lines = lab.facts.filter(({ event }) => event.type === "RunProgressed").slice(-RUNNING);
  const listen = (): void => {
    for (const { after, event, model } of lines) lab.learner.observe(after, after, event, model);
  };
  const each = (millis: number, count: number): number => rounded((millis * 1000) / count, 2);
  return Promise.resolve({
    [`${WAITING} waiting jobs, nothing learned, ms`]: rounded(timed(wait, ask(waiting)), 2),
    [`${WAITING} waiting jobs, one has ended, ms`]: rounded(timed(learn, ask(waiting)), 2),
    [`${WAITING} waiting jobs with a declared time, nothing learned, ms`]: rounded(timed(wait, ask(declared)), 2),
    [`${WAITING} waiting jobs with a declared time, one has ended, ms`]: rounded(timed(learn, ask(declared)), 2),
    [`${RUNNING} running jobs, a second later, ms`]: rounded(timed(wait, ask(running)), 2),
    "a line of progress, us": each(
      timed(() => {}, listen),
      lines.length,
    ),
    "the end of a job, us": each(
      timed(() => {}, learn),
      1,
    ),
  });
}

const program = (i: number) => ({ type: `type-${i % 5}`, command: ["python", `train-${"abcdefg"[i % 7]}.py`] });
const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

/** Milliseconds, in the median. */
function timed(before: () => void, act: () => void): number {
  const spent = many(REPEATS, () => {
    before();
    const from = performance.now();
    act();
    return performance.now() - from;
  });
  return median(spent);
}
