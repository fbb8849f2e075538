import { parentPort } from "node:worker_threads";
import { type Failure, type Outcome, runTrial, type Trial } from "./trial.ts";

/** What a thread tells of the trial that it was handed: how far it is, and in the end what came of it. */
export type Word = { readonly ended: number } | { readonly done: Outcome | Failure };

/** The thread's program: a trial comes in, its outcome goes out, again and again. */
const port = parentPort;
const say = (word: Word): void => port?.postMessage(word);
port?.on("message", async (trial: Trial) => {
  const done = await runTrial(trial, (ended) => say({ ended }));
  if (done) say({ done });
});
