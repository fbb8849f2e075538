import type { Job, SchedulearnClient, Server } from "../../sdk/index.ts";
import type { PlayedJob, Submission, System } from "./laboratory.ts";
import type { Play } from "./play.ts";
import { sizesOf } from "./program.ts";

export interface Outcome {
  readonly jobs: readonly PlayedJob[];
  readonly completed: number;
  readonly system: System;
}

/** What has come of every job that was submitted, as the server has it. */
export async function outcomeOf(
  client: SchedulearnClient,
  play: Play,
  {
    scale,
    onCores,
    labels,
  }: { readonly scale: number; readonly onCores: boolean; readonly labels: Readonly<Record<string, string>> },
): Promise<Outcome> {
  const found = new Map<string, Job>();
  for await (const job of client.allJobs({ filter: { labels } })) found.set(job.id, job);
  const submissions = play.cues.filter((cue) => cue.kind === "submit");
  const jobs = submissions.flatMap((cue) => {
    const job = found.get(play.idOf(cue.name) ?? "");
    return job ? [playedJob(cue, job, play, { scale, onCores })] : [];
  });
  const servers = await client.servers();
  const sum = (of: (server: Server) => number): number => servers.reduce((all, server) => all + of(server), 0);
  return {
    jobs,
    completed: [...found.values()].filter(({ status }) => status === "COMPLETED").length,
    system: { gpus: sum(({ gpus }) => gpus.length), cores: sum(({ cores: count }) => count) },
  };
}

function playedJob(
  cue: Submission,
  job: Job,
  play: Play,
  { scale, onCores }: { readonly scale: number; readonly onCores: boolean },
): PlayedJob {
  const after = (at: string | null): number | null => (at === null ? null : Date.parse(at) - play.beganAt);
  const { gpus, cores } = sizesOf(cue, onCores);
  const serviceMillis = millis(job.serviceTime);
  const submittedAt = after(job.submittedAt) ?? 0;
  return {
    name: cue.name,
    user: job.user,
    type: job.type,
    size: (gpus ?? cores)?.preferred ?? 1,
    submittedAt,
    firstStartedAt: after(job.firstStartedAt),
    endedAt: job.status === "COMPLETED" ? after(job.endedAt) : null,
    deadline: cue.deadlineSeconds === null ? null : submittedAt + cue.deadlineSeconds * scale * 1000,
    aloneMillis: cue.seconds === null ? serviceMillis : cue.seconds * scale * 1000,
    serviceMillis,
    gpuMillis: millis(job.gpuSeconds),
    coreMillis: millis(job.coreSeconds),
    preemptions: job.preemptions + play.cast.freezesOf(job.id),
    migrations: job.migrationCount,
    resizes: job.resizes,
  };
}

const millis = (seconds: number): number => Math.round(seconds * 1000);
