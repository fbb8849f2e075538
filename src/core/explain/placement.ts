import type { Alternative, Because } from "../because.ts";
import { type Job, placementOf, sizeOf } from "../job.ts";
import { poolOf } from "../job-spec.ts";
import type { Run } from "../run.ts";
import type { GpuId, ServerId } from "../server.ts";
import type { Instant } from "../time.ts";
import { counted, named, units } from "./words.ts";

/** Why a job is where it is. What was not noted when it was decided is null. */
export interface ExplainedPlacement {
  readonly message: string;
  readonly decidedAt: Instant | null;
  readonly servers: readonly ServerId[];
  readonly gpus: readonly GpuId[];
  readonly size: number;
  readonly policy: string | null;
  readonly placement: string | null;
  readonly fitting: number | null;
  readonly hadImage: boolean | null;
  readonly hadCheckpoint: boolean | null;
  readonly alternatives: readonly { readonly server: ServerId; readonly message: string }[];
}

/** @param run the present one; null when the job holds no place */
export function explainPlacement(job: Job, run: Run | undefined): ExplainedPlacement | null {
  const on = placementOf(job);
  if (!on) return null;
  const { state, spec } = job;
  const because = run?.because;
  const choice = because?.choice;
  const servers = on.map(({ server }) => server);
  const parts = [
    `${units(sizeOf(job), poolOf(spec))} of ${named(servers)}`,
    because && `given by ${because.policy}, placed by ${because.placement}`,
    choice && chosenFrom(because, servers[0] as ServerId),
    choice?.hadCheckpoint && "its checkpoint was there",
    choice?.hadImage && "its image was there",
    spec.gpus.model !== null && `it asks for ${spec.gpus.model}`,
    run && run.reason !== "submitted" && STARTS[run.reason],
    state.status === "migrating" && `on its way to ${named(state.to.map(({ server }) => server))}`,
  ];
  return {
    message: parts.filter(Boolean).join("; "),
    decidedAt: run?.placedAt ?? null,
    servers,
    gpus: on.flatMap(({ gpus }) => gpus),
    size: sizeOf(job),
    policy: because?.policy ?? null,
    placement: because?.placement ?? null,
    fitting: choice?.fitting ?? null,
    hadImage: choice ? choice.hadImage === true : null,
    hadCheckpoint: choice ? choice.hadCheckpoint === true : null,
    alternatives: choice ? choice.others.map((other) => ({ server: other.server, message: leftWords(other) })) : [],
  };
}

const STARTS = {
  submitted: "",
  preempted: "it went on after a preemption",
  migrated: "it moved there",
  resized: "it goes on with another size",
  retried: "it tries again",
  recovered: "it began again",
} as const;

/** `the best of 3 servers that fit: 1 GPU was left free of it`. */
function chosenFrom({ choice }: Because, server: ServerId): string {
  if (!choice) return "";
  if (choice.fitting === 1) return `no other server had room than ${server}`;
  return `chosen from ${choice.fitting} servers with room: ${leftWords(choice)}`;
}

const leftWords = ({ gpusLeft, coresLeft }: Pick<Alternative, "gpusLeft" | "coresLeft">): string =>
  `${counted(gpusLeft, "GPU")} and ${counted(coresLeft, "core")} left free of it`;
