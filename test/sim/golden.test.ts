import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Event } from "../../src/core/event.ts";
import { simulationOf } from "../../src/sim/experiment.ts";
import { readArguments } from "../../src/simulate/arguments.ts";
import { lineOf } from "./golden-lines.ts";

/**
 * Each file says what is to be seen, the command, and the files it reads; below that stands what happens, which
 * `npm test -- test/sim/golden -u` writes anew.
 */
const FOLDER = join(import.meta.dirname, "golden");
const TIMELINE = "\ntimeline\n";

test.each(readdirSync(FOLDER))("%s happens as it is written down", async (name) => {
  const path = join(FOLDER, name);
  const [given = ""] = readFileSync(path, "utf8").split(TIMELINE);
  await expect(`${given.trimEnd()}\n${TIMELINE}${await timelineOf(given)}`).toMatchFileSnapshot(path);
});

async function timelineOf(given: string): Promise<string> {
  const command = /^\$ (.+)$/m.exec(given)?.[1] ?? "";
  const options = await readArguments(withFiles(command.split(/\s+/), given));
  if (!options) throw new Error("the command asks for help");
  const [experiment, ...others] = options.experiments;
  if (!experiment || others.length > 0) throw new Error("a timeline is that of one policy");
  const events: Event[] = [];
  const simulation = simulationOf(experiment, options.conditions, (event) => events.push(event));
  simulation.run();
  const results = simulation.results();
  const nameOf = (job: string): string => results[Number(job.slice("job-".length)) - 1]?.name ?? job;
  const lines = events.flatMap((event) => {
    const text = lineOf(event);
    const who = "job" in event ? nameOf(event.job) : "server" in event ? event.server : "";
    return text === null ? [] : [row(event.at, who, text)];
  });
  for (const { at, message } of simulation.refusals) lines.push(row(at, "refused", message));
  return `${lines.join("\n")}\n`;
}

const row = (at: number, who: string, text: string): string =>
  `  ${String(at / 1000).padStart(8)}  ${who.padEnd(8)}  ${text}`.trimEnd();

/** Files stand in the text: their name, then their lines, indented. */
function withFiles(args: readonly string[], given: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), "schedulearn-golden-"));
  const written = new Map<string, string>();
  for (const [, name = "", lines = ""] of given.matchAll(/^(\S+\.\w+)\n((?: {2}.*(?:\n|$))+)/gm)) {
    const path = join(folder, name);
    writeFileSync(path, lines.replaceAll(/^ {2}/gm, ""));
    written.set(name, path);
  }
  return args.map((arg) => written.get(arg) ?? arg);
}
