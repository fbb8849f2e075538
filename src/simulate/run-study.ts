import { domainError } from "../core/errors.ts";
import { csvLine, Outputs } from "../sim/output.ts";
import type { Arguments } from "./arguments.ts";
import { reportOf } from "./report.ts";
import { runWatched, tellFailures } from "./run-all.ts";
import { STUDIES, type StudyName } from "./study/index.ts";
import type { Row, Study } from "./study/study.ts";
import type { Failure, Outcome } from "./trial.ts";

/** Runs a study and tells what it found. Returns the exit code. */
export async function runStudy(name: StudyName, options: Arguments, signal: AbortSignal): Promise<number> {
  const study: Study = STUDIES[name];
  const { experiments, conditions, studyOut, report, threads, quiet } = options;
  const outputs = new Outputs([conditions.file, conditions.speedups?.file ?? ""].filter((file) => file !== ""));
  for (const path of [studyOut, report]) if (path !== null) outputs.reserve(path);
  const isRecorded = report !== null;
  if (isRecorded && !study.isOfSameJobs)
    throw domainError("INVALID_INPUT", `--report shows runs of the same jobs, which --study ${name} has not`);
  const trials = study.trials(experiments, conditions).map((trial) => ({ ...trial, isRecorded }));
  const outcomes = await runWatched(trials, { threads, isQuiet: quiet, signal });
  if (!outcomes) return 130;
  const failures = new Map<string, readonly string[]>();
  const done = new Map<string, Outcome>();
  const rows = [...(study.known?.(conditions) ?? [])];
  for (const [i, trial] of trials.entries()) {
    const outcome = outcomes[i] as Outcome | Failure;
    if ("faults" in outcome) failures.set(trial.name, outcome.faults);
    else {
      done.set(trial.name, outcome);
      rows.push(...study.rows(outcome, trial.labels));
    }
  }
  tellFailures(failures, trials.length);
  if (rows.length === 0) return 1;
  if (studyOut !== null) outputs.add(studyOut, csvOf(rows));
  if (report !== null) outputs.add(report, reportOf(options, done));
  outputs.write();
  process.stdout.write(options.json ? `${JSON.stringify({ study: name, rows }, null, 2)}\n` : textOf(rows));
  return failures.size > 0 ? 1 : 0;
}

const columnsOf = (rows: readonly Row[]): string[] => Object.keys(rows[0] ?? {});

function csvOf(rows: readonly Row[]): string {
  const columns = columnsOf(rows);
  const lines = rows.map((row) => csvLine(columns.map((column) => row[column] ?? null)));
  return `${[columns.join(","), ...lines].join("\n")}\n`;
}

/** In columns, numbers to the right. */
function textOf(rows: readonly Row[]): string {
  const columns = columnsOf(rows);
  const cells = [columns.map(wordsOf), ...rows.map((row) => columns.map((column) => shown(row[column] ?? null)))];
  const widths = columns.map((_, i) => Math.max(...cells.map((row) => (row[i] as string).length)));
  const isNumber = columns.map((column) => typeof rows[0]?.[column] === "number");
  const lines = cells.map((row) =>
    row
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i] as number) : cell.padEnd(widths[i] as number)))
      .join("  "),
  );
  return `${lines.map((line) => line.trimEnd()).join("\n")}\n`;
}

/** `mean_jct_s` is the mean JCT, in seconds. */
const wordsOf = (column: string): string => column.replace(/_s$/, "").replaceAll("_", " ").replace("jct", "JCT");

function shown(value: string | number | null): string {
  if (typeof value !== "number") return value ?? "";
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(2);
}
