import type { Conditions, Experiment } from "../../sim/experiment.ts";
import type { Outcome, Trial } from "../trial.ts";

/** A line of a study's table: the same columns in each. */
export type Row = Readonly<Record<string, string | number | null>>;

/** One run of a study, with what tells it from the others. */
export interface StudyTrial extends Trial {
  readonly labels: Row;
}

export interface Study {
  /** As the help has it. */
  readonly about: string;
  /** Those that run when none are asked for; none: it runs nothing. */
  readonly policies: readonly string[];
  /** All its runs are of the same jobs, so that one report can show them. */
  readonly isOfSameJobs: boolean;
  trials(experiments: readonly Experiment[], conditions: Conditions): StudyTrial[];
  rows(outcome: Outcome, labels: Row): Row[];
  /** What is known without a run. Throws a DomainError. */
  known?(conditions: Conditions): Row[];
}
