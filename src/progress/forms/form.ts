import type { Progress } from "../progress.ts";

/**
 * One way in which programs print progress. `line` has no colours, no launcher prefix, no space at its ends and at most
 * `MAX_FORM_LENGTH` characters. Null: not this form. A form with state lives as long as the run's recogniser.
 */
export type Form = (line: string) => Progress | null;

/** No bar or pair line that people read is longer; it also bounds what a form's expression can cost. */
export const MAX_FORM_LENGTH = 4096;
