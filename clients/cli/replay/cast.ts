import type { Job, JobChange } from "../../sdk/index.ts";
import { isOver } from "../status.ts";

/** What is known of one job, as it goes. */
interface Part {
  readonly job: Job | null;
  readonly isOver: boolean;
  /** How often the policy froze it. */
  readonly freezes: number;
}

export interface Counts {
  readonly submitted: number;
  readonly waiting: number;
  readonly running: number;
  readonly over: number;
}

const NOBODY: Part = { job: null, isOver: false, freezes: 0 };

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
    const isFreeze = event.type === "JobPaused" && (event.body as { by?: unknown }).by === "policy";
    this.#parts.set(jobId, {
      job: job ?? before.job,
      isOver: job === null || isOver(job),
      freezes: before.freezes + (isFreeze ? 1 : 0),
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

  freezesOf(id: string): number {
    return this.#parts.get(id)?.freezes ?? 0;
  }

  #ours(): Part[] {
    return [...this.#own].map((id) => this.#parts.get(id) ?? NOBODY);
  }
}
