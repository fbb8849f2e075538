import type { Job, JobChange } from "../../sdk/index.ts";
import { isOver } from "../status.ts";

/** What is known of one job, as it goes. */
interface Part {
  readonly job: Job | null;
  readonly isOver: boolean;
  /** How often the policy froze it. */
  readonly freezes: number;
  /** What it has had so far, and how many it holds since when. */
  readonly gpuMillis: number;
  readonly coreMillis: number;
  readonly gpus: number;
  readonly cores: number;
  readonly since: number;
}

export interface Counts {
  readonly submitted: number;
  readonly waiting: number;
  readonly running: number;
  readonly over: number;
}

const NOBODY: Part = { job: null, isOver: false, freezes: 0, gpuMillis: 0, coreMillis: 0, gpus: 0, cores: 0, since: 0 };

/** The jobs of one replay. News of a job may come before the answer to its submission. */
export class Cast {
  readonly #parts = new Map<string, Part>();
  readonly #own = new Set<string>();

  /** It is one of ours. */
  add(job: Job): void {
    this.#own.add(job.id);
    if (!this.#parts.has(job.id)) this.#parts.set(job.id, { ...NOBODY, job });
  }

  see({ jobId, job, event }: JobChange): void {
    const before = this.#parts.get(jobId) ?? NOBODY;
    const at = Date.parse(event.at);
    const passed = Math.max(0, at - before.since);
    const isTraining = job?.status === "RUNNING";
    const isFreeze = event.type === "JobPaused" && (event.body as { by?: unknown }).by === "policy";
    this.#parts.set(jobId, {
      job: job ?? before.job,
      isOver: job === null || isOver(job),
      freezes: before.freezes + (isFreeze ? 1 : 0),
      gpuMillis: before.gpuMillis + before.gpus * passed,
      coreMillis: before.coreMillis + before.cores * passed,
      gpus: isTraining ? job.grantedGpus.length : 0,
      cores: isTraining ? job.grantedCores.length : 0,
      since: at,
    });
  }

  get counts(): Counts {
    const parts = this.#ours();
    const running = parts.filter(({ job }) => job?.status === "RUNNING").length;
    const over = parts.filter((part) => part.isOver).length;
    return { submitted: parts.length, waiting: parts.length - running - over, running, over };
  }

  /** Ids of those that are not over. */
  get left(): readonly string[] {
    return [...this.#own].filter((id) => !this.#parts.get(id)?.isOver);
  }

  find(id: string): Pick<Part, "freezes" | "gpuMillis" | "coreMillis"> {
    return this.#parts.get(id) ?? NOBODY;
  }

  #ours(): Part[] {
    return [...this.#own].map((id) => this.#parts.get(id) ?? NOBODY);
  }
}
