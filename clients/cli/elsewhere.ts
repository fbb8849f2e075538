import type { Command } from "commander";
import { UsageError } from "./exit-code.ts";

/**
 * Commands that the server's own code answers: the executable hands them on before this program is asked. They stand here so that help
 * lists them, mistyped words are told from them, and the shell completes them.
 */
export const ELSEWHERE = {
  start: "start a server on this machine",
  demo: "run a handful of jobs on a server of its own, and sum up",
  token: "make, list and revoke access tokens",
  "verify-log": "check that a server's log and database agree",
  backup: "copy all that a server keeps into one file",
  simulate: "run policies over a workload, in virtual time",
} as const;

export const isElsewhere = (command: Command): boolean => Object.hasOwn(ELSEWHERE, command.name());

const elsewhere =
  (name: keyof typeof ELSEWHERE) =>
  (program: Command): void => {
    program
      .command(name)
      .summary(ELSEWHERE[name])
      .argument("[words...]", "see its own help")
      .helpOption(false)
      .allowUnknownOption()
      .allowExcessArguments()
      .action(() => {
        throw new UsageError(`${name} stands first on the command line: schedulearn ${name} …`);
      });
  };

export const start = elsewhere("start");
export const demo = elsewhere("demo");
export const token = elsewhere("token");
export const verifyLog = elsewhere("verify-log");
export const backup = elsewhere("backup");
export const simulate = elsewhere("simulate");
