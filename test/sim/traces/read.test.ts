import { mkdirSync, mkdtempSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTrace, readTraceFile, type TraceFormat, traceFormat } from "../../../src/sim/traces/read.ts";
import type { Trace } from "../../../src/sim/traces/trace.ts";

const brief = ({ jobs }: Trace) =>
  jobs.map(({ id, submitSeconds, gpus, durationSeconds }) => [id, submitSeconds, gpus, durationSeconds]);

test("our own table says of a job what is known of it", () => {
  const header =
    "job_id,submit_time_s,num_gpus,duration_s,model,type,iterations,batch_size,min_gpus,max_gpus,gpu_model,num_cores,user,priority,deadline_s";
  const { jobs } = readTrace(
    "t.csv",
    `${header}\na,5,2,60.5,vgg,vision,100,32,1,4,A100,8,"ann, b",-2,900\nb,0,1,9${",".repeat(11)}\n`,
  );
  expect(jobs.map(({ id }) => id)).toEqual(["b", "a"]);
  expect(jobs[1]).toEqual({
    ...{ id: "a", submitSeconds: 5, gpus: 2, durationSeconds: 60.5, model: "vgg", type: "vision", iterations: 100 },
    ...{ globalBatch: 32, minGpus: 1, maxGpus: 4, gpuModel: "A100", cores: 8, minCores: null, maxCores: null },
    ...{ user: "ann, b", priority: -2, deadlineSeconds: 900, line: 2 },
  });
  expect(jobs[0]).toMatchObject({ model: null, cores: null, user: null, deadlineSeconds: null });
});

test("the columns of the Tiresias simulator are read as they are", () => {
  const text = "job_id,num_gpu,submit_time,iterations,model_name,duration,interval\r\n7,8,30,133,vgg11,147,0\r\n";
  expect(brief(readTrace("60_job.csv", text))).toEqual([["7", 30, 8, 147]]);
  expect(readTrace("60_job.csv", text).jobs[0]).toMatchObject({ model: "vgg11", iterations: 133 });
});

test("a table of Philly's jobs has dates, which count from the first, and jobs without use are left out and counted", () => {
  const rows = [
    "timestamp,duration,num_gpus,gpu_time,cluster",
    "2017-10-09 07:01:55,66.0,1,66.0,11cb48",
    "2017-10-07 01:11:39,193256.0,8,1546048.0,ee9e8c",
    "2017-10-08 00:00:00,20.0,0,0,ee9e8c",
    "2017-10-08 00:00:00,,1,0,ee9e8c",
  ];
  const trace = readTrace("philly.csv", rows.join("\n"));
  expect(brief(trace)).toEqual([
    ["1", 0, 8, 193256],
    ["0", 2 * 86_400 + 5 * 3600 + 50 * 60 + 16, 1, 66],
  ]);
  expect(trace.jobs[0]?.user).toBe("ee9e8c");
  expect(trace.notes).toEqual(["2 jobs were left out: without GPUs, or never ran"]);
});

const attempt = (start: string | null, end: string | null, ...gpus: number[]) => ({
  start_time: start && `2017-10-07 ${start}`,
  end_time: end && `2017-10-07 ${end}`,
  detail: gpus.map((count, i) => ({ ip: `m${i}`, gpus: Array.from({ length: count }, (_, k) => `gpu${k}`) })),
});
const phillyJob = (jobid: string, submitted: string, ...attempts: object[]) => ({
  ...{ status: "Pass", vc: "ee9e8c", jobid, attempts, submitted_time: `2017-10-07 ${submitted}`, user: "ce2f4c" },
});

test("of Philly's own job log a job has the time of all its attempts, and the GPUs of the longest over all servers", () => {
  const log = [
    phillyJob("late", "01:11:39", attempt("01:12:09", "01:13:23", 8), attempt("01:13:30", "01:23:30", 8, 4)),
    phillyJob("early", "01:00:00", attempt("01:00:10", "01:00:20", 1), attempt(null, "01:00:50", 1)),
    phillyJob("never", "01:00:00"),
    phillyJob("without GPUs", "01:00:00", attempt("01:00:10", "01:00:20")),
    phillyJob("at the end", "01:00:00", attempt("01:00:10", "01:00:20", 1), attempt("02:00:00", null, 1)),
  ];
  const trace = readTrace("cluster_job_log", JSON.stringify(log, null, 1));
  expect(brief(trace)).toEqual([
    ["early", 0, 1, 10],
    ["late", 11 * 60 + 39, 12, 74 + 600],
  ]);
  expect(trace.jobs[0]?.user).toBe("ce2f4c");
  expect(trace.notes).toEqual([
    "2 jobs were left out: never ran on GPUs for a time that was recorded",
    "1 job was left out: still running when the trace was taken",
  ]);
});

test("JSON lines, or one list of the same objects, have our columns as keys", () => {
  const lines = [
    '{"job_id": "x", "submit_time_s": 3, "num_gpus": 2, "duration_s": 40, "user": "ann"}',
    "",
    '{"job_id": 9, "submit_time_s": 0, "num_gpus": "1", "duration_s": 4, "model": null}',
  ];
  const expected = [
    ["9", 0, 1, 4],
    ["x", 3, 2, 40],
  ];
  expect(brief(readTrace("t.jsonl", lines.join("\n")))).toEqual(expected);
  expect(brief(readTrace("t.json", `[${lines[0]},\n${lines[2]}]`))).toEqual(expected);
});

test("a job on CPU cores alone has no GPUs", () => {
  const { jobs } = readTrace("t.csv", "submit_time_s,num_gpus,duration_s,num_cores,min_cores,max_cores\n0,0,5,8,2,16");
  expect(jobs[0]).toMatchObject({ gpus: 0, cores: 8, minCores: 2, maxCores: 16 });
});

test("a format that is insisted on takes its own names only", () => {
  const text = "job_id,num_gpu,submit_time,duration\n1,1,0,5\n";
  expect(readTrace("t.csv", text, traceFormat("tiresias")).jobs).toHaveLength(1);
  expect(() => readTrace("t.csv", text, traceFormat("csv"))).toThrow("t.csv:1:1: there is no column submit_time_s");
  expect(() => traceFormat("phily")).toThrow("did you mean philly?");
});

const CSV = "job_id,submit_time_s,num_gpus,duration_s";
const JOB = '{"job_id":1,"submit_time_s":0,"num_gpus":1,"duration_s":2}';
test.each<[string, string, string]>([
  ["a short row", `${CSV}\n1,0,1`, "t:2:1: expected 4 values (job_id,submit_time_s,num_gpus,duration_s), found 3"],
  ["words", `${CSV}\n1,0,1,long`, 't:2:7: duration_s must be a number of at least 0, not "long"'],
  ["a negative time", `${CSV}\n1,-3,1,5`, 't:2:3: submit_time_s must be a number of at least 0, not "-3"'],
  ["an endless time", `${CSV}\n1,0,1,1e300`, 't:2:7: duration_s must be a number of at most 10000000000, not "1e300"'],
  ["half a GPU", `${CSV}\n1,0,0.5,5`, 't:2:5: num_gpus must be a whole number of at least 1, not "0.5"'],
  ["no GPU", `${CSV}\n1,0,0,5`, 't:2:5: num_gpus must be a whole number of at least 1, not "0"'],
  ["an id given twice", `${CSV}\n1,0,1,5\n1,0,1,5`, "t:3:1: job_id 1 is already that of line 2"],
  ["a quote without end", `${CSV}\n"1,0,1,5`, "t:2:1: the quote that begins here has no end"],
  ["a column given twice", `${CSV},duration_s\n`, "t:1:1: there are two columns duration_s"],
  [
    "dates after seconds",
    `${CSV}\n1,0,1,5\n2,2017-10-09,1,5`,
    "t:3:3: submit_time_s must be in seconds as in the rows",
  ],
  [
    "seconds after dates",
    `${CSV}\n1,2017-10-09 10:00,1,5\n2,7,1,5`,
    "t:3:3: submit_time_s must be a date as in the rows",
  ],
  ["a day that is none", `${CSV}\n1,2017-02-30,1,5`, "t:2:3: submit_time_s must be"],
  ["too few at least", `${CSV},min_gpus\n1,0,2,5,3`, "t:2:9: min_gpus must be at most num_gpus, 2"],
  ["a range of nothing", `${CSV},min_cores\n1,0,2,5,3`, "t:2:9: min_cores is of no use without num_cores"],
  ["no line of names", "1,0,1,5", "t:1:1: there is no column submit_time_s"],
  ["a word", "hello", "t:1:1: expected the names of the columns with commas between them"],
  ["nothing", " \n", "t is empty: expected a trace of jobs"],
  ["names alone", CSV, "t has no job that can be run"],
  ["half an object", `${JOB}\n{"job_id":2,`, "t:2:13: expected JSON:"],
  [
    "a wrong value in JSON",
    `${JOB}\n{"submit_time_s":0,"num_gpus":[1],"duration_s":2}`,
    "t:2:20: num_gpus must be a whole number of at least 1, not [1]",
  ],
  [
    "a value missing in JSON",
    `${JOB}\n{"submit_time_s":0,"duration_s":2}`,
    "t:2:1: num_gpus must be a whole number of at least 1, not nothing",
  ],
  ["no object", `${JOB}\n7`, "t:2:1: expected an object of a job"],
  ["a list without end", `[${JOB},`, "t:1:"],
  ["something behind the list", `[${JOB}]\nx`, "expected nothing behind the end of the list"],
  [
    "Philly's date",
    JSON.stringify([phillyJob("a7", "01:00:00"), phillyJob("a8", "25:00:00", attempt("1", "2", 1))], null, 2),
    't:10:3: job 1 (a8): submitted_time must be a date such as "2017-10-07 01:11:39", not "2017-10-07 25:00:00"',
  ],
  [
    "Philly's shape",
    '[{"jobid":"a","submitted_time":"2017-10-07 01:00:00","attempts":5}]',
    "t:1:2: job 0 (a): attempts must be a list, not 5",
  ],
])("%s is told of with its place and what was expected", (_, text, message) => {
  expect(() => readTrace("t", text)).toThrow(message);
});

test("of many faults the first ten are told, and how many more there are", () => {
  const rows = Array.from({ length: 200 }, (_, i) => `${i},x,1,5`);
  expect(() => readTrace("t", [CSV, ...rows].join("\n"))).toThrow(/t:11:\d+: .*; t: and 190 more$/);
});

test("what is no trace file at all is told of in words", () => {
  const folder = mkdtempSync(join(tmpdir(), "trace-"));
  const [binary, huge, packed] = ["binary", "huge", "packed"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(join(folder, "sub"));
  writeFileSync(binary, Buffer.from([1, 2, 0, 3]));
  writeFileSync(packed, Buffer.from([0x1f, 0x8b, 8, 4]));
  writeFileSync(huge, "");
  truncateSync(huge, 300 * 2 ** 20);
  const read =
    (path: string, format: TraceFormat | null = null) =>
    () =>
      readTraceFile(path, format);
  expect(read(join(folder, "sub"))).toThrow("sub cannot be read: it is a folder");
  expect(read(join(folder, "none"))).toThrow("none cannot be read: there is no such file");
  expect(read(binary)).toThrow("binary cannot be read: it is not text; unpack it first");
  expect(read(packed)).toThrow("packed cannot be read: it is not text; unpack it first");
  expect(read(huge)).toThrow("huge cannot be read: it has 300 MiB, at most 256 are read; cut it into parts");
});
