import type { Event } from "../core/event.ts";
import type { Cause } from "../core/outcome.ts";
import { type Fault, faultIn } from "../progress/index.ts";

/** A fault counts for a run's end if no more lines than this came behind it: those of a traceback, of other ranks, of a launcher. */
const LINES_BEHIND = 200;

export type Exited = Extract<Event, { type: "RunExited" }>;

/** What was last heard of a run that may explain its end. */
export interface Heard {
  fault: Fault | null;
  /** Lines since. */
  behind: number;
}

export const nothingHeard = (): Heard => ({ fault: null, behind: 0 });

/** @param mask hides secrets; a line that was stored has it behind it */
export function listen(heard: Heard, line: string, mask: (text: string) => string = (text) => text): void {
  const fault = faultIn(line);
  if (fault) {
    heard.fault = { ...fault, text: mask(fault.text) };
    heard.behind = 0;
  } else if (heard.fault && ++heard.behind > LINES_BEHIND) heard.fault = null;
}

/** A program that failed with a mere code or signal failed of what it told last. Any other end is as its driver says. */
export function explained(exit: Exited, { fault }: Heard): Exited {
  const { outcome } = exit;
  if (!fault || outcome.kind !== "failed") return exit;
  const { code, message } = outcome.cause;
  if (code !== "exit" && code !== "signal") return exit;
  return { ...exit, outcome: { kind: "failed", cause: causeOf(fault, message) } };
}

function causeOf({ code, text }: Fault, end: string): Cause {
  if (code === "gpu-lost") return { origin: "infrastructure", code, message: `a GPU has failed: ${text} (${end})` };
  return { origin: "application", code, message: `the memory of a GPU was used up: ${text} (${end})` };
}
