import type { Command } from "commander";
import { Option } from "commander";
import type { Batch, Job, JobFilter, JobOrder, JobPhase, JobStatus, SchedulearnClient } from "../../sdk/index.ts";
import { type Cli, count, examples, pairs, type Session } from "../cli.ts";
import { formatAge, formatSeconds, formatShare } from "../format.ts";
import { keepCurrent } from "../kept-current.ts";
import { reasonOf, statusCell } from "../status.ts";
import type { Cell, Column } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { moment } from "../when.ts";

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

/** In the words of the command line. */
const SORTS: Readonly<Record<string, JobOrder>> = {
  newest: "NEWEST_FIRST",
  oldest: "OLDEST_FIRST",
  name: "NAME",
  priority: "PRIORITY",
  ended: "LAST_ENDED",
};

/** No more often is the list drawn anew. */
const REST_MILLIS = 250;
/** How often ages go on where nothing else changes. */
const TICK_MILLIS = 2_000;

interface Options {
  readonly status?: string[];
  readonly phase?: string;
  readonly user?: string;
  readonly type?: string;
  readonly name?: string;
  readonly search?: string;
  readonly server?: string;
  readonly batch?: string;
  readonly since?: string;
  readonly label?: Record<string, string>;
  readonly sort: string;
  readonly all?: boolean;
  readonly limit: number;
  readonly quiet?: boolean;
  readonly watch?: boolean;
}

/** What is shown. */
interface Listing {
  readonly jobs: readonly Job[];
  readonly total: number;
  /** Those of which one row stands for all jobs. */
  readonly batches: ReadonlyMap<string, Batch>;
}

export function ls(program: Command, cli: Cli): void {
  program
    .command("ls")
    .summary("list jobs")
    .description(
      "Lists jobs, the newest first. A batch is one row with counts, unless jobs are asked for by what they are: with --all, --batch, --status, --phase, --server, --quiet or --json each is listed.",
    )
    .addOption(new Option("--status <status...>", "only jobs of these states").choices(lower(STATUSES)))
    .addOption(new Option("--phase <phase>", "only jobs that wait, are under way, or are over").choices(lower(PHASES)))
    .option("-u, --user <user>", "only jobs of this user")
    .option("--type <type>", "only jobs of this category")
    .option("--name <name>", "only jobs of this name")
    .option("-s, --search <text>", "only jobs with this in their name, type or user")
    .option("--server <name>", "only jobs that run or have run there")
    .option("--batch <id>", "only jobs of this batch")
    .option("--since <time>", "only jobs submitted since then: 2h, 3d, or a time", moment)
    .option("--label <name=value>", "only jobs with this label; may be repeated", pairs)
    .addOption(new Option("--sort <key>", "in this order").choices(Object.keys(SORTS)).default("newest"))
    .option("-n, --limit <count>", "at most so many", count, 20)
    .option("-a, --all", "every job, however many")
    .option("-q, --quiet", "ids only, one a line")
    .option("-w, --watch", "keep the list up to date; Ctrl-C ends it")
    .addHelpText(
      "after",
      examples(
        "ls --phase running",
        "ls --label project=vision --user ada",
        "ls --batch batch-17 --status failed",
        "ls --watch",
        "cancel $(schedulearn ls -q --search tuning --phase queued)",
        "ls --all --json",
      ),
    )
    .action(
      cli.act(async (session, options: Options) => {
        const { client, terminal, json, signal } = session;
        if (options.watch) return watch(session, options);
        const listing = await list(client, options, json, signal);
        if (json) terminal.printJson({ jobs: listing.jobs, totalCount: listing.total });
        else if (options.quiet) for (const { id } of listing.jobs) terminal.print(id);
        else {
          const { jobs, total } = listing;
          for (const line of linesOf(terminal, listing)) terminal.print(line);
          if (jobs.length < total) terminal.note(`${total - jobs.length} more: schedulearn ls --all`);
        }
        return undefined;
      }),
    );
}

async function list(client: SchedulearnClient, options: Options, json: boolean, signal: AbortSignal): Promise<Listing> {
  const { status, phase, label, all, limit, sort, quiet, batch, server, user, type, name, search, since } = options;
  const isWhole = !(json || quiet || all || batch || status || phase || server);
  const filter: JobFilter = {
    ...(status && { statuses: status.map((word) => word.toUpperCase() as JobStatus) }),
    ...(phase && { phase: phase.toUpperCase() as JobPhase }),
    ...(label && { labels: label }),
    ...Object.fromEntries(
      Object.entries({ user, type, name, search, server, batch, since }).filter(([, value]) => value !== undefined),
    ),
    ...(isWhole && { firstOfBatch: true }),
  };
  const most = all ? Number.POSITIVE_INFINITY : limit;
  const orderBy = SORTS[sort] as JobOrder;
  const jobs: Job[] = [];
  let total = 0;
  for (let after: string | null = null; ; ) {
    const first = Math.max(1, Math.min(100, most - jobs.length));
    const page = await client.jobs({ filter, orderBy, first, after }, { signal });
    jobs.push(...page.items.slice(0, most - jobs.length));
    total = page.total;
    after = page.next;
    if (after === null || jobs.length >= most) break;
  }
  const ids = isWhole ? [...new Set(jobs.flatMap((job) => job.batch?.id ?? []))] : [];
  const batches: Batch[] = [];
  for (let i = 0; i < ids.length; i += 100) batches.push(...(await client.batches(ids.slice(i, i + 100), { signal })));
  return { jobs, total, batches: new Map(batches.map((each) => [each.id, each])) };
}

const COLUMNS: readonly Column[] = [
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
];

function linesOf(terminal: Terminal, { jobs, batches }: Listing): readonly string[] {
  const now = Date.now();
  const rows = jobs.map((job) => {
    const batch = job.batch && batches.get(job.batch.id);
    return batch ? batchRow(terminal, job, batch, now) : jobRow(terminal, job, now);
  });
  return terminal.tableLines(COLUMNS, rows);
}

const jobRow = (terminal: Terminal, job: Job, now: number): (string | Cell)[] => [
  job.id,
  job.name,
  statusCell(terminal, job),
  formatShare(job.progress),
  placeOf(job),
  sizeWords(job.grantedGpus.length, job.gpus),
  sizeWords(job.grantedCores.length, job.cores),
  job.firstStartedAt === null ? "-" : formatSeconds(job.serviceTime),
  formatSeconds(job.estimate?.remainingTime),
  job.user,
  formatAge(job.submittedAt, now),
  reasonOf(job),
];

/** All jobs of a batch: how many there are of each kind, and what each asks for. */
function batchRow(terminal: Terminal, job: Job, { id, name, counts, user, submittedAt }: Batch, now: number) {
  const { queued, running, completed, failed, cancelled } = counts;
  const over = completed + failed + cancelled;
  const all = over + queued + running;
  const status: JobStatus = running > 0 ? "RUNNING" : queued > 0 ? "PENDING" : failed > 0 ? "FAILED" : "COMPLETED";
  const told = [
    [running, "running"],
    [queued, "waiting"],
    [completed, "completed"],
    [failed, "failed"],
    [cancelled, "cancelled"],
  ] as const;
  const words = told.flatMap(([jobs, word]) => (jobs > 0 ? [`${jobs} ${word}`] : [])).join(", ");
  return [
    id,
    name,
    statusCell(terminal, { status, phase: null, phaseFraction: null, pausedBy: null }),
    `${over}/${all}`,
    "-",
    sizeWords(0, job.gpus),
    sizeWords(0, job.cores),
    "-",
    "-",
    user,
    formatAge(submittedAt, now),
    words,
  ];
}

/** Keeps the list up to date. */
const watch = (session: Session, options: Options): Promise<undefined> =>
  keepCurrent(session, {
    ask: (until, screen) => {
      const wanted = screen ? { ...options, limit: Math.max(1, screen.size.rows - 2) } : options;
      return list(session.client, wanted, session.json, until);
    },
    lines: (listing) => linesOf(session.terminal, listing).map((line) => session.terminal.signs(line)),
    text: (listing) => printed(session.terminal, listing, session.json, options.quiet === true),
    restMillis: REST_MILLIS,
    tickMillis: TICK_MILLIS,
    isPlain: options.quiet === true,
  });

function printed(terminal: Terminal, listing: Listing, json: boolean, isQuiet: boolean): string {
  const { jobs, total } = listing;
  if (json) return JSON.stringify({ jobs, totalCount: total });
  return (isQuiet ? jobs.map(({ id }) => id) : linesOf(terminal, listing)).join("\n");
}

/** Where it is or was at last: `alpha`, `alpha +1` for a gang on two servers. */
const placeOf = ({ serverNames: [lead = "-", ...others] }: Job): string =>
  others.length > 0 ? `${lead} +${others.length}` : lead;

/** What it has, else what it asked for, as one would write it: `2`, or `1:4`. */
function sizeWords(granted: number, { min, max }: { readonly min: number; readonly max: number }): string {
  if (granted > 0) return String(granted);
  return min === max ? String(min) : `${min}:${max}`;
}
