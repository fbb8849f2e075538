import { stringify } from "yaml";
import { type JobDetails, type SchedulearnClient, SchedulearnError } from "../../sdk/index.ts";
import type { JobFile } from "../replay/program.ts";
import { KERNEL } from "./kernel.ts";

/** Threads between operations and within one. */
export interface Setting {
  readonly interOp: number;
  readonly intraOp: number;
}

export interface Measurement extends Setting {
  readonly cores: number;
  /** Of each run, from its start to its end. */
  readonly seconds: readonly number[];
}

export interface StudyOptions {
  /** What is run; null: the loop above. */
  readonly template: JobFile | null;
  /** Null: none. Undefined: what the template says. */
  readonly image: string | null | undefined;
  readonly operations: number;
  readonly loops: number;
  /** Cores of every run; null: as many as a setting has threads, up to what the largest server has. */
  readonly cores: number | null;
  readonly repeats: number;
  readonly label: string;
}

/** Runs the program at each setting, one run after another so that none disturbs another, and takes the time. Throws when a run fails. */
export async function measure(
  client: SchedulearnClient,
  settings: readonly Setting[],
  options: StudyOptions,
  tell: (setting: Setting, seconds: number) => void,
  signal: AbortSignal,
): Promise<readonly Measurement[]> {
  const most = Math.max(1, ...(await client.servers({ signal })).map(({ cores }) => cores));
  const measured: Measurement[] = [];
  for (const setting of settings) {
    const cores = options.cores ?? Math.min(most, setting.interOp * setting.intraOp);
    const seconds: number[] = [];
    for (let i = 0; i < options.repeats; i++) {
      const { id } = await client.submit({ yaml: jobFile(setting, cores, options) });
      const took = secondsOf(await client.waitFor(id, { signal }));
      seconds.push(took);
      tell(setting, took);
    }
    measured.push({ ...setting, cores, seconds });
  }
  return measured;
}

function jobFile({ interOp, intraOp }: Setting, cores: number, options: StudyOptions): string {
  const { template, image, operations, loops, label } = options;
  const { image: ownImage = "busybox", ...own }: JobFile = template ?? { command: KERNEL };
  const anImage = image === undefined ? ownImage : image;
  return stringify({
    ...own,
    ...(anImage !== null && { image: anImage }),
    name: `parallelism-${interOp}x${intraOp}`,
    cores,
    elasticity: "none",
    parallelism: { interOp, intraOp },
    labels: { ...(own.labels as JobFile | undefined), study: label },
    env: { ...(template ? {} : { OPERATIONS: operations, LOOPS: loops }), ...(own.env as JobFile | undefined) },
  });
}

/** Of its last run. */
function secondsOf(job: JobDetails): number {
  const run = job.runs.nodes.reduce((last, each) => (each.attempt > last.attempt ? each : last));
  if (job.status === "COMPLETED" && run.startedAt !== null && run.endedAt !== null)
    return (Date.parse(run.endedAt) - Date.parse(run.startedAt)) / 1000;
  const message = `${job.id} (${job.name}) ${job.status.toLowerCase()}: ${job.failure?.message ?? "see its output"}`;
  throw new SchedulearnError([{ code: "CONFLICT", message, path: null }]);
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A table that `simulate --speedups` reads: a curve over cores for each number of threads between operations. */
export function speedupCsv(model: string, measured: readonly Measurement[]): string {
  const rows = measured.map(({ interOp, intraOp, cores, seconds }) =>
    [
      model,
      `inter=${interOp}`,
      cores,
      (1 / mean(seconds)).toPrecision(6),
      interOp,
      intraOp,
      mean(seconds).toFixed(3),
    ].join(","),
  );
  return `${["model,source,num_gpus,throughput,inter_op,intra_op,seconds", ...rows].join("\n")}\n`;
}
