import type { Tenure } from "../../../sdk/index.ts";

/** A time that a job holds rows of the chart; times are milliseconds since the epoch. */
export interface Span {
  readonly id: string;
  readonly job: string;
  /** The job's; its id where it has been deleted. */
  readonly name: string;
  readonly user: string | null;
  readonly server: string;
  readonly gpus: readonly string[];
  readonly cores: number;
  readonly status: Tenure["status"] | "EXPECTED";
  readonly attempt: number;
  readonly from: number;
  /** Where it lasts still, up to when it is known to. */
  readonly to: number;
  readonly lasts: boolean;
  readonly isDeleted: boolean;
}

export const spanOf = (tenure: Tenure): Span => ({
  id: tenure.id,
  job: tenure.jobId,
  name: tenure.name ?? tenure.jobId,
  user: tenure.user,
  server: tenure.server,
  gpus: tenure.gpus,
  cores: tenure.cores.length,
  status: tenure.status,
  attempt: tenure.attempt,
  from: Date.parse(tenure.from),
  to: Date.parse(tenure.to),
  lasts: tenure.lasts,
  isDeleted: tenure.name === null,
});

/** Where it begins on such a chart: nothing is expected of the past. */
export const beginOf = ({ status, from }: Span, now: number): number =>
  status === "EXPECTED" ? Math.max(from, now) : from;

/** Where it ends on a chart that is drawn at that moment. */
export const endOf = ({ lasts, to }: Span, now: number): number => (lasts ? Math.max(to, now) : to);

export const statusWords = {
  STARTING: "gets ready",
  RUNNING: "trains",
  STOPPING: "stops",
  FROZEN: "is paused",
  EXPECTED: "is expected to train",
} as const satisfies Record<Span["status"], string>;
