export { Recorder, type Recording } from "./recorder.ts";
export { type Report, renderReport } from "./report.ts";
export type { ReportedRun } from "./reported-run.ts";
