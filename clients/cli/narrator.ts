import type { Job } from "../sdk/index.ts";
import { formatSeconds } from "./format.ts";
import { isOver, reasonOf } from "./status.ts";
import type { Terminal } from "./terminal.ts";

type Told = Pick<
  Job,
  "id" | "status" | "phase" | "phaseFraction" | "server" | "statusReason" | "failure" | "jobCompletionTime"
>;

/** Says beside a job's output what happens to it: each change once, its end not. */
export class Narrator {
  readonly #terminal: Terminal;
  #last = "";

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  see(job: Told): void {
    const words = isOver(job) ? this.#last : `${job.id} ${nowWords(job)}`;
    if (words === this.#last) return;
    this.#last = words;
    this.#terminal.note(words);
  }
}

/** What it does now, behind its id: `pulls its image on box2`. */
function nowWords(job: Told): string {
  const on = job.server ? ` on ${job.server.name}` : "";
  const withReason = (words: string): string => [words, reasonOf(job)].filter(Boolean).join(": ");
  switch (job.status) {
    case "PENDING":
      return withReason("waits");
    case "STARTING":
      if (job.phase === "PULLING") return `pulls its image${on}`;
      return job.phase === "CARRYING" ? `gets its checkpoint${on}` : `starts${on}`;
    case "PAUSED":
      return withReason(`is paused${on}`);
    case "PREEMPTING":
      return `saves its state${on} and gives its room to others`;
    case "MIGRATING":
      return withReason(`saves its state${on} and moves`);
    case "CANCELLING":
      return `is being stopped${on}`;
    default:
      return `runs${on}`;
  }
}

/** How a job ended: `job-6 completed in 12.3s`, `job-6 failed: exit code 3`, `job-6 cancelled`. */
export function endWords(job: Told): string {
  const end = `${job.id} ${job.status.toLowerCase()}`;
  if (job.status === "COMPLETED") return `${end} in ${formatSeconds(job.jobCompletionTime)}`;
  return [end, reasonOf(job)].filter(Boolean).join(": ");
}

/** Why there is nothing to read: `job-6 has printed nothing: it waits: needs 2 GPUs; none is free`. */
export function silenceWords(job: Told): string {
  const why = isOver(job) ? endWords(job).slice(job.id.length + 1) : nowWords(job);
  return `${job.id} has printed nothing${isOver(job) ? "" : " yet"}: it ${why}`;
}
