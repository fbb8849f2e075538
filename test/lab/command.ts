import { execFile } from "node:child_process";
import { delimiter } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** The environment of everything the lab runs: a user's PATH often lacks the folders of the administrator's programs. */
export const environment: NodeJS.ProcessEnv = {
  ...process.env,
  PATH: ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"].join(delimiter),
};

/** Runs one program to its end and returns what it printed. Throws with its name, arguments and stderr when it fails. */
export async function command(program: string, args: readonly string[], input = ""): Promise<string> {
  const running = execute(program, args, { env: environment, maxBuffer: 16 * 1024 * 1024 });
  // A program may end without reading its input: what counts is how it ends.
  running.child.stdin?.on("error", () => undefined).end(input);
  try {
    return (await running).stdout;
  } catch (error) {
    const stderr = (error as { stderr?: string }).stderr?.trim() || String(error);
    throw new Error(`${program} ${args.join(" ")} failed: ${stderr}`);
  }
}

/**
 * Asks again and again until `holds` says true.
 * Throws `"<what> did not happen within <n> ms"` when it never does; what `holds` itself throws goes through.
 */
export async function until(
  what: string,
  deadlineMillis: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const giveUpAt = performance.now() + deadlineMillis;
  while (!(await holds())) {
    if (performance.now() > giveUpAt) throw new Error(`${what} did not happen within ${deadlineMillis} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
