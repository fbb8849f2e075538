import type { JobDetails, SchedulearnClient } from "../../clients/sdk/index.ts";
import type { Asked, Storm } from "./storm.ts";
import { EXIT_CODE, type Nature, totalOf, witnessedLines, witnessedViolations } from "./worker.ts";

/** How a job of each nature ends when nobody cancels it. */
const ENDS: Readonly<Record<Nature, (job: JobDetails) => boolean>> = {
  completes: ({ status }) => status === "COMPLETED",
  exits: ({ status, failure, runs }) =>
    status === "FAILED" && failure?.code === "exit" && runs.nodes.at(-1)?.exitCode === EXIT_CODE,
  "runs-out-of-memory": ({ status, failure }) => status === "FAILED" && failure?.code === "oom",
  "goes-on": () => false,
};

const NUMBERED = /^#(\d+) (.*)$/;
const UNSEEN = /^\[… the Docker engine was away when this run ended/;

/** What is not as it should be after the storm, in words; empty when all is well. */
export async function violationsOf(
  client: SchedulearnClient,
  { asked, fullDisks }: Pick<Storm, "asked" | "fullDisks">,
  witness: string,
): Promise<string[]> {
  const violations = witnessedViolations(witness);
  const witnessed = witnessedLines(witness);
  const downs = await downsOf(client);
  const known = new Map<string, Asked>();
  for (const each of asked) {
    if (each.id === null) violations.push(`${each.key} has no id`);
    else if (known.has(each.id)) violations.push(`${each.id} stands for two submissions`);
    else known.set(each.id, each);
  }
  for await (const { id } of client.allJobs()) if (!known.has(id)) violations.push(`nobody submitted ${id}`);
  for (const [id, each] of known) {
    const job = await client.job(id);
    if (!job) {
      if (!each.deleted) violations.push(`${id} is lost`);
      continue;
    }
    if (each.deleted && !each.cancelled) violations.push(`${id} was deleted and is there`);
    violations.push(
      ...outcomeViolations(job, each),
      ...(await outputViolations(client, job, each, witnessed, { downs, fullDisks })),
    );
  }
  for (const { name, gpus, coresUsed, memoryUsedMiB } of await client.servers()) {
    for (const gpu of gpus) if (gpu.job) violations.push(`${gpu.id} is still held by ${gpu.job.id}`);
    if (coresUsed + memoryUsedMiB > 0) violations.push(`${name} still lends cores or memory`);
  }
  for (const event of await client.events({ types: ["RoundFailed"], limit: 10 }))
    violations.push(`a round failed: ${JSON.stringify(event)}`);
  return violations;
}

/** Exactly one outcome, and the true one. */
function outcomeViolations(job: JobDetails, { nature, cancelled }: Asked): string[] {
  const told = `${job.id}, which ${nature}${cancelled ? " and was to be cancelled" : ""}, is ${job.status} (${JSON.stringify(job.failure)})`;
  const violations: string[] = [];
  if (job.endedAt === null) violations.push(`${told} and not over`);
  else if (!ENDS[nature](job) && !(cancelled && job.status === "CANCELLED")) violations.push(told);
  const succeeded = job.runs.nodes.filter(({ outcome }) => outcome === "SUCCEEDED");
  if (succeeded.length > 1) violations.push(`${job.id} succeeded ${succeeded.length} times`);
  for (const run of job.runs.nodes)
    if (run.endedAt === null) violations.push(`attempt ${run.attempt} of ${job.id} has no end`);
  return violations;
}

/**
 * Every line once and in order, and all of them: but of a member that was lost with its server, of one whose engine was away at its
 * end if the log says so, and of one whose engine's disk was full.
 */
async function outputViolations(
  client: SchedulearnClient,
  job: JobDetails,
  { nature, steps }: Asked,
  witnessed: ReadonlyMap<string, number>,
  { downs, fullDisks }: { readonly downs: readonly Spell[]; readonly fullDisks: readonly Spell[] },
): Promise<string[]> {
  const violations: string[] = [];
  const members = new Map<string, Member>();
  for (const { attempt, serverNames, outcome, failure, placedAt, endedAt } of job.runs.nodes) {
    const [begun, ended] = [placedAt, endedAt ?? ""].map((at) => Date.parse(at)) as [number, number];
    for (const [rank, name] of serverNames.entries()) {
      const meets = (from: number, to: number) => (spell: Spell) =>
        spell.server === name && spell.to > from && spell.from <= to;
      // Of a run over several servers that was stopped, those that were lost are not waited for.
      const wasLeft = outcome === "STOPPED" && serverNames.length > 1 && downs.some(meets(ended, ended));
      members.set(`${attempt}.${rank}`, {
        stored: [],
        last: 0,
        isLost: failure?.code === "server-lost" || wasLeft,
        mayLack: fullDisks.some(meets(begun, ended)),
      });
    }
  }
  for await (const { lines } of client.followLogs(job.id))
    for (const { attempt, rank, text } of lines) {
      const member = members.get(`${attempt}.${rank}`);
      if (!member) violations.push(`${job.id} has a line of a member ${attempt}.${rank}, which it never had: ${text}`);
      if (member && UNSEEN.test(text)) member.isLost = true;
      const [, number, what] = NUMBERED.exec(text) ?? [];
      if (!member || number === undefined || what === undefined) continue;
      const isNext = member.mayLack ? Number(number) > member.last : Number(number) === member.last + 1;
      if (!isNext)
        violations.push(`behind line ${member.last} of ${job.id}.${attempt}.${rank} comes its ${number}.: ${what}`);
      member.last = Number(number);
      member.stored.push(what);
    }
  for (const [key, { stored, isLost, mayLack }] of members) {
    const printed = witnessed.get(`${job.id}.${key}`) ?? 0;
    const isWhole = stored.length === printed || stored.length === printed + 1; // it may die between the line and its count
    if (!isWhole && !((isLost || mayLack) && stored.length <= printed))
      violations.push(`${job.id}.${key} printed ${printed} lines, of which ${stored.length} are kept`);
  }
  // Each did all its steps if the job completed; the one that failed by itself did if it was to.
  const finals = [...members].filter(([key]) => key.startsWith(`${job.attempt}.`)).map(([, member]) => member);
  const isThrough = ({ stored, isLost, mayLack }: Member): boolean =>
    isLost || mayLack || stored.at(-1) === `total ${totalOf(steps)}`;
  const isRight = job.status === "COMPLETED" ? finals.every(isThrough) : finals.some(isThrough);
  const ranThrough = job.status === "COMPLETED" || (nature === "exits" && job.status === "FAILED");
  if (ranThrough && !isRight)
    violations.push(`${job.id} came to another result: ${finals.map(({ stored }) => stored.at(-1)).join(", ")}`);
  return violations;
}

/** When something was so with a server, in milliseconds of the epoch. */
type Spell = Storm["fullDisks"][number];

/** When servers were down. Of one that a new life of the scheduler never reached only tells what was lost with it. */
async function downsOf(client: SchedulearnClient): Promise<Spell[]> {
  const spells: Spell[] = [];
  const since = new Map<string, number>();
  const types = ["ServerHealthChanged", "JobPreempted"];
  for (const event of await client.events({ types, limit: 100_000 })) {
    const { health, cause } = event.body as { readonly health?: string; readonly cause?: string };
    const server = event.serverId ?? /^server (\S+) is lost/.exec(cause ?? "")?.[1];
    if (server === undefined) continue;
    const [at, from] = [Date.parse(event.at), since.get(server)];
    if (from !== undefined && health !== undefined) spells.push({ server, from, to: at });
    if (health !== undefined) since.delete(server);
    if (health === "down" || (health === undefined && from === undefined)) since.set(server, at);
  }
  for (const [server, from] of since) spells.push({ server, from, to: Number.POSITIVE_INFINITY });
  return spells;
}

/** What one member of one attempt has printed, as far as it is kept. */
interface Member {
  readonly stored: string[];
  /** The number of its last line. */
  last: number;
  /** Its end may be missing. */
  isLost: boolean;
  /** Lines of it may be missing anywhere. */
  readonly mayLack: boolean;
}
