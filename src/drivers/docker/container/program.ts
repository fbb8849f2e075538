import { posix } from "node:path";
import type { ContainerInspectInfo } from "dockerode";
import type { RunOrder } from "../../../core/command.ts";
import type { Outcome } from "../../../core/outcome.ts";
import { accept } from "../engine/engine.ts";
import { RunFailure } from "../run/outcome.ts";
import type { Site } from "./setup.ts";
import { containerOf, PATIENCE_MILLIS } from "./setup.ts";

/** What the engine gives a program whose image says nothing. */
const DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const EXECUTABLE = 0o111;
const STAT_HEADER = "x-docker-container-path-stat";

/**
 * Looks for the command's program in the created container and throws a RunFailure when it is not there. The init process would
 * start without it, and what the user then saw would be a run that ended with 127.
 */
export async function findProgram(
  site: Site,
  order: RunOrder,
  { Config }: ContainerInspectInfo,
  signal: AbortSignal,
): Promise<void> {
  const [program] = order.spec.command;
  if (program === undefined) return;
  const image = order.spec.image ?? "";
  let found = false;
  for (const path of candidates(program, Config)) {
    const mode = await modeOf(site, order, path, signal);
    if (mode === null) continue;
    if (mode & EXECUTABLE) return;
    found = true;
  }
  const message = found
    ? `command not executable: "${program}" in image "${image}" may not be run`
    : `command not found: "${program}" is not in image "${image}"`;
  throw new RunFailure(commandNotFound(message));
}

function candidates(program: string, { Env, WorkingDir }: ContainerInspectInfo["Config"]): string[] {
  if (program.includes("/")) return [posix.resolve(WorkingDir || "/", program)];
  const path = Env.find((entry) => entry.startsWith("PATH="))?.slice("PATH=".length) ?? DEFAULT_PATH;
  return path.split(":").map((folder) => posix.resolve(WorkingDir || "/", folder, program));
}

/** Go's file mode; null when there is no such file. */
async function modeOf(
  site: Site,
  { job, attempt }: RunOrder,
  path: string,
  signal: AbortSignal,
): Promise<number | null> {
  const container = containerOf(site, job, attempt);
  const stat = await site.engine
    .ask({ signal, patienceMillis: PATIENCE_MILLIS }, async (abortSignal) => {
      const answer = await container.infoArchive({ path, abortSignal });
      (answer as NodeJS.ReadableStream).resume();
      return String((answer as unknown as { headers: Record<string, string> }).headers[STAT_HEADER]);
    })
    .catch(accept<string>(404));
  if (!stat) return null;
  return (JSON.parse(Buffer.from(stat, "base64").toString()) as { mode: number }).mode;
}

export const commandNotFound = (message: string): Outcome => ({
  kind: "failed",
  cause: { origin: "application", code: "command-not-found", message },
});
