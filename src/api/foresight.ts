import type { Forecast, ForecastAccuracy, JobForecast } from "../core/forecast.ts";
import type { JobId } from "../core/job.ts";
import type { JobSpec } from "../core/job-spec.ts";
import type { Instant } from "../core/time.ts";

/** What may be asked of the future. */
export interface ForecastRequest {
  /** By key; null: the one in force. */
  readonly policies: readonly string[] | null;
  /** Null: all that are not over. */
  readonly jobs: readonly JobId[] | null;
  /** Jobs that are not there, to be forecast as if they were submitted now; none: none. */
  readonly joining: readonly JobSpec[];
  /** Null: as many as the number of jobs allows. */
  readonly runs: number | null;
  readonly seed: number;
}

/** Who answers it. */
export interface Foresight {
  /** Rejects with a DomainError. The jobs that are not there have the ids `joining`. */
  ask(request: ForecastRequest): Promise<Forecast & { readonly joining: readonly JobId[] }>;
  /** What was last expected of the job under the policy in force; null when it was never asked. */
  latest(job: JobId): { readonly at: Instant; readonly forecast: JobForecast } | null;
  accuracy(): Promise<readonly ForecastAccuracy[]>;
}
