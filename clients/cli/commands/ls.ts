import type { Command } from "commander";
import { Option } from "commander";
import type { Job, JobPhase, JobStatus } from "../../sdk/index.ts";
import { type Cli, count, examples, pairs } from "../cli.ts";
import { formatAge, formatSeconds, formatShare } from "../format.ts";
import { reasonOf, statusCell } from "../status.ts";

const STATUSES: readonly JobStatus[] = [
  "PENDING",
  "STARTING",
  "RUNNING",
  "PAUSED",
  "PREEMPTING",
  "MIGRATING",
  "CANCELLING",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
];
const PHASES: readonly JobPhase[] = ["QUEUED", "RUNNING", "COMPLETED"];
const lower = (words: readonly string[]): string[] => words.map((word) => word.toLowerCase());

interface Options {
  readonly status?: string[];
  readonly phase?: string;
  readonly user?: string;
  readonly type?: string;
  readonly label?: Record<string, string>;
  readonly all?: boolean;
  readonly limit: number;
}

export function ls(program: Command, cli: Cli): void {
  program
    .command("ls")
    .summary("list jobs")
    .description("Lists jobs, the newest first.")
    .addOption(new Option("--status <status...>", "only jobs of these states").choices(lower(STATUSES)))
    .addOption(new Option("--phase <phase>", "only jobs that wait, are under way, or are over").choices(lower(PHASES)))
    .option("--user <user>", "only jobs of this user")
    .option("--type <type>", "only jobs of this category")
    .option("--label <name=value>", "only jobs with this label; may be repeated", pairs)
    .option("-n, --limit <count>", "at most so many", count, 20)
    .option("-a, --all", "every job, however many")
    .addHelpText("after", examples("ls --phase running", "ls --label project=vision --user ada", "ls --all --json"))
    .action(
      cli.act(async ({ client, terminal, json, signal }, options: Options) => {
        const { status, phase, user, type, label, all, limit } = options;
        const filter = {
          ...(status && { statuses: status.map((word) => word.toUpperCase() as JobStatus) }),
          ...(phase && { phase: phase.toUpperCase() as JobPhase }),
          ...(user && { user }),
          ...(type && { type }),
          ...(label && { labels: label }),
        };
        const most = all ? Number.POSITIVE_INFINITY : limit;
        const jobs: Job[] = [];
        let total = 0;
        for (let after: string | null = null; ; ) {
          const page = await client.jobs(
            { filter, first: Math.max(1, Math.min(100, most - jobs.length)), after },
            { signal },
          );
          jobs.push(...page.items.slice(0, most - jobs.length));
          total = page.total;
          after = page.next;
          if (after === null || jobs.length >= most) break;
        }
        if (json) {
          terminal.printJson({ jobs, totalCount: total });
          return;
        }
        const now = Date.now();
        terminal.printTable(
          [
            { title: "ID" },
            { title: "NAME", shrinks: true },
            { title: "STATUS" },
            { title: "PROGRESS", align: "right" },
            { title: "SERVER", shrinks: true },
            { title: "GPUS", align: "right" },
            { title: "CORES", align: "right" },
            { title: "TRAINED", align: "right" },
            { title: "REMAINING", align: "right", optional: true },
            { title: "USER", shrinks: true, optional: true },
            { title: "AGE", align: "right", optional: true },
            { title: "REASON", shrinks: true, least: 24 },
          ],
          jobs.map((job) => [
            job.id,
            job.name,
            statusCell(terminal, job),
            formatShare(job.progress),
            (job.server ?? job.lastServer)?.name ?? "-",
            sizeWords(job.grantedGpus.length, job.gpus),
            sizeWords(job.grantedCores.length, job.cores),
            job.firstStartedAt === null ? "-" : formatSeconds(job.serviceTime),
            formatSeconds(job.estimate?.remainingTime),
            job.user,
            formatAge(job.submittedAt, now),
            reasonOf(job),
          ]),
        );
        if (jobs.length < total) terminal.note(`${total - jobs.length} more: schedulearn ls --all`);
      }),
    );
}

/** What it has, else what it asked for, as one would write it: `2`, or `1:4`. */
function sizeWords(granted: number, { min, max }: { readonly min: number; readonly max: number }): string {
  if (granted > 0) return String(granted);
  return min === max ? String(min) : `${min}:${max}`;
}
