import type { JobDetails, SchedulearnClient } from "../../clients/sdk/index.ts";
import type { Asked } from "./storm.ts";
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
  asked: readonly Asked[],
  witness: string,
): Promise<string[]> {
  const violations = witnessedViolations(witness);
  const witnessed = witnessedLines(witness);
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
    violations.push(...outcomeViolations(job, each), ...(await outputViolations(client, job, each, witnessed)));
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
 * Every line once and in order, and all of them: but of an attempt that was lost with its server, and of one whose engine was away at
 * its end if the log says so.
 */
async function outputViolations(
  client: SchedulearnClient,
  job: JobDetails,
  { nature, steps }: Asked,
  witnessed: ReadonlyMap<string, number>,
): Promise<string[]> {
  const violations: string[] = [];
  const stored = new Map<number, string[]>();
  const misnumbered = new Set<number>();
  const unseen = new Set<number>();
  for await (const { lines } of client.followLogs(job.id))
    for (const { attempt, text } of lines) {
      if (UNSEEN.test(text)) unseen.add(attempt);
      const [, number, what] = NUMBERED.exec(text) ?? [];
      if (number === undefined || what === undefined) continue;
      const soFar = stored.get(attempt) ?? [];
      stored.set(attempt, soFar);
      soFar.push(what);
      if (Number(number) === soFar.length || misnumbered.has(attempt)) continue;
      misnumbered.add(attempt); // all that follow are too
      violations.push(`line ${soFar.length} of attempt ${attempt} of ${job.id} is its ${number}.: ${what}`);
    }
  for (const { attempt, failure } of job.runs.nodes) {
    const printed = witnessed.get(`${job.id}.${attempt}.0`) ?? 0;
    const kept = stored.get(attempt)?.length ?? 0;
    const isWhole = kept === printed || kept === printed + 1; // it may die between the line and its count
    const isCutOff = (failure?.code === "server-lost" || unseen.has(attempt)) && kept <= printed;
    if (!isWhole && !isCutOff)
      violations.push(`attempt ${attempt} of ${job.id} printed ${printed} lines, of which ${kept} are kept`);
  }
  if (job.status === "COMPLETED" || (nature === "exits" && job.status === "FAILED")) {
    const attempt = Math.max(...stored.keys());
    const last = stored.get(attempt)?.at(-1);
    if (!unseen.has(attempt) && last !== `total ${totalOf(steps)}`)
      violations.push(`${job.id} came to another result: ${last}`);
  }
  return violations;
}
