import { EntitySchema } from "@mikro-orm/core";
import type { Lesson } from "../core/estimates.ts";
import type { PastForecast } from "../core/forecast.ts";
import type { Guards } from "../core/guards.ts";
import type { Job } from "../core/job.ts";
import type { Migration } from "../core/migration.ts";
import type { PolicySetting } from "../core/policy.ts";
import type { Run } from "../core/run.ts";
import type { GpuId, Server } from "../core/server.ts";
import type { TenureStatus } from "../core/tenure.ts";
import type { Millis } from "../core/time.ts";
import type { UserUsage } from "../core/usage.ts";

/**
 * The tables. Rows are a cache of the event log: `body` holds the core's own record, the columns beside it are what is
 * searched and sorted by. Times are milliseconds since the epoch.
 */
export interface EventRow {
  seq: number;
  at: number;
  type: string;
  job: string | null;
  server: string | null;
  body: Record<string, unknown>;
}
export interface JobRow {
  id: string;
  /** Counts up with submission: the default order, and the cursor of lists. */
  number: number;
  name: string;
  type: string;
  user: string;
  status: string;
  priority: number;
  submittedAt: number;
  endedAt: number | null;
  submitKey: string | null;
  batch: string | null;
  labels: Record<string, string>;
  body: Job;
}
export interface RunRow {
  id: string;
  job: string;
  attempt: number;
  server: string;
  endedAt: number | null;
  body: Run;
}
export interface MigrationRow {
  id: string;
  job: string;
  state: string;
  requestedAt: number;
  body: Migration;
}
/** A time that a job held a part of a server. They are numbered as they began. */
export interface TenureRow {
  number?: number;
  job: string;
  attempt: number;
  generation: number;
  server: string;
  status: TenureStatus;
  since: number;
  /** Null while it lasts. */
  until: number | null;
  gpus: readonly GpuId[];
  cores: readonly number[];
  memoryMiB: number;
}
export interface ServerRow {
  id: string;
  /** The order in which servers joined. */
  position: number;
  body: Omit<Server, "gpus">;
}
export interface GpuRow {
  id: string;
  server: string;
  index: number;
  uuid: string | null;
  model: string | null;
  memoryMiB: number | null;
  parent: string | null;
  fault: string | null;
  busy: string | null;
}
/** What no event tells: at which instant a round was held, or with what the server was started. They are numbered as they came. */
export interface TurnRow {
  number?: number;
  /** Of the last event by then. */
  seq: number;
  at: number;
  /** So many events up to that one the round decided; null for a start of the server, which took the state in from the rows. */
  decided: number | null;
  /** For each search, after how many questions for the time it was cut short (null: it was not); null when none was. */
  cuts: readonly (number | null)[] | null;
  boot: Boot | null;
}
/** What a server is started with and no event tells. */
export interface Boot {
  readonly setting: PolicySetting;
  readonly guards: Guards;
  /** Absent where no server ever counts as lost, and in older logs. */
  readonly lostAfterMillis?: Millis;
}
export interface SecretRow {
  job: string;
  name: string;
  value: string;
}
export interface TokenRow {
  id: string;
  name: string;
  /** SHA-256 of the token, hex: the token itself is shown once and kept nowhere. */
  hash: string;
  createdAt: number;
}
export interface SettingRow {
  key: string;
  value: unknown;
}
/** What the estimator has learned. */
export interface LessonRow {
  key: string;
  body: Lesson["body"];
}
/** What one user's jobs have had. */
export interface UsageRow {
  user: string;
  body: UserUsage["hours"];
}
/** What was expected of a job when it was submitted. */
export interface ForecastRow {
  job: string;
  at: number;
  policy: string;
  category: string;
  body: Pick<PastForecast, "startsAt" | "endsAt">;
}

const text = { type: "text" } as const;
const optionalText = { type: "text", nullable: true } as const;
const integer = { type: "integer" } as const;
const optionalInteger = { type: "integer", nullable: true } as const;
const json = { type: "json" } as const;
const key = { type: "text", primary: true } as const;

export const EventRow = new EntitySchema<EventRow>({
  name: "EventRow",
  tableName: "event",
  properties: {
    seq: { type: "integer", primary: true, autoincrement: false },
    at: integer,
    type: text,
    job: optionalText,
    server: optionalText,
    body: json,
  },
  indexes: [{ properties: ["job", "seq"] }],
});

export const JobRow = new EntitySchema<JobRow>({
  name: "JobRow",
  tableName: "job",
  properties: {
    id: key,
    number: integer,
    name: text,
    type: text,
    user: text,
    status: text,
    priority: integer,
    submittedAt: integer,
    endedAt: optionalInteger,
    submitKey: optionalText,
    batch: optionalText,
    labels: json,
    body: json,
  },
  indexes: [
    { properties: ["number"] },
    { properties: ["status", "number"] },
    { properties: ["submitKey"] },
    { properties: ["batch", "number"] },
  ],
});

export const RunRow = new EntitySchema<RunRow>({
  name: "RunRow",
  tableName: "run",
  properties: { id: key, job: text, attempt: integer, server: text, endedAt: optionalInteger, body: json },
  indexes: [{ properties: ["job", "attempt"] }],
});

export const MigrationRow = new EntitySchema<MigrationRow>({
  name: "MigrationRow",
  tableName: "migration",
  properties: { id: key, job: text, state: text, requestedAt: integer, body: json },
  indexes: [{ properties: ["job"] }],
});

export const TenureRow = new EntitySchema<TenureRow>({
  name: "TenureRow",
  tableName: "tenure",
  properties: {
    number: { type: "integer", primary: true, autoincrement: true },
    job: text,
    attempt: integer,
    generation: integer,
    server: text,
    status: text,
    since: integer,
    until: optionalInteger,
    gpus: json,
    cores: json,
    memoryMiB: integer,
  },
  indexes: [{ properties: ["until", "job"] }],
});

export const ServerRow = new EntitySchema<ServerRow>({
  name: "ServerRow",
  tableName: "server",
  properties: { id: key, position: integer, body: json },
});

export const GpuRow = new EntitySchema<GpuRow>({
  name: "GpuRow",
  tableName: "gpu",
  properties: {
    id: key,
    server: text,
    index: integer,
    uuid: optionalText,
    model: optionalText,
    memoryMiB: optionalInteger,
    parent: optionalText,
    fault: optionalText,
    busy: optionalText,
  },
  indexes: [{ properties: ["server"] }],
});

export const TurnRow = new EntitySchema<TurnRow>({
  name: "TurnRow",
  tableName: "turn",
  properties: {
    number: { type: "integer", primary: true, autoincrement: true },
    seq: integer,
    at: integer,
    decided: optionalInteger,
    cuts: { type: "json", nullable: true },
    boot: { type: "json", nullable: true },
  },
});

export const SecretRow = new EntitySchema<SecretRow>({
  name: "SecretRow",
  tableName: "secret",
  properties: { job: key, name: key, value: text },
});

export const TokenRow = new EntitySchema<TokenRow>({
  name: "TokenRow",
  tableName: "token",
  properties: { id: key, name: text, hash: text, createdAt: integer },
});

export const SettingRow = new EntitySchema<SettingRow>({
  name: "SettingRow",
  tableName: "setting",
  properties: { key, value: json },
});

export const LessonRow = new EntitySchema<LessonRow>({
  name: "LessonRow",
  tableName: "lesson",
  properties: { key, body: json },
});

export const UsageRow = new EntitySchema<UsageRow>({
  name: "UsageRow",
  tableName: "usage",
  properties: { user: key, body: json },
});

export const ForecastRow = new EntitySchema<ForecastRow>({
  name: "ForecastRow",
  tableName: "forecast",
  properties: { job: key, at: integer, policy: text, category: text, body: json },
});

export const tables = [
  EventRow,
  TurnRow,
  JobRow,
  RunRow,
  MigrationRow,
  TenureRow,
  ServerRow,
  GpuRow,
  SecretRow,
  TokenRow,
  SettingRow,
  LessonRow,
  UsageRow,
  ForecastRow,
];
