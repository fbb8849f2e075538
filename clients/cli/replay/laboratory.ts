/**
 * What the laboratory of the server knows of workload files and of what comes of them. The executable hands it in, since a client knows
 * nothing of the server's code, and files are to be read, and metrics reckoned, in one place.
 */
export interface Laboratory {
  /** What a file asks for, in the order of time; or what is wrong with it, each with file, line and column. */
  readWorkload(
    file: string,
    text: string,
    options: ReadOptions,
  ): readonly Cue[] | { readonly faults: readonly string[] };
  /** As the simulator tells of what it has simulated. @param name of the policy @param system all that the servers have */
  summarise(name: string, jobs: readonly PlayedJob[], system: System): Summary;
}

export interface ReadOptions {
  /** How long programs take of which a requests file does not say it. */
  readonly programs: { readonly file: string; readonly text: string } | null;
  /** Jobs may have so many times what they ask for; `fixed`: just that. Null: as the file says, and its programs fewer. */
  readonly elastic: number | "fixed" | null;
}

/** Something to do at a time. */
export type Cue = Submission | Change;

interface Timed {
  /** What the file calls the job. */
  readonly name: string;
  /** After the replay begins: a trace with its first job, a requests file with the delay of its first line. */
  readonly atSeconds: number;
  /** What it asks for; null for none of them. */
  readonly gpus: Size | null;
  readonly cores: Size | null;
  /** Higher goes first. */
  readonly priority: number;
}
export interface Submission extends Timed {
  readonly kind: "submit";
  /** The image or model that the file names. */
  readonly program: string | null;
  /** How long it takes with what it prefers; null: as long as its command does. */
  readonly seconds: number | null;
  /** Threads between operations and within one, where they are not just what is granted. */
  readonly parallelism: { readonly interOp: number; readonly intraOp: number } | null;
  readonly user: string | null;
  /** After its submission. */
  readonly deadlineSeconds: number | null;
}
export interface Change extends Timed {
  readonly kind: "update";
}

export interface Size {
  readonly min: number;
  readonly preferred: number;
  readonly max: number;
}

/** What came of one job; times in milliseconds after the replay began. */
export interface PlayedJob {
  readonly name: string;
  readonly user: string;
  readonly type: string;
  readonly size: number;
  readonly submittedAt: number;
  readonly firstStartedAt: number | null;
  /** Null when it did not complete. */
  readonly endedAt: number | null;
  readonly deadline: number | null;
  /** What it would have taken alone, with what it prefers. */
  readonly aloneMillis: number;
  readonly serviceMillis: number;
  /** Time that it trained, times what it had of them. */
  readonly gpuMillis: number;
  readonly coreMillis: number;
  /** Freezes count: they are how jobs without GPUs are preempted. */
  readonly preemptions: number;
  readonly migrations: number;
  readonly resizes: number;
}

export interface System {
  readonly gpus: number;
  readonly cores: number;
}

export interface Summary {
  readonly metrics: Readonly<Record<string, number>>;
  readonly table: string;
  /** CSV, a row for each job: when it began and ended; and every metric. */
  readonly jobs: string;
  readonly details: string;
}
