import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { environment } from "./command.ts";

/**
 * A folder with a `criu` that works on this machine's kernel: that of SCHEDULEARN_TEST_CRIU, or where the machine's own lies. The engines
 * find it before all others.
 */
export function criuFolder(): string | null {
  return (
    [process.env.SCHEDULEARN_TEST_CRIU, "/usr/local/sbin/criu", "/usr/sbin/criu"]
      .flatMap((program) => (program && works(program) ? [dirname(program)] : []))
      .at(0) ?? null
  );
}

function works(program: string): boolean {
  try {
    execFileSync(program, ["check"], { env: environment, stdio: "pipe" });
    return true;
  } catch {
    return false;
  }
}

/** CRIU cannot mount an init program that is a link, as Debian's is: what it leads to. */
export const initProgram = (): string | null =>
  existsSync("/usr/bin/docker-init") ? realpathSync("/usr/bin/docker-init") : null;
