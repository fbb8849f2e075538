import { tellFailure } from "../failure.ts";
import { readArguments } from "./arguments.ts";
import { HELP } from "./help.ts";
import { runAll } from "./run-all.ts";
import { runSeeds } from "./run-seeds.ts";
import { runStudy } from "./run-study.ts";

/** The command `simulate`. Returns the exit code: 0 done, 1 refused or failed, 2 wrong use, 130 interrupted. */
export async function simulate(args: string[]): Promise<number> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  try {
    const options = await readArguments(args);
    if (options === null) {
      process.stdout.write(HELP);
      return 0;
    }
    const { study, worlds } = options;
    if (study) return await runStudy(study, options, ending.signal);
    return await (worlds ? runSeeds(worlds, options, ending.signal) : runAll(options, ending.signal));
  } catch (error) {
    return tellFailure(error, args.includes("--json"));
  } finally {
    process.off("SIGINT", end);
    process.off("SIGTERM", end);
  }
}
