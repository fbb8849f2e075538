import type { SchedulearnClient } from "../sdk/index.ts";
import { SchedulearnError } from "../sdk/index.ts";
import type { Session } from "./cli.ts";
import { printError, tell } from "./errors.ts";
import { exitCode } from "./exit-code.ts";
import { find } from "./find-job.ts";

/** What is done to a job, and to a batch as a whole. */
export interface Deed {
  job(client: SchedulearnClient, id: string): Promise<{ readonly id: string }>;
  /** Gives the jobs to which it was done. */
  batch(client: SchedulearnClient, id: string): Promise<readonly string[]>;
}

/**
 * Does the same to each job, also to those of a range or a batch; one that refuses does not keep the others from it.
 * @param done what to say of a job to which it was done
 * @returns the exit code
 */
export async function forEachJob(
  { client, terminal, json }: Session,
  wanted: readonly string[],
  done: string,
  deed: Deed,
): Promise<number> {
  const changed: { readonly id: string }[] = [];
  const batches: { readonly id: string; readonly jobIds: readonly string[] }[] = [];
  const refused: { readonly job: string; readonly message: string }[] = [];
  const attempt = async (name: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      if (!(error instanceof SchedulearnError)) throw error;
      const faults = tell(error)?.faults ?? [];
      refused.push(...faults.map(({ message }) => ({ job: name, message })));
      printError(terminal.io, { faults }, json);
    }
  };
  for (const word of wanted)
    await attempt(word, async () => {
      const found = await find(client, word);
      if (found.kind === "batch") {
        const jobIds = await deed.batch(client, found.id);
        batches.push({ id: found.id, jobIds });
        if (!json) terminal.print(`${found.id} ${done}: ${jobIds.length} job${jobIds.length === 1 ? "" : "s"}`);
        return;
      }
      for (const id of found.kind === "job" ? [found.id] : found.ids)
        await attempt(id, async () => {
          const result = await deed.job(client, id);
          changed.push(result);
          if (!json) terminal.print(`${result.id} ${done}`);
        });
    });
  if (json) terminal.printJson({ jobs: changed, ...(batches.length > 0 && { batches }), refused });
  return refused.length > 0 ? exitCode.failed : exitCode.ok;
}
