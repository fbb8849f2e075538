import type { Laboratory } from "./replay/laboratory.ts";

/** How one thing stands that a server needs. */
export interface Check {
  /** What was looked at: `node`, `data folder`, `server alpha: engine`. */
  readonly name: string;
  readonly state: "ok" | "warn" | "fail";
  /** What was found. */
  readonly message: string;
  /** What would mend it; null where all is well. */
  readonly remedy: string | null;
}

/** Where a server of this machine has its settings. */
export interface MachinePlace {
  readonly config?: string | undefined;
  readonly data?: string | undefined;
}

/** What the command line is lent of the server's own code, which it knows by types of its own. The executable hands it in. */
export interface ServerSide {
  /** Reads workload files and sums up what came of them. */
  laboratory(): Promise<Laboratory>;
  /** The help text of a command that the server's own code answers, such as `start`. */
  helpOf(command: string): Promise<string>;
  /** How this machine stands as one on which a server runs. */
  checkMachine(place: MachinePlace, signal: AbortSignal): Promise<readonly Check[]>;
}
