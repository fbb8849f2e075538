import type { Clock } from "../core/time.ts";
import { type Output, OutputGone, type OutputPosition } from "./driver.ts";
import type { SimulatedRun } from "./simulated-world.ts";

/** The lines of a run from behind `from`, as they come, until it is over. @param find the run, while there is one */
export async function* followOutput(
  clock: Clock,
  find: () => SimulatedRun | undefined,
  from: OutputPosition,
  signal: AbortSignal,
): AsyncGenerator<Output[]> {
  for (let position = Number(from.stdout ?? 0); !signal.aborted; ) {
    const run = find();
    if (!run) throw new OutputGone("there is no such run");
    run.print(clock.now());
    const lines = run.lines.slice(position);
    position = run.lines.length;
    if (lines.length > 0) yield lines.map((line) => ({ kind: "line", ...line }));
    else if (run.phase === "over") return;
    else await run.changed(clock, signal);
  }
}
