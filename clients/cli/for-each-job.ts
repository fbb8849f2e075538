import type { SchedulearnClient } from "../sdk/index.ts";
import { SchedulearnError } from "../sdk/index.ts";
import type { Session } from "./cli.ts";
import { printError, tell } from "./errors.ts";
import { exitCode } from "./exit-code.ts";
import { findJobId } from "./find-job.ts";

/**
 * Does the same to each job; one that refuses does not keep the others from it.
 * @param done what to say of a job to which it was done
 * @returns the exit code
 */
export async function forEachJob(
  { client, terminal, json }: Session,
  wanted: readonly string[],
  done: string,
  act: (client: SchedulearnClient, id: string) => Promise<{ readonly id: string }>,
): Promise<number> {
  const changed: unknown[] = [];
  const refused: { readonly job: string; readonly message: string }[] = [];
  for (const job of wanted) {
    try {
      const result = await act(client, await findJobId(client, job));
      changed.push(result);
      if (!json) terminal.print(`${result.id} ${done}`);
    } catch (error) {
      if (!(error instanceof SchedulearnError)) throw error;
      const faults = tell(error)?.faults ?? [];
      refused.push(...faults.map(({ message }) => ({ job, message })));
      printError(terminal.io, { faults }, json);
    }
  }
  if (json) terminal.printJson({ jobs: changed, refused });
  return refused.length > 0 ? exitCode.failed : exitCode.ok;
}
