import type { JobId } from "../job.ts";
import type { ServerId } from "../server.ts";
import type { Instant } from "../time.ts";

/** What can keep a job waiting, and what a person can do about each: the whole list. */
export const REMEDIES = {
  held: "Resume it.",
  dependency: "Wait for the jobs that it names in `after`, or submit it again without them.",
  batch: "Wait for others of its batch, or submit the batch with a greater maxParallel.",
  backoff: "Nothing need be done: it starts again by itself. Its last run says what went wrong.",
  "no-server": "Add a server, or connect the one that is away.",
  impossible: "Ask for less, or add a server that has as much.",
  "server-state": "Uncordon or undrain the server, or see why it is away.",
  disk: "Make room on that server: unused images, containers and volumes take most of it.",
  gpus: "Wait until others end, ask for fewer GPUs, or let it run with fewer (gpus.min).",
  fragmentation:
    "Let it span servers (servers.max), ask for fewer GPUs, or let running jobs be moved together (scheduling.defragment).",
  "gpu-model": "Take GPUs of any model, if the program can.",
  "gpu-memory": "Take GPUs with less memory, if the program can.",
  "gpu-unfit": "See what is wrong with the GPU, and release it; or end what uses it and is not ours.",
  cores: "Wait until others end, or ask for fewer cores.",
  memory: "Wait until others end, or ask for less memory.",
  ports: "Wait until others end that have leased ports, or widen the range of ports in the configuration.",
  order: "Wait; under policies that look at it, a higher priority or an earlier deadline helps.",
  quota: "Wait until other jobs of that user end, or raise the quota.",
  reservation: "Tell how long the job takes (estimate.seconds): one that ends in time may pass.",
  "not-chosen": "Wait: others make more of what is free, as this policy counts it.",
  guard: "Wait: running jobs are not moved about for little. The settings under `scheduling` say for how long.",
  "being-freed": "Nothing need be done: it starts as soon as its place is free.",
  round: "Nothing need be done: it starts in a moment.",
  "policy-failed": "Choose another policy, or mend its options.",
} as const;

export type BlockerKind = keyof typeof REMEDIES;

/** One thing that keeps a job waiting. */
export interface Blocker {
  readonly kind: BlockerKind;
  /** In plain words, as a part of a sentence. */
  readonly message: string;
  /** The servers concerned. */
  readonly servers: readonly ServerId[];
  /** The jobs that are in the way. */
  readonly jobs: readonly JobId[];
  /** When this is over by itself; null where that cannot be told. */
  readonly until: Instant | null;
}

export function blocker(
  kind: BlockerKind,
  message: string,
  { servers = [], jobs = [], until = null }: Partial<Pick<Blocker, "servers" | "jobs" | "until">> = {},
): Blocker {
  return { kind, message, servers, jobs, until };
}
