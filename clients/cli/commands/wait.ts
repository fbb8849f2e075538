import type { Command } from "commander";
import type { JobDetails } from "../../sdk/index.ts";
import { type Cli, examples, type Session } from "../cli.ts";
import { exitCode } from "../exit-code.ts";
import { findJobIds } from "../find-job.ts";
import { endWords } from "../narrator.ts";
import { isOver } from "../status.ts";
import { span } from "../when.ts";

/** As timeout(1) has it. */
const TIMED_OUT = 124;

interface Options {
  readonly any?: boolean;
  readonly timeout?: number;
}

export function wait(program: Command, cli: Cli): void {
  program
    .command("wait")
    .summary("wait until jobs are over; end as they did")
    .description("Waits until jobs are over, and says how each ended.")
    .argument("<job...>", "ids, numbers, names, ranges such as 12-15, or batches")
    .option("--any", "until one of them is over")
    .option("--timeout <span>", "no longer than this, such as 30m or 2h", span)
    .addHelpText(
      "after",
      `${examples("wait 17", "wait 12-15 --timeout 2h", "wait batch-17 && ./report.sh", "wait 17 18 --any")}
Exit codes:
  0      all have completed; with --any, the one that is over has
  N      the program's own exit code, of the first job in the order of the
         arguments that has not completed
  1      it has none: it was cancelled, killed, or something else was at fault
  ${TIMED_OUT}    the time is up; the jobs go on
A program may end with 2, 3, 4 or 130 as well, which else stand for a wrong
command line, no server, no access, and Ctrl-C: with --json all is told apart.
`,
    )
    .action(
      cli.act(async (session, words: string[], { any, timeout }: Options) => {
        const { client, terminal, json, signal } = session;
        const ids = await findJobIds(client, words);
        const isLate = timeout === undefined ? null : AbortSignal.timeout(timeout * 1000);
        const until = isLate ? AbortSignal.any([signal, isLate]) : signal;
        const ended = new Map<string, JobDetails>();
        const see = (job: JobDetails): void => {
          ended.set(job.id, job);
          if (!json) terminal.print(endWords(job));
        };
        try {
          await ends(session, ids, any === true, see, until);
        } catch (error) {
          if (signal.aborted || !isLate?.aborted) throw error;
        }
        signal.throwIfAborted();
        const jobs = ids.flatMap((id) => ended.get(id) ?? []);
        const timedOut = jobs.length < (any ? 1 : ids.length);
        const open = ids.filter((id) => !ended.has(id));
        if (json) terminal.printJson({ jobs, timedOut });
        else if (timedOut)
          terminal.note(`the time is up; ${open.slice(0, 5).join(", ")}${open.length > 5 ? " and others" : ""} go on`);
        const bad = jobs.find(({ status }) => status !== "COMPLETED");
        return bad ? codeOf(bad) : timedOut ? TIMED_OUT : exitCode.ok;
      }),
    );
}

/** Tells of each job when it is over; resolves when all are, or with `any` when one is. */
async function ends(
  { client }: Session,
  ids: readonly string[],
  any: boolean,
  see: (job: JobDetails) => void,
  signal: AbortSignal,
): Promise<void> {
  const { eventCursor: after } = await client.cluster({ signal }); // taken first: what ends from here on is told
  const open = new Set(ids);
  const look = async (id: string): Promise<boolean> => {
    const job = await client.waitForAll([id], { signal }).then(([found]) => found);
    if (job) see(job);
    open.delete(id);
    return any || open.size === 0;
  };
  for (const id of ids) {
    const job = await client.job(id, { signal });
    if ((!job || isOver(job)) && (await look(id))) return;
  }
  for await (const { jobId, job } of client.followJobs({ after, signal }))
    if (open.has(jobId) && (!job || isOver(job)) && (await look(jobId))) return;
}

/** What its program ended with; 1 where it did not end by itself. */
function codeOf({ runs, status }: JobDetails): number {
  const last = runs.nodes.at(-1);
  const code = status === "FAILED" ? (last?.exitCode ?? 0) : 0;
  return code > 0 && code < 256 ? code : exitCode.failed;
}
