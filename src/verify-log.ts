import { parseArgs } from "node:util";
import { loadConfig } from "./config/index.ts";
import type { Event } from "./core/event.ts";
import { type Divergence, type RowDifference, type Verdict, verifyLog } from "./engine/verify/verify-log.ts";
import { createLearner } from "./estimator/index.ts";
import { resolvePolicy } from "./schedulearn.ts";
import { openStoreToRead } from "./store/store.ts";

export const VERIFY_LOG_HELP = `Usage: schedulearn verify-log [--config FILE] [--data FOLDER] [--json]

Goes through the event log of a server again, which may be running: each fact is told to the
scheduler anew, and each round is held again and must decide what is recorded. Then the rows of the
database must be those that the log makes. Nothing is changed.

Options:
  --config FILE  configuration (default: schedulearn.yaml here, when there is one)
  --data FOLDER  where the database is (default: ./data)
  --json         all that was found, as one JSON document
  --help         this text

Exit code 0: all that can be verified is right; 1: the log and the scheduler part, and where; or a
row is not as the log makes it.
`;

/** Reads the database itself. Returns the exit code. */
export async function verifyLogCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      config: { type: "string" },
      data: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    process.stdout.write(VERIFY_LOG_HELP);
    return 0;
  }
  const { config: file, data } = values;
  const { databaseFile } = loadConfig({ cwd: process.cwd(), env: process.env, file, flags: { data } });
  const store = await openStoreToRead(databaseFile);
  try {
    const verdict = await verifyLog(store, { resolve: resolvePolicy, newLearner: createLearner });
    process.stdout.write(values.json ? `${JSON.stringify(verdict, null, 2)}\n` : told(verdict));
    return verdict.divergence || verdict.rows?.differences.length ? 1 : 0;
  } finally {
    await store.close();
  }
}

const counted = (count: number, what: string): string =>
  `${count.toLocaleString("en-US")} ${what}${count === 1 ? "" : "s"}`;

/** For a person. */
function told({ events, starts, rounds, unmarkedEvents, divergence, rows }: Verdict): string {
  const lines = [
    `${counted(events, "event")}, ${counted(starts, "start")} of the server`,
    `${counted(rounds.verified, "round")} held again: each decides what is recorded`,
  ];
  if (rounds.unverifiable > 0)
    lines.push(
      `${counted(rounds.unverifiable, "round")} cannot be verified: they asked for estimates, and of the progress that had taught them only one report a minute is kept`,
    );
  if (unmarkedEvents > 0)
    lines.push(
      `${counted(unmarkedEvents, "event")} are from before the log told of rounds: what they make is verified, not why, nor what was used and learned since`,
    );
  if (divergence) lines.push(...toldDivergence(divergence));
  if (rows) {
    const same = Object.entries(rows.same).filter(([, count]) => count > 0);
    lines.push(
      `rows as the log makes them: ${same.map(([table, count]) => counted(count, table)).join(", ") || "none"}`,
    );
    for (const difference of rows.differences) lines.push(...toldDifference(difference));
  }
  return `${lines.join("\n")}\n`;
}

function toldDivergence({ seq, at, problem, recorded, found }: Divergence): string[] {
  const line = (mark: string) => (event: Event) => `  ${mark} ${JSON.stringify(event)}`;
  return [
    `the log diverges at event ${seq}, ${new Date(at).toISOString()}: ${problem}`,
    ...recorded.map(line("recorded")),
    ...found.map(line("found   ")),
  ];
}

function toldDifference({ table, key, stored, folded }: RowDifference): string[] {
  if (stored === null || folded === null)
    return [`${table} ${key}: ${stored === null ? "there is none, and the log makes one" : "the log makes none"}`];
  return [`${table} ${key} is not as the log makes it:`, ...differing(stored, folded).map((each) => `  ${each}`)];
}

/** The fields that differ, by their paths. */
function differing(stored: unknown, folded: unknown, path = ""): string[] {
  if (!isRecord(stored) || !isRecord(folded)) {
    const [a, b] = [JSON.stringify(stored), JSON.stringify(folded)];
    return a === b ? [] : [`${path || "value"}: stored ${a}, by the log ${b}`];
  }
  const names = new Set([...Object.keys(stored), ...Object.keys(folded)]);
  return [...names].flatMap((name) => differing(stored[name], folded[name], path ? `${path}.${name}` : name));
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
